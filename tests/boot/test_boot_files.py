# SPDX-License-Identifier: Apache-2.0
"""The boot files are what U-Boot, the Pi's firmware and Linux will take, and every number in them
is memmap.h's.
"""

import re
import shutil
import struct
import subprocess
import zlib

import pytest
from boot_files import MIB, ROOT, environment
from contract import BCM283X, MEMMAP

SCRIPT_HEADER = 64 + 8  # legacy image header; length of the one script, and the list's end


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


# --- Command lines and config.txt ----------------------------------------------------------------


def test_command_lines_are_one_line_each(card):
    assert (card.files / "cmdline/cmdline.txt").read_text() == f"maxcpus=3 {card.mem_word}\n"
    assert (card.files / "overlay/cmdline.txt").read_text() == "maxcpus=3\n"


@pytest.mark.parametrize("flow", ["cmdline", "overlay", "uboot"])
def test_config_says_32_bit_in_lines_that_the_firmware_reads_whole(card, flow):
    lines = (card.files / flow / "config.txt").read_text().splitlines()
    assert "arm_64bit=0" in lines and "auto_initramfs=0" in lines
    assert ("kernel=u-boot.bin" in lines) == (flow == "uboot")
    assert ("dtoverlay=ampgdb" in lines) == (flow == "overlay")
    assert max(map(len, lines)) <= 78


@pytest.mark.parametrize("flow", ["cmdline", "overlay"])
def test_the_device_tree_lies_in_linux_half(card, flow):
    """Left alone, the firmware puts it where the program's stack will be, and no-map fails."""
    text = (card.files / flow / "config.txt").read_text()
    address = int(re.search(r"^device_tree_address=(0x\w+)$", text, re.MULTILINE)[1], 16)
    assert address == card.base - MIB


# --- U-Boot --------------------------------------------------------------------------------------


def test_the_script_is_an_image_of_boot_cmd(card):
    assert re.search(r"Image Type:\s+ARM Linux Script",
                     run("mkimage", "-l", card.files / "uboot/boot.scr"))
    image = (card.files / "uboot/boot.scr").read_bytes()
    assert struct.unpack(">I", image[24:28])[0] == zlib.crc32(image[64:])
    assert image[SCRIPT_HEADER:] == (card.files / "uboot/boot.cmd").read_bytes()


def test_the_same_input_gives_the_same_script(card):
    created = struct.unpack(">I", (card.files / "uboot/boot.scr").read_bytes()[8:12])[0]
    assert created == 0


def test_bootargs_give_up_core_3_and_the_upper_ram(card):
    bootargs = environment(card.files / "uboot/uboot.env")["bootargs"]
    assert bootargs.endswith(f" maxcpus=3 {card.mem_word}")
    serial = "ttyAMA0" if card.name == "pi2" else "ttyS0"
    assert bootargs.startswith(f"console={serial},115200 console=tty1 root=")


def test_a_card_without_uboot_env_gets_the_same_bootargs(card):
    bootargs = environment(card.files / "uboot/uboot.env")["bootargs"]
    assert f'setenv bootargs "{bootargs}"' in (card.files / "uboot/boot.cmd").read_text()


def test_the_environment_has_what_the_script_uses(card):
    """A valid uboot.env replaces U-Boot's own environment whole. What U-Boot finds out at each
    start must not be in it: it would not be found out any more."""
    variables = environment(card.files / "uboot/uboot.env")
    text = (card.files / "uboot/boot.cmd").read_text()
    code = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    used = set(re.findall(r"\$\{(\w+)\}", code + variables["bootcmd"]))
    found_at_start = {"fdt_addr", "fdtfile", "filesize"}
    own = set(re.findall(r"setenv (\w+)", code))
    assert used - found_at_start - own <= set(variables)
    assert not found_at_start & set(variables)


