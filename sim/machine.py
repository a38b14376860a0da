# SPDX-License-Identifier: Apache-2.0
"""What every virtual Pi is: QEMU's raspi2b with a private directory, observed by qtest.

Owns the directory, the QEMU process, its log, and the LED as somebody beside the board sees it.
Knows nothing of what runs on the machine.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from contract import BCM283X
from processes import Expired, cpu_percent, cpu_seconds, end, spawn, wait_until

RAM_SIZE = 1 << 30  # of QEMU's raspi2b, which knows no other
LED_PIN = 16
QTEST_TIMEOUT = 20
SOCKET_PATH_MAX = 107  # bytes, unix(7)
DIRECTORY_PREFIX = "ampgdb-"
SHM = "/dev/shm"
SHM_FREE_MIN = 256 << 20  # with less (Docker gives 64 MiB) QEMU could die of SIGBUS


class SimError(Exception):
    """The virtual Pi or the bridge failed; the text says what happened and shows the log."""


def _private_directory():
    shm_is_usable = os.access(SHM, os.W_OK) and shutil.disk_usage(SHM).free >= SHM_FREE_MIN
    parent = SHM if shm_is_usable else None
    directory = pathlib.Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX, dir=parent))
    if len(os.fsencode(directory / "qtest")) > SOCKET_PATH_MAX:
        directory.rmdir()
        raise SimError(f"{directory} is too long a path for a socket: set TMPDIR to a shorter one")
    return directory


def run_tool(*command, **options):
    """A program of the PC, to its end; its output as bytes, SimError if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        text = done.stdout.decode(errors="replace").strip()
        raise SimError(f"{' '.join(map(str, command))} ended with {done.returncode}: {text}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Machine:
    """A virtual Pi; a context manager. A kind of it defines _start()."""

    def __init__(self, build="build"):
        self.build = pathlib.Path(build).resolve()
        self.dir = None
        self.process = None

    # --- life -----------------------------------------------------------------------------------

    def __enter__(self):
        self.dir = _private_directory()
        try:
            self._start()
        except (Expired, OSError, SimError) as error:
            self.stop()
            raise SimError(f"cannot start the virtual Pi: {error}") from None
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process:
            end(self.process)
        if self.dir:
            shutil.rmtree(self.dir, ignore_errors=True)

    def _spawn_qemu(self, options, **popen):
        """options: more of QEMU's, with names of files relative to the private directory: QEMU
        would read a comma in a path as the end of an option."""
        command = ["qemu-system-arm", "-name", "virtual-pi,debug-threads=on",
                   "-kernel", self.build / "arm" / "firmware_standin.elf",
                   "-qtest", "unix:qtest,server=on,wait=off", "-qtest-log", "none",
                   "-display", "none", *options]
        with open(self.dir / "qemu.log", "wb") as log:
            self.process = spawn(command, cwd=self.dir, **{"stdout": log, "stderr": log} | popen)

    def _must_run(self):
        if self.process.poll() is not None:
            raise SimError(f"QEMU ended with status {self.process.returncode}\n{self.qemu_log()}")

    # --- seen from outside ----------------------------------------------------------------------

    def _connect(self, deadline):
        """One client at a time: others queue, and when the queue is full must come again."""
        while True:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(QTEST_TIMEOUT)
            try:
                client.connect(os.fspath(self.dir / "qtest"))
                return client
            except BlockingIOError:
                client.close()
                if time.monotonic() > deadline:
                    raise SimError("qtest: others keep the socket busy") from None
                time.sleep(0.001)
            except BaseException:
                client.close()
                raise

    def _qtest(self, command):
        """One command of QEMU's qtest protocol on a connection of its own; returns the answer."""
        with self._connect(time.monotonic() + QTEST_TIMEOUT) as client:
            try:
                client.sendall(command.encode() + b"\n")
                answer = client.makefile("r").readline()
            except socket.timeout:
                raise SimError(f"qtest: no answer to '{command[:60]}'\n{self.qemu_log()}") from None
        if not answer.startswith("OK"):
            raise SimError(f"qtest: '{command[:60]}' was answered '{answer.strip()}'")
        return answer[2:].strip()

    def _read32(self, phys):
        return int(self._qtest(f"readl {phys:#x}"), 16)

    def led(self):
        """The level of GPIO16, 0 or 1."""
        levels = self._read32(BCM283X.BCM283X_GPIO + BCM283X.GPIO_GPLEV0)
        return levels >> LED_PIN & 1

    def wait_led_changes(self, count, timeout=30):
        """The times (of time.monotonic) at which the LED was seen to change, count of them."""
        times = []
        level = self.led()

        def changed_often_enough():
            nonlocal level
            now = self.led()
            if now != level:
                level = now
                times.append(time.monotonic())
            return len(times) >= count

        wait_until(changed_often_enough, timeout, f"the LED to change {count} times",
                   lambda: f"it is {level} and changed {len(times)} times", pause=0)
        return times

    def cpu_percent(self, seconds=1.0):
        """What QEMU uses of one of the PC's CPUs, measured over that time."""
        return cpu_percent(self.process.pid, seconds)

    def core_seconds(self, core):
        """The PC's CPU time that went into this core: its own time, however busy the PC is."""
        for thread in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                if (thread / "comm").read_text().startswith(f"CPU {core}/"):
                    return cpu_seconds(thread)
            except (FileNotFoundError, ProcessLookupError):
                continue  # one of QEMU's helpers, which come and go
        raise SimError(f"QEMU has no thread for core {core}\n{self.qemu_log()}")

    def qemu_log(self):
        """What QEMU said; nothing once the machine is gone."""
        log = self.dir / "qemu.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def logs(self):
        """(name, text) of what a failed test wants to show."""
        state = "running" if self.process.poll() is None else f"ended: {self.process.returncode}"
        return [(f"QEMU, {state}", self.qemu_log())]
