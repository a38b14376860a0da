# SPDX-License-Identifier: Apache-2.0
"""A machine's own copy of the SD card: what is written to it stays there, and the card that make
built stays as it is. The boot partition can be read and written while no machine runs.
"""

import contextlib
import subprocess

from linux_card import BOOT_SIZE, BOOT_START
from machine import SimError, run_tool


class SdCard:
    """folder/NAME is a QEMU overlay of the base card."""

    NAME = "card.qcow2"

    def __init__(self, base, folder):
        if not base.exists():
            raise SimError(f"{base} is not built: run make card")
        self.folder = folder
        run_tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, self.NAME,
                 cwd=folder)

    @contextlib.contextmanager
    def boot(self):
        """A copy of the boot partition, for as long as it is needed."""
        image = self.folder / "boot.fat"
        try:
            run_tool("qemu-img", "dd", "-f", "qcow2", "-O", "raw", "bs=1M",
                     f"skip={BOOT_START >> 20}", f"count={(BOOT_START + BOOT_SIZE) >> 20}",
                     f"if={self.NAME}", f"of={image.name}", cwd=self.folder)
            yield BootPartition(image)
        finally:
            image.unlink(missing_ok=True)

    def write_boot(self, boot):
        run_tool("qemu-io", "-f", "qcow2", "-c",
                 f"write -q -s {boot.image.name} {BOOT_START} {BOOT_SIZE}", self.NAME,
                 cwd=self.folder)


class BootPartition:
    """The files of a FAT file system in a file."""

    def __init__(self, image):
        self.image = image

    def has(self, name):
        done = subprocess.run(["mdir", "-b", "-i", self.image, f"::{name}"], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def read(self, name):
        return run_tool("mtype", "-i", self.image, f"::{name}")

    def write_all(self, folder):
        """Copy what is in a folder, over what is there."""
        run_tool("mcopy", "-s", "-o", "-i", self.image, *sorted(folder.iterdir()), "::")
