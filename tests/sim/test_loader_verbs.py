# SPDX-License-Identifier: Apache-2.0
"""loadmetal's verbs, --raw and --allow, and devmem: each does what --help says, the articles' commands
still work, and what goes wrong is one sentence with nothing half done behind it.
"""

import re
import struct
import time

import elf
import pytest
from board import BOARD
from contract import BCM283X, MEMMAP
from processes import wait_until
from rig import (TIMEOUT, RawClient, assert_fits_a_terminal, assert_one_sentence,
                 assert_pi_uses_less, is_halted, is_running, loadmetal, ram_pages, ram_words, run,
                 start_without_stub, wait_counts, wait_runs)
from virtual_pi import Bridge

BASE, WINDOW, UPPER, RAM_END = BOARD.base, BOARD.window, BOARD.window_end, BOARD.ram_end
SHARED = WINDOW + MEMMAP.AMPGDB_SHARED_OFFSET
STUB = WINDOW + MEMMAP.AMPGDB_STUB_OFFSET
LOCAL = BCM283X.BCM283X_LOCAL
MAILBOX3 = LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_CLR
CONTROL = LOCAL + BCM283X.LOCAL_CORE3_MAILBOX_CTL
TIMERS = LOCAL + BCM283X.LOCAL_CORE3_TIMER_CTL
RESIDENT = BCM283X.LOCAL_MAILBOX_CTL_DOORBELL
START = f"{LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_SET:#x}"
GONE_SECONDS_MAX = 3
STANDS_STILL_PERCENT = 20
TRIES = 4  # to find a moment in which this PC is not busy with other things

BASE_WORD = f"{BASE:#x}"  # as somebody types it
STARTED = rf"^running on Core 3, entered at {BASE:#x} \(ARM\)$"

THUMB_LOOP = struct.pack("<4H", 0x2001, 0x3001, 0xE7FD, 0xBF00)  # movs; 1: adds; b 1b; nop


@pytest.fixture
def returns(build):
    return build / "programs" / "returns.elf"


@pytest.fixture
def blink_bin(build):
    return build / "firmware" / "blink.bin"


@pytest.fixture
def devmem(pi, tmp_path):
    """devmem(...): loadmetal under the name of the articles' tool."""
    link = tmp_path / "devmem"
    link.symlink_to(pi.build / "bin" / "loadmetal")
    return lambda *arguments: run(link, "--memory", pi.memory, *arguments)


def assert_done(done, pattern=r""):
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert re.search(pattern, done.stdout, re.M), f"'{pattern}' is not in: {done.stdout}"
    return done.stdout


def word(pi, program, symbol):
    return ram_words(pi, elf.symbols(program)[symbol], 1)[0]


def wait_word(pi, program, symbol, expected):
    wait_until(lambda: word(pi, program, symbol) == expected, TIMEOUT, f"{symbol} = {expected}",
               lambda: f"{word(pi, program, symbol):#x}")


def stub_is_resident(pi):
    return bool(pi.read32(CONTROL) & RESIDENT)


# --- load -----------------------------------------------------------------------------------------


def test_load_may_be_said_or_not(pi, blink):
    assert_done(loadmetal(pi, "load", blink), rf"running on Core 3, entered at {BASE:#x} \(ARM\)")
    wait_counts(pi, blink)


def test_a_file_may_be_called_like_a_verb(pi, blink, tmp_path):
    (tmp_path / "status").write_bytes(blink.read_bytes())
    assert_done(loadmetal(pi, "load", "status", cwd=tmp_path), r"^status: running on")


def test_a_bad_file_does_not_even_start_a_stub(pi, tmp_path):
    bad = tmp_path / "bad"
    bad.write_bytes(b"\x7fELF")
    assert_one_sentence(loadmetal(pi, bad), r"cut short")
    assert not stub_is_resident(pi)
    assert pi.ram_bytes(STUB, 64) == bytes(64)


def test_a_raw_thumb_image_is_recognised_and_explained(pi, tmp_path):
    image = tmp_path / "thumb.bin"
    image.write_bytes(THUMB_LOOP)
    assert_one_sentence(loadmetal(pi, image), r"thumb\.bin: .*begins with Thumb code.*mailbox 3.*"
                                              r": load the linked ELF file.*ARM code first")
    assert pi.ram_bytes(BASE, 16) == bytes(16)


# --- start, stop, restart -------------------------------------------------------------------------


def test_stop_makes_it_stand_still(pi, blink):
    assert_done(loadmetal(pi, blink))
    wait_counts(pi, blink)
    assert_done(loadmetal(pi, "stop"), r"^stopped: nothing runs on Core 3$")
    assert is_halted(pi)
    assert_pi_uses_less(pi, STANDS_STILL_PERCENT)
    assert_done(loadmetal(pi, "stop"), r"stopped")


