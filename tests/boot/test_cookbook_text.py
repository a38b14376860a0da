# SPDX-License-Identifier: Apache-2.0
"""docs/COOKBOOK.md says what happens: what can be done without a Pi is done here, the rest in the
virtual Pi with Linux.
"""

import os
import re
import subprocess

import pytest
from boot_files import ROOT
from linux_pi import STOCK_CONFIG, STOCK_INITRAMFS
from test_boot_check import CONDITIONS

TEXT = (ROOT / "docs/COOKBOOK.md").read_text()


def section(title):
    return re.search(rf"^## {re.escape(title)}.*?(?=^## |\Z)", TEXT,
                     re.MULTILINE | re.DOTALL).group()


def blocks(title, language):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    return [text for its_language, text in found if its_language == language]


@pytest.fixture
def tree(tmp_path):
    """A directory in which the sources can be named as in the tree, and results are left alone."""
    for name in ("include", "firmware"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def compile_and_link(tree, change=lambda commands: commands):
    commands = change(blocks("Step 3", "sh")[0])
    on_a_pc = re.sub(r"^(gcc|ld|objcopy|nm) ", r"arm-linux-gnueabihf-\1 ", commands,
                     flags=re.MULTILINE)
    done = subprocess.run(["sh", "-e", "-c", on_a_pc], cwd=tree, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def test_the_introduction_names_what_the_virtual_card_has_besides():
    introduction = TEXT.partition("\n## ")[0]
    verb, _, address = STOCK_INITRAMFS.split()
    assert f"`{STOCK_CONFIG.strip()}`" in introduction
    assert f"`{verb} ... {address}`" in introduction


def symbols(tree):
    """readelf's lines of blink.elf."""
    return subprocess.run(["arm-linux-gnueabihf-readelf", "-s", "blink.elf"], cwd=tree,
                          capture_output=True, text=True, check=True).stdout


def test_the_last_wish_can_be_had_with_what_step_3_makes(tree):
    """As long as nothing is inlined away from GDB; where a breakpoint goes needs no Pi."""
    compile_and_link(tree)
    wishes = set(re.findall(r"-ex '(break \w+)'", section("And the last wish")))
    assert wishes == {"break led_on"}
    said = subprocess.run(["gdb-multiarch", "-nx", "-batch", "blink.elf", "-ex", *wishes], cwd=tree,
                          capture_output=True, text=True, check=True)
    assert re.search(r"^Breakpoint 1 at 0x2\w+: file firmware/blink.c, line \d+", said.stdout), (
        said.stdout + said.stderr)


def test_step_0_installs_what_it_makes_and_copies():
    make, copy, install = blocks("Step 0", "sh")[0].splitlines()
    files = re.findall(r"build/armhf/([\w-]+)", copy)
    assert make == "make armhf" and sorted(files) == ["ampgdb-bridge", "loadmetal"]
    assert install.split()[-len(files) - 2:] == ["install", *files, "/usr/local/bin"]


def test_step_3_makes_what_it_says_and_step_6_pokes_it(tree):
    said = compile_and_link(tree)
    assert f"`{said.strip()}`" in section("Step 3")
    size = os.path.getsize(tree / "up-metal.bin")
    assert f"The image has {size} bytes" in section("Step 3")
    poke = blocks("Step 6", "sh")[0].replace("sudo ./devmem", "echo").replace(
        "$(nm ", "$(arm-linux-gnueabihf-nm ")
    done = subprocess.run(["sh", "-e", "-c", poke], cwd=tree, capture_output=True, text=True,
                          check=True)
    assert done.stdout == f"0x{said.split()[0]} b 0x0a\n" and done.stderr == ""


def test_step_3_links_for_a_board_with_512_mib(tree):
    other, = blocks("Step 3", "sh")[1].splitlines()
    compile_and_link(tree, lambda commands: re.sub(r"^ld .*$", other, commands, flags=re.MULTILINE))
    listing = symbols(tree)
    assert re.search(r"10000000 .* _start$", listing, re.MULTILINE)
    assert re.search(r"18000000 .* stack_top$", listing, re.MULTILINE)


def test_step_3_makes_a_program_in_thumb_too(tree):
    compile_and_link(tree, lambda commands: commands.replace(" -marm", ""))
    listing = symbols(tree)
    assert re.search(r"20000000 .* _start$", listing, re.MULTILINE)
    assert re.search(r"\w+[13579bdf] .* FUNC .* kernel_main$", listing, re.MULTILINE)


def test_the_words_of_today_are_those_of_the_files(build_root):
    today = section("Today's flow")
    assert (build_root / "boot/pi2/cmdline/cmdline.txt").read_text() in blocks("Today's flow", "")
    lines = (build_root / "boot/pi2/cmdline/config.txt").read_text().splitlines()
    assert set(re.findall(r"^\| `(\w+=\w+)` \|", today, re.MULTILINE)) == {
        line for line in lines if not line.startswith("#")}


def test_step_1_shows_what_the_script_says(build_root, tmp_path):
    out = tmp_path / "bootfs"
    out.mkdir()
    (out / "config.txt").write_text("a=b\n")
    (out / "cmdline.txt").write_text("root=x\n")
    (tmp_path / "u-boot.bin").write_bytes(b"U-Boot 2023.01")
    done = subprocess.run(
        [ROOT / "boot/sdcard"], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "BUILD": str(build_root), "BOARD": "pi2", "FLOW": "uboot",
             "OUT": str(out), "UBOOT": str(tmp_path / "u-boot.bin")}).stdout
    shown = blocks("Step 1", "")[0].replace("/media/you/bootfs", str(out))
    assert done.startswith(shown)


def test_step_2_shows_every_condition_of_the_check():
    shown = re.findall(r"^ok +([^:]+):", blocks("Step 2", "")[0], re.MULTILINE)
    assert shown == CONDITIONS
