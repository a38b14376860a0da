# SPDX-License-Identifier: Apache-2.0
"""The translation tables that the stub has really built, walked by hand.

QEMU ignores memory types and shareability, so a wrong attribute would first be noticed on a board,
as a rare corruption. Here the tables are read out of the machine's RAM and every page is compared
with what DESIGN.md promises, on both board layouts. Descriptors: ARM DDI 0406C, B3.6.
"""

import struct
import typing

import elf
import pytest
from board import BOARDS
from contract import BCM283X, MEMMAP
from virtual_pi import Bridge, VirtualPi

GIB = 1 << 30
BLOCK, PAGE = 1 << 21, 1 << 12

OUTER, INNER = 2, 3  # shareability field


class Entry(typing.NamedTuple):
    """What a mapping promises, the same for both stages."""
    type: str  # write-back, non-cacheable, device
    access: str  # rw, ro
    execute: bool
    shareability: int


NON_CACHEABLE = Entry("non-cacheable", "rw", False, OUTER)
DEVICE = Entry("device", "rw", False, 0)

STUB_SEES = {
    "linux": None, "nothing": None, "videocore": None,
    "program": NON_CACHEABLE, "shared": NON_CACHEABLE, "console": NON_CACHEABLE,
    "stub": Entry("write-back", "rw", True, INNER),
    "vectors": Entry("write-back", "rw", True, INNER),
    "peripheral": DEVICE, "dma": DEVICE, "local": DEVICE,
}
PROGRAM_SEES = {
    "linux": None, "nothing": None, "videocore": None, "stub": None, "shared": None, "dma": None,
    "program": Entry("write-back", "rw", True, INNER),
    "vectors": Entry("write-back", "ro", True, INNER),
    "console": NON_CACHEABLE,
    "peripheral": DEVICE,
    "local": Entry("device", "ro", False, 0),
}

STAGE1_TYPES = {1: "non-cacheable", 2: "write-back", 3: "device"}  # index into HMAIR0, stub/mmu.c
STAGE2_TYPES = {0x1: "device", 0x5: "non-cacheable", 0xF: "write-back"}  # MemAttr, table B3-11


def decode(descriptor, stage):
    assert descriptor >> 10 & 1, "the access flag is set: no faults that nobody handles"
    if stage == 1:
        kind, access = STAGE1_TYPES[descriptor >> 2 & 7], {1: "rw", 3: "ro"}[descriptor >> 6 & 3]
    else:
        kind, access = STAGE2_TYPES[descriptor >> 2 & 15], {3: "rw", 1: "ro"}[descriptor >> 6 & 3]
    return Entry(kind, access, not descriptor >> 54 & 1, descriptor >> 8 & 3)


class Tables:
    """One of the two maps, in the machine's RAM."""

    def __init__(self, pi, root, stage):
        self.pi, self.root, self.stage = pi, root, stage
        self.cache = {}

    def _table(self, address):
        if address not in self.cache:
            self.cache[address] = struct.unpack("<512Q", self.pi.ram_bytes(address, PAGE))
        return self.cache[address]

    def look(self, address):
        """The Entry for a page, or None; identity mapping is checked on the way."""
        level1 = struct.unpack("<4Q", self.pi.ram_bytes(self.root, 32))
        descriptor, size = level1[address // GIB], GIB
        while size > PAGE and descriptor & 3 == 3:  # a table; at the last level a page
            size //= 512
            descriptor = self._table(descriptor & 0xFFFFFF000)[address % (size * 512) // size]
        if descriptor == 0:
            return None
        assert descriptor & 3 == (3 if size == PAGE else 1)
        assert descriptor & 0xFFFFFF000 == address // size * size, "addresses map to themselves"
        return decode(descriptor, self.stage)


def owner(address, board, vectors):
    offset = address - board.window
    if 0 <= offset < MEMMAP.AMPGDB_WINDOW_SIZE:
        if address == vectors:
            return "vectors"
        if offset < MEMMAP.AMPGDB_SHARED_OFFSET:
            return "stub"
        return "shared" if offset < MEMMAP.AMPGDB_CONSOLE_OFFSET else "console"
    if address in (BCM283X.BCM283X_DMA, BCM283X.BCM283X_DMA15):
        return "dma"
    for end, name in ((board.base, "linux"), (board.ram_end, "program"),
                      (BCM283X.BCM283X_PERIPHERALS, "videocore"),
                      (BCM283X.BCM283X_PERIPHERALS_END, "peripheral"),
                      (BCM283X.BCM283X_LOCAL + BCM283X.BCM283X_LOCAL_SIZE, "local")):
        if address < end:
            return name
    return "nothing"


def pages(board):
    """Every page of the window's block and around each border, every block elsewhere."""
    window_block = board.window // BLOCK * BLOCK
    yield from range(window_block - PAGE, window_block + BLOCK + PAGE, PAGE)
    for dma in (BCM283X.BCM283X_DMA, BCM283X.BCM283X_DMA15):
        yield from range(dma // BLOCK * BLOCK, dma // BLOCK * BLOCK + BLOCK, PAGE)
    yield from range(BCM283X.BCM283X_LOCAL - PAGE, BCM283X.BCM283X_LOCAL + BLOCK + PAGE, PAGE)
    yield from range(0, 4 * GIB, BLOCK)
    yield from range(BLOCK - PAGE, 4 * GIB, BLOCK)


@pytest.mark.parametrize("stage, sees", [(1, STUB_SEES), (2, PROGRAM_SEES)],
                         ids=["stub", "program"])
@pytest.mark.parametrize("board", BOARDS.values(), ids=list(BOARDS))
def test_every_page_is_mapped_as_designed(build, board, stage, sees):
    image = board.window + MEMMAP.AMPGDB_STUB_OFFSET
    symbols = elf.symbols(build / "arm" / "stub.elf")
    vectors = image + symbols["vectors_page"]
    root = image + symbols["stub_map" if stage == 1 else "program_map"]
    with VirtualPi(build, ram_end=board.ram_end) as pi, Bridge(pi):
        tables = Tables(pi, root, stage)
        wrong = [f"{page:#x}: {tables.look(page)}, but it is {owner(page, board, vectors)}"
                 for page in pages(board)
                 if tables.look(page) != sees[owner(page, board, vectors)]]
    assert not wrong, "\n".join(wrong[:20])


# What else the silicon judges: control registers, read through QEMU's own debug stub while Core 3
# is in the monitor. HCR and HSCTLR: B4.1.65, B4.1.74; HDCR: B4.1.66.
HCR_DESIGN = 0x0438002F
HSCTLR_ON = 0x1007  # I, C, A, M
HDCR_DEBUG = 0xF00  # TDRA, TDOSA, TDA, TDE


def test_control_registers_are_what_the_design_says(build, new_gdb):
    with VirtualPi(build, options=["-gdb", "unix:gdb,server=on,wait=off"]) as pi, Bridge(pi):
        gdb = new_gdb()
        gdb.do(f"target remote {pi.dir}/gdb")
        gdb.do("thread 4")

        def register(*names):
            for name in names:
                printed = gdb.do(f"output/x ${name}")
                if printed.startswith("0x"):
                    return int(printed, 16)
            raise AssertionError(f"QEMU shows none of {names}")

        assert register("HCR", "HCR_EL2") == HCR_DESIGN
        assert register("HSCTLR", "SCTLR_EL2") & HSCTLR_ON == HSCTLR_ON
        assert register("HDCR", "MDCR_EL2") & HDCR_DEBUG == HDCR_DEBUG
        gdb.do("detach")
