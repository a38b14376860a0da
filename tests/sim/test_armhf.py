# SPDX-License-Identifier: Apache-2.0
"""The two programs as a Pi gets them: one static 32-bit ARM file each, run here by qemu-arm against
the same virtual Pi. What differs from the programs of this PC is the size of pointers and offsets,
the instruction set's barriers, and libc.
"""

import os
import subprocess

import pytest
from contract import ROOT
from rig import loadmetal, run, wait_counts
from virtual_pi import Bridge

PROGRAMS = ["ampgdb-bridge", "loadmetal"]
EMULATOR = "qemu-arm"


def readelf(option, program):
    return subprocess.run(["readelf", option, program], capture_output=True, text=True, check=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout  # which speaks all languages


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_is_one_static_program_for_32_bit_arm(build, name):
    program = build / "armhf" / name
    header = readelf("-h", program)
    assert "ELF32" in header and "ARM" in header and "hard-float ABI" in header
    assert "INTERP" not in readelf("-l", program), "no dynamic linker"
    assert "NEEDED" not in readelf("-d", program), "no shared library"


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_tells_its_version(build, name):
    version = (ROOT / "VERSION").read_text().strip()
    assert run(EMULATOR, build / "armhf" / name, "--version").stdout == f"{name} {version}\n"


@pytest.mark.parametrize("name", ["blink.elf", "blink-thumb.elf", "blink.bin"])
def test_its_loadmetal_starts_blink(pi, build, name):
    program = build / "firmware" / name
    done = run(EMULATOR, build / "armhf" / "loadmetal", "--memory", pi.memory, program)
    assert done.returncode == 0, done.stderr
    assert "running on Core 3" in done.stdout
    pi.wait_led_changes(4)


def test_its_bridge_serves_a_session(pi, build, blink, new_gdb):
    with Bridge(pi, program=[EMULATOR, build / "armhf" / "ampgdb-bridge"]) as server:
        gdb = new_gdb(blink)
        gdb.do(f"target remote {server.address}")
        gdb.do("load")
        gdb.do("break wait")
        assert "Breakpoint 1, wait ()" in gdb.do("continue")
        assert "Value returned" in gdb.do("finish")
        assert "84 'T'" in gdb.do("print delay")
        gdb.do("delete")
        gdb.start("continue")
        gdb.wait_for("Continuing.")
        wait_counts(pi, blink)
        gdb.interrupt()
        assert "SIGINT" in gdb.wait()
        assert "Cannot access memory" in gdb.do("x/4x 0")
        gdb.do("detach")
        wait_counts(pi, blink)
        done = loadmetal(pi, blink)
        assert done.returncode == 0, "the PC's own loadmetal talks to the same stub"


def test_lock_and_stub_are_shared_with_the_pcs_programs(pi, build, gdb, blink):
    done = run(EMULATOR, build / "armhf" / "loadmetal", "--memory", pi.memory, blink)
    assert done.returncode == 1
    assert "in use by ampgdb-bridge" in done.stderr
