# SPDX-License-Identifier: Apache-2.0
"""All registers that a program has are seen and set: of the FPU, of other modes, of the system."""

import re

import pytest
from board import BOARD
from rig import fresh_start, requests, value, word

FLOATS = pytest.mark.parametrize("name", ["floats", "floats-thumb"])
HANDLERS = pytest.mark.parametrize("name", ["handlers", "handlers-thumb"])


def at(attach, name, function):
    gdb = attach(name)
    gdb.do(f"tbreak {function}")
    gdb.do("continue")
    return gdb


def flush(gdb):
    gdb.do("maintenance flush register-cache")


# --- the FPU --------------------------------------------------------------------------------------


@FLOATS
def test_doubles_and_singles_are_seen_as_what_they_are(attach, name):
    gdb = at(attach, name, "twice")
    assert gdb.do("output $d0") == "6.25"
    assert gdb.do("output $d31") == "1.5"
    for register in ("d2", "d3"):  # q1; GDB 13.1 makes no q registers, whatever is described
        assert "raw 0x0000000700000007" in gdb.do(f"info registers {register}")
    gdb.do("tbreak half")
    gdb.do("continue")
    assert gdb.do("output $s0") == "6.25"


@FLOATS
def test_finish_shows_what_a_function_returns_in_an_fpu_register(attach, name):
    gdb = at(attach, name, "twice")
    assert re.search(r"Value returned is \$\d+ = 12.5\b", gdb.do("finish"))
    gdb.do("tbreak half")
    gdb.do("continue")
    assert re.search(r"Value returned is \$\d+ = 3.125\b", gdb.do("finish"))


@FLOATS
def test_what_is_set_is_what_the_program_computes_with(attach, name):
    gdb = at(attach, name, "*twice")
    gdb.do("set $d0 = -0.75")
    assert re.search(r"= -1.5\b", gdb.do("finish"))
    assert gdb.do("print twice(21.0)").endswith("= 42\n")
    gdb.do("tbreak *half")
    gdb.do("continue")
    gdb.do("set $s0 = 5.0")
    assert re.search(r"= 2.5\b", gdb.do("finish"))


@FLOATS
def test_every_fpu_register_keeps_a_value_of_its_own(attach, name):
    gdb = at(attach, name, "twice")
    for number in range(32):
        gdb.do(f"set $d{number} = {number} + 0.5")
    gdb.do("set $fpscr = 0x03000000")  # default NaN, flush to zero
    flush(gdb)
    assert [gdb.do(f"output $d{number}") for number in range(32)] == [
        f"{number}.5" for number in range(32)]
    assert value(gdb, "$fpscr") == 0x03000000
    gdb.do("stepi")
    flush(gdb)
    assert gdb.do("output $d31") == "31.5"


@FLOATS
def test_they_are_seen_while_the_fpu_is_off_and_stay_off(attach, name):
    gdb = attach(name)
    assert value(gdb, "$cpacr") & 0xF00000 == 0 and value(gdb, "$fpexc") == 0
    gdb.do("set $d5 = 2.25")
    flush(gdb)
    assert gdb.do("output $d5") == "2.25"
    assert value(gdb, "$cpacr") & 0xF00000 == 0 and value(gdb, "$fpexc") == 0
    gdb.do("monitor reset halt")
    flush(gdb)
    assert gdb.do("output $d5") == "0", "nothing is left of an earlier program"


@FLOATS
def test_info_registers_shows_the_groups(attach, name):
    gdb = at(attach, name, "twice")
    general = [line.split()[0] for line in gdb.do("info registers").splitlines()]
    core = [f"r{number}" for number in range(13)] + ["sp", "lr", "pc", "cpsr"]
    assert general[:17] == core and "d0" not in general, "the core's own come first"
    assert re.search(r"^d31 .*1\.5", gdb.do("info registers float"), re.M)
    assert re.search(r"^sctlr +0x", gdb.do("info registers system"), re.M)
    assert re.search(r"^spsr_irq +0x", gdb.do("info registers banked"), re.M)
    assert re.search(r"^stop_reason .*breakpoint", gdb.do("info registers stop"), re.M)


FPSCR = 58  # its number; those of modes and system are above


# --- other modes ----------------------------------------------------------------------------------

BANKED = [f"{register}_{mode}" for mode in ("svc", "abt", "und", "irq", "fiq")
          for register in ("sp", "lr", "spsr")]
BANKED += ["sp_usr", "lr_usr", *(f"r{number}_fiq" for number in range(8, 13))]


