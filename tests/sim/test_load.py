# SPDX-License-Identifier: Apache-2.0
"""What GDB's "load" comes down to: GDB writes memory and perhaps a PC, never says that it was a load,
and never says of an entry that it is Thumb.
"""

import re

import elf
import pytest
from board import BOARD
from processes import wait_until
from rig import (TIMEOUT, is_halted, loadmetal, state, value, wait_counts,
                 wait_nobody_is_attached)

FIRST = BOARD.base
MARKS = {0: 7, 2: 6, 4: 4}  # r5 of a program that was entered there
ENTRIES = pytest.mark.parametrize("offset", MARKS)


def connect(new_gdb, bridge, program):
    gdb = new_gdb(program)
    gdb.do(f"target extended-remote {bridge.address}")
    return gdb


@pytest.fixture
def entered_at(build, tmp_path):
    """entered_at(offset): "entries", with its entry there."""
    def make(offset):
        program = tmp_path / f"entry{offset}.elf"
        program.write_bytes(elf.with_entry(build / "programs" / "entries.elf", FIRST + offset + 1))
        return program
    return make


def check_start(gdb, offset, how="continue"):
    assert "BKPT" in gdb.do(how)
    assert value(gdb, "$r5") == MARKS[offset]


@ENTRIES
def test_a_program_may_be_thumb_from_its_first_instruction(bridge, entered_at, new_gdb, offset):
    gdb = connect(new_gdb, bridge, entered_at(offset))
    for _ in range(3):
        gdb.do("load")
        assert f"entry: {FIRST + offset:#x} (Thumb)" in gdb.do("monitor status")
        check_start(gdb, offset)


@ENTRIES
def test_such_a_program_starts_over_as_it_was_loaded(pi, bridge, entered_at, new_gdb, offset):
    gdb = connect(new_gdb, bridge, entered_at(offset))
    gdb.do("load")
    check_start(gdb, offset)
    gdb.do("monitor reset halt")
    gdb.do("maintenance flush register-cache")
    assert value(gdb, "$cpsr") & 0x20 and value(gdb, "$pc") == FIRST + offset
    check_start(gdb, offset)
    check_start(gdb, offset, "run")
    gdb.do("disconnect")
    wait_nobody_is_attached(pi)
    assert loadmetal(pi, "restart").returncode == 0
    wait_until(lambda: is_halted(pi), TIMEOUT, "the program to reach its BKPT", lambda: state(pi))
    gdb.do(f"target extended-remote {bridge.address}")
    assert value(gdb, "$r5") == MARKS[offset]


def test_arm_and_thumb_programs_take_turns(bridge, build, entered_at, new_gdb):
    """"monitor reset halt", after which GDB believes an old CPSR, and "load" are what people do."""
    gdb = connect(new_gdb, bridge, build / "firmware" / "blink.elf")
    for _ in range(2):
        gdb.do(f"file {build / 'firmware' / 'blink-thumb.elf'}")  # _start is ARM, the rest is not
        gdb.do("monitor reset halt")
        gdb.do("load")
        gdb.do("tbreak wait")
        assert "wait ()" in gdb.do("continue")
        gdb.do("monitor reset halt")
        gdb.do(f"file {entered_at(2)}")
        gdb.do("load")
        check_start(gdb, 2)


def test_a_cpsr_set_directly_after_a_load_counts(bridge, blink, new_gdb):
    """GDB writes one there itself, when the entry's T is news. It once took a user's with it."""
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    assert value(gdb, "$cpsr") == 0x1D3
    gdb.do("load")
    gdb.do("set $cpsr = 0x1df")
    gdb.do("maintenance flush register-cache")
    assert value(gdb, "$cpsr") == 0x1DF and value(gdb, "$pc") == FIRST


