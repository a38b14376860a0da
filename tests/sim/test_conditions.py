# SPDX-License-Identifier: Apache-2.0
"""Conditions of breakpoints are evaluated on Core 3, by break and hbreak alike: true ones
stop, false ones cost no packet, what cannot be evaluated stops and says why.
"""

import re

import pytest
from processes import wait_until
from rig import TIMEOUT, requests, value, wait_runs

BOTH = pytest.mark.parametrize("name", ["counting", "counting-thumb"])
KINDS = pytest.mark.parametrize("kind", ["break", "hbreak"])
HIT = re.compile(r"(?:Breakpoint|Temporary breakpoint) (\d+), ")


def begin(attach, name):
    gdb = attach(name)
    gdb.do("set breakpoint condition-evaluation target")
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    return gdb


def hit(gdb):
    """Continue to a breakpoint; its number."""
    printed = gdb.do("continue")
    found = HIT.search(printed)
    assert found, printed
    return int(found.group(1))


# true for the first time when i is that
CONDITIONS = [
    ("i == 1000", 1000),
    ("i > 20 && i % 7 == 0", 21),
    ("i * i - 2 * i == 99 * 97", 99),
    ("i / 8 == 5 || 0", 40),
    ("(i ^ 0x5a) == 0x1b & (i | 0x41) == 0x41", 65),
    ("~i == -78", 77),
    ("!(i < 123)", 123),
    ("(i << 3 >> 1) == 128", 32),
    ("cursor->value == -10 && i", 3),
    ("cursor->letter == 99", 2),
    ("cursor->negative < 0 && i > 3", 4),
    ("cursor->half == 0x8000", 1),
    ("cursor->big == -123456789012345 && i > 5", 6),
    ("cursor->big / 1000000000LL == 5", 2),
    ("cursor->big > 0x7fffffffffLL", 1),
    ("cursor->name[2] == 97", 1),
    ("cursor == &items[1] && i > 100", 103),
    ("$r0 == 77", 77),
    ("$pc != 0 && $sp > $r0 && i == 12", 12),
    ("(signed char)i == -3", 253),
]


@BOTH
@KINDS
def test_it_stops_when_the_condition_is_true(attach, bridge, name, kind):
    gdb = begin(attach, name)
    for condition, expected in CONDITIONS:
        gdb.do("delete")
        gdb.do("load")
        where, counted = ("*tick", "$r0") if "$r0" in condition else ("tick", "i")
        gdb.do(f"{kind} {where} if {condition}")
        before = len(requests(bridge))
        hit(gdb)
        assert value(gdb, counted) == expected, condition
        sent = requests(bridge)[before:]
        assert sum(packet.startswith("vCont;c") for packet in sent) == 1, "decided on Core 3"


@BOTH
@KINDS
def test_what_gdb_cannot_compile_it_evaluates_itself(attach, name, kind):
    """Of GDB 13, a comparison with a character is such a thing."""
    gdb = begin(attach, name)
    gdb.do(f"{kind} tick if cursor->letter == 'c'")
    assert hit(gdb) == 2
    assert value(gdb, "i") == 2


@BOTH
@KINDS
def test_a_condition_that_is_never_true_never_stops(attach, bridge, pi, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"{kind} tick if i == 0xffffffff")
    gdb.start("continue")
    wait_runs(pi)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    assert value(gdb, "total") > 0
    gdb.do("delete")
    gdb.do("tbreak tick")
    assert "tick" in gdb.do("continue")