def test_stop_disarms_devices(pi, build):
    timer = build / "programs" / "timer.elf"
    assert_done(loadmetal(pi, timer))
    wait_counts(pi, timer, "ticks")
    assert pi.read32(TIMERS) != 0
    assert_done(loadmetal(pi, "stop"))
    assert pi.read32(TIMERS) == 0
    ticks = word(pi, timer, "ticks")
    assert_pi_uses_less(pi, STANDS_STILL_PERCENT)
    assert word(pi, timer, "ticks") == ticks


def test_start_keeps_the_data_and_restart_brings_the_original_ones(pi, returns):
    """returns.elf counts its runs in .data."""
    assert_done(loadmetal(pi, returns))
    wait_word(pi, returns, "runs", 1)
    for expected in (2, 3):
        assert_done(loadmetal(pi, "start"), STARTED)
        wait_word(pi, returns, "runs", expected)
    assert_done(loadmetal(pi, "restart"), STARTED)
    wait_word(pi, returns, "runs", 1)


def test_restart_mends_code_that_was_overwritten(pi, blink):
    assert_done(loadmetal(pi, blink))
    original = pi.ram_bytes(BASE, 256)
    assert_done(loadmetal(pi, "stop"))
    for at in range(0, 256, 4):
        assert_done(loadmetal(pi, "poke", f"{BASE + at:#x}", "0xe7f000f0"))
    assert pi.ram_bytes(BASE, 256) != original
    assert_done(loadmetal(pi, "restart"))
    assert pi.ram_bytes(BASE, 256) == original
    pi.wait_led_changes(2)


def test_a_program_that_runs_can_be_started_and_restarted(pi, blink):
    assert_done(loadmetal(pi, blink))
    for verb in ("start", "restart", "start"):
        wait_counts(pi, blink, more=2)
        assert_done(loadmetal(pi, verb))
    pi.wait_led_changes(2)


def test_start_takes_an_address_arm_or_thumb(pi, blink, tmp_path):
    assert_done(loadmetal(pi, blink))
    pi_loop = UPPER + 0x100
    for at, half in ((pi_loop, 0xE7FE), (pi_loop + 2, 0xE7FE)):
        assert_done(loadmetal(pi, "poke", f"{at:#x}", "h", f"{half:#x}"))
    assert_done(loadmetal(pi, "start", f"{pi_loop + 1:#x}"),
                rf"^running on Core 3, entered at {pi_loop:#x} \(Thumb\)$")
    wait_runs(pi)  # as ARM code it would be undefined and halt
    assert_done(loadmetal(pi, "start", f"{BASE}"), rf"entered at {BASE:#x} \(ARM\)")
    pi.wait_led_changes(2)


@pytest.mark.parametrize("address, pattern", [
    (f"{BASE + 2:#x}", r"neither ARM code .* nor Thumb code.*: correct it"),
    ("0x8000", r"0x00008000 is not in the program's RAM: name the start of code that is "
               r"\(loadmetal status shows the RAM\)"),
    (f"{WINDOW:#x}", rf"{WINDOW:#x} is not in the program's RAM"),
    (f"{RAM_END:#x}", rf"{RAM_END:#x} is not in the program's RAM"),
    ("main", r"address 'main' is not a number: write it in decimal"),
])
def test_a_start_address_is_checked_before_anything_is_touched(pi, blink, address, pattern):
    assert_done(loadmetal(pi, blink))
    assert_one_sentence(loadmetal(pi, "start", address), pattern)
    wait_counts(pi, blink)


@pytest.mark.parametrize("verb", ["start", "restart"])
def test_nothing_loaded_is_nothing_to_start(pi, verb):
    assert_one_sentence(loadmetal(pi, verb), r"nothing was loaded yet, .*: load a program first")
    assert_pi_uses_less(pi, STANDS_STILL_PERCENT)


@pytest.mark.parametrize("damage, pattern", [
    (lambda kept: kept[:-1], r"image is damaged: load the program again"),
    (lambda kept: kept + b"x", r"image is damaged: load the program again"),
    (lambda kept: b"", r"image is damaged: load the program again"),
    (lambda kept: kept[:8] + struct.pack("<I", 0x8000) + kept[12:],
     r"does not fit this board: the entry point 0x00008000 .*: load the program again"),
    (lambda kept: kept[:16] + struct.pack("<I", 0x8000) + kept[20:],
     r"does not fit this board: the segment of .* at 0x00008000 .*: load the program again"),
])
def test_what_is_kept_for_a_restart_is_not_believed(pi, blink, damage, pattern):
    assert_done(loadmetal(pi, blink))
    kept = pi.dir / "image"
    kept.write_bytes(damage(kept.read_bytes()))
    assert_one_sentence(loadmetal(pi, "restart"), pattern)
    wait_counts(pi, blink)


