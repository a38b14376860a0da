# SPDX-License-Identifier: Apache-2.0
"""Small steps that tests of the linux tier share, on top of LinuxPi: what is asked of Linux, and
programs of tests/linux/programs.
"""

import pathlib
import re
import subprocess

from contract import BCM283X, MEMMAP, ROOT
from processes import wait_until

SOURCES = pathlib.Path(__file__).resolve().parent / "programs"
CROSS = "arm-linux-gnueabihf-"
BASE = MEMMAP.AMPGDB_BASE_1G
WINDOW = MEMMAP.AMPGDB_WINDOW_1G
MAILBOX3_SET = BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_SET
MAILBOX3_CLR = BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_CLR
MAILBOX1_SET = BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX1_SET
CONTROL = BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX_CTL
DEVMEM = "/usr/bin/devmem"  # ours; without a path busybox may take its own
TIMEOUT = 60
BLINKS, SECONDS = 20, 2  # to measure, at least
CHECKER_TIMEOUT = 600  # all of the RAM, on an emulated Pi, three times
WARNING = 4  # of the kernel's log levels; lower is worse
PC_IS_SLOW = "hrtimer: interrupt took"  # no matter of the machine's


# --- programs -------------------------------------------------------------------------------------


def shell(commands, folder):
    """Commands as they would be typed in a folder; what they printed."""
    done = subprocess.run(["sh", "-e", "-c", commands], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build_the_old_way(name, folder, flags="-marm", first=()):
    """As the articles did it: compile, link at the program's base, cut out the image. first: what
    is linked in front. NAME.elf and NAME.bin in the folder; returns the path without suffix."""
    target = pathlib.Path(folder) / (name + "".join(flags.split()))
    objects = []
    for source in (*first, name):
        path, = SOURCES.glob(f"{source}.[cS]")
        objects.append(f"{target.name}-{source}.o")
        shell(f"{CROSS}gcc -c {flags} -O1 -ffreestanding -fno-pie -I{ROOT}/include {path} "
              f"-o {objects[-1]}", folder)
    # -n: or a page with the ELF header would be part of the program, below its base. The image has
    # no such page either way. Code and data are one segment then, which ld warns about.
    shell(f"{CROSS}ld -n --no-warn-rwx-segments -z noexecstack -Ttext {BASE:#x} "
          f"{' '.join(objects)} -o {target}.elf\n"
          f"{CROSS}objcopy -O binary {target}.elf {target}.bin\n", folder)
    return target


def build_for_linux(name, folder):
    """A static program for cores 0-2; its path."""
    target = pathlib.Path(folder) / name
    shell(f"{CROSS}gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -pthread "
          f"{SOURCES}/{name}.c -o {target}", folder)
    return target


# --- Linux ----------------------------------------------------------------------------------------


def pi_reads(pi, phys):
    """A word, by a program that is not ours."""
    return int(pi.ssh(f"busybox devmem {phys:#x}", check=True).stdout, 0)


def pi_writes(pi, phys, value):
    pi.ssh(f"busybox devmem {phys:#x} 32 {value:#x}", check=True)


def park(pi):
    """Have the stub hand Core 3 back: it waits for an address as it did in the firmware."""
    pi_writes(pi, MAILBOX3_SET, WINDOW + MEMMAP.AMPGDB_PARK_OFFSET)
    pi_writes(pi, MAILBOX1_SET, 1)
    wait_until(lambda: not pi_reads(pi, CONTROL) & BCM283X.LOCAL_MAILBOX_CTL_DOORBELL, TIMEOUT,
               "core 3 to be handed back", pi.serial_tail, pause=0.1)


def blink_rate(pi, blinks):
    """Blinks a second, both by the Pi: the LED shows that it blinks, the program's counter, which
    misses none when the PC is slow, how often."""
    pi.wait_led_changes(8)
    count, begin = pi.sample(blinks)

    def long_enough():
        last, end = pi.sample(blinks)
        return last >= count + BLINKS and end >= begin + SECONDS and (last - count) / (end - begin)

    return wait_until(long_enough, TIMEOUT, f"{BLINKS} blinks in {SECONDS} s",
                      lambda: f"{count} -> {pi.sample(blinks)[0]}\n{pi.serial_tail()}", pause=0.1)


class KernelLog:
    """What the kernel logs from now on."""

    def __init__(self, pi):
        self.pi = pi
        self.before = self._lines()

    def _lines(self):
        return self.pi.ssh("dmesg -r", check=True).stdout.splitlines()

    def complaints(self):
        """The new lines that are warnings, or worse."""
        lines = self._lines()
        assert lines[:len(self.before)] == self.before, "the log has lost its beginning"
        return [line for line in lines[len(self.before):] if PC_IS_SLOW not in line
                and int(re.match(r"<(\d+)>", line).group(1)) % 8 <= WARNING]


class MemoryChecker:
    """programs/memory_checker.c at work on cores 0-2; a context manager.

    leave: KiB that Linux keeps. watch: start, end, start, end... of physical addresses:
    how many pages of them it has is held["watched"].
    """

    LOG = "/run/memory_checker.log"

    def __init__(self, pi, folder, leave=64 << 10, watch=()):
        self.pi = pi
        self.held = {}
        self._program = build_for_linux("memory_checker", folder)
        self._arguments = " ".join(f"{word:#x}" for word in (leave, *watch))
        self._pid = None
        self._result = None

    def __enter__(self):
        self.pi.put(self._program, "/run/memory_checker")
        self._pid = int(self.pi.ssh(f"/run/memory_checker {self._arguments} >{self.LOG} 2>&1 "
                                    "</dev/null & echo $!", check=True).stdout)
        wait_until(lambda: "checking" in self._log(), CHECKER_TIMEOUT, "the checker to begin",
                   lambda: self._log() + self.pi.serial_tail(), pause=0.2)
        self.held = {name: int(count) for name, count in
                     re.findall(r"^(\w+): (\d+)$", self._log(), re.MULTILINE)}
        return self

    def __exit__(self, *_):
        if self._result is None:
            self.pi.ssh(f"kill -9 {self._pid}")

    def _log(self):
        return self.pi.ssh(f"cat {self.LOG}", check=True).stdout

    def finish(self):
        """Check all of it once more; {"passes": ..., "errors": ...} and what it held."""
        self.pi.ssh(f"kill {self._pid}", check=True)
        wait_until(lambda: "errors" in self._log(), CHECKER_TIMEOUT, "the memory checker to end",
                   lambda: self._log() + self.pi.serial_tail(), pause=0.2)
        self._result = {name: int(count) for name, count in
                        re.findall(r"^(\w+): (\d+)$", self._log(), re.MULTILINE)}
        return self._result
