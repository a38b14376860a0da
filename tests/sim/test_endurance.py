# SPDX-License-Identifier: Apache-2.0
"""Life cycles without end: load another program, break, inspect, kill. Core 3 has no reset, so
everything that a program leaves behind must be cleaned up by stub and bridge, every time.

AMPGDB_ROUNDS: how many rounds (default 60; make check-all runs 1000, and a fifth of it with a fresh
bridge each).
"""

import os
import pathlib

import pytest
from virtual_pi import Bridge

ROUNDS = int(os.environ.get("AMPGDB_ROUNDS", "60"))
SETTLED = min(20, ROUNDS // 3)  # rounds after which nothing may grow any more
GROWTH_KIB = 64  # of resident memory: allocator noise, far below a leak of 64 bytes a round

# program, where to break, an expression there and its value
PROGRAMS = [
    ("firmware/blink.elf", "led_on", "delay", "84 'T'"),
    ("firmware/blink-thumb.elf", "led_off", "delay", "84 'T'"),
    ("programs/steps.elf", "thumb_leaf", "$r4", "0"),
    ("programs/spin.elf", "*spin", "$sp", "(void *) 0x30000000"),
    ("programs/faults.elf", "*_start", "$pc", "(void (*)()) 0x20000000 <_start>"),
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
    """Own memory in KiB (the mapped window grows as the ring wanders), and open descriptors."""
    proc = pathlib.Path(f"/proc/{process.pid}")
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]), len(list((proc / "fd").iterdir()))


def test_program_after_program_in_one_bridge_leaves_no_trace(pi, build, new_gdb):
    gdb = new_gdb()
    with Bridge(pi, trace="/dev/null") as bridge:
        for number in range(ROUNDS):
            if number == SETTLED:
                memory, descriptors = footprint(bridge.process)
            one_round(gdb, build, bridge.address, number)
        memory_after, descriptors_after = footprint(bridge.process)
    assert descriptors_after <= descriptors
    assert memory_after - memory < GROWTH_KIB


def test_program_after_program_with_a_fresh_bridge_each(pi, build, new_gdb):
    gdb = new_gdb()
    for number in range(max(ROUNDS // 5, 6)):
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
