# SPDX-License-Identifier: Apache-2.0
"""What is measured here is printed at the end of the run, whether tests pass or not."""

import pytest

_LINES = pytest.StashKey()


def pytest_configure(config):
    config.stash[_LINES] = []


@pytest.fixture(scope="session")
def tell(pytestconfig):
    """tell(line): to be printed at the end."""
    return pytestconfig.stash[_LINES].append


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[_LINES]:
        terminalreporter.write_line(line)
