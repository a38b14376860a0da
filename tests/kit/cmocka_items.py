# SPDX-License-Identifier: Apache-2.0
"""pytest plugin: each case of a cmocka program is an item of the run.

tests/unit/NAME_test.c stands for the program unit/NAME in the build directory. cmocka cannot list
its cases, so the program runs when it is collected. What the program does besides its cases (it
crashes, a sanitizer complains at exit, cases are missing) is one more item, failed.
"""

import os
import re
import subprocess
import typing

import pytest

TIMEOUT_S = 300  # a program that hangs; none takes a tenth of that
_PLAN = re.compile(r"^1\.\.(\d+)$")
_OK = re.compile(r"^ok \d+ - (\S+)")
_SKIPPED = re.compile(r"^not ok \d+ # SKIP (\S+)")
_FAILED = re.compile(r"^not ok \d+ - (\S+)(.*)")


class Case(typing.NamedTuple):
    name: str
    outcome: str  # "passed", "failed", "skipped"
    details: str = ""


def parse_tap(output):
    """The planned number of cases, and those that reported; TAP as cmocka 1.1 prints it."""
    planned, cases = 0, []
    for line in output.splitlines():
        if match := _PLAN.match(line):
            planned += int(match.group(1))
        elif match := _OK.match(line):
            cases.append(Case(match.group(1), "passed"))
        elif match := _SKIPPED.match(line):
            cases.append(Case(match.group(1), "skipped", "skipped by the program"))
        elif match := _FAILED.match(line):
            cases.append(Case(match.group(1), "failed", match.group(2).strip()))
        elif line.startswith("# ") and cases and cases[-1].outcome == "failed":
            cases[-1] = cases[-1]._replace(details=f"{cases[-1].details}\n{line[2:]}".lstrip())
    return planned, cases


def judge(output, errors, status):
    """All that a finished program reported, as cases; never empty."""
    planned, cases = parse_tap(output)
    failed = any(case.outcome == "failed" for case in cases)
    everything = f"status {status}\n{output}\n{errors}"
    if status < 0 or len(cases) < planned or not planned:
        cases.append(Case("the_program", "failed", f"{len(cases)} of {planned} cases reported, "
                                                   + everything))
    elif status and not failed:
        cases.append(Case("the_program", "failed", everything))
    return [case._replace(details=f"{case.details}\n{errors}") if case.outcome == "failed" else case
            for case in cases]


class CmockaFile(pytest.File):
    def collect(self):
        name = self.path.name.removesuffix("_test.c")
        for case in self._run(self.config.ampgdb_build / "unit" / name):
            yield CmockaItem.from_parent(self, name=case.name, case=case)

    @staticmethod
    def _run(program):
        if not program.exists():
            return [Case("the_program", "failed", f"{program} is not built: use make check-unit")]
        try:
            done = subprocess.run([program], capture_output=True, text=True, errors="replace",
                                  timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, check=False,
                                  env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"})
        except subprocess.TimeoutExpired as error:
            return [Case("the_program", "failed",
                         f"hangs: not done in {TIMEOUT_S} s\n{error.stdout}")]
        return judge(done.stdout, done.stderr, done.returncode)


class CmockaItem(pytest.Item):
    def __init__(self, *, case, **rest):
        super().__init__(**rest)
        self.case = case

    def runtest(self):
        if self.case.outcome == "skipped":
            pytest.skip(self.case.details)
        if self.case.outcome == "failed":
            pytest.fail(self.case.details, pytrace=False)

    def reportinfo(self):
        return self.path, None, self.name


def pytest_collect_file(file_path, parent):
    if file_path.name.endswith("_test.c") and file_path.parent.name == "unit":
        return CmockaFile.from_parent(parent, path=file_path)
    return None
