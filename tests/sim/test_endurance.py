# SPDX-License-Identifier: Apache-2.0
"""Life cycles without end: load another program, break, inspect, kill. Core 3 has no reset, so
everything that a program leaves behind must be cleaned up by stub and bridge, every time.

A thousand rounds in one bridge, two hundred with a fresh bridge each: some 15 seconds.
"""

import pathlib
import re

import pytest
from board import BOARD
from processes import wait_until
from rig import TIMEOUT
from virtual_pi import Bridge

ROUNDS = 1000
FRESH_ROUNDS = 200
SETTLED = 20  # rounds after which nothing may grow any more
GROWTH_KIB = 64  # of resident memory: allocator noise, far below a leak of 64 bytes a round

# program, where to break, an expression there and its value
PROGRAMS = [
    ("firmware/blink.elf", "led_on", "delay", "84 'T'"),
    ("firmware/blink-thumb.elf", "led_off", "delay", "84 'T'"),
    ("programs/steps.elf", "thumb_leaf", "$r4", "0"),
    ("programs/spin.elf", "*spin", "$sp", f"(void *) {BOARD.window:#x}"),
    ("programs/faults.elf", "*_start", "$pc", f"(void (*)()) {BOARD.base:#x} <_start>"),
    ("programs/sleep.elf", "*_start+4", "$r0", "1059061760"),
]


def one_round(gdb, build, address, number):
    program, place, expression, expected = PROGRAMS[number % len(PROGRAMS)]
    gdb.do(f"file {build / program}")
    gdb.do(f"target remote {address}")
    assert "Transfer rate" in gdb.do("load"), f"round {number}"
    gdb.do(f"break {place}")
    assert "Breakpoint" in gdb.do("continue"), f"round {number}, {program}"
    assert gdb.do(f"print {expression}").partition(" = ")[2].strip() == expected, f"round {number}"
    gdb.do("kill")
    gdb.do("delete")


def footprint(process):
    """Own memory in KiB (the mapped window grows as the ring wanders), and open descriptors.

    RssAnon of status would be an estimate: each CPU may have 32 pages that it has not told yet.
    """
    proc = pathlib.Path(f"/proc/{process.pid}")
    memory = (proc / "smaps_rollup").read_text()
    anonymous = re.search(r"^Anonymous: +(\d+) kB$", memory, re.MULTILINE).group(1)
    return int(anonymous), len(list((proc / "fd").iterdir()))


def test_program_after_program_in_one_bridge_leaves_no_trace(pi, build, new_gdb):
    gdb = new_gdb()
    with Bridge(pi, trace="/dev/null") as bridge:
        descriptors = footprint(bridge.process)[1]  # nobody is attached
        for number in range(ROUNDS):
            if number == SETTLED:
                memory = footprint(bridge.process)[0]
            one_round(gdb, build, bridge.address, number)
        wait_until(lambda: footprint(bridge.process)[1] <= descriptors, TIMEOUT,
                   f"the bridge to have its {descriptors} descriptors again",
                   lambda: footprint(bridge.process))  # it closes the last one after GDB does
        assert footprint(bridge.process)[0] - memory < GROWTH_KIB


def test_program_after_program_with_a_fresh_bridge_each(pi, build, new_gdb):
    gdb = new_gdb()
    for number in range(FRESH_ROUNDS):
        with Bridge(pi, trace="/dev/null") as bridge:
            one_round(gdb, build, bridge.address, number)


@pytest.fixture(autouse=True)
def blink_runs_afterwards(pi, build, new_gdb):
    yield
    with Bridge(pi) as bridge:
        gdb = new_gdb(build / "firmware" / "blink.elf")
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        gdb.do("detach")
        pi.wait_led_changes(4)
