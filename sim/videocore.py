# SPDX-License-Identifier: Apache-2.0
"""What VideoCore does at the start of a real Pi, as far as it matters here: reads config.txt from
the boot partition, loads the kernel it names (or U-Boot), merges overlays into the board's device
tree, writes memory size and command line into it, and leaves the addresses for the ARM's part of
the firmware (firmware_standin.S).

References: raspberrypi.com/documentation: config.txt; the Linux kernel's booting.rst for ARM.
"""

import re
import typing

from board import BOARD
from machine import run_tool

MODEL = "pi2"  # QEMU's raspi2b
KERNEL_ADDRESS = 0x8000
DEVICE_TREE_WORD, KERNEL_WORD = 0xFF8, 0xFFC  # of firmware_standin.S
# Where the firmware puts a device tree that config.txt does not place: below this.
DEVICE_TREE_END = 0x2F000000
ALIGNMENT = 0x1000
DEFAULTS = {"kernel": "kernel7.img", "cmdline": "cmdline.txt",
            "device_tree": "bcm2709-rpi-2-b.dtb"}


class Blob(typing.NamedTuple):
    """A file, by its name in the machine's directory, and where it goes."""
    name: str
    address: int


class Config:
    """config.txt: the settings that hold for this model."""

    def __init__(self, text):
        self.settings = dict(DEFAULTS)
        self.overlays = []
        self.initramfs = None  # (file, address)
        applies = True
        for line in text.splitlines():
            line = line.partition("#")[0].strip()
            if section := re.fullmatch(r"\[(\w+)\]", line):
                applies = section.group(1).lower() in ("all", MODEL)
            elif applies and line:
                self._take(line)

    def _take(self, line):
        if found := re.fullmatch(r"initramfs\s+(\S+)\s+(0x[0-9a-fA-F]+)", line):
            self.initramfs = found.group(1), int(found.group(2), 0)
            return
        name, _, value = line.partition("=")
        if name == "dtoverlay":
            self.overlays.append(value)
        else:
            self.settings[name] = value


def power_on(boot, folder):
    """Read the boot partition; leave the files that go into RAM in folder. Returns QEMU's options
    that put them there."""
    config = Config(boot.read("config.txt").decode())
    kernel = Blob("kernel", KERNEL_ADDRESS)
    (folder / kernel.name).write_bytes(boot.read(config.settings["kernel"]))
    blobs = [kernel]
    if config.initramfs:
        name, address = config.initramfs
        blobs.append(Blob("initramfs", address))
        (folder / "initramfs").write_bytes(boot.read(name))
    tree = _device_tree(boot, folder, config, blobs)
    words = ((DEVICE_TREE_WORD, tree.address), (KERNEL_WORD, kernel.address))
    return [*_loaded(blobs + [tree]), *_stored(words)]


def _loaded(blobs):
    for blob in blobs:
        yield "-device"
        yield f"loader,file={blob.name},addr={blob.address:#x},force-raw=on"


def _stored(words):
    for address, value in words:
        yield "-device"
        yield f"loader,addr={address:#x},data={value:#x},data-len=4"


def _device_tree(boot, folder, config, blobs):
    tree = folder / "tree.dtb"
    tree.write_bytes(boot.read(config.settings["device_tree"]))
    for overlay in config.overlays:
        part = folder / "overlay.dtbo"
        part.write_bytes(boot.read(f"overlays/{overlay}.dtbo"))
        run_tool("fdtoverlay", "-i", tree, "-o", tree, part)
    run_tool("fdtput", "-t", "x", tree, "/memory@0", "reg", "0", f"{BOARD.ram_end:x}")
    if boot.has(config.settings["cmdline"]):
        words = boot.read(config.settings["cmdline"]).decode().split("\n")[0]
        run_tool("fdtput", "-t", "s", tree, "/chosen", "bootargs", words)
    for blob in blobs:
        if blob.name == "initramfs":
            end = blob.address + (folder / blob.name).stat().st_size
            for name, value in (("start", blob.address), ("end", end)):
                run_tool("fdtput", "-t", "x", tree, "/chosen", f"linux,initrd-{name}", f"{value:x}")
    address = int(config.settings.get("device_tree_address", "0"), 0)
    if not address:
        address = (DEVICE_TREE_END - tree.stat().st_size) // ALIGNMENT * ALIGNMENT
    return Blob(tree.name, address)
