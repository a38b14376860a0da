# SPDX-License-Identifier: Apache-2.0
"""What tests want to know of a built program: its bytes, its entry and its symbols.

Trusts its input: these are files that we built.
"""

import pathlib
import struct
import subprocess
import typing

_PT_LOAD = 1


class Segment(typing.NamedTuple):
    phys: int
    data: bytes


def entry(path):
    return struct.unpack_from("<I", pathlib.Path(path).read_bytes(), 24)[0]


def segments(path):
    """The parts of an ELF32 file to be loaded (System V ABI, "Program Header")."""
    elf = pathlib.Path(path).read_bytes()
    table, = struct.unpack_from("<I", elf, 28)
    size, count = struct.unpack_from("<HH", elf, 42)
    for index in range(count):
        kind, offset, _, phys, file_size = struct.unpack_from("<5I", elf, table + size * index)
        if kind == _PT_LOAD:
            yield Segment(phys, elf[offset:offset + file_size])


def symbols(path):
    """Name to value, of all symbols."""
    listing = subprocess.run(["arm-none-eabi-nm", path], capture_output=True, text=True, check=True)
    lines = [line.split() for line in listing.stdout.splitlines()]
    return {line[2]: int(line[0], 16) for line in lines if len(line) == 3}


def with_entry(path, address):
    """The bytes of the file, but for its entry."""
    elf = bytearray(pathlib.Path(path).read_bytes())
    struct.pack_into("<I", elf, 24, address)
    return bytes(elf)
