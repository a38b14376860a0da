# SPDX-License-Identifier: Apache-2.0
"""The kit must not turn trouble into success: what it reports about bad runs.

The outputs of cmocka below are real ones, shortened.
"""

import os
import pathlib
import subprocess
import sys

from cmocka_items import judge

KIT = pathlib.Path(__file__).resolve().parent


def outcomes(output, status=0, errors=""):
    return [(case.name, case.outcome) for case in judge(output, errors, status)]


def test_cases_are_reported_one_by_one():
    output = ("1..3\nok 1 - a\nnot ok 2 - b\n# 0x1 != 0x2\n# x.c:8: error: Failure!\n"
              "not ok 3 # SKIP c\n")
    assert outcomes(output, 1) == [("a", "passed"), ("b", "failed"), ("c", "skipped")]
    assert "0x1 != 0x2\nx.c:8: error" in judge(output, "", 1)[1].details


def test_a_crash_is_a_failure_and_shows_standard_error():
    cases = judge("1..3\nhello\nok 1 - a\n", "AddressSanitizer: heap-use-after-free", -6)
    assert [case.outcome for case in cases] == ["passed", "failed"]
    assert "1 of 3 cases" in cases[1].details and "heap-use-after-free" in cases[1].details


def test_a_bad_status_after_good_cases_is_a_failure():
    assert outcomes("1..1\nok 1 - a\n", 23) == [("a", "passed"), ("the_program", "failed")]


def test_missing_cases_are_a_failure():
    assert outcomes("1..2\nok 1 - a\n")[-1] == ("the_program", "failed")


def test_silence_is_a_failure():
    assert outcomes("") == [("the_program", "failed")]


def test_a_failing_setup_is_a_failure():
    assert outcomes("1..1\nnot ok 1 - a Could not run test: Test setup failed\n", 1) == [
        ("a", "failed")]
    assert ("h", "failed") in outcomes("1..3\nnot ok 0 - h [  FAILED  ] GROUP SETUP\n# ok - h\n", 1)


# --- the closing line -----------------------------------------------------------------------------

MIXED = """
import pytest
def test_good(): pass
def test_bad(): assert False
def test_skipped(): pytest.skip("no reason")
@pytest.fixture
def broken(): raise OSError
def test_error(broken): pass
"""
SKIPPED = "import pytest\ndef test_good(): pass\ndef test_skipped(): pytest.skip('no reason')\n"


def run_pytest(tmp_path, text, **environment):
    """Last line and exit status of a run over a file of tests."""
    (tmp_path / "test_it.py").write_text(text)
    clean = {name: value for name, value in os.environ.items()
             if name not in ("REQUIRE_ALL", "CI", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "closing_line", "-p", "no:cacheprovider",
         "--rootdir", tmp_path, tmp_path], capture_output=True, text=True, check=False,
        env={**clean, "PYTHONPATH": str(KIT), **environment})
    return done.stdout.splitlines()[-1], done.returncode


def test_closing_line_counts_errors_as_failed(tmp_path):
    assert run_pytest(tmp_path, MIXED) == ("1 passed, 2 failed, 1 skipped", 1)


def test_closing_line_counts_a_file_that_does_not_load_as_failed(tmp_path):
    line, status = run_pytest(tmp_path, "this is not Python")
    assert line == "0 passed, 1 failed, 0 skipped" and status != 0


def test_skips_are_allowed_by_default(tmp_path):
    assert run_pytest(tmp_path, SKIPPED) == ("1 passed, 0 failed, 1 skipped", 0)


def test_skips_fail_the_run_when_all_is_required(tmp_path):
    assert run_pytest(tmp_path, SKIPPED, REQUIRE_ALL="1") == ("1 passed, 0 failed, 1 skipped", 1)
    assert run_pytest(tmp_path, SKIPPED, CI="true") == ("1 passed, 0 failed, 1 skipped", 1)
