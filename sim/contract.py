# SPDX-License-Identifier: Apache-2.0
"""The numbers of include/ampgdb/ for Python, read from the headers: none is written twice."""

import pathlib
import re
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent
_DEFINE = re.compile(r"^#define\s+(\w+)\s+(0[xX][0-9a-fA-F]+|[0-9]+)[uU]?(?=\s|$)", re.MULTILINE)


def constants(header):
    """All plain numbers that a header of include/ampgdb/ defines, as attributes."""
    text = (ROOT / "include" / "ampgdb" / header).read_text()
    return types.SimpleNamespace(
        **{name: int(value, 0) for name, value in _DEFINE.findall(text)})


BCM283X = constants("bcm283x.h")
MEMMAP = constants("memmap.h")
WINDOW = constants("window.h")
