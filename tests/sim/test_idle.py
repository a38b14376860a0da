# SPDX-License-Identifier: Apache-2.0
"""What waiting costs. An idle bridge uses under 1 % of a CPU, and the virtual Pi with a halted
program does not burn one: not even when the program's own timer interrupt is due all the time.

Absolute figures, because the product promises them.
"""

import pytest
from board import BOARD
from processes import cpu_percent
from rig import (RawClient, assert_pi_uses_less, counter, is_halted, least, loadmetal, wait_counts,
                 wait_runs)

SECONDS = 3
BRIDGE_IDLE_PERCENT = 1
# The program runs, and the client waits for it to stop: 800 looks a second, of 15 to 25 us each.
BRIDGE_WATCHING_PERCENT = 4
PI_HALTED_PERCENT = 5


def assert_bridge_uses_less(bridge, limit):
    assert least(lambda: cpu_percent(bridge.process.pid, SECONDS), limit) < limit


def run_until_it_counts(gdb, pi, program, name="blinks"):
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    wait_counts(pi, program, name)


def halt(gdb):
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()


# --- the bridge -----------------------------------------------------------------------------------


def test_a_bridge_without_a_client_is_idle(bridge):
    assert_bridge_uses_less(bridge, BRIDGE_IDLE_PERCENT)


def test_a_bridge_without_a_client_is_idle_while_the_program_runs(pi, bridge, blink):
    assert loadmetal(pi, blink).returncode == 0
    wait_counts(pi, blink)
    assert_bridge_uses_less(bridge, BRIDGE_IDLE_PERCENT)


def test_a_bridge_with_a_client_and_a_halted_program_is_idle(bridge, gdb):
    gdb.do("load")
    gdb.do("break wait")
    gdb.do("continue")
    assert_bridge_uses_less(bridge, BRIDGE_IDLE_PERCENT)


def test_a_bridge_that_waits_for_the_program_hardly_works(pi, bridge, gdb, blink):
    gdb.do("load")
    run_until_it_counts(gdb, pi, blink)
    assert_bridge_uses_less(bridge, BRIDGE_WATCHING_PERCENT)


def test_a_bridge_whose_client_left_is_idle_again(pi, bridge, gdb):
    gdb.do("load")
    gdb.process.kill()
    assert_bridge_uses_less(bridge, BRIDGE_IDLE_PERCENT)


def test_a_bridge_whose_client_does_not_read_is_idle(bridge):
    with RawClient(bridge) as client:
        client.ask(b"?")
        client.send(f"$m{BOARD.base:x},1000".encode())  # half a packet
        assert_bridge_uses_less(bridge, BRIDGE_IDLE_PERCENT)


# --- the virtual Pi -------------------------------------------------------------------------------


def test_the_virtual_pi_is_idle_before_anything_was_loaded(pi, bridge):
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)


@pytest.mark.parametrize("name", ["blink", "blink-thumb"])
def test_the_virtual_pi_is_idle_with_blink_halted_on_its_way(pi, bridge, build, new_gdb, name):
    program = build / "firmware" / f"{name}.elf"
    gdb = new_gdb(program)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    run_until_it_counts(gdb, pi, program)
    wait_runs(pi)  # it would be seen
    halt(gdb)
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)


def test_the_virtual_pi_is_idle_at_a_breakpoint_and_after_the_client_left(pi, bridge, gdb):
    gdb.do("load")
    gdb.do("break wait")
    gdb.do("continue")
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)
    gdb.process.kill()
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)
    assert is_halted(pi)


def test_the_virtual_pi_is_idle_after_a_fault(pi, gdb, blink):
    gdb.do("load")
    run_until_it_counts(gdb, pi, blink)
    halt(gdb)
    gdb.do("set $pc = 0x1000")
    assert "SIGSEGV" in gdb.do("continue")
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)


def test_the_virtual_pi_is_idle_with_a_spinning_program_halted(pi, bridge, build, new_gdb):
    gdb = new_gdb(build / "programs" / "spin.elf")
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    wait_runs(pi)
    halt(gdb)
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)


@pytest.fixture
def timer(build):
    """A program that counts interrupts of its own timer, with vectors of its own."""
    return build / "programs" / "timer.elf"


@pytest.fixture
def timer_gdb(bridge, timer, new_gdb):
    gdb = new_gdb(timer)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    return gdb


def test_the_virtual_pi_is_idle_while_a_halted_programs_interrupt_is_due(pi, timer_gdb, timer):
    run_until_it_counts(timer_gdb, pi, timer, "ticks")
    halt(timer_gdb)
    ticks = counter(pi, timer, "ticks")
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)
    assert counter(pi, timer, "ticks") == ticks, "a halted program gets none"
    for _ in range(3):
        run_until_it_counts(timer_gdb, pi, timer, "ticks")
        halt(timer_gdb)
    timer_gdb.do("detach")
    wait_counts(pi, timer, "ticks")


def test_the_virtual_pi_is_idle_when_halted_inside_the_interrupt(pi, timer_gdb, timer):
    timer_gdb.do("break on_tick")
    for _ in range(3):
        assert "Breakpoint 1" in timer_gdb.do("continue")
    ticks = counter(pi, timer, "ticks")
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)
    timer_gdb.do("delete")
    timer_gdb.do("stepi 4")
    run_until_it_counts(timer_gdb, pi, timer, "ticks")
    assert counter(pi, timer, "ticks") > ticks


def test_the_next_program_gets_no_tick_of_the_one_before(pi, timer_gdb, timer, blink):
    """It would be an interrupt for a program without vectors."""
    run_until_it_counts(timer_gdb, pi, timer, "ticks")
    halt(timer_gdb)
    timer_gdb.do(f"file {blink}")
    timer_gdb.do("load")
    timer_gdb.do("tbreak kernel_main")
    timer_gdb.do("continue")
    timer_gdb.do("set $cpsr = $cpsr & ~0x80")  # IRQs are let in
    run_until_it_counts(timer_gdb, pi, blink)
    wait_counts(pi, blink, more=10)
    halt(timer_gdb)


def test_the_virtual_pi_is_idle_after_a_reset_of_such_a_program(pi, timer_gdb, timer):
    run_until_it_counts(timer_gdb, pi, timer, "ticks")
    halt(timer_gdb)
    timer_gdb.do("monitor reset halt")
    assert_pi_uses_less(pi, PI_HALTED_PERCENT)


def test_a_program_that_sleeps_between_its_ticks_costs_little(pi, timer):
    """WFI is the program's own: the stub does not turn its sleep into work."""
    assert loadmetal(pi, timer).returncode == 0
    wait_counts(pi, timer, "ticks")
    assert_pi_uses_less(pi, 40)
