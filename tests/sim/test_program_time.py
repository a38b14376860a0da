# SPDX-License-Identifier: Apache-2.0
"""What the debugger does unseen takes time, but none of the program's interrupts. QEMU counts
instructions here (-icount), so time is what Core 3 executes, the stub's part included, and not what
the PC is busy with.
"""

import re

import elf
import pytest
from contract import ROOT
from processes import wait_until
from rig import counter, start_without_stub
from virtual_pi import Bridge, VirtualPi

# An instruction is a nanosecond. With sleep=off, QEMU has no time for anybody once all cores sleep.
ICOUNT = ("-icount", "shift=0,sleep=on")
PERIODS = 300  # of kilohertz.S
TIMEOUT = 120  # it runs for a few seconds; more when the PC is busy


def results(pi, program):
    return counter(pi, program, "ticks"), counter(pi, program, "latest")


def undisturbed(build, program):
    """What the program counts when no debugger has ever been there."""
    with VirtualPi(build, options=ICOUNT) as pi:
        start_without_stub(pi, program)
        wait_until(lambda: counter(pi, program, "finished"), TIMEOUT, "the program to finish",
                   lambda: f"ticks: {counter(pi, program, 'ticks')}")
        return results(pi, program)


def under_gdb(build, program, new_gdb, commands):
    """The same, and what GDB printed meanwhile."""
    with VirtualPi(build, options=ICOUNT) as pi, Bridge(pi) as bridge:
        gdb = new_gdb(program, timeout=TIMEOUT)
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        for command in commands:
            gdb.do(command)
        gdb.do("tbreak over")
        printed = gdb.do("continue")
        assert "over:" in printed, printed
        return *results(pi, program), printed


@pytest.fixture(params=["kilohertz", "kilohertz-thumb"])
def kilohertz(request, build):
    return build / "programs" / f"{request.param}.elf"


def period():
    """Of its timer, in counts: a thousandth of the frequency that the firmware tells."""
    text = (ROOT / "sim" / "firmware_standin.S").read_text()
    return int(re.search(r"CRYSTAL_HZ (\d+)", text).group(1)) // 1000


PRINT = ["set dprintf-style agent", r'dprintf *on_tick,"tick %d\n", *(int *){ticks:#x}']
FALSE = "break *work if $r0 == 0xffffffff"
CASES = {"nothing": [], "a false condition": [FALSE],
         "a false condition of a hardware breakpoint": ["h" + FALSE],
         "an agent dprintf": PRINT, "a condition and a dprintf": [*PRINT, FALSE]}


@pytest.mark.parametrize("case", CASES)
def test_no_tick_is_lost_or_doubled(build, new_gdb, kilohertz, case):
    """And each is served within its own period, and printed if it is to be printed."""
    ticks, latest = undisturbed(build, kilohertz)
    assert (ticks, latest < period()) == (PERIODS, True)
    commands = [command.format(**elf.symbols(kilohertz)) for command in CASES[case]]
    ticks_with, latest_with, printed = under_gdb(build, kilohertz, new_gdb, commands)
    assert (ticks_with, latest_with < period()) == (PERIODS, True)
    numbers = range(PERIODS) if "dprintf" in case else []
    assert re.findall(r"^tick (\d+)$", printed, re.M) == [str(number) for number in numbers]
