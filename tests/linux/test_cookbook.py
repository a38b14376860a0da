# SPDX-License-Identifier: Apache-2.0
"""docs/COOKBOOK.md, typed as it stands there, on a Pi that U-Boot started; and programs as the
articles built them, with no start code, or with theirs, which waits on mailbox 3.
"""

import re

import elf
import pytest
from contract import ROOT
from linux_kit import (BASE, CROSS, DEVMEM, MAILBOX3_CLR, MAILBOX3_SET, TIMEOUT, blink_rate,
                       build_the_old_way, pi_reads, shell)
from processes import wait_until

TEXT = (ROOT / "docs" / "COOKBOOK.md").read_text()
FASTER_AT_LEAST = 3  # delay 0x54 -> 0x0a is 8.4 on an idle PC
MIB = 1 << 20

kinds_uboot = pytest.mark.kinds("uboot")


def commands(step):
    """The lines to type of a step, the first block of them."""
    section = re.search(rf"^## {step}:.*?(?=^## )", TEXT, re.MULTILINE | re.DOTALL).group()
    return re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL).group(1)


def typed(pi, step, folder="/root/cookbook", built_in=None):
    """Type them on the Pi. Its root needs no sudo. It has no nm: the PC's is asked, in the folder
    in which the program was built."""
    text = re.sub(r"\$\(nm (.*)\)", lambda found: shell(f"{CROSS}nm {found[1]}", built_in).strip(),
                  commands(step))
    lines = re.sub(r"\bsudo ", "", re.sub(r" +#.*$", "", text, flags=re.MULTILINE))
    return pi.ssh(f"mkdir -p {folder} && cd {folder} && set -e\n{lines}", check=True).stdout


def compiled(folder, flags="-marm"):
    """Step 3 on the PC, and what it printed."""
    for name in ("include", "firmware"):
        (folder / name).symlink_to(ROOT / name)
    text = re.sub(r"^(gcc|ld|objcopy|nm) ", r"arm-linux-gnueabihf-\1 ", commands("Step 3"),
                  flags=re.MULTILINE)
    assert "-marm" in text
    return shell(text.replace("-marm", flags), folder)


def assert_pokes_make_it_blink_faster(pi, blinks, poke):
    slow = blink_rate(pi, blinks)
    poke()
    fast = blink_rate(pi, blinks)
    assert fast > FASTER_AT_LEAST * slow, f"{slow:.2f}, then {fast:.2f} blinks a second"


# --- the six steps --------------------------------------------------------------------------------


@kinds_uboot
def test_the_six_steps(fresh_pi, tmp_path):
    pi = fresh_pi
    said = typed(pi, "Step 2").splitlines()
    assert said[0] == "3"
    assert 460 * MIB < int(re.search(r"MemTotal:\s+(\d+) kB", said[1]).group(1)) << 10 < 512 * MIB
    assert not [line for line in said[2:] if not line.startswith("ok ")], said

    printed = compiled(tmp_path)
    delay = int(printed.split()[0], 16)
    pi.ssh("mkdir -p /root/cookbook", check=True)
    pi.put(tmp_path / "up-metal.bin", "/root/cookbook/up-metal.bin")
    assert f"{BASE:#x}" in typed(pi, "Step 4")
    assert pi_reads(pi, MAILBOX3_CLR) == 0
    assert pi.led() == 0

    assert f"./devmem {MAILBOX3_SET:#x} w {BASE:#x}\n" in commands("Step 5")
    typed(pi, "Step 5")
    pi.wait_led_changes(4)
    assert pi_reads(pi, MAILBOX3_CLR) == 0, "Core 3 took the address out"

    blinks = elf.symbols(tmp_path / "blink.elf")["blinks"]
    assert_pokes_make_it_blink_faster(pi, blinks, lambda: typed(pi, "Step 6", built_in=tmp_path))
    assert pi_reads(pi, delay) & 0xFF == 0x0A

    # "A program that was started as in step 5 ... never looks at its mailbox again"
    done = pi.ssh("loadmetal /root/blink.elf")
    assert done.returncode == 1 and done.stdout == ""
    assert "Core 3 never took the start address" in done.stderr and "reboot" in done.stderr
    assert pi_reads(pi, MAILBOX3_CLR) == 0, "nothing is left that could start later"
    pi.wait_led_changes(4)


