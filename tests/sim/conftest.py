# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the sim tier. Each test gets a virtual Pi of its own (starting one takes a fifth of a
second), so no test depends on what another left on Core 3. A failed test shows all logs.
"""

import elf
import pytest

from gdb_driver import Gdb
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
def blink(build):
    return build / "firmware" / "blink.elf"


@pytest.fixture
def new_gdb():
    """new_gdb(program=None, ...): any number of GDBs, ended with the test."""
    gdbs = []

    def start(*arguments, **options):
        gdbs.append(Gdb(*arguments, **options))
        return gdbs[-1]

    start.logs = lambda: [log for gdb in gdbs for log in gdb.logs()]
    yield start
    for gdb in gdbs:
        gdb.quit()


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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if not report.failed:
        return
    for fixture in item.funcargs.values():
        if hasattr(fixture, "logs"):
            report.sections.extend(fixture.logs())