@pytest.mark.parametrize("stop", [False, True])
def test_a_program_that_runs_behind_gdbs_back_can_be_loaded_over(bridge, pi, blink, new_gdb, stop):
    """As after "monitor reset", with which other probes halt. GDB sends a PC only if it has moved."""
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    if stop:
        gdb.do("tbreak wait")
        gdb.do("continue")
    gdb.do("monitor reset")
    wait_counts(pi, blink)
    assert "rror" not in gdb.do("load")
    assert is_halted(pi)
    gdb.do("tbreak kernel_main")
    assert "kernel_main ()" in gdb.do("continue")
    gdb.do("maintenance flush register-cache")
    assert value(gdb, "blinks") == 0


def test_a_pc_set_by_hand_after_a_load_is_not_its_entry(bridge, blink, new_gdb):
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    gdb.do("set $pc = led_off")
    assert f"entry: {FIRST:#x} (ARM)" in gdb.do("monitor status")
    gdb.do("break kernel_main")
    assert "kernel_main ()" in gdb.do("run")


def test_a_jump_after_a_load_is_not_its_entry(bridge, blink, new_gdb):
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    gdb.do("break led_off")
    assert "led_off ()" in gdb.do("jump led_off")
    assert f"entry: {FIRST:#x} (ARM)" in gdb.do("monitor status")


def test_a_patch_by_hand_is_no_load(pi, bridge, blink, new_gdb):
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    gdb.do("tbreak wait")
    gdb.do("continue")
    stack = value(gdb, "$sp")
    gdb.do("set var *(int *)&led_on = *(int *)&led_on")
    gdb.do("set $pc = &led_on")
    gdb.do("maintenance flush register-cache")
    assert value(gdb, "$sp") == stack and value(gdb, "$pc") == elf.symbols(blink)["led_on"]
    gdb.do("disconnect")
    wait_nobody_is_attached(pi)
    assert loadmetal(pi, "restart").returncode == 0
    assert re.search(rf"^entry: +{FIRST:#x} ", loadmetal(pi, "status").stdout, re.M)


def test_run_after_a_load_is_of_what_was_loaded(bridge, build, blink, new_gdb):
    """GDB believes that PC has the right value already, and does not write it."""
    gdb = connect(new_gdb, bridge, build / "programs" / "loops.elf")
    gdb.do("load")
    gdb.do("monitor reset halt")
    gdb.do("maintenance flush register-cache")
    assert value(gdb, "$pc") == FIRST
    packets = bridge.trace.read_text()
    gdb.do(f"file {blink}")
    gdb.do("load")
    gdb.do("break led_on")
    assert "led_on ()" in gdb.do("run")
    assert " > Pf=" not in bridge.trace.read_text()[len(packets):], "or this test tests nothing"
    assert "MIS-MATCHED" not in gdb.do("compare-sections .text")


def test_a_program_for_the_other_board_is_explained_and_does_not_start(
        bridge, build_root, blink, new_gdb):
    other = build_root / ("firmware" if BOARD.name != "1G" else "512M/firmware") / "blink.elf"
    gdb = connect(new_gdb, bridge, other)
    assert "Load failed" in gdb.do("load")
    said = gdb.do("continue")
    assert re.search(f"0x.0000000 cannot be written, .*link it there .-Ttext {FIRST:#x}", said), said
    assert "does not start, because its load has failed" in said
    assert "nothing has run yet" in gdb.do("monitor status")
    assert "load has failed" in gdb.do("monitor resume")
    gdb.do(f"file {blink}")
    gdb.do("load")
    gdb.do("tbreak wait")
    assert "wait ()" in gdb.do("continue")


def test_data_that_cannot_be_placed_stops_no_program(bridge, blink, new_gdb, tmp_path):
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    gdb.do("break wait")
    gdb.do("continue")
    data = tmp_path / "data"
    data.write_bytes(bytes(100))
    gdb.do(f"restore {data} binary 0x1000")
    said = gdb.do("continue")
    assert "belongs to Linux" in said and "wait ()" in said