def test_a_load_that_cannot_be_kept_fails_and_starts_nothing(pi, blink):
    (pi.dir / "image").mkdir()
    assert_one_sentence(loadmetal(pi, blink), r"cannot keep the program for a restart in .*: see to")
    assert is_halted(pi)
    assert list(pi.dir.glob("image*")) == [pi.dir / "image"]


def test_the_dma_controller_is_closed_unless_allowed(pi, blink):
    dma = f"{BCM283X.BCM283X_DMA:#x}"
    assert_done(loadmetal(pi, blink))
    assert_one_sentence(loadmetal(pi, "peek", dma), r"cannot read 0x3f007000: there is no such")
    assert_done(loadmetal(pi, "--allow", "dma", blink))
    assert_done(loadmetal(pi, "peek", dma), r"^0x3f007000: 0x")
    assert_done(loadmetal(pi, "start", "--allow=dma"))
    assert_done(loadmetal(pi, "peek", dma))
    assert_done(loadmetal(pi, "restart"))
    assert loadmetal(pi, "peek", dma).returncode == 1


# --- status ---------------------------------------------------------------------------------------


def test_status_of_a_core_without_a_stub_changes_nothing(pi):
    before = ram_pages(pi)
    said = assert_done(loadmetal(pi, "status"), r"^stub: +none")
    assert re.search(r"^owner: +nobody$", said, re.M)
    assert re.search(rf"^RAM: +{BASE:#x} to {WINDOW - 1:#x} and {UPPER:#x} to {RAM_END - 1:#x}$",
                     said, re.M)
    assert "running" not in said and "halted" not in said
    assert ram_pages(pi) == before and not stub_is_resident(pi)


def test_status_tells_what_runs_and_why_it_halted(pi, build, blink):
    assert_done(loadmetal(pi, blink))
    said = assert_done(loadmetal(pi, "status"), r"^program: +running$")
    assert re.search(rf"^entry: +{BASE:#x} \(ARM\)$", said, re.M)
    assert re.search(r"^MMU: +off, data cache off$", said, re.M)
    assert re.search(r"^stub: +ABI \d+, \d+ hardware breakpoints$", said, re.M)
    wait_counts(pi, blink)
    assert_done(loadmetal(pi, "stop"))
    assert_done(loadmetal(pi, "status"), rf"^program: +halted at {BASE:#x}: .*nothing has run")
    faults = build / "programs" / "faults.elf"
    assert_done(loadmetal(pi, faults))
    where = elf.symbols(faults)["linux_write"]
    assert_done(loadmetal(pi, "start", f"{where:#x}"))
    wait_until(lambda: is_halted(pi), TIMEOUT, "the program to do wrong")
    assert_done(loadmetal(pi, "status"),
                rf"^program: +halted at {BASE >> 16:#x}\w+: .*0x00001000.*Linux")


def test_status_works_while_a_debugger_is_attached_and_names_it(pi, bridge, gdb, blink):
    gdb.do("load")
    gdb.do("break wait")
    gdb.do("continue")
    said = assert_done(loadmetal(pi, "status"), r"^owner: +ampgdb-bridge .*client 127")
    assert re.search(rf"^program: +halted at {BASE >> 16:#x}\w+: .*breakpoint", said, re.M), said
    gdb.do("delete")
    gdb.start("continue")
    wait_counts(pi, blink)
    assert_done(loadmetal(pi, "status"), r"^program: +running$")
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()


def test_status_is_not_deceived_by_what_a_killed_owner_left(pi, blink):
    assert_done(loadmetal(pi, blink))
    (pi.dir / "lock").write_text("somebody dead")
    assert_done(loadmetal(pi, "status"), r"^owner: +nobody$")


# --- peek and poke --------------------------------------------------------------------------------


def test_peek_shows_memory_in_each_width(pi, blink):
    assert_done(loadmetal(pi, blink))
    data = pi.ram_bytes(BASE, 64)
    words = [f"0x{w:08x}" for w in struct.unpack("<16I", data)]
    assert assert_done(loadmetal(pi, "peek", BASE_WORD)) == f"{BASE:#x}: {words[0]}\n"
    assert assert_done(loadmetal(pi, "peek", BASE_WORD, "5")) == (
        f"{BASE:#x}: {' '.join(words[:4])}\n{BASE + 16:#x}: {words[4]}\n")
    assert assert_done(loadmetal(pi, "peek", str(BASE + 2), "h", "0x3")) == (
        f"{BASE + 2:#x}: " + " ".join(f"0x{h:04x}" for h in struct.unpack("<3H", data[2:8])) + "\n")
    assert assert_done(loadmetal(pi, "peek", f"{BASE + 1:#x}", "b", "17")) == (
        f"{BASE + 1:#x}: " + " ".join(f"0x{b:02x}" for b in data[1:17]) + "\n"
        + f"{BASE + 17:#x}: 0x{data[17]:02x}\n")
    assert assert_done(loadmetal(pi, "peek", BASE_WORD, "w", "0")) == ""


