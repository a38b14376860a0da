# SPDX-License-Identifier: Apache-2.0
"""Small steps that several sim tests share, on top of sim/'s VirtualPi, Bridge and Gdb."""

import hashlib
import os
import re
import socket
import struct
import subprocess
import time

import elf
from board import BOARD
from contract import MEMMAP, constants
from processes import wait_until

HEADER = constants("../../stub/frame.h")
STATES = constants("window_states.h")
PAGE = 4096
TIMEOUT = 30
TRIES = 3  # to measure what waiting costs
RUNNING_PERCENT = 10  # of a CPU: more than any halted machine uses, less than a running one


def start_without_stub(pi, program):
    """Load an ELF file and start it by mailbox 3, as somebody without a debugger would."""
    for segment in elf.segments(program):
        pi.write_bytes(segment.phys, segment.data)
    pi.start_core3(elf.entry(program))


def short_address(port):
    """":PORT", which GDB takes for localhost; a bare chroot has no /etc/hosts that knows the name."""
    try:
        socket.getaddrinfo("localhost", port)
    except socket.gaierror:
        return f"127.0.0.1:{port}"
    return f":{port}"


def ram_words(pi, phys, count):
    return struct.unpack(f"<{count}I", pi.ram_bytes(phys, 4 * count))


# --- programs of ours, as a user starts them ------------------------------------------------------


def run(*command, timeout=TIMEOUT, **popen):
    """A program to its end, in an environment that names no machine unless env does."""
    popen.setdefault("env", environment())
    popen.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", timeout=timeout, check=False, **popen)


