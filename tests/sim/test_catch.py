# SPDX-License-Identifier: Apache-2.0
"""A program with handlers of its own, in ARM and Thumb: monitor catch stops it at the instruction
that takes the exception, before its handler runs; continue runs the handler, signal 0 tries again.
"""

import typing

import pytest
from rig import value, wait_counts, word

BOTH = pytest.mark.parametrize("name", ["handlers", "handlers-thumb"])


class Kind(typing.NamedTuple):
    word: str  # of monitor catch
    at: object  # label of the instruction; None: it is at NOWHERE
    signal: str
    sentence: str
    reason: str
    counter: str  # of the handler


KINDS = [
    Kind("undef", "at_undefined", "SIGILL", "undefined instruction 0x", "undefined", "undefineds"),
    Kind("svc", "at_svc", "SIGSYS", "SVC #5", "svc", "svcs"),
    Kind("dabort", "at_data", "SIGSEGV", "data abort: write to 0x70000100, virtual", "data_abort",
         "data_aborts"),
    Kind("pabort", None, "SIGSEGV", "prefetch abort: jump to 0x70000000, virtual",
         "prefetch_abort", "prefetch_aborts"),
]
EACH = pytest.mark.parametrize("kind", KINDS, ids=[kind.word for kind in KINDS])
BEHIND = 'the program\'s handler runs on continue, or "signal 0" to retry'
NOWHERE = 0x70000000


def begin(attach, name):
    gdb = attach(name)
    gdb.do("tbreak round")
    gdb.do("continue")
    return gdb


def place(gdb, kind):
    return gdb.symbols[kind.at] & ~1 if kind.at else NOWHERE


def caught(gdb, kind, command="continue"):
    printed = gdb.do(command)
    assert kind.signal in printed and kind.sentence in printed and BEHIND in printed, printed
    assert value(gdb, "$pc") == place(gdb, kind)


@BOTH
@EACH
def test_it_stops_at_the_instruction_and_continue_runs_the_handler(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    for round_ in range(3):
        caught(gdb, kind)
        assert word(gdb, "rounds") == round_ == word(gdb, kind.counter), "not yet handled"
    assert bool(value(gdb, "$cpsr") & 0x20) == name.endswith("thumb")
    assert value(gdb, "$cpsr") & 0x1F == 0x13, "the mode it was in, not the exception's"


@BOTH
@EACH
def test_signal_0_tries_again(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    caught(gdb, kind)
    caught(gdb, kind, "signal 0")
    assert word(gdb, kind.counter) == 0
    if kind.word == "dabort":
        gdb.do("set $r0 = &scratch")
    elif kind.word == "pabort":
        gdb.do("set $pc = back")
    else:
        gdb.do(f"set $pc = {place(gdb, kind) + (2 if name.endswith('thumb') else 4):#x}")
    gdb.do("tbreak back")
    assert "back" in gdb.do("signal 0") + gdb.do("info symbol $pc")
    assert word(gdb, kind.counter) == 0, "its handler has not run"
    gdb.do("continue")
    assert word(gdb, "rounds") == 1


@BOTH
@EACH
def test_the_cause_can_be_asked_for(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    caught(gdb, kind)
    assert kind.sentence in gdb.do("info threads")
    assert kind.sentence in gdb.do("monitor status")
    assert gdb.do("output $stop_reason") == kind.reason


@BOTH
@EACH
def test_switched_off_the_handlers_are_alone_again(attach, pi, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    caught(gdb, kind)
    gdb.do(f"monitor catch {kind.word} off")
    gdb.start("continue")
    wait_counts(pi, pi.build / "programs" / f"{name}.elf", "rounds")
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    counted = [word(gdb, other.counter) for other in KINDS]
    assert min(counted) > 0 and max(counted) - min(counted) <= 1


@BOTH
def test_all_four_at_once_come_in_order(attach, name):
    gdb = begin(attach, name)
    for kind in KINDS:
        gdb.do(f"monitor catch {kind.word} on")
    for _ in range(2):
        for kind in KINDS:
            caught(gdb, kind)
    assert [word(gdb, kind.counter) for kind in KINDS] == [2, 2, 2, 1]


@BOTH
@EACH
def test_it_follows_the_vectors_wherever_they_are_moved(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do("set var *(int *)&moving = 1")
    gdb.do(f"monitor catch {kind.word} on")
    tables = set()
    for round_ in range(4):
        caught(gdb, kind)
        assert word(gdb, "rounds") == round_ == word(gdb, kind.counter)
        tables.add(value(gdb, "$vbar"))
    assert tables == {gdb.symbols["vectors_a"], gdb.symbols["vectors_b"]}
    for table in ("vectors_a", "vectors_b"):
        words = gdb.do(f"x/8xw &{table}")
        assert "bkpt" not in gdb.do(f"x/8i &{table}"), f"BKPTs of ours are hidden: {words}"


@BOTH
@EACH
def test_vectors_set_by_the_debugger_are_followed_too(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    gdb.do("set $vbar = &vectors_b")
    caught(gdb, kind)
    caught(gdb, kind)
    assert word(gdb, kind.counter) == 1


@BOTH
@EACH
def test_a_breakpoint_at_the_handler_comes_after_the_stop(attach, name, kind):
    gdb = begin(attach, name)
    handler = {"undef": "on_undefined", "svc": "on_svc", "dabort": "on_data",
               "pabort": "on_prefetch"}[kind.word]
    gdb.do(f"break {handler}")
    gdb.do(f"monitor catch {kind.word} on")
    for _ in range(2):
        caught(gdb, kind)
        assert handler in gdb.do("continue")


@BOTH
@EACH
def test_a_breakpoint_on_the_vector_itself_and_a_catch_get_along(attach, name, kind):
    gdb = begin(attach, name)
    offset = {"undef": 4, "svc": 8, "pabort": 12, "dabort": 16}[kind.word]
    gdb.do(f"break *((char *)&vectors_a + {offset})")
    gdb.do(f"monitor catch {kind.word} on")
    printed = gdb.do("continue")
    assert BEHIND in printed or "Breakpoint" in printed
    gdb.do(f"monitor catch {kind.word} off")
    gdb.do("delete")
    gdb.do("tbreak back")
    assert "back" in gdb.do("continue") + gdb.do("info symbol $pc")


@BOTH
@EACH
def test_a_program_after_detach_is_not_caught(attach, pi, build, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    caught(gdb, kind)
    gdb.do("detach")
    wait_counts(pi, build / "programs" / f"{name}.elf", "rounds")


@BOTH
@EACH
def test_a_step_onto_the_exception_stops_there_too(attach, name, kind):
    gdb = begin(attach, name)
    gdb.do(f"monitor catch {kind.word} on")
    gdb.do(f"tbreak *{gdb.symbols[kind.at or 'at_jump'] & ~1:#x}")
    gdb.do("continue")
    printed = gdb.do("stepi")
    if kind.word == "pabort":
        printed += gdb.do("stepi")
    assert kind.sentence in printed
    assert value(gdb, "$pc") == place(gdb, kind)


@BOTH
def test_a_step_to_nowhere_ends_where_the_programs_handler_begins(attach, name):
    """Its abort takes it there. The program once ran on, as if it had been continued."""
    gdb = begin(attach, name)
    gdb.do(f"tbreak *{gdb.symbols['at_jump'] & ~1:#x}")
    gdb.do("continue")
    gdb.do("stepi")
    assert value(gdb, "$pc") == NOWHERE
    gdb.do("stepi")
    assert value(gdb, "$pc") == gdb.symbols["vectors_a"] + 0x0C