def test_peek_reads_more_than_one_message_holds(pi, blink):
    assert_done(loadmetal(pi, blink))
    assert_done(loadmetal(pi, "stop"))
    for at in range(0x8000, 0x9000, 4):
        pi.write_bytes(BASE + at, struct.pack("<I", at * 0x10001))
    said = assert_done(loadmetal(pi, "peek", BASE_WORD, "w", "10000"))
    shown = [int(w, 16) for line in said.splitlines() for w in line.split(": ")[1].split()]
    assert shown == list(ram_words(pi, BASE, 10000))


def test_peek_shows_what_there_is_and_says_where_it_ends(pi, blink):
    assert_done(loadmetal(pi, blink))
    done = loadmetal(pi, "peek", f"{WINDOW - 8:#x}", "w", "4")
    assert done.returncode == 1
    assert re.fullmatch(rf"{WINDOW - 8:#x}: 0x\w{{8}} 0x\w{{8}}\n", done.stdout)
    assert re.fullmatch(rf"loadmetal: cannot read {WINDOW:#x}: there is no such memory .*\n",
                        done.stderr)


def test_peek_and_poke_reach_ram_without_a_stub_and_start_none(pi):
    pi.write_bytes(BASE, b"\x01\x02\x03\x04\x05\x06\x07\x08")
    assert_done(loadmetal(pi, "poke", f"{BASE + 1:#x}", "b", "0xaa"))
    assert_done(loadmetal(pi, "poke", f"{BASE + 2:#x}", "h", "0xbbbb"))
    assert pi.ram_bytes(BASE, 8) == b"\x01\xaa\xbb\xbb\x05\x06\x07\x08"
    assert_done(loadmetal(pi, "peek", BASE_WORD, "w", "2"),
                rf"^{BASE:#x}: 0xbbbbaa01 0x08070605$")
    assert_one_sentence(loadmetal(pi, "poke", "0x1000", "0"), r"0x00001000 is not in the program's")
    assert_one_sentence(loadmetal(pi, "peek", "0x1000"), r"cannot read 0x00001000: there is no such")
    assert not stub_is_resident(pi)


def test_poke_changes_a_variable_of_a_running_program(pi, blink):
    """What the articles are proud of: the blink changes while it runs."""
    assert_done(loadmetal(pi, blink))
    wait_counts(pi, blink)
    delay = elf.symbols(blink)["delay"]
    beside = pi.ram_bytes(delay + 1, 3)
    assert_done(loadmetal(pi, "poke", f"{delay:#x}", "b", "0x0a"))
    assert_done(loadmetal(pi, "peek", f"{delay:#x}", "b"), r": 0x0a$")
    assert pi.ram_bytes(delay + 1, 3) == beside
    assert is_running(pi)
    wait_counts(pi, blink, more=10)


@pytest.mark.parametrize("address", ["0x1000", f"{STUB:#x}", f"{SHARED:#x}", "0xfffffffc"])
def test_poke_never_reaches_what_is_not_the_programs(pi, blink, address):
    assert_done(loadmetal(pi, blink))
    assert_one_sentence(loadmetal(pi, "poke", address, "0"), r"cannot write 0x\w{8}: there is no")
    wait_counts(pi, blink)


def test_everything_but_status_refuses_while_a_debugger_is_attached(
        pi, bridge, gdb, blink, blink_bin, devmem):
    gdb.do("load")
    gdb.do("break wait")
    gdb.do("continue")
    window = [(WINDOW, UPPER)]
    before = ram_pages(pi, window)
    for words in (["load", blink], ["--raw", blink_bin], ["start"], ["start", BASE_WORD],
                  ["stop"], ["restart"], ["peek", BASE_WORD], ["poke", BASE_WORD, "1"]):
        assert_one_sentence(loadmetal(pi, *words),
                            rf"in use by ampgdb-bridge \(pid {bridge.process.pid}\), client 127")
    assert_one_sentence(devmem(BASE_WORD, "b", "1"), r"in use by ampgdb-bridge")
    assert ram_pages(pi, window) == before
    assert "Breakpoint 1, wait ()" in gdb.do("continue"), "the debugger did not notice"


# --- --raw and devmem: the articles' commands -----------------------------------------------------


def test_the_articles_commands_work_without_a_stub(pi, blink_bin, devmem):
    said = assert_done(loadmetal(pi, "--raw", blink_bin))
    assert pi.ram_bytes(BASE, blink_bin.stat().st_size) == blink_bin.read_bytes()
    assert f"not started: loadmetal start {BASE:#x}, or devmem {START} w {BASE:#x}" in said
    assert pi.led() == 0 and not stub_is_resident(pi)
    assert_pi_uses_less(pi, STANDS_STILL_PERCENT)
    assert assert_done(devmem(START, "w", BASE_WORD)) == ""
    pi.wait_led_changes(4)
    assert not stub_is_resident(pi)