def test_steps_3_to_5_in_thumb_where_a_bridge_runs(pi, tmp_path):
    """Thumb "works too: leave out -marm"; "mailbox 3 then starts the program under the stub"."""
    compiled(tmp_path, flags="")
    listing = shell(f"{CROSS}readelf -s blink.elf", tmp_path)
    assert re.search(r"[13579bdf] .* FUNC .* kernel_main$", listing, re.MULTILINE), "it is Thumb"
    pi.ssh("loadmetal stop; mkdir -p /root/in-thumb", check=True)
    pi.put(tmp_path / "up-metal.bin", "/root/in-thumb/up-metal.bin")
    assert "Thumb" not in typed(pi, "Step 4", "/root/in-thumb")
    typed(pi, "Step 5", "/root/in-thumb")
    pi.wait_led_changes(4)
    assert "program:  running" in pi.ssh("loadmetal status", check=True).stdout


# --- the articles' programs -----------------------------------------------------------------------


def place(pi, image):
    """loadmetal --raw; what it said."""
    pi.put(image.with_suffix(".bin"), "/root/image.bin")
    done = pi.ssh("loadmetal --raw /root/image.bin", check=True)
    assert done.stderr == ""
    return done.stdout


def start(pi):
    pi.ssh(f"{DEVMEM} {MAILBOX3_SET:#x} w {BASE:#x}", check=True)


def run_to_its_end(pi, image):
    """Start few_blinks once more, and watch it."""
    runs = elf.symbols(image.with_suffix(".elf"))["runs"]
    before = pi_reads(pi, runs)
    start(pi)
    pi.wait_led_changes(4)
    wait_until(lambda: pi_reads(pi, runs) == before + 1, TIMEOUT, "the program to end",
               lambda: f"{pi_reads(pi, runs):#x}\n{pi.serial_tail()}", pause=0.1)
    assert pi.led() == 0


@kinds_uboot
def test_the_life_cycle_program_after_program_by_mailbox_3(fresh_pi, programs, blink, new_gdb):
    pi = fresh_pi
    for flags in ("-marm", "-mthumb", "-marm"):
        image = build_the_old_way("few_blinks", programs, flags, first=["life_cycle"])
        assert "Thumb" not in place(pi, image), "the start code is ARM code"
        run_to_its_end(pi, image)
        run_to_its_end(pi, image)
    # Waiting so, Core 3 can also get the stub.
    done = pi.ssh("loadmetal /root/blink.elf", check=True)
    assert f"running on Core 3, entered at {BASE:#x} (ARM)" in done.stdout
    pi.wait_led_changes(4)
    assert "stub:     ABI" in pi.ssh("loadmetal status", check=True).stdout
    pi.core3 = "stub"


@kinds_uboot
def test_one_file_without_start_code(waiting_pi, programs):
    pi = waiting_pi
    image = build_the_old_way("up_metal", programs)
    said = place(pi, image)
    assert f"devmem {MAILBOX3_SET:#x} w {BASE:#x}" in said and "Thumb" not in said
    start(pi)
    symbols = elf.symbols(image.with_suffix(".elf"))
    assert_pokes_make_it_blink_faster(
        pi, symbols["blinks"], lambda: pi.ssh(f"{DEVMEM} {symbols['delay']:#x} b 0x0a", check=True))
    assert "stub:     none" in pi.ssh("loadmetal status", check=True).stdout


def test_one_file_in_thumb_is_recognized_and_only_the_stub_starts_it(pi, programs):
    """Today's compiler makes Thumb code unless it is told not to; mailbox 3 starts ARM code."""
    image = build_the_old_way("up_metal", programs, flags="")
    pi.ssh("loadmetal stop", check=True)
    said = place(pi, image)
    sentence = (f"/root/image.bin: this looks like Thumb code, which only a stub can start: "
                f"loadmetal start {BASE | 1:#x}\n")
    assert said.endswith(sentence)
    assert "halted" in pi.ssh("loadmetal status", check=True).stdout
    pi.ssh(sentence.rpartition(": ")[2], check=True)
    symbols = elf.symbols(image.with_suffix(".elf"))
    assert_pokes_make_it_blink_faster(
        pi, symbols["blinks"], lambda: pi.ssh(f"{DEVMEM} {symbols['delay']:#x} b 0x0a", check=True))
    status = pi.ssh("loadmetal status", check=True).stdout
    assert "program:  running" in status and "(Thumb)" in status
