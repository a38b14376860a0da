# SPDX-License-Identifier: Apache-2.0
"""The Makefile on a machine that lacks what a target needs: it is installed before anything is
built. dpkg-query, apt-get and sudo are stand-ins: nothing is installed here, the target ends there.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE3, ARMHF = "gcc-arm-none-eabi", "gcc-arm-linux-gnueabihf"
NEEDS = {  # target: (what it installs, what it can do without)
    "all": ({CORE3, ARMHF}, {"qemu-system-arm"}),
    "programs": ({CORE3}, {ARMHF, "qemu-system-arm"}),
    "armhf": ({CORE3, ARMHF}, {"qemu-system-arm"}),
    "install": ({CORE3}, {ARMHF, "qemu-system-arm"}),
    "demo": ({CORE3, "qemu-system-arm", "gdb-multiarch"}, {ARMHF}),
    "sim": ({CORE3, "qemu-system-arm", "gdb-multiarch"}, {ARMHF}),
    "demo-linux": ({CORE3, ARMHF, "qemu-system-arm"}, {"python3-pytest"}),
    "sim-linux": ({CORE3, ARMHF, "qemu-system-arm"}, {"python3-pytest"}),
    "sdcard": ({"u-boot-tools"}, {CORE3, ARMHF}),
    "check": ({CORE3, ARMHF, "python3-pytest"}, {"chromium"}),
    "check-sim": ({CORE3, ARMHF, "python3-pytest"}, {"chromium"}),
}
TOOLS = {
    "dpkg-query": "exit 1",
    "sudo": 'exec "$@"',
    "apt-get": 'echo "$@" >> "$LOG"; [ "$1" = update ]',
}


def make(target, tmp_path, path, *variables):
    return subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT, f"O={tmp_path}/build",
         f"DESTDIR={tmp_path}/installed", target, *variables],
        capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": path, "HOME": str(tmp_path), "LOG": str(tmp_path / "log")})


def make_tools(tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, line in TOOLS.items():
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o755)
    return tools


@pytest.mark.parametrize("target", NEEDS)
def test_a_target_installs_what_it_needs_and_no_more(target, tmp_path):
    tools = make_tools(tmp_path)
    done = make(target, tmp_path, f"{tools}:{os.environ['PATH']}")
    log = tmp_path / "log"
    assert log.exists(), done.stdout + done.stderr
    updated, installed = log.read_text().splitlines()
    assert done.returncode != 0 and updated.startswith("update")
    needed, unneeded = NEEDS[target]
    assert needed <= set(installed.split()) and not unneeded & set(installed.split()), installed
    assert not list((tmp_path / "build").rglob("*.o"))


@pytest.mark.parametrize("target", ["sim-linux", "demo-linux"])
def test_an_unknown_flow_is_refused_before_anything_is_built(target, tmp_path):
    tools = make_tools(tmp_path)
    done = make(target, tmp_path, f"{tools}:{os.environ['PATH']}", "FLOW=grub")
    assert done.returncode == 2 and not (tmp_path / "log").exists()
    assert "FLOW=grub is unknown: say cmdline (no U-Boot), overlay or uboot\n" in done.stderr


def test_where_there_is_no_debian_nothing_is_installed(tmp_path):
    """The user has seen to it that the compilers are there."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "find", "grep", "id", "make", "sed", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    done = make("deps-build", tmp_path, str(tools))
    assert done.returncode == 0 and done.stdout + done.stderr == ""
