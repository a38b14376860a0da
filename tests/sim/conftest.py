# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the sim tier, beside those of kit/gdb_fixtures.py."""

import elf
import pytest


@pytest.fixture
def gdb(bridge, blink, new_gdb):
    """GDB with blink's symbols, attached to the bridge; nothing is loaded."""
    client = new_gdb(blink)
    client.do(f"target remote {bridge.address}")
    return client


@pytest.fixture
def attach(bridge, build, new_gdb):
    """attach(name): GDB with a built program's symbols, attached and loaded."""
    def to(name):
        folder = "firmware" if name.startswith("blink") else "programs"
        program = build / folder / f"{name}.elf"
        gdb = new_gdb(program)
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        gdb.symbols = elf.symbols(program)
        return gdb
    return to