def test_the_articles_commands_work_under_a_stub(pi, blink, blink_bin, devmem, build):
    assert_done(loadmetal(pi, build / "programs" / "spin.elf"))
    assert_done(loadmetal(pi, "load", "--raw", blink_bin))
    assert pi.ram_bytes(BASE, blink_bin.stat().st_size) == blink_bin.read_bytes()
    assert is_halted(pi) and pi.led() == 0
    assert_done(devmem(START, "w", BASE_WORD))
    pi.wait_led_changes(4)
    assert stub_is_resident(pi) and is_running(pi)
    delay = elf.symbols(blink)["delay"]
    assert assert_done(devmem(f"{delay:#x}", "b")) == "0x54\n"
    assert assert_done(devmem(f"{delay:#x}", "b", "0x0a")) == ""
    assert assert_done(devmem(f"{delay:#x}", "b")) == "0x0A\n"
    wait_counts(pi, blink, more=10)


def test_what_was_placed_raw_can_be_restarted_under_a_stub(pi, blink, blink_bin):
    assert_done(loadmetal(pi, "stop"))
    assert_done(loadmetal(pi, "--raw", blink_bin))
    assert_done(loadmetal(pi, "start"))
    pi.wait_led_changes(2)
    assert_done(loadmetal(pi, "restart"))
    wait_counts(pi, blink)


def test_a_raw_image_of_any_length_leaves_its_neighbours_alone(pi, tmp_path):
    image = tmp_path / "image"
    for size in (4, 5, 6, 7, 16388, 16389, 70001):
        content = b"\x00\x00\xa0\xe1" + bytes(i * 7 % 256 for i in range(size - 4))
        pi.write_bytes(BASE + size, b"\xee" * 8)
        image.write_bytes(content)
        assert_done(loadmetal(pi, "--raw", image))
        assert pi.ram_bytes(BASE, size + 8) == content + b"\xee" * 8


def test_raw_thumb_code_is_placed_and_a_stub_can_start_it(pi, tmp_path):
    image = tmp_path / "thumb.bin"
    image.write_bytes(THUMB_LOOP)
    assert_done(loadmetal(pi, "--raw", image),
                r"looks like Thumb code, which only a stub can start: "
                rf"loadmetal start {BASE + 1:#x}")
    assert pi.ram_bytes(BASE, 8) == THUMB_LOOP
    assert_done(loadmetal(pi, "start", f"{BASE + 1:#x}"), r"\(Thumb\)")
    wait_runs(pi)
    assert is_running(pi)


def test_raw_is_for_raw_files(pi, blink, tmp_path):
    assert_one_sentence(loadmetal(pi, "--raw", blink), r"this is an ELF file.*without --raw")
    large = tmp_path / "large"
    with open(large, "wb") as file:
        file.truncate(WINDOW - BASE + 1)
    assert_one_sentence(loadmetal(pi, "--raw", large), r"does not fit.*: make it smaller")
    assert ram_pages(pi, [(0, BASE)]) == {}


def test_devmem_reads_and_writes_each_width_without_a_stub(pi, devmem):
    pi.write_bytes(BASE, bytes(range(1, 9)))
    assert assert_done(devmem(BASE_WORD)) == "0x04030201\n"
    assert assert_done(devmem(f"{BASE + 4:#x}", "w")) == "0x08070605\n"
    assert assert_done(devmem(f"{BASE + 2:#x}", "h")) == "0x0403\n"
    assert assert_done(devmem(f"{BASE + 3:#x}", "B")) == "0x04\n"
    assert_done(devmem(f"{BASE + 3:#x}", "b", "0xff"))
    assert_done(devmem(f"{BASE + 6:#x}", "h", "65535"))
    assert pi.ram_bytes(BASE, 8) == b"\x01\x02\x03\xff\x05\x06\xff\xff"
    assert_done(devmem(BASE_WORD, "w", "0x12345678"))
    assert ram_words(pi, BASE, 1) == (0x12345678,)
    assert not stub_is_resident(pi)


def test_devmem_reaches_registers_even_while_a_debugger_is_attached(pi, gdb, devmem):
    select = BCM283X.BCM283X_GPIO + BCM283X.GPIO_GPFSEL1
    assert_done(devmem(f"{select:#x}", "w", f"{1 << 18:#x}"))
    assert pi.read32(select) == 1 << 18
    assert assert_done(devmem(f"{select:#x}")) == f"0x{1 << 18:08X}\n"
    assert_done(devmem(f"{BCM283X.BCM283X_GPIO + BCM283X.GPIO_GPSET0:#x}", "w", f"{1 << 16:#x}"))
    assert pi.led() == 1


