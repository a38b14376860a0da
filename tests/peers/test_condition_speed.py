# SPDX-License-Identifier: Apache-2.0
"""A conditional breakpoint is served at least 100 times as often per second as by QEMU's own stub,
where GDB looks at each hit. Stock GDB and stock settings, both in one run; QEMU's rate is that of
2,000 hits.
"""

import pathlib
import re
import time

import columns
from gdb_driver import Gdb

HERE = pathlib.Path(__file__).resolve().parent
HITS, QEMU_HITS = 100000, 2000
RATIO_AT_LEAST = 100


def hits_per_second(start, build, hits):
    with start(build) as column:
        program = build / "peers" / f"ticks-{column.name.lower()}.elf"
        column.compile(HERE / "ticks.c", program)
        with Gdb(program, timeout=120) as gdb:
            gdb.do(f"target remote {column.address}")
            gdb.do("load")
            gdb.do("tbreak main")
            gdb.do("continue")
            gdb.do(f"break tick if i == {hits}")
            started = time.monotonic()
            printed = gdb.do("continue")
            seconds = time.monotonic() - started
        assert re.search(rf"Breakpoint \d+, tick \(i={hits}\)", printed), printed
        return hits / seconds


def test_conditions_are_decided_100_times_as_often_as_by_qemus_stub(build, tell):
    theirs = hits_per_second(columns.qemu, build, QEMU_HITS)
    ours = hits_per_second(columns.ampgdb, build, HITS)
    tell(f"break tick if i == N: ampgdb {ours:.0f} hits/s, QEMU's own stub {theirs:.0f} hits/s, "
         f"ratio {ours / theirs:.0f}")
    assert ours >= RATIO_AT_LEAST * theirs