def test_linux_can_read_and_change_the_environment(card, tmp_path):
    shutil.copy(card.files / "uboot/uboot.env", tmp_path)
    config = (card.files / "uboot/fw_env.config").read_text()
    assert "\n/boot/firmware/uboot.env " in config
    (tmp_path / "fw_env.config").write_text(config.replace("/boot/firmware", str(tmp_path)))
    option = ("-c", tmp_path / "fw_env.config")
    before = environment(tmp_path / "uboot.env")
    assert run("fw_printenv", *option, "-n", "bootargs").strip() == before["bootargs"]
    run("fw_setenv", *option, "bootargs", before["bootargs"] + " quiet")
    after = environment(tmp_path / "uboot.env")
    assert after.pop("bootargs") == before.pop("bootargs") + " quiet"
    assert after == before


# --- The overlay ---------------------------------------------------------------------------------

BASE_TREES = {
    "with reserved-memory": """
        reserved-memory {
            #address-cells = <1>; #size-cells = <1>; ranges;
            linux,cma { compatible = "shared-dma-pool"; size = <0x4000000>; reusable; };
        };""",
    "without": ""}


@pytest.mark.parametrize("existing", BASE_TREES)
def test_the_overlay_reserves_the_upper_ram(card, tmp_path, existing):
    (tmp_path / "base.dts").write_text(
        '/dts-v1/; /memreserve/ 0 0x1000; / { #address-cells = <1>; #size-cells = <1>;'
        'compatible = "raspberrypi,2-model-b", "brcm,bcm2836"; memory@0 { reg = <0 0x3b400000>; };'
        + BASE_TREES[existing] + "};")
    run("dtc", "-q", "-@", "-o", tmp_path / "base.dtb", tmp_path / "base.dts")
    run("fdtoverlay", "-i", tmp_path / "base.dtb", "-o", tmp_path / "merged.dtb",
        card.files / "overlay/ampgdb.dtbo")
    merged = tmp_path / "merged.dtb"
    node = f"/reserved-memory/ampgdb@{card.base:x}"
    start, size = (int(cell, 16) for cell in run("fdtget", "-t", "x", merged, node, "reg").split())
    assert (start, start + size) == (card.base, BCM283X.BCM283X_PERIPHERALS)
    assert "no-map" in run("fdtget", "-p", merged, node)
    assert "ranges" in run("fdtget", "-p", merged, "/reserved-memory")
    if existing == "with reserved-memory":
        assert "linux,cma" in run("fdtget", "-l", merged, "/reserved-memory")
    assert run("fdtget", "-t", "x", merged, "/memory@0", "reg") == "0 3b400000\n"


# --- One source ----------------------------------------------------------------------------------


def test_no_template_knows_an_address_of_the_memory_map():
    known = [value for name, value in vars(MEMMAP).items() if "BASE" in name or "WINDOW_" in name]
    known += [BCM283X.BCM283X_PERIPHERALS]
    for template in (ROOT / "boot").rglob("*.in"):
        numbers = {int(n, 16) for n in re.findall(r"\b0x[0-9a-fA-F]+\b", template.read_text())}
        assert not numbers & set(known), template


def test_another_memory_map_gives_other_files(tmp_path):
    shutil.copytree(ROOT / "include/ampgdb", tmp_path / "include/ampgdb")
    header = tmp_path / "include/ampgdb/memmap.h"
    header.write_text(header.read_text().replace(f"{MEMMAP.AMPGDB_BASE_1G:#010x}", "0x18000000"))
    (tmp_path / "values").write_text(
        run("gcc", "-E", "-P", "-x", "c", f"-I{tmp_path}/include", "-DBOARD_pi2",
            ROOT / "boot/values.in"))

    def fill(name):
        return run(ROOT / "boot/fill", tmp_path / "values", ROOT / "boot" / name)

    assert fill("cmdline/cmdline.txt.in") == "maxcpus=3 mem=384M\n"
    assert "device_tree_address=0x17f00000\n" in fill("overlay/config.txt.in")
    assert "ampgdb@18000000 {" in fill("overlay/ampgdb.dts.in")
    assert "reg = <0x18000000 0x27000000>;" in fill("overlay/ampgdb.dts.in")


def test_a_template_that_asks_for_more_is_refused(card, tmp_path):
    (tmp_path / "x.in").write_text("a @NOBODY_KNOWS@\n")
    done = subprocess.run([ROOT / "boot/fill", card.files / "values", tmp_path / "x.in"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert "x.in asks for a value that nobody gives" in done.stderr
