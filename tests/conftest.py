# SPDX-License-Identifier: Apache-2.0
"""One pytest run reports everything: Python tests, and the cmocka cases of tests/unit.

AMPGDB_BUILD names the build directory (default: build); the Makefile sets it. AMPGDB_BOARD=512M
is for tests/sim: the other kind of board, with the programs that are linked for it.
"""

import os
import pathlib
import signal
import sys

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
sys.path[:0] = [str(TESTS / "kit"), str(ROOT / "sim")]

import pytest  # noqa: E402
from board import BOARD  # noqa: E402

pytest_plugins = ["cmocka_items", "closing_line", "gdb_fixtures"]


def pytest_configure(config):
    # A run that is told to end (timeout(1), CI) tears its machines down, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config.ampgdb_build = (ROOT / os.environ.get("AMPGDB_BUILD", "build")).resolve()


@pytest.fixture(scope="session")
def build_root(request):
    """The build directory, as make knows it."""
    return request.config.ampgdb_build


@pytest.fixture(scope="session")
def build(build_root):
    """The same seen from one kind of board: build/512M has links to what is not linked twice."""
    return build_root if BOARD.name == "1G" else build_root / BOARD.name
