# SPDX-License-Identifier: Apache-2.0
"""pytest plugin: the last line of every run is "N passed, N failed, N skipped".

Errors outside of a test count as failed. With REQUIRE_ALL=1 or CI=true a skipped test makes the
exit status 1: a skip that nobody reads is a test that nobody has.
"""

import os

import pytest

_COUNTED_AS = {"passed": ("passed", "xpassed"), "failed": ("failed", "error"),
               "skipped": ("skipped", "xfailed")}


def _counts(config):
    stats = config.pluginmanager.getplugin("terminalreporter").stats
    return {name: sum(len(stats.get(outcome, ())) for outcome in outcomes)
            for name, outcomes in _COUNTED_AS.items()}


def _skips_are_failures():
    return os.environ.get("REQUIRE_ALL") == "1" or os.environ.get("CI") == "true"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if _skips_are_failures() and _counts(session.config)["skipped"] and not session.exitstatus:
        session.exitstatus = 1


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    counts = _counts(config)
    line = ", ".join(f"{counts[name]} {name}" for name in ("passed", "failed", "skipped"))
    config.get_terminal_writer().line(line)
