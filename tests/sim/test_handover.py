# SPDX-License-Identifier: Apache-2.0
"""Core 3's start protocol beside a resident stub: programs start by mailbox 3 as the articles do it,
and the core can be taken back from a stub, alive or crashed, without a reboot.
"""

import elf
import pytest
from board import BOARD
from contract import BCM283X, MEMMAP
from processes import wait_until
from rig import TIMEOUT, assert_pi_uses_less, is_halted, loadmetal, wait_nobody_is_attached
from virtual_pi import Bridge

LOCAL = BCM283X.BCM283X_LOCAL
MAILBOX3 = LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_CLR
CONTROL = LOCAL + BCM283X.LOCAL_CORE3_MAILBOX_CTL
RESIDENT = BCM283X.LOCAL_MAILBOX_CTL_DOORBELL
IDLE_PERCENT_MAX = 5


@pytest.fixture
def loaded(pi, bridge, build, new_gdb):
    """loaded(name): the program lies in RAM, reset, nothing runs, nobody is attached."""
    def load(name):
        folder = "firmware" if name.startswith("blink") else "programs"
        program = build / folder / f"{name}.elf"
        gdb = new_gdb(program)
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        gdb.do("kill")
        wait_nobody_is_attached(pi)
        return program
    return load


def attach(bridge, new_gdb, program):
    gdb = new_gdb(program)
    gdb.do(f"target remote {bridge.address}")
    return gdb


def park(pi):
    pi.write32(LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_SET, BOARD.window + MEMMAP.AMPGDB_PARK_OFFSET)
    pi.write32(LOCAL + BCM283X.LOCAL_CORE3_MAILBOX1_SET, 1)
    wait_until(lambda: not pi.read32(CONTROL) & RESIDENT, TIMEOUT, "core 3 to park",
               lambda: f"control {pi.read32(CONTROL):#x}, mailbox 3 {pi.read32(MAILBOX3):#x}")


@pytest.mark.parametrize("name", ["blink", "blink-thumb"])
def test_a_start_address_in_mailbox_3_starts_the_program_under_the_idle_stub(
        pi, bridge, new_gdb, loaded, name):
    program = loaded(name)
    pi.start_core3(elf.entry(program))
    pi.wait_led_changes(4)
    assert pi.read32(MAILBOX3) == 0, "taken, as the firmware does"
    gdb = attach(bridge, new_gdb, program)
    gdb.do("break led_on")
    assert "led_on" in gdb.do("continue"), "it runs under the stub, not instead of it"


def test_a_program_that_has_returned_can_be_started_by_mailbox_3_again(
        pi, bridge, new_gdb, loaded):
    program = loaded("returns")
    runs = elf.symbols(program)["runs"]

    def count():
        return int.from_bytes(pi.ram_bytes(runs, 4), "little")

    for expected in (1, 2, 3):
        pi.start_core3(elf.entry(program))
        wait_until(lambda: count() == expected, TIMEOUT, f"run {expected}", count)
    gdb = attach(bridge, new_gdb, program)
    assert "returned" in gdb.do("info threads")


def test_an_address_that_is_not_the_programs_is_taken_out_and_ignored(pi, bridge, loaded):
    """Linux writes its own entry there when somebody brings CPU 3 online."""
    loaded("blink")
    for address in (0x00101234, BOARD.window + MEMMAP.AMPGDB_SHARED_OFFSET, 0x3F200000):
        pi.start_core3(address)
        wait_until(lambda: pi.read32(MAILBOX3) == 0, TIMEOUT, "the mailbox to be emptied")
    assert_pi_uses_less(pi, IDLE_PERCENT_MAX)
    assert pi.led() == 0


def test_mailbox_3_belongs_to_a_program_that_runs(pi, bridge, loaded):
    program = loaded("blink")
    pi.start_core3(elf.entry(program))
    pi.wait_led_changes(2)
    pi.start_core3(BOARD.base)
    pi.wait_led_changes(4)
    assert pi.read32(MAILBOX3) == BOARD.base


def test_an_address_that_came_while_a_program_ran_ends_with_it(pi, bridge, loaded, new_gdb):
    """Or "stop" would start it, and a reset in GDB run away."""
    program = loaded("blink")
    for again in range(2):
        pi.start_core3(elf.entry(program))
        pi.wait_led_changes(2)
        pi.start_core3(BOARD.base)
        if again:
            gdb = attach(bridge, new_gdb, program)
            gdb.do("monitor reset halt")
            gdb.do("kill")
            wait_nobody_is_attached(pi)
        else:
            assert loadmetal(pi, "stop").stdout == "stopped: nothing runs on Core 3\n"
        assert pi.read32(MAILBOX3) == 0
        assert_pi_uses_less(pi, IDLE_PERCENT_MAX)
        assert is_halted(pi)