@HANDLERS
def test_banked_registers_are_each_their_own(attach, name):
    gdb = at(attach, name, "round")
    assert value(gdb, "$sp_abt") == BOARD.window - 0x1000
    assert value(gdb, "$sp_und") == BOARD.window - 0x2000
    for number, register in enumerate(BANKED):
        gdb.do(f"set ${register} = {0x100 * number + 0xD0:#x}")
    flush(gdb)
    for number, register in enumerate(BANKED):
        assert value(gdb, f"${register}") == 0x100 * number + 0xD0, register
    assert value(gdb, "$sp") == value(gdb, "$sp_svc"), "the program is in SVC mode"


@HANDLERS
def test_a_stack_set_for_another_mode_is_used_there(attach, name):
    gdb = at(attach, name, "round")
    gdb.do("set $sp_und = $sp_und - 0x100")
    gdb.do("tbreak on_undefined")
    gdb.do("continue")
    assert value(gdb, "$sp") == BOARD.window - 0x2100
    assert value(gdb, "$spsr_und") & 0x1F == 0x13


# --- the system -----------------------------------------------------------------------------------

NOWHERE = 0x70000000  # of handlers.S: it writes 0x100 behind it, and jumps to it
NO_SECTION, WRITE = 0b00101, 1 << 11  # ARM DDI 0406C, B3.13.3 and B4.1.52: a translation fault, WnR


@HANDLERS
def test_system_registers_show_what_the_program_has_set(attach, name):
    gdb = at(attach, name, "round")
    assert value(gdb, "$vbar") == gdb.symbols["vectors_a"]
    assert bool(value(gdb, "$sctlr") & 1 << 30) == name.endswith("thumb")
    assert "TE" in gdb.do("print $sctlr") or not name.endswith("thumb")
    assert value(gdb, "$mpidr") & 3 == 3
    assert value(gdb, "$cntfrq") == 19200000
    assert value(gdb, "$isr") == 0
    first = value(gdb, "$cntpct")
    flush(gdb)
    assert value(gdb, "$cntpct") > first


@HANDLERS
def test_fault_registers_tell_of_the_last_fault(attach, name):
    gdb = at(attach, name, "back")
    assert word(gdb, "svcs") == 1 and word(gdb, "data_aborts") == 1
    assert (value(gdb, "$dfsr"), value(gdb, "$dfar")) == (WRITE | NO_SECTION, NOWHERE + 0x100)
    assert (value(gdb, "$ifsr"), value(gdb, "$ifar")) == (NO_SECTION, NOWHERE)


@HANDLERS
def test_what_may_be_set_is_set(attach, name):
    gdb = at(attach, name, "round")
    for register, new in (("ttbr0", BOARD.base), ("ttbr1", BOARD.base + 0x4000), ("ttbcr", 1),
                          ("dacr", 0x55555555), ("contextidr", 0x1234), ("dfar", 0x11223344),
                          ("ifar", 0x44332210), ("dfsr", 0x805), ("ifsr", 7),
                          ("vbar", gdb.symbols["vectors_b"]), ("cpacr", 0xF00000),
                          ("fpexc", 0x40000000)):
        gdb.do(f"set ${register} = {new:#x}")
        flush(gdb)
        assert value(gdb, f"${register}") == new, register


@HANDLERS
@pytest.mark.parametrize("register", ["mpidr", "isr", "cntfrq", "cntpct", "stop_reason",
                                      "fault_address", "fault_status"])
def test_what_cannot_be_set_is_an_error(attach, name, register):
    gdb = at(attach, name, "round")
    assert re.search("Could not write register|[Rr]ead-only|cannot", gdb.do(f"set ${register} = 1"))
    gdb.do("stepi")
    assert "round" in gdb.do("info symbol $pc")


@FLOATS
def test_a_call_leaves_system_registers_alone(attach, bridge, name):
    """GDB writes registers back after it: those of core and FPU."""
    gdb = at(attach, name, "twice")
    before = len(requests(bridge))
    assert gdb.do("print twice(21.0)").endswith("= 42\n")
    written = {int(packet[1:].partition("=")[0], 16) for packet in requests(bridge)[before:]
               if re.match("P[0-9a-f]+=", packet)}
    assert {15, 26} <= written and max(written) <= FPSCR


def test_the_fpu_can_be_switched_on_from_outside(attach):
    gdb = attach("wrongs")
    fresh_start(gdb, "fpu_off")
    gdb.do("set $cpacr = 0xf00000")
    gdb.do("set $fpexc = 0x40000000")
    assert "BKPT" in gdb.do("continue")
    assert value(gdb, "$r3") == 0x40000000, "2.0"
