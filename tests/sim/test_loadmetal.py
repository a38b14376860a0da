# SPDX-License-Identifier: Apache-2.0
"""loadmetal as a user meets it: one command starts a program, and what is wrong with a file is said
in one line before a byte of Core 3's memory has changed.

The table of bad files shares one machine on purpose: a program blinks there all the time, and none
of them may disturb it.
"""

import contextlib
import os
import pathlib
import random
import re
import shutil
import struct
import tempfile

import elf
import pytest
from board import BOARD
from contract import MEMMAP
from rig import (PAGE, RawClient, assert_fits_a_terminal, assert_one_sentence, environment,
                 loadmetal, ram_pages, run, wait_counts, wait_nobody_is_attached, wait_runs)
from virtual_pi import VirtualPi

BASE, WINDOW, UPPER, RAM_END = BOARD.base, BOARD.window, BOARD.window_end, BOARD.ram_end
NOBODY = 65534

EM_386, EM_ARM = 3, 40
ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
PT_LOAD, R_X = 1, 5


# --- files ----------------------------------------------------------------------------------------


def make_elf(segments=((BASE, BASE, b"\xfe\xff\xff\xea", 4),), entry=BASE, ident=b"\x01\x01\x01",
             kind=ET_EXEC, machine=EM_ARM, cut=0):
    """An ELF32 file. segments: (virtual, physical, bytes, size in memory); its code is "b ."."""
    offset = 52 + 32 * len(segments)
    table, data = b"", b""
    for virtual, physical, content, size in segments:
        table += struct.pack("<8I", PT_LOAD, offset + len(data), virtual, physical,
                             len(content) + cut, size, R_X, 4)
        data += content
    header = b"\x7fELF" + ident.ljust(12, b"\0") + struct.pack(
        "<HHIIIIIHHHHHH", kind, machine, 1, entry, 52, 0, 0, 52, 32, len(segments), 0, 0, 0)
    return header + table + data


def one_segment(address, size=4):
    return make_elf([(BASE, BASE, b"\xfe\xff\xff\xea", 4), (address, address, b"four", size)])


BAD_BYTES = {
    "empty": (b"", r"is empty: build"),
    "less than an instruction": (b"\x7fEL", r"3 bytes.*: build"),
    "an object file": (make_elf(kind=ET_REL), rf"object file.*: link it at {BASE:#x}"),
    "a shared library": (make_elf(kind=ET_DYN), r"shared library: link it with -static -no-pie"),
    "for x86": (make_elf(machine=EM_386), r"another processor.*: build it with arm-none-eabi-gcc"),
    "64-bit": (make_elf(ident=b"\x02\x01\x01"), r"64-bit.*: build it with"),
    "big-endian": (make_elf(ident=b"\x01\x02\x01"), r"big-endian.*: build it with -mlittle-endian"),
    "class 7": (make_elf(ident=b"\x07\x01\x01"), r"damaged.*: link it again"),
    "nothing to load": (make_elf([]), r"nothing to load.*: link it again"),
    "cut in a segment": (make_elf(cut=1 << 20), r"more bytes in the file|cut short"),
    "in Linux's RAM": (one_segment(0x8000), r"0x00008000.*not in the program's RAM.*: link it at"),
    "just below the base": (one_segment(BASE - 4), rf"{BASE - 4:#010x}.*not in the program's RAM"),
    "across the base": (one_segment(BASE - 4, 8), rf"{BASE - 4:#010x}.*not in the program's RAM"),
    "into the window": (one_segment(WINDOW - 4, 8),
                        rf"{WINDOW - 4:#x} has 8 bytes, .* has 4 .*: make it smaller"),
    "in the window": (one_segment(WINDOW), rf"{WINDOW:#x}.*not in the program's RAM"),
    "over the stub": (one_segment(WINDOW + MEMMAP.AMPGDB_STUB_OFFSET), r"not in the program's RAM"),
    "on the console page": (one_segment(WINDOW + MEMMAP.AMPGDB_CONSOLE_OFFSET),
                            r"not in the program's RAM"),
    "out of the window": (one_segment(UPPER - 4, 8), rf"{UPPER - 4:#x}.*not in the program's RAM"),
    "across all": (one_segment(BASE + 16, RAM_END - BASE), r"bytes, and there .*: make it smaller"),
    "past the end of RAM": (one_segment(RAM_END - 4, 8),
                            rf"{RAM_END - 4:#x} has 8 bytes, .* has 4 .*: make it smaller"),
    "above the end of RAM": (one_segment(RAM_END), rf"{RAM_END:#x}.*not in the program's RAM"),
    "in the peripherals": (one_segment(0x3F200000), r"0x3f200000.*not in the program's RAM"),
    "at the last address": (one_segment(0xFFFFFFFC), r"0xfffffffc.*not in the program's RAM"),
    "wrapping": (one_segment(BASE + 4, 0xFFFFFFFC),
                 rf"{BASE + 4:#x} has 4294967292 bytes.*: make it smaller"),
    "wrapping round to the base": (one_segment(0xFFFFFFF0, BASE + 32),
                                   r"not in the program's RAM"),
    "overlapping": (one_segment(BASE + 2), rf"{BASE:#x} and {BASE + 2:#x} overlap: correct"),
    "twice the same": (one_segment(BASE), r"overlap: correct"),
    "entered outside": (make_elf(entry=BASE + 4), rf"entry point {BASE + 4:#x}.*: name the start"),
    "entered in Linux": (make_elf(entry=0x8000), r"entry point 0x00008000.*: name the start"),
    "entered between": (make_elf(entry=BASE + 2), r"entry point.*not a multiple of 4.*: mark"),
    "too many segments": (make_elf([(BASE + 8 * i, BASE + 8 * i, b"four", 4) for i in range(200)]),
                          r"more than \d+ segments: link it with fewer"),
}


