# SPDX-License-Identifier: Apache-2.0
"""The seeds of the fuzz targets: corpus/TARGET/*.

NAME.txt is an input as it is; NAME.hex is one as hexadecimal digits, with comments behind "#".
"""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = sorted(path.name.removesuffix("_fuzz.c") for path in HERE.glob("*_fuzz.c"))


def seed_bytes(path):
    if path.suffix == ".txt":
        return path.read_bytes()
    assert path.suffix == ".hex", f"{path}: neither .txt nor .hex"
    return bytes.fromhex(re.sub(r"#.*", "", path.read_text()))


def write_seeds(target, folder):
    """All seeds of a target as the files that it reads; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = []
    for path in sorted((HERE / "corpus" / target).iterdir()):
        seeds.append(folder / path.stem)
        seeds[-1].write_bytes(seed_bytes(path))
    return seeds
