# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the sim tier. Each test gets a virtual Pi of its own (starting one takes a fifth of a
second), so no test depends on what another left on Core 3. kit/gdb_fixtures.py has more of them.
"""

import elf
import pytest

from virtual_pi import Bridge, VirtualPi


@pytest.fixture
def pi(build):
    """A virtual Pi whose Core 3 waits for the start protocol."""
    with VirtualPi(build) as machine:
        yield machine


@pytest.fixture
def bridge(pi):
    """ampgdb-bridge in front of pi, listening."""
    with Bridge(pi) as server:
        yield server


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