@pytest.fixture
def put(tmp_path):
    """put(bytes): a file with them."""
    def file(content, name="program"):
        path = tmp_path / name
        path.write_bytes(content)
        return path
    return file


# --- what works -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["blink.elf", "blink-thumb.elf", "blink.bin"])
def test_one_command_makes_it_blink_and_tells_what_it_did(pi, build, name):
    program = build / "firmware" / name
    done = loadmetal(pi, program)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(rf"{re.escape(str(program))}: {BASE:#x} to {BASE >> 16:#x}\w+: "
                    r"\d+ from the file, \d+ zeros\n", done.stdout)
    assert done.stdout.splitlines()[-1] == \
        f"{program}: running on Core 3, entered at {BASE:#x} (ARM)"
    pi.wait_led_changes(4)


def test_a_thumb_entry_is_entered_in_thumb(pi, put):
    """"b ." in Thumb: as ARM code it would be undefined and stop."""
    program = put(make_elf([(BASE, BASE, b"\xfe\xe7\xfe\xe7", 4)], entry=BASE | 1))
    assert f"entered at {BASE:#x} (Thumb)" in loadmetal(pi, program).stdout
    wait_runs(pi)


def test_zeros_that_are_not_in_the_file_are_written(pi, put):
    pi.write_bytes(BASE + 4, b"\xff" * 8)
    loadmetal(pi, put(make_elf([(BASE, BASE, b"\xfe\xff\xff\xea", 8)])))
    assert pi.ram_bytes(BASE, 12) == b"\xfe\xff\xff\xea" + b"\0" * 4 + b"\xff" * 4


def test_a_segment_behind_the_window_is_loaded(pi, put):
    assert loadmetal(pi, put(one_segment(UPPER))).returncode == 0
    assert pi.ram_bytes(UPPER, 4) == b"four"
    assert loadmetal(pi, put(one_segment(RAM_END - 4))).returncode == 0
    assert pi.ram_bytes(RAM_END - 4, 4) == b"four"


def test_the_environment_names_the_machine(pi, build, blink):
    done = run(build / "bin" / "loadmetal", blink, env=environment(AMPGDB_MEMORY=pi.memory))
    assert done.returncode == 0, done.stderr
    pi.wait_led_changes(2)


def test_the_option_beats_the_environment(pi, blink):
    done = loadmetal(pi, blink, env=environment(AMPGDB_MEMORY="sim:/nowhere"))
    assert done.returncode == 0, done.stderr


