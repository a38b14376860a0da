# SPDX-License-Identifier: Apache-2.0
"""Child processes that cannot outlive us, what they use, and waiting for something to be true."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_libc = ctypes.CDLL(None, use_errno=True)


class Expired(Exception):
    """A deadline passed; the text says what was awaited and the state found instead."""


def wait_until(condition, timeout, what, state=lambda: "", pause=0.002):
    """Poll until condition() is true and return its value; raise Expired, with state(), at the
    deadline."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Expired(f"{what}: not within {timeout} s\n{state()}".rstrip())
        time.sleep(pause)


def spawn(command, death_signal=signal.SIGKILL, **popen):
    """Start a child in a session of its own (a terminal's Ctrl-C is for us to handle) that gets
    death_signal when we die, however that happens."""
    parent = os.getpid()

    def before_exec():
        _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # we died before the line above
            os._exit(1)

    popen.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, start_new_session=True, preexec_fn=before_exec, **popen)


def end(process, timeout=20):
    """Ask a child to terminate, insist after the timeout, and return its status."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def cpu_seconds(folder):
    """CPU time used so far by a process or thread, named by its folder in /proc."""
    stat = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")  # proc(5) fields 14 and 15


def cpu_percent(pid, seconds):
    """What a process uses of one CPU, measured over that time."""
    process = pathlib.Path(f"/proc/{pid}")
    used, begin = cpu_seconds(process), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu_seconds(process) - used) / (time.monotonic() - begin)


def exit_on_signals(status):
    """Let SIGINT, SIGTERM and SIGHUP end this program through its "finally" clauses. SIGINT also
    where a shell's "&" had it ignored; SIGHUP not under nohup."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        signal.signal(number, lambda *_: sys.exit(status))
