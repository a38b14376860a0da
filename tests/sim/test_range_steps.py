# SPDX-License-Identifier: Apache-2.0
"""step and next cross a line on Core 3, loops included; what stops a program ends them at once."""

import re

import pytest
from rig import requests, value, wait_runs

BOTH = pytest.mark.parametrize("name", ["loops", "loops-thumb"])


def at(attach, name, function):
    """Standing at the loop of that function."""
    gdb = attach(name)
    gdb.do(f"tbreak {function}")
    if function in ("endless", "into_a_fault"):
        gdb.do("set var go_on = 0")
    gdb.do("continue")
    return gdb


def body(gdb, function):
    """An address in the loop, that of its first store."""
    listing = gdb.do(f"disassemble {function}")
    return int(re.search(r"(0x\w+) <\+\d+>:\s+str\S*\s+\w+, \[r3", listing).group(1), 16)


@BOTH
def test_next_crosses_a_loop_of_1000_rounds_in_fewer_than_12_packets(attach, bridge, name):
    gdb = at(attach, name, "thousand")
    before = len(requests(bridge))
    printed = gdb.do("next")
    sent = requests(bridge)[before:]
    assert "behind it" in printed
    assert value(gdb, "total") == 499500
    assert len(sent) < 12, sent


@BOTH
def test_step_and_stepi_in_a_loop(attach, name):
    gdb = at(attach, name, "thousand")
    start = value(gdb, "$pc")
    gdb.do("stepi")
    assert value(gdb, "$pc") - start in (2, 4)
    assert "behind it" in gdb.do("step")
    assert value(gdb, "i") == 1000


@BOTH
def test_next_crosses_calls_and_step_goes_into_the_first(attach, name):
    gdb = at(attach, name, "calls")
    assert "add (i=0)" in gdb.do("step")
    gdb.do("finish")
    assert "behind them" in gdb.do("next")
    assert value(gdb, "total") == 499500 + 190


@BOTH
@pytest.mark.parametrize("kind", ["break", "hbreak"])
def test_a_breakpoint_in_the_loop_ends_it(attach, name, kind):
    gdb = at(attach, name, "thousand")
    gdb.do(f"{kind} *{body(gdb, 'thousand'):#x}")
    for round_ in range(3):
        assert "Breakpoint 2, " in gdb.do("next")
        assert value(gdb, "i") == round_
    gdb.do("delete")
    assert "behind it" in gdb.do("next")
    assert value(gdb, "total") == 499500


@BOTH
@pytest.mark.parametrize("kind", ["break", "hbreak"])
def test_of_a_conditional_breakpoint_in_the_loop_only_true_hits_count(attach, name, kind):
    gdb = at(attach, name, "thousand")
    gdb.do(f"{kind} *{body(gdb, 'thousand'):#x} if i == 700")
    assert "Breakpoint 2, " in gdb.do("next")
    assert value(gdb, "i") == 700
    assert "behind it" in gdb.do("next")
    assert value(gdb, "total") == 499500


@BOTH
def test_a_dprintf_in_the_loop_prints_and_does_not_end_it(attach, name):
    gdb = at(attach, name, "thousand")
    gdb.do("set dprintf-style agent")
    gdb.do(rf'dprintf *{body(gdb, "thousand"):#x},"at %d\n", i')
    gdb.do("condition 2 i % 100 == 5")
    printed = gdb.do("next")
    assert re.findall(r"^at (\d+)$", printed, re.M) == [str(i) for i in range(5, 1000, 100)]
    assert value(gdb, "total") == 499500


@BOTH
def test_a_watchpoint_in_the_loop_ends_it(attach, name):
    gdb = at(attach, name, "thousand")
    gdb.do("watch total if total > 1000")
    assert "New value = 1035" in gdb.do("next")
    assert value(gdb, "i") == 45


@BOTH
def test_ctrl_c_ends_a_loop_that_never_ends(attach, pi, name):
    gdb = attach(name)
    gdb.do("tbreak endless")
    gdb.do("continue")
    gdb.start("next")
    wait_runs(pi)
    gdb.interrupt()
    printed = gdb.wait()
    assert "SIGINT" in printed and "for ever" in printed
    assert value(gdb, "count") > 2, "it went round"
    gdb.do("set var go_on = 0")
    assert "at last" in gdb.do("next")


@BOTH
def test_a_fault_in_the_loop_ends_it_and_is_explained(attach, name):
    gdb = at(attach, name, "into_a_fault")
    assert "too far" in gdb.do("next")
    printed = gdb.do("next")
    assert "SIGSEGV" in printed and "belongs to ampgdb's stub" in printed
    assert value(gdb, "p") == value(gdb, "(unsigned)stack_top")


@BOTH
def test_until_and_advance_leave_the_loop(attach, name):
    gdb = at(attach, name, "thousand")
    gdb.do("next")
    assert value(gdb, "total") == 499500
    assert "calls" in gdb.do("advance calls")
    gdb.do("advance add")
    assert "calls" in gdb.do("finish")