def test_one_copied_file_is_all_that_is_needed(pi, build, blink, tmp_path):
    """Nothing beside it, another working directory: what "scp loadmetal pi:" gives."""
    shutil.copy(build / "bin" / "loadmetal", tmp_path / "loadmetal")
    elsewhere = tmp_path / "empty"
    elsewhere.mkdir()
    done = run(tmp_path / "loadmetal", "--memory", pi.memory, blink, cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert list(elsewhere.iterdir()) == []
    pi.wait_led_changes(2)


def test_a_running_program_is_replaced(pi, build, blink):
    spin = build / "programs" / "spin.elf"
    for program in (spin, blink, spin):
        assert loadmetal(pi, program).returncode == 0
        if program == blink:
            pi.wait_led_changes(3)
    assert pi.ram_bytes(BASE, 8) == next(elf.segments(spin)).data[:8]
    level = pi.led()
    wait_runs(pi)
    assert pi.led() == level, "a loop, and no blinking"


# --- who owns Core 3 ------------------------------------------------------------------------------


def test_it_works_beside_an_idle_bridge(pi, bridge, blink):
    assert loadmetal(pi, blink).returncode == 0
    pi.wait_led_changes(2)


def test_it_refuses_while_a_debugger_is_attached_and_works_after_detach(pi, gdb, build, bridge):
    gdb.do("load")
    gdb.do("break wait")
    gdb.do("continue")
    stubs_own = [(WINDOW, UPPER)]  # it may fall asleep between the two looks
    before = ram_pages(pi, stubs_own)
    done = loadmetal(pi, build / "programs" / "spin.elf")
    assert_one_sentence(done, rf"Core 3 is in use by ampgdb-bridge \(pid {bridge.process.pid}\), "
                              r"client 127\.0\.0\.1:\d+: .*detach its debugger, then try again")
    assert ram_pages(pi, stubs_own) == before
    assert "Breakpoint 1, wait ()" in gdb.do("continue"), "the debugger did not notice"
    gdb.do("detach")
    assert loadmetal(pi, build / "programs" / "spin.elf").returncode == 0


def test_it_works_after_a_client_that_left_without_a_word(pi, bridge, blink):
    with RawClient(bridge) as client:
        client.ask(b"?")
    wait_nobody_is_attached(pi)
    assert loadmetal(pi, blink).returncode == 0
    pi.wait_led_changes(2)


# --- words ----------------------------------------------------------------------------------------


def test_help_fits_a_terminal_and_version_is_told(build):
    program = build / "bin" / "loadmetal"
    done = run(program, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert_fits_a_terminal(done.stdout)
    assert "--memory" in done.stdout and "FILE" in done.stdout
    done = run(program, "--version")
    version = (pathlib.Path(__file__).parents[2] / "VERSION").read_text().strip()
    assert (done.returncode, done.stdout) == (0, f"loadmetal {version}\n")


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--frequency=1", "a"], ["--memory"]])
def test_wrong_usage_is_status_2_and_touches_nothing(build, arguments):
    done = run(build / "bin" / "loadmetal", *arguments)
    assert done.returncode == 2
    assert "loadmetal" in done.stderr and "--help" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name, pattern", [
    ("sim:/nowhere", r"no virtual Pi at /nowhere.*: start one with make sim"),
    ("sim:", r"no machine called 'sim:'.*takes /dev/mem"),
    ("/dev/zero", r"no machine called '/dev/zero'.*takes /dev/mem"),
])
def test_a_machine_that_is_not_there_is_one_sentence(build, blink, name, pattern):
    assert_one_sentence(run(build / "bin" / "loadmetal", "--memory", name, blink), pattern)


def test_a_machine_that_ended_is_one_sentence(build, blink, tmp_path):
    with VirtualPi(build) as pi:
        shutil.copytree(pi.dir, tmp_path / "dead", ignore=lambda *_: ["qtest", "ram"])
        memory = tmp_path / "dead"
    with open(memory / "ram", "wb") as ram:
        ram.truncate(1 << 30)
    done = run(build / "bin" / "loadmetal", "--memory", f"sim:{memory}", blink)
    assert_one_sentence(done, r"make sim")


# --- bad files ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def victims(build):
    """The machine of victim, started anew after a test that broke it."""
    machines = []

    def get():
        if not machines or machines[-1].is_broken:
            machines.append(stack.enter_context(new_victim(build)))
        return machines[-1]
    with contextlib.ExitStack() as stack:
        yield get


@pytest.fixture
def victim(victims):
    return victims()


