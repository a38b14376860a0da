# SPDX-License-Identifier: Apache-2.0
"""The two stubs that are compared: ours on the virtual Pi, and QEMU's own. Both are in front of one
Cortex-A7 that QEMU emulates, and take programs that are linked alike but for their place.
"""

import contextlib
import subprocess
import threading

from board import BOARD
from processes import end, spawn
from virtual_pi import Bridge, VirtualPi, free_port

# range-stepping.exp wants a line of C to be one row of the line table.
FLAGS = ("-mcpu=cortex-a7", "-mfpu=neon-vfpv4", "-mfloat-abi=hard", "-gno-column-info")
VIRT_RAM, VIRT_RAM_SIZE = 0x40000000, 128 << 20  # of QEMU's machine "virt"


class Column:
    """address: for "target remote". reset: the command that makes the CPU a fresh one. text, stack:
    where programs go and where their stack begins."""

    def __init__(self, name, build, address, reset, text, stack):
        self.name, self.build = name, build
        self.address, self.reset, self.text, self.stack = address, reset, text, stack

    @property
    def objects(self):
        """What a program is linked with instead of an operating system."""
        return [self.build / "peers" / name for name in ("start.o", "syscalls.o")]

    def link_flags(self):
        return [*FLAGS, "-nostartfiles", *map(str, self.objects),
                f"-Wl,-Ttext-segment={self.text:#x},--defsym=stack_top={self.stack:#x}"]

    def compile(self, source, target, *flags):
        subprocess.run(["arm-none-eabi-gcc", *FLAGS, "-g", *flags, source, *self.link_flags(),
                        "-o", target], check=True)


@contextlib.contextmanager
def ampgdb(build, options=()):
    with VirtualPi(build) as pi, Bridge(pi, options=options) as bridge:
        yield Column("ampgdb", build, bridge.address, "monitor reset halt", BOARD.base,
                     BOARD.window)


class _Restarted:
    """A process that is started again whenever it ends: QEMU does at GDB's "kill"."""

    def __init__(self, command):
        self._command = command
        self._lock = threading.Lock()
        self._process = spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._over = False
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self):
        while not self._over:
            self._process.wait()
            with self._lock:
                if not self._over:
                    self._process = spawn(self._command, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL)

    def stop(self):
        with self._lock:
            self._over = True
            end(self._process)
        self._thread.join()


@contextlib.contextmanager
def qemu(build):
    address = f"127.0.0.1:{free_port()}"
    machine = _Restarted(["qemu-system-arm", "-M", "virt", "-cpu", "cortex-a7",
                          "-m", str(VIRT_RAM_SIZE >> 20), "-display", "none", "-monitor", "none",
                          "-serial", "null", "-nic", "none", "-S", "-gdb", f"tcp:{address}"])
    try:
        yield Column("QEMU", build, address, "monitor system_reset", VIRT_RAM,
                     VIRT_RAM + VIRT_RAM_SIZE)
    finally:
        machine.stop()