@pytest.mark.parametrize("words, pattern", [
    (["0x1000"], r"0x00001000 is neither in the program's RAM nor a device register"),
    (["0x1000", "b", "1"], r"0x00001000 is neither in the program's RAM nor a device register"),
    ([f"{STUB:#x}", "w", "1"], rf"{STUB:#x} is neither"),
    (["0x40001000"], r"0x40001000 is neither"),
    (["0x3f200034", "b"],
     r"0x3f200034 would be a device register, and those take 32-bit accesses only: use w"),
    (["0x400000bc", "h", "1"], r"32-bit accesses only: use w"),
    ([f"{BASE + 1:#x}"],
     rf"{BASE + 1:#x} is not a multiple of 4: align it, or use a smaller width"),
    ([f"{BASE + 1:#x}", "h"], rf"{BASE + 1:#x} is not a multiple of 2"),
    ([BASE_WORD, "q"], r"'q' is no width: it is b, h or w"),
    ([BASE_WORD, "x", "1"], r"'x' is no width"),
    ([BASE_WORD, "b", "256"], r"0x100 does not fit into 8 bits: use a larger width"),
    ([BASE_WORD, "h", "0x10000"], r"0x10000 does not fit into 16 bits"),
    ([BASE_WORD, "w", "0x100000000"], r"'0x100000000' has more than 32 bits"),
    (["here"], r"address 'here' is not a number"),
])
def test_what_devmem_cannot_do_is_one_sentence(pi, devmem, words, pattern):
    before = ram_pages(pi)
    assert_one_sentence(devmem(*words), "^devmem: .*" + pattern)
    assert ram_pages(pi) == before


def test_devmem_does_not_guess_what_an_mmu_makes_of_an_address(pi, blink, devmem):
    """The flags are the stub's; here they are set from outside."""
    assert_done(loadmetal(pi, blink))
    pi.write_bytes(SHARED + 0x4C, struct.pack("<I", 1))  # program_flags: window.h
    for words in ([BASE_WORD], [BASE_WORD, "w", "1"]):
        assert_one_sentence(devmem(*words),
                            r"uses its MMU or data cache, so the RAM is not what it sees: use "
                            r"loadmetal peek and poke with the program's own address")


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [
    "", "x", "0x", "-1", "+1", " 1", "1 ", "1x", "0x1g", "0x0x1", "0x-1", "1e3", "0b1", "4294967296",
    "99999999999999999999999"])
def test_a_bad_number_is_one_sentence_before_anything_is_opened(build, number):
    program = build / "bin" / "loadmetal"
    for words in (["peek", number], ["peek", "0", number], ["poke", number, "1"],
                  ["poke", "0", number], ["start", number]):
        done = run(program, "--memory", "sim:/nowhere", "--", *words)
        assert_one_sentence(done, r"is not a number: write it in|has more than 32 bits: nothing")


@pytest.mark.parametrize("words, pattern", [
    (["peek", "0", "1", "2"], r"'1' is neither b, h nor w: give the width, then the count$"),
    (["peek", "0", "x"], r"the count 'x' is not a number"),
    (["start", "0x20000002"],
     r"0x20000002 is neither ARM code \(a multiple of 4\) nor Thumb code \(an odd address\): "
     r"correct it"),
    (["statsu"], r"'statsu' is neither a verb nor a file: correct it"),
    (["peek", "1"], r"0x00000001 is not a multiple of 4"),
    (["peek", "1", "h"], r"not a multiple of 2"),
    (["poke", "2", "1"], r"not a multiple of 4"),
    (["poke", "0", "b", "0x100"], r"does not fit into 8 bits"),
    (["poke", "0", "bb", "1"], r"'bb' is no width: it is b, h or w"),
    (["peek", BASE_WORD], r"no virtual Pi at /nowhere.*: start one with make sim"),
    (["status"], r"no virtual Pi at /nowhere"),
    (["stop"], r"no virtual Pi at /nowhere"),
    (["restart"], r"no virtual Pi at /nowhere"),
    (["start"], r"no virtual Pi at /nowhere"),
])
def test_bad_words_are_one_sentence(build, words, pattern):
    done = run(build / "bin" / "loadmetal", "--memory", "sim:/nowhere", *words)
    assert_one_sentence(done, pattern)


@pytest.mark.parametrize("words", [
    ["load"], ["load", "a", "b"], ["start", "0", "1"], ["stop", "x"], ["restart", "x"],
    ["status", "x"], ["peek"], ["peek", "0", "w", "1", "1"], ["poke", "0"],
    ["poke", "0", "w", "1", "1"], ["--raw", "status"], ["--raw"], ["--allow"],
    ["--allow", "all", "load", "a"], ["--allow", "dma", "stop"], ["--raw", "--allow=dma", "a"],
    ["--allow", "", "a"],
])
def test_wrong_usage_is_status_2(build, words):
    done = run(build / "bin" / "loadmetal", "--memory", "sim:/nowhere", *words)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("loadmetal: ") or "loadmetal: option" in done.stderr
    assert "--help" in done.stderr