def environment(**more):
    """Ours without what would change what a program of ours, or make, does."""
    unwanted = ("AMPGDB_MEMORY", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL")
    return {name: value for name, value in os.environ.items() if name not in unwanted} | more


def loadmetal(pi, *arguments, **popen):
    return run(pi.build / "bin" / "loadmetal", "--memory", pi.memory, *arguments, **popen)


def assert_one_sentence(done, pattern, status=1):
    """It failed with one line on standard error that matches, and said nothing else."""
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert re.search(pattern, lines[0]), f"'{pattern}' is not in: {lines[0]}"


def assert_fits_a_terminal(text):
    lines = text.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80, text


def on_a_pipe(pi):
    """For GDB's "target remote": a bridge that it starts for itself alone. A run under nohup must
    not make that one deaf to SIGHUP."""
    return (f"| exec env --default-signal=HUP {pi.build}/bin/ampgdb-bridge --stdio "
            f"--memory {pi.memory}")


def debuggers_bridge(pi):
    """The process id of the bridge that has the debugger."""
    return int(re.match(r"ampgdb-bridge \(pid (\d+)\)", (pi.dir / "lock").read_text()).group(1))


# --- what GDB says ---------------------------------------------------------------------------------


def value(gdb, expression):
    """A number that GDB knows."""
    return int(gdb.do(f"output/x {expression}"), 16)


def word(gdb, label):
    """The word at a label of an assembly program. GDB knows no type for it and would read a byte."""
    return value(gdb, f"*(unsigned *)&{label}")


def fresh_start(gdb, label, thumb=False):
    """The CPU as after a reset, but at label."""
    gdb.do("monitor reset halt")
    gdb.do("maintenance flush register-cache")
    gdb.do(f"set $pc = {label}")
    gdb.do(f"set $cpsr = {0x1F3 if thumb else 0x1D3:#x}")


def requests(bridge):
    """The packets that the client has sent so far, without acknowledgements."""
    lines = re.findall(r"^ *[\d.]+ > (.*)$", bridge.trace.read_text(), re.MULTILINE)
    return [line for line in lines if line not in ("+", "-") and not line.startswith("[")]


# --- what Core 3 does -----------------------------------------------------------------------------


def state(pi):
    """AMPGDB_STATE_* as the stub publishes it."""
    return ram_words(pi, BOARD.window + MEMMAP.AMPGDB_SHARED_OFFSET
                     + HEADER.HEADER_STATE, 1)[0]


def is_halted(pi):
    return state(pi) == STATES.AMPGDB_STATE_HALTED


def is_running(pi):
    return state(pi) == STATES.AMPGDB_STATE_RUNNING


def wait_is_running(pi):
    """After an order to run: the stub answers that, and then says so to everybody."""
    wait_until(lambda: is_running(pi), TIMEOUT, "the program to run", lambda: state(pi))


def wait_nobody_is_attached(pi):
    """A bridge notices by itself that its client is gone; the owner's lock file is empty then."""
    lock = pi.dir / "lock"
    wait_until(lambda: lock.read_text() == "", TIMEOUT, "the client to be gone", lock.read_text)


def least(measure, limit):
    """The same work costs more on a PC that others keep busy: the best of a few measurements."""
    percents = []
    while not percents or (min(percents) >= limit and len(percents) < TRIES):
        percents.append(measure())
    return min(percents)


def assert_pi_uses_less(pi, limit, seconds=0.5):
    """What is awake for good would be seen in each of the measurements."""
    assert least(lambda: pi.cpu_percent(seconds), limit) < limit


def wait_runs(pi):
    """Core 3 executes: for programs that show no other sign of life."""
    wait_until(lambda: pi.cpu_percent(0.2) > RUNNING_PERCENT, TIMEOUT, "the program to run")


def counter(pi, program, name="blinks"):
    """A variable of the program, from the machine's RAM."""
    return ram_words(pi, elf.symbols(program)[name], 1)[0]


def wait_counts(pi, program, name="blinks", more=3):
    phys = elf.symbols(program)[name]
    first = ram_words(pi, phys, 1)[0]
    wait_until(lambda: ram_words(pi, phys, 1)[0] >= first + more, TIMEOUT,
               f"{name} to count {more} more", lambda: f"{first} -> {ram_words(pi, phys, 1)[0]}")


def ram_pages(pi, without=()):
    """Address of a page -> hash, of all RAM that is not zero. without: (start, end), left out."""
    pages = {}
    with open(pi.dir / "ram", "rb") as ram:
        for start, end in _allocated(ram.fileno()):
            for phys in range(start, end, PAGE):
                data = _blank(os.pread(ram.fileno(), PAGE, phys), phys, without)
                if data.strip(b"\0"):
                    pages[phys] = hashlib.sha256(data).hexdigest()
    return pages


def _blank(data, phys, ranges):
    data = bytearray(data)
    for start, end in ranges:
        low, high = max(start - phys, 0), min(end - phys, len(data))
        if low < high:
            data[low:high] = bytes(high - low)
    return bytes(data)


def _allocated(fd):
    """The parts of a sparse file that hold data, in whole pages."""
    size = os.fstat(fd).st_size
    end = 0
    while True:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError:
            return  # no more data: lseek(2), ENXIO
        end = min(os.lseek(fd, start, os.SEEK_HOLE), size)
        yield start // PAGE * PAGE, end


# --- a client that is not GDB ---------------------------------------------------------------------


def rsp_packet(payload):
    """GDB manual, "Overview" of the remote protocol; payload is sent as it is."""
    return b"$" + payload + b"#%02x" % (sum(payload) % 256)


class RawClient:
    """A socket to the bridge that can send anything. A context manager."""

    def __init__(self, bridge):
        self.socket = socket.create_connection(("127.0.0.1", bridge.port), TIMEOUT)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, payload):
        """The reply to one packet."""
        self.send(rsp_packet(payload))
        return self.reply()

    def reply(self, timeout=TIMEOUT):
        """The payload of the next packet, acknowledged; ConnectionError when none can come."""
        deadline = time.monotonic() + timeout
        while not (found := re.search(rb"\$([^#]*)#[0-9a-f]{2}", self.received)):
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError(f"closed after {self.received!r}")
            self.received += data
        self.received = self.received[found.end():]
        self.send(b"+")
        return found.group(1)
