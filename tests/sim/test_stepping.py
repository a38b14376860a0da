# SPDX-License-Identifier: Apache-2.0
"""Stepping visits what the processor visits. The oracle is QEMU's own debug stub, which steps the
emulated core itself and knows nothing of ours.
"""

import elf
import pytest
from contract import BCM283X
from gdb_driver import Gdb
from rig import start_without_stub, value
from virtual_pi import VirtualPi

STEPS = 300
CORE3_THREAD = 4  # of QEMU's stub: the CPUs are threads 1 to 4

# One line for stock GDB: step and collect where each step landed.
COLLECT = ('python pcs = []; '
           '[(gdb.execute("stepi", to_string=True), pcs.append(gdb.selected_frame().pc())) '
           'for _ in range({steps})]; print(" ".join("%#x" % pc for pc in pcs))')


def collect(gdb, steps=STEPS):
    """The addresses that the next steps stop at."""
    printed = gdb.do(COLLECT.format(steps=steps), timeout=120)
    return [int(pc, 16) for pc in printed.splitlines()[-1].split()]


def oracle(build, program):
    """The same walk by QEMU's own stub: the program is started without ours.

    It is caught at its first instruction. Stopping it anywhere and setting PC back does not do:
    on a busy PC, QEMU 7.2 now and then steps on from somewhere else.
    """
    with VirtualPi(build, options=["-gdb", "unix:gdb,server=on,wait=off"]) as pi, Gdb(program) as gdb:
        gdb.do(f"target remote {pi.dir}/gdb")
        entry = elf.entry(program)
        gdb.do(f"tbreak *{entry:#x}")  # QEMU keeps breakpoints outside the memory
        start_without_stub(pi, program)
        assert f"{entry:#x}" in gdb.do("continue") + gdb.do("info registers pc")
        assert f"* {CORE3_THREAD} " in gdb.do("info threads")
        gdb.do("set scheduler-locking on")
        return collect(gdb)


def ours(bridge, program, new_gdb):
    gdb = new_gdb(program)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    return collect(gdb)


@pytest.mark.parametrize("name", ["blink", "blink-thumb", "steps"])
def test_300_steps_visit_exactly_what_the_processor_visits(bridge, build, new_gdb, name):
    folder = "programs" if name == "steps" else "firmware"
    program = build / folder / f"{name}.elf"
    visited = ours(bridge, program, new_gdb)
    assert len(visited) == STEPS
    assert len(set(visited)) > 15, "it went somewhere"
    assert visited == oracle(build, program)


def test_a_step_onto_a_breakpoint_stops_there_once_and_continue_leaves_it(gdb, build):
    gdb.do("load")
    gdb.do("break led_on")
    gdb.do("continue")
    gdb.do("break *$pc+4")
    before = int(gdb.do("print/x $pc").split("0x")[1], 16)
    assert "Breakpoint 2" in gdb.do("stepi")
    assert int(gdb.do("print/x $pc").split("0x")[1], 16) == before + 4
    assert "Breakpoint 1" in gdb.do("continue")


def test_the_bridge_steps_off_a_breakpoint_that_stays_planted(gdb, pi):
    """monitor resume, unlike GDB's continue, does not lift the breakpoint first."""
    gdb.do("load")
    gdb.do("set breakpoint always-inserted on")
    gdb.do("break wait")
    gdb.do("continue")
    blinks = gdb.do("print blinks")
    gdb.do("maintenance packet vCont;c")
    assert "wait" in gdb.do("maintenance flush register-cache") + gdb.do("frame")
    gdb.do("maintenance packet vCont;c")
    assert gdb.do("print blinks").split()[-1] != blinks.split()[-1]


@pytest.mark.parametrize("point", ["break *&visit", "hbreak *&visit", "break *&visit if $r0 < 2",
                                   "watch *(unsigned *)&visits"])
def test_who_interrupts_meets_the_breakpoint_that_is_stepped_off(attach, pi, point):
    """GDB takes it out for that. The handler once ran in that step, and all that it led to, a
    scheduler's other tasks, say."""
    gdb = attach("visits")
    gdb.do(point)
    for _ in range(3):
        gdb.do("continue")
        assert value(gdb, "$r0") == 0
        pi.write32(BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX0_SET, 1)
        gdb.do("continue")
        assert value(gdb, "$r0") == 1


def test_an_eret_is_stepped(attach, pi):
    gdb = attach("visits")
    gdb.do("tbreak *&visit")
    gdb.do("continue")
    pi.write32(BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX0_SET, 1)
    gdb.do("tbreak *&leave")
    gdb.do("continue")
    interrupted = value(gdb, "$lr")
    gdb.do("stepi")
    assert (value(gdb, "$pc"), value(gdb, "$cpsr & 0x1f")) == (interrupted, 0x13)


@pytest.mark.parametrize("point", ["break *&rest if $r0 == 5", "hbreak *&rest if $r0 == 5"])
def test_a_branch_to_itself_that_is_stepped_off_for_ever_can_be_interrupted(attach, pi, point):
    gdb = attach("visits")
    gdb.do("tbreak *&visit")
    gdb.do("continue")
    gdb.do(point)
    gdb.do("tbreak *&on_mail")
    gdb.do("set $pc = &rest")
    pi.write32(BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX0_SET, 1)
    assert "on_mail" in gdb.do("continue")


def test_a_branch_to_itself_can_be_stepped_for_ever(bridge, build, new_gdb):
    program = build / "programs" / "spin.elf"
    spin = elf.symbols(program)["spin"]
    gdb = new_gdb(program)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    assert collect(gdb, 5)[1:] == [spin] * 4


def test_next_steps_over_a_call_and_step_goes_into_it(gdb):
    gdb.do("load")
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    gdb.do("next")
    gdb.do("next")
    assert "wait" in gdb.do("step") + gdb.do("frame") or "led_on" in gdb.do("frame")


def test_an_instruction_that_cannot_be_stepped_is_refused_and_nothing_moves(bridge, build, new_gdb):
    program = build / "programs" / "steps.elf"
    gdb = new_gdb(program)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    gdb.do("set $pc = unpredictable")
    before = gdb.do("print $pc")
    gdb.do("stepi")
    assert gdb.do("print $pc").split()[-1] == before.split()[-1]
    gdb.do("set $pc = _start")
    assert len(collect(gdb, 3)) == 3, "the session goes on"