@BOTH
@KINDS
def test_a_condition_that_cannot_be_evaluated_stops_and_says_so(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do("tbreak f0")
    gdb.do("continue")  # the initial value of "bad" is bad too
    gdb.do("set var bad = cursor")
    gdb.do(f"{kind} f0 if bad->value == 12345")
    printed = gdb.do("continue")
    assert "cannot be evaluated: it reads 0x00001000, which belongs to Linux" in printed
    assert value(gdb, "i") == 51, "the first one after tick(50)"
    assert "agent_error" in gdb.do("print $stop_reason")
    gdb.do("condition 3 i == 60")
    assert hit(gdb) == 3, "the session goes on"
    assert value(gdb, "i") == 60


@BOTH
@KINDS
def test_a_division_by_zero_stops_and_says_so(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"{kind} tick if 10 / (i - 30) == 12345")
    assert "divides by zero" in gdb.do("continue")
    assert value(gdb, "i") == 30


@BOTH
def test_more_conditional_breakpoints_than_registers(attach, name):
    gdb = begin(attach, name)
    for number in range(10):
        gdb.do(f"break f{number} if i == {50 + number}")
    gdb.do("break tick if i == 70")
    assert [hit(gdb) for _ in range(11)] == list(range(2, 13))
    assert value(gdb, "i") == 70


@BOTH
def test_hardware_breakpoints_get_the_registers_that_conditions_borrowed(attach, name):
    gdb = begin(attach, name)
    for number in range(6):
        gdb.do(f"break f{number} if i == {20 + number}")
    for number in range(6, 10):
        gdb.do(f"hbreak f{number} if i == {20 + number}")
    gdb.do("hbreak tick if i == 40")
    assert [hit(gdb) for _ in range(11)] == list(range(2, 13))
    assert value(gdb, "i") == 40
    gdb.do("delete")
    listing = gdb.do("disassemble f0,+32")
    gdb.do("tbreak f0")
    gdb.do("continue")
    assert gdb.do("disassemble f0,+32").replace("=> ", "   ") == listing.replace("=> ", "   ")


@BOTH
@KINDS
def test_a_condition_is_changed_between_two_runs(attach, pi, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"{kind} tick if i == 0xffffffff")
    gdb.start("continue")
    wait_runs(pi)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    gdb.do("condition 2 i % 1000 == 0")
    assert hit(gdb) == 2
    first = value(gdb, "i")
    gdb.do("condition 2 i % 1000 == 1")
    assert hit(gdb) == 2
    assert value(gdb, "i") == first + 1
    gdb.do("condition 2")
    assert hit(gdb) == 2
    assert value(gdb, "i") == first + 2


@BOTH
@KINDS
def test_ignore_counts_count_true_conditions_only(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"{kind} tick if i % 100 == 0")
    gdb.do("ignore 2 10")
    assert hit(gdb) == 2
    assert value(gdb, "i") == 1000
    assert "already hit 11 times" in gdb.do("info breakpoints")


@BOTH
def test_two_breakpoints_at_one_place_have_a_condition_each(attach, name):
    gdb = begin(attach, name)
    gdb.do("break tick if i == 90")
    gdb.do("break tick if i == 80")
    assert [hit(gdb), value(gdb, "i"), hit(gdb), value(gdb, "i")] == [3, 80, 2, 90]
    gdb.do("break tick")
    hit(gdb)
    assert value(gdb, "i") == 91, "one without a condition is always true"


@BOTH
def test_a_step_onto_a_false_condition_is_a_step(attach, name):
    gdb = begin(attach, name)
    gdb.do("break *tick")
    hit(gdb)
    following = int(re.findall(r"0x\w+", gdb.do("x/2i $pc").splitlines()[1])[0], 16)
    gdb.do(f"break *{following:#x} if $r0 == 99999")
    printed = gdb.do("stepi")
    assert "Breakpoint" not in printed
    assert value(gdb, "$pc") == following
    assert hit(gdb) == 2


@BOTH
def test_a_hundred_thousand_hits_cost_no_packets(attach, bridge, name):
    gdb = begin(attach, name)
    gdb.do("break tick if i == 100000")
    before = len(requests(bridge))
    gdb.start("continue")
    assert "Breakpoint 2, tick (i=100000)" in gdb.wait(timeout=60)
    assert len(requests(bridge)) - before < 30


def test_ctrl_c_is_not_lost_while_gdb_evaluates(attach, bridge):
    """It comes between two packets then, where the program stands still."""
    gdb = begin(attach, "counting")
    gdb.do("set breakpoint condition-evaluation host")
    gdb.do("break tick if i == -1")
    for _ in range(5):
        before = len(requests(bridge))
        gdb.start("continue")
        wait_until(lambda: len(requests(bridge)) > before + 20, TIMEOUT, "GDB to be busy")
        gdb.interrupt()
        assert "SIGINT" in gdb.wait()
