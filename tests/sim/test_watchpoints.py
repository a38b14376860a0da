# SPDX-License-Identifier: Apache-2.0
"""Watchpoints on objects of any size and place, in ARM and Thumb code: each access to the object is
reported, before it happens; no other one is; and what does not fit is an error after which all
works.
"""

import re

import pytest
from rig import RawClient, value, wait_runs

BOTH = pytest.mark.parametrize("name", ["watched", "watched-thumb"])

# the expression and the function of watched.c that uses it; what lies at odd addresses is accessed
# byte by byte, with a stop for each of them
OBJECTS = {"byte": "byte", "half": "half", "word": "word", "wide": "wide", "odd.word": "odd_word",
           "odd.wide": "odd_wide", "odd.half": "odd_half", "blocks[0].watched": "block",
           "near.watched": "near"}
ALL = pytest.mark.parametrize("expression", OBJECTS)
REFUSED = "Could not insert hardware watchpoint|too many hardware breakpoints/watchpoints"


def begin(attach, name):
    gdb = attach(name)
    gdb.do("set print repeats 4")
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    return gdb


def stopped_in(printed):
    """The function in which GDB says that the program is."""
    found = re.search(r"^(?:0x\w+ in )?(\w+) \(", printed, re.MULTILINE)
    assert found, printed
    return found.group(1)


@BOTH
@ALL
def test_writes_are_seen_with_old_and_new_value(attach, name, expression):
    gdb = begin(attach, name)
    gdb.do(f"watch {expression}")
    seen = gdb.do("continue")
    assert f"Hardware watchpoint 2: {expression}" in seen
    assert "Old value = " in seen and "New value = " in seen
    assert stopped_in(seen) == f"write_{OBJECTS[expression]}"
    if "[" not in expression:
        assert value(gdb, f"*(unsigned char *)&{expression}") == 1 == value(gdb, "round")


@BOTH
@ALL
def test_reads_are_seen_and_writes_are_not(attach, name, expression):
    gdb = begin(attach, name)
    gdb.do(f"rwatch {expression}")
    seen = gdb.do("continue")
    assert f"Hardware read watchpoint 2: {expression}" in seen
    assert "Value = " in seen
    assert stopped_in(seen) == f"read_{OBJECTS[expression]}"


@BOTH
@ALL
def test_accesses_of_both_kinds_are_seen(attach, name, expression):
    gdb = begin(attach, name)
    gdb.do(f"awatch {expression}")
    functions = []
    while len(set(functions)) < 2 and len(functions) < 20:
        seen = gdb.do("continue")
        assert f"Hardware access (read/write) watchpoint 2: {expression}" in seen
        functions.append(stopped_in(seen))
    use = OBJECTS[expression]
    assert list(dict.fromkeys(functions)) == [f"write_{use}", f"read_{use}"]


@BOTH
def test_four_arrays_of_256_bytes_are_watched_at_once(attach, name):
    gdb = begin(attach, name)
    for number in range(4):
        gdb.do(f"watch blocks[{number}].watched")
    for round_ in (1, 2):
        seen = [gdb.do("continue") for _ in range(5)]
        hits = [re.search(r"Hardware watchpoint \d: (\S+)", text).group(1) for text in seen]
        assert hits == [f"blocks[{number}].watched" for number in (0, 0, 1, 2, 3)]
        assert stopped_in(seen[0]) == "write_block" and stopped_in(seen[4]) == "write_blocks"
        assert [value(gdb, f"blocks[{i}].watched[{i * 85}]") for i in range(4)] == [round_] * 4


@BOTH
def test_the_fifth_is_refused_and_afterwards_all_works(attach, name):
    gdb = begin(attach, name)
    for expression in ("byte", *(f"blocks[{number}].watched" for number in range(4))):
        gdb.do(f"watch {expression}")
    assert re.search(REFUSED, gdb.do("continue"))
    gdb.do("delete 6")
    assert stopped_in(gdb.do("continue")) == "write_byte"
    assert stopped_in(gdb.do("continue")) == "write_block"
    gdb.do("delete 2")
    gdb.do("watch blocks[3].watched")
    seen = [gdb.do("continue") for _ in range(4)]
    assert "blocks[3].watched" in seen[3] and stopped_in(seen[3]) == "write_blocks"
    gdb.do("delete")
    gdb.do("tbreak new_round")
    assert "new_round" in gdb.do("continue")