@pytest.mark.parametrize("words, sentence", [
    (["lo", "a.elf"], "'lo' is no verb, and nothing follows a FILE: correct it, or leave out"
                       " 'a.elf'"),
    (["status", "x"], "'x' is one word too many: status"),
    (["load", "a", "b"], "'b' is one word too many: load FILE"),
    ([], "no FILE given, and no other verb"),
    (["poke", "0"], "something is missing: poke ADDR [b|h|w] VALUE"),
    (["--raw", "status"], "--raw is for load alone"),
    (["--allow", "dma", "stop"], "--allow is for what starts a program"),
    (["--allow", "dma", "--raw", "a"], "--allow is for what starts a program"),
    (["--allow", "all", "load", "a"], "--allow knows 'dma' only, not 'all'"),
])
def test_wrong_usage_is_explained(build, words, sentence):
    done = run(build / "bin" / "loadmetal", "--memory", "sim:/nowhere", *words)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines()[0] == f"loadmetal: {sentence}"


def test_help_names_every_verb_and_option(build):
    said = run(build / "bin" / "loadmetal", "--help").stdout
    assert_fits_a_terminal(said)
    for name in ("load", "start", "stop", "restart", "status", "peek", "poke", "--raw", "--allow",
                 "--memory"):
        assert re.search(rf"(^|\W){name}\b", said), name


def test_devmem_has_its_own_usage(build, tmp_path):
    link = tmp_path / "devmem"
    link.symlink_to(build / "bin" / "loadmetal")
    said = run(link, "--help")
    assert said.returncode == 0
    assert_fits_a_terminal(said.stdout)
    assert "Usage: devmem [OPTION...] ADDR [b|h|w] [VALUE]" in said.stdout
    for words in ([], ["1", "w", "2", "3"], ["--raw", "1"]):
        done = run(link, *words)
        assert done.returncode == 2 and "devmem" in done.stderr


# --- standard output ------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", ["0<&- 1>&-", "1>&-", "0<&- 1>&- 2>&-"])
def test_what_is_printed_to_a_closed_output_goes_into_no_memory(pi, closed):
    assert_done(loadmetal(pi, "stop"))
    before = ram_pages(pi, [(WINDOW, UPPER)])
    words = [pi.build / "bin" / "loadmetal", "--memory", pi.memory, "peek", BASE_WORD, "w", "4096"]
    done = run("sh", "-c", f'exec "$@" {closed}', "sh", *words)
    assert ram_pages(pi, [(WINDOW, UPPER)]) == before
    assert done.returncode == 1
    if "2>&-" not in closed:
        assert_one_sentence(done, r"not all could be printed \(Bad file descriptor\)")


@pytest.mark.parametrize("words", [["status"], ["peek", BASE_WORD, "w", "4096"]])
def test_what_could_not_be_printed_is_no_success(pi, words):
    words = [pi.build / "bin" / "loadmetal", "--memory", pi.memory, *words]
    done = run("sh", "-c", 'exec "$@" > /dev/full', "sh", *words)
    assert_one_sentence(done, r"it is done, but not all could be printed \(No space left on ")


def test_what_was_found_is_printed_before_what_was_not(pi):
    words = [pi.build / "bin" / "loadmetal", "--memory", pi.memory, "peek", f"{WINDOW - 4:#x}", "w",
             "2"]
    done = run("sh", "-c", 'exec "$@" 2>&1', "sh", *words)
    found, missing = done.stdout.splitlines()
    assert found.startswith(f"0x{WINDOW - 4:08x}: 0x") and missing.startswith("loadmetal: ")


# --- Core 3 taken over, replaced, lost ------------------------------------------------------------


@pytest.mark.parametrize("name", ["returns", "article"])
def test_a_program_that_waits_on_mailbox_3_gives_core_3_to_the_stub(pi, build, blink, name):
    program = build / "programs" / f"{name}.elf"
    start_without_stub(pi, program)
    wait_word(pi, program, "runs", 1)
    assert_done(loadmetal(pi, blink))
    wait_counts(pi, blink)
    assert stub_is_resident(pi)
    assert_done(loadmetal(pi, "stop"))
    wait_until(lambda: pi.read32(MAILBOX3) == 0, TIMEOUT, "mailbox 3 to be empty")


def test_articles_programs_start_each_other_without_a_stub(pi, build, devmem):
    program = build / "programs" / "article.elf"
    start_without_stub(pi, program)
    for expected in (1, 2, 3):
        wait_word(pi, program, "runs", expected)
        assert_done(devmem(START, "w", BASE_WORD))


