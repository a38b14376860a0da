# SPDX-License-Identifier: Apache-2.0
"""What every tier with a virtual Pi and GDB shares: fixtures, and a failed test's logs.

Each test gets a virtual Pi of its own (starting one takes a fifth of a second), so no test depends
on what another left on Core 3. The linux tier has another pi (linux/conftest.py).
"""

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
    # A run under nohup must not make the bridge deaf to SIGHUP as well.
    program = ["env", "--default-signal=HUP", pi.build / "bin" / "ampgdb-bridge"]
    with Bridge(pi, program=program) as server:
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Show the logs of all fixtures that have some."""
    report = (yield).get_result()
    if not report.failed:
        return
    for fixture in getattr(item, "funcargs", {}).values():
        if hasattr(fixture, "logs"):
            report.sections.extend(fixture.logs())