@BOTH
def test_of_five_registers_wanted_none_is_taken_in_secret(attach, name):
    """What was refused is not watched, not even in part."""
    gdb = begin(attach, name)
    for number in range(4):
        gdb.do(f"awatch blocks[{number}].gap")
    gdb.do("awatch odd")
    assert re.search(REFUSED, gdb.do("continue"))
    gdb.do("delete 6")
    gdb.do("tbreak new_round")
    assert "new_round" in gdb.do("continue") and "new_round" in gdb.do("frame")
    gdb.do("tbreak new_round")
    seen = gdb.do("continue")
    assert "Temporary breakpoint" in seen, seen


def reported(bridge):
    """How many stops at watchpoints the bridge has told: GDB goes on silently after a wrong one."""
    return len(re.findall(r" < T05[^\n]*watch:", bridge.trace.read_text()))


@BOTH
def test_accesses_beside_the_object_are_not_reported(attach, bridge, name):
    """In the same word, which is all that a watchpoint register of some cores tells apart."""
    gdb = begin(attach, name)
    gdb.do("awatch near.watched")
    for round_ in (1, 2, 3):
        assert stopped_in(gdb.do("continue")) == "write_near"
        assert value(gdb, "near.before") == round_, "beside() came by"
        assert stopped_in(gdb.do("continue")) == "read_near"
    assert reported(bridge) == 6


@BOTH
def test_what_is_covered_but_not_watched_is_not_reported(attach, bridge, name):
    """22 bytes at an odd place, four times: covered by more than themselves."""
    gdb = begin(attach, name)
    for number in range(4):
        gdb.do(f"watch -location *(char(*)[22])&crowds[{number}][5]")
    for number in range(4):
        for index in range(5, 27):
            seen = gdb.do("continue")
            assert stopped_in(seen) == "write_crowds"
            assert (value(gdb, "i"), value(gdb, "j")) == (number, index)
    gdb.do("tbreak new_round")
    assert "new_round" in gdb.do("continue"), "and nothing behind the last one"
    assert reported(bridge) == 4 * 22


@BOTH
@pytest.mark.parametrize("expression", ["word", "odd.word"])
def test_the_stop_is_before_the_access(attach, bridge, name, expression):
    """As the packets have it: the value is the old one, PC at the instruction that changes it."""
    gdb = begin(attach, name)
    start, size = value(gdb, f"(unsigned)&{expression}"), value(gdb, f"sizeof {expression}")
    use = OBJECTS[expression]
    low, high = value(gdb, f"(unsigned)write_{use}"), value(gdb, f"(unsigned)read_{use}")
    gdb.do(f"set var {expression} = 0")
    gdb.do("disconnect")
    with RawClient(bridge) as client:
        client.ask(b"qSupported:swbreak+;hwbreak+;vContSupported+")
        client.ask(b"?")
        assert client.ask(b"Z2,%x,%x" % (start, size)) == b"OK"
        stop = client.ask(b"vCont;c")
        found = re.match(rb"T05.*watch:([0-9a-f]+);", stop)
        assert found, stop
        assert start <= int(found.group(1), 16) < start + size
        assert int(client.ask(b"m%x,%x" % (start, size)), 16) == 0
        pc = int.from_bytes(bytes.fromhex(client.ask(b"pf").decode()), "little")
        assert low & ~1 <= pc < high & ~1
        assert client.ask(b"z2,%x,%x" % (start, size)) == b"OK"
        client.ask(b"vCont;s")
        assert int(client.ask(b"m%x,1" % start), 16) == 1


@BOTH
def test_a_local_is_watched_to_the_end_of_its_function(attach, name):
    gdb = begin(attach, name)
    gdb.do("tbreak write_crowds")
    gdb.do("continue")
    gdb.do("next")
    gdb.do("watch i if i == 3")
    seen = gdb.do("continue")
    assert "New value = 3" in seen and stopped_in(seen) == "write_crowds"


@BOTH
def test_ctrl_c_works_while_nothing_watched_is_used(attach, pi, name):
    gdb = begin(attach, name)
    gdb.do("watch *(int *)&crowds[0][0] if 0")
    gdb.do("delete 2")
    gdb.do("watch near.last if round == 0")
    gdb.do("delete 3")
    gdb.do("awatch stack_top")
    gdb.start("continue")
    wait_runs(pi)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()


@BOTH
def test_nothing_is_watched_any_more_after_detach(attach, bridge, name):
    gdb = begin(attach, name)
    gdb.do("watch word")
    gdb.do("continue")
    gdb.do("detach")
    gdb.do("delete")
    gdb.do(f"target remote {bridge.address}")
    first = value(gdb, "round")
    gdb.do("tbreak new_round")
    gdb.do("continue")
    assert value(gdb, "round") >= first
