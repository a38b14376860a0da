# SPDX-License-Identifier: Apache-2.0
"""The two kinds of board, and which of them a virtual Pi is: AMPGDB_BOARD says 1G (the default) or
512M. QEMU's machine is the same; what differs is where its device tree ends the RAM, and that is
all that the programs under test get to know.
"""

import os
import sys
import typing

from contract import MEMMAP


class Board(typing.NamedTuple):
    """Where things are; window_end is where the program's RAM goes on, up to ram_end."""
    name: str
    base: int
    window: int
    ram_end: int

    @property
    def window_end(self):
        return self.window + MEMMAP.AMPGDB_WINDOW_SIZE


# Of its RAM the firmware keeps 76 MiB for VideoCore, which is its default.
BOARDS = {board.name: board for board in (
    Board("1G", MEMMAP.AMPGDB_BASE_1G, MEMMAP.AMPGDB_WINDOW_1G, 0x3B400000),
    Board("512M", MEMMAP.AMPGDB_BASE_512M, MEMMAP.AMPGDB_WINDOW_512M, 0x1B400000))}


def _chosen():
    name = os.environ.get("AMPGDB_BOARD") or "1G"
    if name not in BOARDS:
        sys.exit(f"AMPGDB_BOARD is '{name}': set it to {' or '.join(BOARDS)}")
    return BOARDS[name]


BOARD = _chosen()