@pytest.mark.parametrize("running", [True, False], ids=["running", "idle"])
def test_a_stub_hands_the_core_back_and_another_one_takes_it(pi, build, new_gdb, loaded, bridge,
                                                            running):
    program = loaded("blink")
    if running:
        pi.start_core3(elf.entry(program))
        pi.wait_led_changes(2)
    park(pi)
    assert pi.read32(MAILBOX3) == 0
    assert_pi_uses_less(pi, IDLE_PERCENT_MAX)
    with Bridge(pi) as second:
        gdb = attach(second, new_gdb, program)
        gdb.do("load")
        gdb.do("break wait")
        assert "wait" in gdb.do("continue")


def test_a_parked_core_takes_programs_as_under_the_firmware(pi, bridge, build, loaded):
    program = build / "programs" / "arrival.elf"
    loaded("arrival")
    park(pi)
    pi.start_core3(elf.entry(program))
    record = elf.symbols(program)["record"]

    def words():
        data = pi.ram_bytes(record, 40)
        return [int.from_bytes(data[i:i + 4], "little") for i in range(0, 40, 4)]

    wait_until(lambda: words()[9] == 1, TIMEOUT, "core 3 to arrive", words)
    r0, r1, _, cpsr, mailbox3, control, *_ = words()
    assert (r0, r1, cpsr & 0x1FF, mailbox3, control) == (0, 0xC42, 0x1DA, 0, 0)


def test_a_stub_that_panics_parks_and_leaves_a_record(pi, build, bridge, new_gdb, blink):
    symbols = elf.symbols(build / "arm" / "stub.elf")
    service = BOARD.window + MEMMAP.AMPGDB_STUB_OFFSET + (symbols["service_one"] & ~1)
    pi.write_bytes(service, b"\x00\xde" * 4)  # udf, in Thumb
    pi.write32(LOCAL + BCM283X.LOCAL_CORE3_MAILBOX1_SET, 1)
    wait_until(lambda: not pi.read32(CONTROL) & RESIDENT, TIMEOUT, "core 3 to park")
    assert_pi_uses_less(pi, IDLE_PERCENT_MAX)
    with Bridge(pi) as second:
        gdb = attach(second, new_gdb, blink)
        gdb.do("load")
        gdb.do("detach")
        pi.wait_led_changes(2)


TIMERS = LOCAL + BCM283X.LOCAL_CORE3_TIMER_CTL
LOCAL_ROUTING = LOCAL + BCM283X.LOCAL_TIMER_ROUTING
TO_CORE3_FIQ = 7
MAILBOX3_FIQ = 0x80  # of CONTROL: an idle stub has it while it sleeps, and only then


def foreign_fiqs(pi):
    return (pi.read32(TIMERS) & 0xF0, pi.read32(CONTROL) & 0x50, pi.read32(LOCAL_ROUTING))


def wait_asleep(pi):
    """Around its sleep the stub writes the registers of core 3, with what was there before."""
    wait_until(lambda: pi.read32(CONTROL) & MAILBOX3_FIQ, TIMEOUT, "the stub to fall asleep",
               lambda: f"control {pi.read32(CONTROL):#x}")


def enable_foreign_fiqs(pi):
    pi.write32(TIMERS, 0xF0)
    pi.write32(CONTROL, pi.read32(CONTROL) | 0x50)
    pi.write32(LOCAL_ROUTING, TO_CORE3_FIQ)
    assert foreign_fiqs(pi) == (0xF0, 0x50, TO_CORE3_FIQ)


def test_no_other_fiq_is_left_enabled_when_the_stub_starts_or_a_program_does(pi, build, new_gdb,
                                                                          blink):
    enable_foreign_fiqs(pi)
    with Bridge(pi) as bridge:
        assert foreign_fiqs(pi) == (0, 0, 0)
        wait_asleep(pi)
        enable_foreign_fiqs(pi)
        gdb = attach(bridge, new_gdb, blink)
        gdb.do("load")
        gdb.do("break wait")
        assert "wait" in gdb.do("continue")
        assert foreign_fiqs(pi) == (0, 0, 0)