@contextlib.contextmanager
def new_victim(build):
    """A machine on which blink runs, and a check that it does and nothing else has changed."""
    blink = build / "firmware" / "blink.elf"
    with VirtualPi(build) as pi:
        assert loadmetal(pi, blink).returncode == 0
        wait_counts(pi, blink, more=2)
        blinks = elf.symbols(blink)["blinks"]
        # What blink changes, its counter and its stack, and the talk with the stub.
        changing = ((blinks, blinks + 4), (WINDOW - PAGE, UPPER))
        before = ram_pages(pi, changing)

        def check():
            after = ram_pages(pi, changing)
            changed = {page for page in before | after if before.get(page) != after.get(page)}
            pi.is_broken = True
            assert not changed, f"changed at {sorted(map(hex, changed))}"
            wait_counts(pi, blink, more=1)
            pi.is_broken = False
        pi.is_broken = False
        pi.check_untouched = check
        yield pi


def test_the_check_for_untouched_memory_can_fail(victim):
    for address in (0, BASE, BASE + 0x123456, RAM_END - 4):
        old = victim.ram_bytes(address, 1)
        with open(victim.dir / "ram", "r+b") as ram:
            ram.seek(address)
            ram.write(bytes([old[0] ^ 1]))
            ram.flush()
            with pytest.raises(AssertionError, match="changed at"):
                victim.check_untouched()
            ram.seek(address)
            ram.write(old)
    victim.check_untouched()


@pytest.mark.parametrize("name", BAD_BYTES)
def test_a_bad_file_is_one_sentence_and_memory_is_untouched(victim, put, name):
    content, pattern = BAD_BYTES[name]
    path = put(content)
    assert_one_sentence(loadmetal(victim, path), rf"^loadmetal: {re.escape(str(path))}.*({pattern})")
    victim.check_untouched()


def test_a_truncated_elf_is_refused_at_every_length(victim, blink, put):
    whole = blink.read_bytes()
    lengths = list(range(1, 160, 3)) + list(range(160, len(whole), 97)) + [len(whole) - 1]
    for length in lengths:
        done = loadmetal(victim, put(whole[:length]))
        assert_one_sentence(done, r"(cut short|less than).*: (copy|build)")
    victim.check_untouched()


def test_random_bytes_behind_elf_magic_are_refused(victim, put):
    dice = random.Random(2)
    for _ in range(60):
        content = b"\x7fELF\x01\x01\x01" + dice.randbytes(dice.randrange(400))
        assert_one_sentence(loadmetal(victim, put(content)), r": [a-z]")
    victim.check_untouched()


def test_random_damage_to_the_headers_never_reaches_foreign_memory(victim, put):
    """A damaged file may still be a program, so only those that are refused are to leave no trace;
    and none is to end loadmetal by a signal."""
    dice = random.Random(3)
    good = one_segment(0x8000)
    for _ in range(60):
        content = bytearray(good)
        for _ in range(dice.randrange(1, 4)):
            content[dice.randrange(4, 52)] = dice.randrange(256)
        assert_one_sentence(loadmetal(victim, put(bytes(content))), r": [a-z]")
    victim.check_untouched()


def test_a_raw_file_larger_than_the_ram_is_refused(victim, tmp_path):
    path = tmp_path / "large"
    with open(path, "wb") as file:
        file.truncate(WINDOW - BASE + 1)
    assert_one_sentence(loadmetal(victim, path), r"does not fit.*: make it smaller")
    victim.check_untouched()


def test_what_is_no_file_is_one_sentence(victim, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path, pattern in ((tmp_path / "missing", r"No such file or directory: check the path"),
                          (tmp_path, r"is not a file: name an ELF file or a raw image"),
                          (tmp_path / "fifo", r"is not a file: name"),
                          ("/dev/null", r"is not a file: name"),
                          ("", r"the file's path is empty: name an ELF file"),
                          (blank := tmp_path / ("x" * 300), r"File name too long")):
        assert_one_sentence(loadmetal(victim, path), pattern)
    assert not os.path.lexists(os.fspath(blank)[:200])
    victim.check_untouched()


def test_a_file_that_may_not_be_read_is_one_sentence(build):
    """Root may read everything, so then it is tried as somebody else."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        program = shutil.copy(build / "bin" / "loadmetal", directory)
        os.chmod(program, 0o755)  # built under umask 077 it is not
        secret = pathlib.Path(directory) / "secret"
        secret.write_bytes(make_elf())
        secret.chmod(0)
        other = {"user": NOBODY} if os.geteuid() == 0 else {}
        done = run(program, "--memory", "sim:/nowhere", secret, cwd="/", **other)
        assert_one_sentence(done, r"secret: Permission denied: .*chmod")
