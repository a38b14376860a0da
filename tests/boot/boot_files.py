# SPDX-License-Identifier: Apache-2.0
"""What the tests of boot/ know of its files."""

import pathlib
import struct
import typing
import zlib

from contract import MEMMAP

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20
ENV_SIZE = 0x4000  # CONFIG_ENV_SIZE of Debian's U-Boot for rpi_2 and rpi_3_32b


class Card(typing.NamedTuple):
    """What boot/ makes for one BOARD, and where its RAM is divided."""
    name: str
    base: int
    files: pathlib.Path

    @staticmethod
    def of(name, build_root):
        base = MEMMAP.AMPGDB_BASE_512M if name == "zero2w" else MEMMAP.AMPGDB_BASE_1G
        return Card(name, base, build_root / "boot" / name)

    @property
    def mem_word(self):
        return f"mem={self.base // MIB}M"


def environment(path):
    """The variables of a uboot.env whose CRC is right."""
    image = path.read_bytes()
    assert len(image) == ENV_SIZE
    assert struct.unpack("<I", image[:4])[0] == zlib.crc32(image[4:])
    text = image[4:image.index(b"\0\0", 4)].decode()
    return dict(line.split("=", 1) for line in text.split("\0"))
