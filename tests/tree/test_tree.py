# SPDX-License-Identifier: Apache-2.0
"""Rules of the tree that a compiler does not check. Each names the one place where a thing may be,
so that a reader who looks for it looks once.
"""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates/vscode/.vscode"  # for a user; .vscode is the tree's own
PRODUCT = ("include", "stub", "host", "bridge", "loader", "firmware")


def sources(*folders, suffixes=(".c", ".h")):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def places(pattern, *folders):
    """file names, relative to the root, in whose code the pattern stands."""
    return {str(path.relative_to(ROOT)) for path in sources(*folders)
            if re.search(pattern, without_comments(path.read_text()))}


def test_dev_mem_is_opened_in_one_file():
    assert places(r'open\w*\(\s*(DEV_MEM|"/dev/mem")', "host", "bridge", "loader") <= {
        "host/physmem_devmem.c"}


def test_assembly_stands_only_where_it_must():
    allowed = ("stub/", "firmware/")
    found = places(r"\b__asm__\b|\basm\b", *PRODUCT)
    assert {f for f in found if not f.startswith(allowed)} <= {
        "include/ampgdb/ring.h", "host/send_event.h"}


def test_barriers_between_the_cores_stand_only_in_the_ring():
    assert places(r"__sync_synchronize|\bdmb\b|atomic_thread_fence", *PRODUCT) == {
        "include/ampgdb/ring.h"}


def test_physical_addresses_stand_only_in_the_contract():
    numbers = r"0x(?:[123]0{7}|1[8]0{6}|3[fF]\d{6}|400000\w\w)u?\b"
    assert places(numbers, *PRODUCT) <= {"include/ampgdb/memmap.h", "include/ampgdb/bcm283x.h"}


def test_the_stub_needs_nothing_from_outside(build):
    listing = subprocess.run(["arm-none-eabi-nm", "-u", build / "arm" / "stub.elf"],
                             capture_output=True, text=True, check=True).stdout
    assert listing.strip() == ""


def test_the_stub_fits_its_budget():
    done = subprocess.run(["make", "--no-print-directory", "size"], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"stub: \d+ bytes of code and constants", done.stdout)


@pytest.mark.parametrize("program", ["ampgdb-bridge", "loadmetal"])
def test_programs_for_the_pi_are_static_arm_files(build, program):
    header = subprocess.run(["readelf", "-h", "-l", build / "armhf" / program],
                            capture_output=True, text=True, check=True,
                            env={**os.environ, "LC_ALL": "C"}).stdout  # which speaks all languages
    assert re.search(r"Machine:\s+ARM", header) and "INTERP" not in header


def test_every_file_says_its_licence():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True,
                            check=True).stdout.split()
    code = [f for f in listed if (ROOT / f).exists() and pathlib.Path(f).suffix in (
        ".c", ".h", ".S", ".ld", ".py", ".mk", ".sh", ".gdb")]
    assert code
    silent = [f for f in code if "SPDX-License-Identifier: Apache-2.0" not in
              (ROOT / f).read_text()[:200]]
    assert not silent


@pytest.mark.parametrize("name", ["launch.json", "tasks.json"])
def test_both_vscode_folders_have_the_same(name):
    assert (ROOT / ".vscode" / name).read_bytes() == (TEMPLATE / name).read_bytes()


def test_nothing_else_is_in_the_template():
    assert {path.name for path in TEMPLATE.iterdir()} == {"launch.json", "tasks.json",
                                                          "settings.json"}
