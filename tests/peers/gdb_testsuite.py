# SPDX-License-Identifier: Apache-2.0
"""Files of GDB's own testsuite (Debian's package gdb-source) against a stub: runs them by DejaGnu
and reads what they report. boards/bare-metal.exp is the other half.
"""

import collections
import os
import pathlib
import re
import subprocess
import time

from columns import FLAGS
from processes import end, spawn
from rig import environment

HERE = pathlib.Path(__file__).resolve().parent
FILE_TIMEOUT = 400  # of one file; the longest takes 25 s on an idle PC, 80 s on a busy one
OUTCOMES = ("PASS", "FAIL", "XPASS", "XFAIL", "KPASS", "KFAIL", "UNSUPPORTED", "UNTESTED",
            "UNRESOLVED", "ERROR")
_OUTCOME = re.compile(rf"^({'|'.join(OUTCOMES)}): (?:gdb\.base/\S+\.exp: )?(.*)$", re.MULTILINE)

# Of gdb.base. PEERS_FILES="NAME ..." runs these instead.
_ALL_FILES = """
    break condbreak condbreak-call-false hbreak hbreak2
    step-test step-break step-line step-bt until advance consecutive-step-over
    finish return jump scope recurse setvar display
    watchpoint watch-cond watch-read watch-bitfields watch-non-mem watchpoint-delete
    watchpoint-hw-hit-once watchpoint-reuse-slot watchpoint-stops-at-right-insn watchpoint-unaligned
    store structs callfuncs call-strs call-ar-st call-rt-st funcargs restore dump find
    cond-eval-mode range-stepping dprintf dprintf-next dprintf-bp-same-addr
"""
FILES = (os.environ.get("PEERS_FILES") or _ALL_FILES).split()


class Result:
    """Of one file: outcomes is [(PASS, name), ...]; expired: the deadline ended it."""

    def __init__(self, outcomes, seconds, expired, log):
        self.outcomes, self.seconds, self.expired, self.log = outcomes, seconds, expired, log

    def count(self):
        return collections.Counter(outcome for outcome, _ in self.outcomes)

    def names(self, *wanted):
        return [name for outcome, name in self.outcomes if outcome in wanted]

    def __str__(self):
        counted = self.count()
        text = " ".join(f"{counted[o]} {o}" for o in OUTCOMES if counted[o]) or "nothing"
        return text + (" EXPIRED" if self.expired else "")


def run_file(column, name):
    """One file with a stub; its logs stay in build/peers/COLUMN/NAME."""
    directory = column.build / "peers" / column.name.lower() / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "gdb.sum").unlink(missing_ok=True)
    started = time.monotonic()
    with open(directory / "output", "wb") as output:
        runtest = spawn(_command(column, name, directory), cwd=directory, stdout=output,
                        stderr=subprocess.STDOUT, env=_environment(column))
        try:
            runtest.wait(FILE_TIMEOUT)
            expired = False
        except subprocess.TimeoutExpired:
            expired = True
            end(runtest)
    report = directory / "gdb.sum"
    text = report.read_text(errors="replace") if report.exists() else ""
    return Result(_OUTCOME.findall(text), time.monotonic() - started, expired,
                  directory / "gdb.log")


def _command(column, name, directory):
    return ["runtest", "--tool", "gdb", "--srcdir", column.build / "peers" / "testsuite",
            "--outdir", directory, "--target_board", "bare-metal",
            "--host", "x86_64-linux-gnu", "--target", "arm-none-eabi", "GDB=gdb-multiarch",
            f"gdb.base/{name}.exp"]


def _environment(column):
    return environment(
        DEJAGNU=str(HERE / "site.exp"), PEERS_ADDRESS=column.address, PEERS_RESET=column.reset,
        PEERS_CFLAGS=" ".join(FLAGS), PEERS_LDFLAGS=" ".join(column.link_flags()))
