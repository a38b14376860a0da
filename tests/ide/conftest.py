# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the IDE tier, beside those of kit/gdb_fixtures.py: a folder that is open in VS Code,
and debug adapters that run the recipes of the folder.
"""

import os
import pathlib

import elf
import pytest

from dap import DebugAdapter
from recipes import Folder
from rig import environment
from session import Session

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO_SECONDS = 90


@pytest.fixture(scope="session")
def node(build_root):
    """The Node that tests/ide/setup has put there; never the system's."""
    found = list((build_root / "ide/node/node_modules").glob("node-linux-*/bin/node"))
    assert found, f"{build_root}/ide has no Node: run make check-ide"
    return found[0]


@pytest.fixture
def is_loaded(pi, blink):
    """Whether all of blink is in the machine's RAM. Zeros are instructions too: a program that was
    never loaded runs into main's breakpoint all the same."""
    def compare():
        return all(pi.ram_bytes(segment.phys, len(segment.data)) == segment.data
                   for segment in elf.segments(blink))
    return compare


@pytest.fixture
def folder(bridge, blink):
    """The tree itself, open in VS Code: its recipes, with this bridge's port and this build."""
    return Folder(ROOT, {"ampgdb.port": str(bridge.port),
                         "ampgdb.elf": os.path.relpath(blink, ROOT)})


@pytest.fixture
def cdt(build_root, node):
    """cdt(recipe, source): a session of Eclipse's adapter; any number of them."""
    program = build_root / "ide/extension/node_modules/cdt-gdb-adapter/dist/debugTargetAdapter.js"
    adapters = []

    def start(recipe, source=ROOT / "firmware/blink.c"):
        adapters.append(DebugAdapter([node, program], SCENARIO_SECONDS, env=environment()))
        return Session(adapters[-1], recipe, source)

    start.logs = lambda: [log for adapter in adapters for log in adapter.logs()]
    yield start
    for adapter in adapters:
        adapter.quit()
