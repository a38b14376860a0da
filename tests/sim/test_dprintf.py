# SPDX-License-Identifier: Apache-2.0
"""dprintf in the agent's style prints without stopping: Core 3 sends the values, Linux formats
them, and what could not be kept is counted and told.
"""

import os
import re
import signal

import pytest
from processes import wait_until
from rig import TIMEOUT, ram_words, requests, value, wait_runs

BOTH = pytest.mark.parametrize("name", ["counting", "counting-thumb"])
LOST = re.compile(r"<(\d+) prints are lost")


def begin(attach, name):
    gdb = attach(name)
    gdb.do("set dprintf-style agent")
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    return gdb


def printed_until(gdb, i):
    """What dprintfs print before tick(i). GDB does not let a dprintf print where a breakpoint is at
    the same place."""
    gdb.do(f"tbreak f9 if i == {i}")
    gdb.start("continue")
    return gdb.wait(timeout=60)


def wait_changes(pi, phys, times):
    """Until a word of the program has had so many values, at least."""
    seen = set()
    wait_until(lambda: seen.add(ram_words(pi, phys, 1)[0]) or len(seen) > times, TIMEOUT,
               "the program to go on", lambda: f"{len(seen)} values of {phys:#x}", pause=0)


@BOTH
def test_values_of_all_kinds_are_printed(attach, bridge, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"%d: %s %c %x %lld %hd %u|%-6d|%06x|%%\n", i, cursor->name, '
           r'cursor->letter, cursor->half, cursor->big, cursor->negative, cursor->value, i, i')
    before = len(requests(bridge))
    lines = printed_until(gdb, 5)
    assert "0: apple a fffe -123456789012345 -1 4294967286|0     |000000|%\n" in lines
    assert "1: pear tree b 8000 81985529216486895 -2 20|1     |000001|%\n" in lines
    assert "2: plum c 7 5000000000 3 30|2     |000002|%\n" in lines
    assert "3: apple" in lines and "4: pear tree" in lines
    sent = requests(bridge)[before:]
    assert sum(packet.startswith("vCont;c") for packet in sent) == 1, "it never stopped"


@BOTH
def test_a_string_that_cannot_be_read_and_a_long_one_do_no_harm(attach, name):
    gdb = begin(attach, name)
    text = value(gdb, "(unsigned)&stack_top") - 0x100000
    for offset in range(0, 400, 4):
        gdb.do(f"set var *(int *){text + offset:#x} = 0x41424344")
    gdb.do(r'dprintf f1,"bad: %s\n", (char *)0x2000')
    gdb.do(rf'dprintf f2,"long: %s\n", (char *){text:#x}')
    seen = printed_until(gdb, 2)
    assert "bad: <error: Cannot access memory at address 0x2000>\n" in seen
    assert f"long: {('DCBA' * 32)}...\n" in seen


@BOTH
def test_a_condition_decides_whether_it_prints(attach, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"i is %d\n", i')
    gdb.do("condition 2 i % 10 == 0")
    seen = printed_until(gdb, 35)
    assert re.findall(r"i is (\d+)", seen) == ["0", "10", "20", "30"]


@BOTH
def test_a_value_that_cannot_be_read_stops_and_says_so(attach, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"%d\n", *(int *)0x1000')
    assert "cannot be evaluated: it reads 0x00001000, which belongs to Linux" in gdb.do("continue")
    gdb.do("delete")
    gdb.do("tbreak f3")
    assert "f3" in gdb.do("continue")


@BOTH
def test_a_breakpoint_at_the_same_place_stops(attach, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"here %d\n", i')
    gdb.do("break tick if i == 7")
    seen = gdb.do("continue")
    assert "Breakpoint 3, tick (i=7)" in seen


@BOTH
def test_at_speed_each_print_comes_or_is_counted(attach, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"print %d\n", i')
    seen = printed_until(gdb, 20000)
    numbers = [int(i) for i in re.findall(r"^print (\d+)$", seen, re.MULTILINE)]
    lost = sum(int(count) for count in LOST.findall(seen))
    assert len(numbers) > 500
    assert numbers == sorted(set(numbers)), "in order, none twice"
    # The last ones may have been lost behind the last that was printed.
    missing = 20000 - len(numbers)
    assert lost <= missing
    assert numbers[-1] + 1 == len(numbers) + lost, "each gap has been told"


@BOTH
def test_what_comes_while_nobody_listens_is_counted(attach, bridge, pi, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"print %d\n", i')
    gdb.start("continue")
    gdb.wait_for("print 100\n")
    os.kill(bridge.process.pid, signal.SIGSTOP)
    try:
        wait_changes(pi, gdb.symbols["total"], 20000)
    finally:
        os.kill(bridge.process.pid, signal.SIGCONT)
    gdb.wait_for("prints are lost")
    gdb.interrupt()
    seen = gdb.wait()
    numbers = [int(i) for i in re.findall(r"^print (\d+)$", seen, re.MULTILINE)]
    lost = sum(int(count) for count in LOST.findall(seen))
    assert lost > 0 and numbers[-1] + 1 == len(numbers) + lost


@BOTH
def test_ctrl_c_stops_a_program_that_prints_without_end(attach, pi, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"print %d\n", i')
    gdb.start("continue")
    gdb.wait_for("print 100\n")
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    gdb.do("delete")
    gdb.start("continue")
    wait_runs(pi)
    gdb.interrupt()
    assert "print" not in gdb.wait().split("SIGINT")[-1]


@BOTH
def test_formats_that_are_not_for_core3_are_refused_with_a_reason(attach, name):
    gdb = begin(attach, name)
    gdb.do(r'dprintf tick,"%f\n", 1.5')
    refused = gdb.do("continue")
    assert re.search("dprintf|float|Cannot insert", refused), refused
    gdb.do("delete")
    gdb.do("tbreak tick")
    assert "tick" in gdb.do("continue")