def test_a_stub_of_another_version_is_named_and_replaced(pi, blink):
    assert_done(loadmetal(pi, blink))
    wait_counts(pi, blink)
    epoch = ram_words(pi, SHARED, 3)[2]
    pi.write_bytes(SHARED + 4, struct.pack("<I", 77))
    assert_one_sentence(loadmetal(pi, "status"),
                        r"another version \(ABI 77, this program speaks \d+\); .*replaces the stub")
    assert_one_sentence(loadmetal(pi, "peek", BASE_WORD), r"another version \(ABI 77")
    done = loadmetal(pi, blink)
    assert done.returncode == 0
    assert re.fullmatch(r"loadmetal: note: the stub on Core 3 was of another version \(ABI 77, .*\); a "
                        r"new stub was started, and nothing runs on Core 3 now\n", done.stderr)
    assert ram_words(pi, SHARED, 3)[2] != epoch
    wait_counts(pi, blink)
    assert_done(loadmetal(pi, "status"), "running")


def crash(pi):
    """An undefined instruction where the stub serves its ring."""
    symbols = elf.symbols(pi.build / "arm" / "stub.elf")
    pi.write_bytes(STUB + (symbols["service_one"] & ~1), b"\x00\xde" * 4)
    pi.write32(LOCAL + BCM283X.LOCAL_CORE3_MAILBOX1_SET, 1)
    wait_until(lambda: not stub_is_resident(pi), TIMEOUT, "core 3 to park")


def test_a_crashed_stub_is_told_and_replaced(pi, blink):
    assert_done(loadmetal(pi, blink))
    crash(pi)
    assert_one_sentence(loadmetal(pi, "status"),
                        r"the stub on Core 3 failed: an exception of its own .*replaces the stub")
    done = loadmetal(pi, "load", blink)
    assert done.returncode == 0
    assert re.match(r"loadmetal: note: the stub on Core 3 failed: .* stub\+0x\w+.*; a new stub was "
                    r"started", done.stderr)
    wait_counts(pi, blink)
    assert_done(loadmetal(pi, "restart"))


def test_restart_works_after_the_stub_was_replaced_and_start_says_why_it_does_not(pi, blink):
    assert_done(loadmetal(pi, blink))
    assert_done(loadmetal(pi, "poke", hex(elf.symbols(blink)["delay"]), "3"))
    crash(pi)
    done = loadmetal(pi, "start")
    assert done.returncode == 1
    assert "note: the stub on Core 3 failed" in done.stderr
    assert ("the stub on Core 3 came up after the program was loaded, so what its memory holds now "
            "is not known: begin with its original data (restart)") in done.stderr
    assert is_halted(pi)
    assert_done(loadmetal(pi, "restart"))
    wait_counts(pi, blink)
    assert word(pi, blink, "delay") == ord("T")
    assert_done(loadmetal(pi, "start"))
    wait_counts(pi, blink)
    pi.write_bytes(SHARED + 4, struct.pack("<I", 77))
    done = loadmetal(pi, "restart")
    assert done.returncode == 0 and "note: the stub on Core 3 was of another" in done.stderr
    wait_counts(pi, blink)


def test_restart_starts_what_was_placed_raw_without_a_stub_not_an_older_program(
        pi, build, blink, blink_bin):
    assert_done(loadmetal(pi, build / "programs" / "spin.elf"))
    crash(pi)
    assert_done(loadmetal(pi, "--raw", blink_bin))
    done = loadmetal(pi, "restart")
    assert done.returncode == 0
    wait_counts(pi, blink)


def test_a_stub_that_is_destroyed_is_named_within_three_seconds(pi, blink):
    """Its whole code becomes "b ." in Thumb: no vector, no service, no parking."""
    assert_done(loadmetal(pi, blink))
    pi.write_bytes(STUB, b"\xfe\xe7" * 0x4000)
    for words in (["status"], ["stop"], ["peek", BASE_WORD], [blink]):
        seconds = []
        while not seconds or (min(seconds) >= GONE_SECONDS_MAX and len(seconds) < TRIES):
            start = time.monotonic()
            done = loadmetal(pi, *words)
            seconds.append(time.monotonic() - start)
            assert_one_sentence(done, r"Core 3 did not answer within \d+ ms")
            assert re.search(r"reboot the Pi$|replaces the stub$", done.stderr.strip())
        assert min(seconds) < GONE_SECONDS_MAX
    assert pi.read32(MAILBOX3) == 0


def test_a_window_that_was_overwritten_is_named(pi, blink):
    assert_done(loadmetal(pi, blink))
    pi.write_bytes(SHARED, bytes(64))
    for words in (["status"], ["stop"], [blink]):
        assert_one_sentence(loadmetal(pi, *words), r"its window was overwritten .*reboot the Pi")


def test_a_client_that_attaches_sees_what_loadmetal_replaced(pi, blink):
    assert_done(loadmetal(pi, blink))
    pi.write_bytes(SHARED + 4, struct.pack("<I", 77))
    with Bridge(pi) as bridge, RawClient(bridge) as client:
        assert client.ask(b"?").startswith((b"T", b"S"))
