# SPDX-License-Identifier: Apache-2.0
"""A virtual Pi without Linux: the Core-3 machine, in QEMU, and the bridge in front of it.

Owns a private directory that host programs take as "--memory sim:DIR": the machine's RAM as a
file, QEMU's qtest socket for MMIO, and the memory node that the firmware would show to Linux.
Knows nothing of the stub, of GDB or of what the window contains.

As a program ("make sim") it runs machine and bridge in the foreground until Ctrl-C or SIGTERM.
"""

import argparse
import base64
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys

from board import BOARD
from contract import BCM283X
from machine import DIRECTORY_PREFIX, RAM_SIZE, Machine, SimError, free_port
from processes import end, exit_on_signals, spawn, wait_until

CORE3_WAITS = 0x08  # LOCAL_CORE3_MAILBOX_CTL while firmware_standin.S waits
START_TIMEOUT = 20


class VirtualPi(Machine):
    """Core 0 asleep, core 3 waiting for an address in its mailbox 3. A context manager."""

    def __init__(self, build="build", ram_end=BOARD.ram_end, options=()):
        super().__init__(build)
        self.ram_end = ram_end
        self.options = options  # more of QEMU's; its working directory is the private one

    @property
    def memory(self):
        """The machine's name for --memory and AMPGDB_MEMORY."""
        return f"sim:{self.dir}"

    def _start(self):
        self._write_ram_file()
        self._write_memory_node()
        self._spawn_qemu(["-M", "raspi2b,memory-backend=ram", "-accel", "tcg", "-object",
                          f"memory-backend-file,id=ram,size={RAM_SIZE},share=on,mem-path=ram",
                          "-serial", "null", "-monitor", "none", *self.options])
        wait_until(self._core3_waits, START_TIMEOUT, "the virtual Pi to start", self.qemu_log)

    def _write_ram_file(self):
        with open(self.dir / "ram", "wb") as ram:
            ram.truncate(RAM_SIZE)

    def _write_memory_node(self):
        node = self.dir / "device-tree" / "memory@0"
        node.mkdir(parents=True)
        (node / "reg").write_bytes(struct.pack(">II", 0, self.ram_end))

    def _core3_waits(self):
        self._must_run()
        try:
            control = self.read32(BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX_CTL)
        except (FileNotFoundError, ConnectionError):
            return False  # the socket is not there yet
        return control == CORE3_WAITS

    # --- back doors -----------------------------------------------------------------------------

    def qtest(self, command):
        """One command of QEMU's qtest protocol; returns the answer."""
        return self._qtest(command)

    def read32(self, phys):
        return self._read32(phys)

    def write32(self, phys, value):
        self._qtest(f"writel {phys:#x} {value:#x}")

    def write_bytes(self, phys, data):
        """Write RAM so that QEMU drops what it translated there; by the file it would not."""
        if data:
            self._qtest(f"b64write {phys:#x} {len(data)} {base64.b64encode(data).decode()}")

    def ram_bytes(self, phys, size):
        with open(self.dir / "ram", "rb") as ram:
            ram.seek(phys)
            return ram.read(size)

    def start_core3(self, entry):
        """The start protocol of the Pi's firmware."""
        self.write32(BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_SET, entry)


# --- the bridge -----------------------------------------------------------------------------------


def bridge_command(pi, port, options=(), program=()):
    program = program or [pi.build / "bin" / "ampgdb-bridge"]
    if not program[-1].exists():
        raise SimError(f"{program[-1]} is not built: run make programs")
    return [*program, "--memory", pi.memory, "--listen", f"127.0.0.1:{port}", *options]


class Bridge:
    """ampgdb-bridge in front of a VirtualPi, ready for clients. A context manager.

    port:    None: one that is free; it is known when the bridge is ready.
    program: another one than the build's, with what runs it in front: ["qemu-arm", path].
    """

    _numbers = itertools.count(1)

    def __init__(self, pi, port=None, trace=None, options=(), program=()):
        self.pi = pi
        self.port = port or 0
        self.trace = pathlib.Path(trace or pi.dir / "rsp.log").resolve()
        self.options = options
        self.program = program
        self.log_path = pi.dir / f"bridge-{next(self._numbers)}.log"
        self.process = None

    @property
    def address(self):
        """For GDB's "target remote"."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        command = bridge_command(self.pi, self.port, ["--trace", self.trace, *self.options],
                                 self.program)
        with open(self.log_path, "wb") as log:
            self.process = spawn(command, signal.SIGTERM, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until(self._is_ready, START_TIMEOUT, "ampgdb-bridge to become ready", self.log)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """SIGTERM; the status with which the bridge ended."""
        return end(self.process)

    def _is_ready(self):
        if ready := re.search(r"^Listening on port (\d+)\n", self.log(), re.MULTILINE):
            self.port = int(ready.group(1))
            return True
        if self.process.poll() is not None:
            status = self.process.returncode
            raise SimError(f"ampgdb-bridge ended with status {status}\n{self.log()}")
        return False

    def log(self):
        return self.log_path.read_text(errors="replace")

    def logs(self):
        state = "running" if self.process.poll() is None else f"ended: {self.process.returncode}"
        trace = self.trace.read_text(errors="replace") if self.trace.exists() else ""
        return [(f"ampgdb-bridge, {state}", self.log()),
                ("RSP trace, the end of it", trace[-8000:])]


# --- make sim -------------------------------------------------------------------------------------


class BuildLink:
    """build/sim -> the private directory: where programs in build/bin look for a machine."""

    def __init__(self, pi):
        self.link = pi.build / "sim"
        self.target = pi.dir

    def __enter__(self):
        if self.link.is_symlink():
            self._remove_stale()
        self.link.symlink_to(self.target)

    def __exit__(self, *_):
        self.link.unlink()

    def _remove_stale(self):
        """A "make sim" that was killed leaves its link; a living one still answers."""
        directory = self.link.resolve()  # of a length that sockets allow, whatever the tree's
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(os.fspath(directory / "qtest"))
            except OSError:
                if directory.name.startswith(DIRECTORY_PREFIX):
                    shutil.rmtree(directory, ignore_errors=True)
                self.link.unlink()
                return
        raise SimError(f"another virtual Pi runs in this build tree ({self.link}): stop it first, "
                       "or build elsewhere with O=DIR")


def run_in_foreground(build, port):
    """Machine and bridge until the bridge or QEMU ends, or a signal says so; the exit status."""
    with VirtualPi(build) as pi, BuildLink(pi):
        bridge = spawn(bridge_command(pi, port), signal.SIGTERM)
        try:
            while pi.process.poll() is None:
                try:
                    return bridge.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    continue
            raise SimError(f"QEMU ended with status {pi.process.returncode}\n{pi.qemu_log()}")
        finally:
            end(bridge)


def main():
    parser = argparse.ArgumentParser(description="A virtual Pi and ampgdb-bridge, until Ctrl-C.")
    parser.add_argument("--build", default="build", help="build directory (default: build)")
    parser.add_argument("--port", type=int, default=3333, help="TCP port (default: 3333)")
    arguments = parser.parse_args()
    exit_on_signals(status=0)
    try:
        return run_in_foreground(arguments.build, arguments.port)
    except SimError as error:
        print(f"virtual_pi: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
