# SPDX-License-Identifier: Apache-2.0
"""GDB's own testsuite finds in our stub nothing wrong that it does not find in QEMU's, which runs
the same files at the same time and is the judge of what a Cortex-A7 without an operating system can
do.
"""

import collections
import concurrent.futures

import columns
import pytest
from gdb_testsuite import FILES, run_file

# A KPASS is what GDB itself fails on some machines (watchpoint-unaligned wants more registers than
# theirs have), and passes here.
BAD = ("FAIL", "XPASS", "UNRESOLVED", "ERROR")
# What QEMU's stub does not have: nothing of it may be unsupported by ours.
OURS_ALONE = {
    "cond-eval-mode": ["set breakpoint condition-evaluation target", "break: continue",
                       "hbreak: continue", "watch: continue"],
    "range-stepping": ["multi insns: next: vCont;r=1", "loop: next: vCont;r=1",
                       "interrupt: send ctrl-c to GDB: 1 vCont;r"],
    "dprintf": ["agent: set dprintf style to agent", "agent: 1st dprintf", "agent: 2nd dprintf"],
}


def run_column(start, build):
    with start(build) as column:
        return {name: run_file(column, name) for name in FILES}


@pytest.fixture(scope="module")
def results(build, tell):
    """(ours, QEMU's): file -> Result."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = [pool.submit(run_column, stub, build) for stub in (columns.ampgdb, columns.qemu)]
        ours, theirs = [future.result() for future in running]
    for line in table(ours, theirs):
        tell(line)
    return ours, theirs


def table(ours, theirs):
    width = max(map(len, [total(ours), *map(str, ours.values())])) + 2
    yield f"{'gdb.base':32}{'ampgdb':{width}}QEMU's own stub"
    for name in FILES:
        yield f"{name:32}{str(ours[name]):{width}}{theirs[name]}"
    yield f"{len(FILES)} files".ljust(32) + f"{total(ours):{width}}{total(theirs)}"
    worse = [name for name in FILES if shared_by_nobody(ours[name], theirs[name])]
    yield f"worse than QEMU's stub: {', '.join(worse) or 'none'}"


def total(results):
    counted = sum((result.count() for result in results.values()), collections.Counter())
    seconds = sum(result.seconds for result in results.values())
    return f"{counted['PASS']} PASS {counted['FAIL']} FAIL in {seconds:.0f} s"


def shared_by_nobody(ours, theirs):
    """What is bad with our stub alone: names, or a file that came to no end."""
    bad = set(ours.names(*BAD)) - set(theirs.names(*BAD))
    if ours.expired and not theirs.expired:
        bad.add("the file came to no end")
    if not ours.names("PASS") and theirs.names("PASS"):
        bad.add("nothing passed")
    return sorted(bad)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_bad_that_qemus_stub_does_not_share(results, name):
    ours, theirs = (column[name] for column in results)
    assert ours.outcomes, f"no result: see {ours.log}"
    assert not shared_by_nobody(ours, theirs), f"see {ours.log}"


@pytest.mark.parametrize("name", [name for name in OURS_ALONE if name in FILES])
def test_what_qemus_stub_lacks_passes(results, name):
    ours, theirs = (column[name] for column in results)
    assert set(OURS_ALONE[name]) <= set(ours.names("PASS")), f"see {ours.log}"
    assert not ours.names("UNSUPPORTED", "UNTESTED"), f"see {ours.log}"
    assert theirs.names("UNSUPPORTED"), "QEMU's stub has learned it: this test says too little"
