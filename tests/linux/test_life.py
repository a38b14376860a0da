# SPDX-License-Identifier: Apache-2.0
"""Linux and the program on Core 3 do not harm each other: not in a hundred lives of programs, not
when one runs wild, and not when the bridge is killed.
"""

import random
import re

import elf
import pytest
from linux_kit import BASE, TIMEOUT, KernelLog, MemoryChecker, build_the_old_way
from processes import wait_until

LIVES = 100
KILLS = 12
SEED = 20161122
MIB = 1 << 20
SHARE = 0.75  # of Linux's memory that the checker holds, at least


@pytest.fixture
def checker(pi, programs):
    """Linux's memory under observation while the test runs; afterwards all of it is as it was and
    the kernel has nothing to complain of."""
    log = KernelLog(pi)
    total = int(re.search(r"MemTotal:\s+(\d+)", pi.ssh("cat /proc/meminfo").stdout).group(1))
    with MemoryChecker(pi, programs) as checker:
        assert checker.held["cores"] == 3
        assert checker.held["kib"] > SHARE * total
        yield checker
        found = checker.finish()
    assert found["errors"] == 0, found
    assert found["passes"] >= 2, found
    assert log.complaints() == []


def one_life(gdb, program, address):
    """Load, start, break, kill. Returns what was seen at the breakpoint."""
    gdb.do(f"file {program}")
    gdb.do(f"target remote {address}")
    assert "Start address 0x20000000" in gdb.do("load")
    gdb.do("break wait")
    stop = gdb.do("continue")
    assert "Breakpoint" in stop and "wait ()" in stop, stop
    level = gdb.do("print delay")
    gdb.do("kill")
    gdb.do("delete")
    return level


def test_a_hundred_lives_while_linux_works(pi, build, new_gdb, checker):
    gdb = new_gdb(timeout=TIMEOUT)
    for life in range(LIVES):
        program = build / "firmware" / ("blink.elf" if life % 2 else "blink-thumb.elf")
        assert "= 84 'T'" in one_life(gdb, program, pi.address), f"life {life}"
        assert pi.led() == 1, f"life {life}"


# --- a program gone wild --------------------------------------------------------------------------


def test_a_program_that_stores_over_linux_is_stopped_at_the_first_store(pi, programs, new_gdb,
                                                                       checker):
    program = build_the_old_way("overrun", programs).with_suffix(".elf")
    symbols = elf.symbols(program)
    pi.put(program, "/run/overrun.elf")
    pi.ssh("loadmetal /run/overrun.elf", check=True)
    wait_until(lambda: "halted" in pi.ssh("loadmetal status").stdout, TIMEOUT,
               "the program to be stopped", lambda: pi.ssh("loadmetal status").stdout, pause=0.1)
    said = pi.ssh("loadmetal status", check=True).stdout
    assert (f"program:  halted at {symbols['overrun']:#010x}: data abort: write to 0x00000000, "
            "which belongs to Linux") in said

    # The same with somebody who insists, all over Linux's RAM, up to its last word.
    gdb = new_gdb(program, timeout=TIMEOUT)
    gdb.do(f"target remote {pi.address}")
    gdb.do("load")
    for address in (*range(0, BASE, 8 * MIB), BASE - 4):
        gdb.do(f"set $r0 = {address:#x}")
        stop = gdb.do("continue")
        assert "SIGSEGV" in stop, f"{address:#x}: {stop}"
        assert f"{symbols['overrun']:#x}" in gdb.do("print $pc"), f"{address:#x}"
        assert f"= {address:#x}\n" in gdb.do("print/x $r0"), f"{address:#x}"
    gdb.do("kill")


# --- the bridge is killed -------------------------------------------------------------------------


class Victim:
    """blink on Core 3, a GDB at work on it, and a bridge that dies in the midst of it."""

    def __init__(self, pi, blink, new_gdb, rng):
        self.pi = pi
        self.new_gdb = new_gdb
        self.blink = blink
        self.rng = rng
        self.gdb = None

    def attach(self):
        self.gdb = self.new_gdb(self.blink, timeout=TIMEOUT)
        assert "Remote debugging using" in self.gdb.do(f"target remote {self.pi.address}")

    def ask(self, expression):
        return self.gdb.do(f"print {expression}").partition(" = ")[2].strip()

    def kill_bridge_during(self, command, begun=""):
        """SIGKILL at a random moment of what a command makes the bridge do. begun: what GDB prints
        when it is about to ask for it."""
        self.gdb.start(command)
        self.gdb.wait_for(begun)
        delay = self.rng.uniform(0, 0.4)
        self.pi.ssh(f"sleep {delay:.3f}; killall -9 ampgdb-bridge", check=True)
        self.gdb.quit()
        self.pi.ssh("bridge start", check=True)


# What GDB is doing then, to a program that stands still: all of it can be repeated.
AT_WORK = ("dump binary memory /dev/null 0x20000000 0x20200000",
           "python [gdb.execute('info registers', to_string=True) for _ in range(10000)]",
           "python [gdb.parse_and_eval('*(unsigned char[999] *)0x20000000').fetch_lazy() "
           "or gdb.execute('flushregs', to_string=True) for _ in range(10000)]",
           "python [gdb.execute('set var blinks = blinks', to_string=True) for _ in range(10000)]")


@pytest.fixture
def victim(pi, blink, new_gdb):
    victim = Victim(pi, blink, new_gdb, random.Random(SEED))
    victim.attach()
    victim.gdb.do("load")
    victim.gdb.do("tbreak wait")  # by then the start code has cleared what an earlier one counted
    assert "wait ()" in victim.gdb.do("continue")
    return victim


def test_the_bridge_killed_while_the_program_runs_and_it_runs_on(pi, victim):
    victim.gdb.do("set var delay = 0x0b")
    for number in range(KILLS):
        blinks = int(victim.ask("blinks"))
        victim.kill_bridge_during("continue", begun="Continuing.")
        pi.wait_led_changes(4)
        victim.attach()
        assert victim.ask("delay") == r"11 '\v'", f"kill {number}"
        assert int(victim.ask("blinks")) > blinks, f"kill {number}"


def test_the_bridge_killed_while_the_program_stands_and_it_stands(pi, victim):
    before = [victim.ask(place) for place in ("$pc", "$sp", "$cpsr", "blinks", "delay")]
    for number in range(KILLS):
        victim.kill_bridge_during(AT_WORK[number % len(AT_WORK)])
        assert "program:  halted" in pi.ssh("loadmetal status", check=True).stdout
        assert pi.led() == 1
        victim.attach()
        assert [victim.ask(place) for place in ("$pc", "$sp", "$cpsr", "blinks", "delay")] == before
    victim.gdb.do("detach")
    pi.wait_led_changes(4)
