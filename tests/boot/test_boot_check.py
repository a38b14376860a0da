# SPDX-License-Identifier: Apache-2.0
"""boot/check, told about Pis that are right and wrong: what it reads is a folder, the programs it
asks are ours. In the shells it will meet: dash and busybox's ash.
"""

import re
import shutil
import subprocess
import typing

import pytest
from boot_files import MIB, ROOT, Card
from contract import BCM283X, MEMMAP

CHECK = ROOT / "boot/check"
SHELLS = {"dash": ["dash"], "ash": ["busybox", "ash"]}
RAM_END = {"pi2": 0x3B400000, "pi3": 0x3B400000, "zero2w": 0x1B400000}
HYP = "[    0.274147] CPU: All CPU(s) started in HYP mode.\n"
MAILBOX_3 = BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_CLR
STATUS_NO_STUB = "stub:     none; loadmetal or ampgdb-bridge start one\n"
STATUS_UP = "program:  halted at 0x20000000: x\nstub:     ABI 1, 5 hardware breakpoints\n"

CONDITIONS = ["board", "cores", "memory node", "memory", "page 0", "device tree", "HYP mode",
              "/dev/mem", "mailbox 3"]


def cells(*numbers):
    return b"".join(number.to_bytes(4, "big") for number in numbers)


def fdt(*reserved):
    """As much of a flattened device tree as is looked at: header and memory reservations."""
    pairs = b"".join(n.to_bytes(8, "big") for pair in (*reserved, (0, 0)) for n in pair)
    return cells(0xD00DFEED, 0x100, 0x80, 0xC0, 40, 17, 16, 0, 0, 0) + pairs


class Pi:
    """What Linux shows of a Pi, below a folder, and what the programs on it would say."""

    def __init__(self, folder, fake_program, card):
        self.folder = folder
        self.program = fake_program
        self.card = card
        self.words = {card.base: "0xE12FFF1E", MAILBOX_3: "0x00000000"}
        self.loadmetal = {"status": (0, STATUS_NO_STUB), "stop": (0, "stopped\n")}
        self.log = HYP
        self.busybox_has_devmem = True
        self.iomem(0, card.base - 1)
        self.file("sys/devices/system/cpu/online", "0-2\n")
        self.file("proc/device-tree/compatible", "raspberrypi,2-model-b\0brcm,bcm2836\0")
        self.file("proc/device-tree/memory@0/reg", cells(0, RAM_END[card.name]))
        self.file("sys/firmware/fdt", fdt((0, 0x1000)))
        self.reserved((0, 0xFFF), (0x204000, 0x207FFF), (card.base - MIB, card.base - 1))

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def remove(self, name):
        (self.folder / name).unlink()

    def iomem(self, *ranges):
        lines = [f"{first:08x}-{last:08x} : System RAM\n  00208000-011fffff : Kernel code\n"
                 for first, last in zip(ranges[::2], ranges[1::2])]
        self.file("proc/iomem", "".join(lines) + "3f201000-3f2011ff : serial@7e201000\n")

    def reserved(self, *ranges):
        self.file("sys/kernel/debug/memblock/reserved", "".join(
            f"{i:4}: {first:#010x}..{last:#010x}\n" for i, (first, last) in enumerate(ranges)))

    def _make_programs(self):
        known = "".join(f"{address:#010x}) echo {word};;\n"
                        for address, word in self.words.items())
        devmem = (f'case "$1" in\n{known}"") echo "Usage: devmem"; exit 1;;\n'
                  '*) echo "devmem: mmap: Operation not permitted"; exit 1;;\nesac\n')
        other = 'echo "devmem: Core 3 is used by ampgdb-bridge"; exit 1\n'
        absent = 'echo "devmem: applet not found"; exit 127\n'
        self.program("busybox", f'[ "$1" = devmem ] || exec {shutil.which("busybox")} "$@"\nshift\n'
                                f'{devmem if self.busybox_has_devmem else absent}')
        self.program("devmem", other if self.busybox_has_devmem else devmem)
        self.program("dmesg", f"cat << 'END'\n{self.log}END\n")
        verbs = "".join(f"{verb}) cat << 'END'\n{text}END\nexit {status};;\n"
                        for verb, (status, text) in self.loadmetal.items())
        self.program("loadmetal", f'echo "$@" >> {self.folder}/loadmetal.log\n'
                                  f'case "$1" in\n{verbs}esac\n')

    def check(self, shell, *options):
        self._make_programs()
        return subprocess.run([*SHELLS[shell], CHECK, "--root", self.folder, *options],
                              env={"PATH": self.program.path}, capture_output=True, text=True,
                              check=False)

    def verbs_used(self):
        path = self.folder / "loadmetal.log"
        return path.read_text().split() if path.exists() else []


@pytest.fixture
def pi(tmp_path, fake_program, build_root):
    return Pi(tmp_path / "pi", fake_program, Card.of("pi2", build_root))


@pytest.fixture
def any_pi(tmp_path, fake_program, card):
    return Pi(tmp_path / "pi", fake_program, card)


@pytest.fixture(params=SHELLS)
def shell(request):
    return request.param


def verdicts(process):
    """{condition: ok, FAIL or --}; every line is one, or the remedy of the FAIL above it."""
    assert process.stderr == ""
    lines = process.stdout.splitlines()
    found = {}
    for before, line in zip([""] + lines, lines):
        if line.startswith("      "):
            assert before.startswith("FAIL")
            continue
        match = re.fullmatch(r"(ok|FAIL|--) +([^:]+): .+", line)
        assert match, line
        found[match[2]] = match[1]
    return found


# --- Right ---------------------------------------------------------------------------------------


def test_a_pi_that_is_right(any_pi, shell):
    process = any_pi.check(shell)
    assert verdicts(process) == dict.fromkeys(CONDITIONS, "ok"), process.stdout
    assert process.returncode == 0
    assert any_pi.verbs_used() == []
    assert f"Core 3's begins at {any_pi.card.base:#010x}" in process.stdout


def reserved_by_overlay(pi):
    pi.file("proc/device-tree/reserved-memory/ampgdb@20000000/no-map", b"")


def nr_cpus_instead_of_maxcpus(pi):
    pi.file("sys/devices/system/cpu/possible", "0-2\n")


def memory_node_without_number(pi):
    pi.file("proc/device-tree/memory/reg", cells(0, RAM_END["pi2"]))
    pi.remove("proc/device-tree/memory@0/reg")


def memory_in_two_ranges(pi):
    pi.file("proc/device-tree/memory@0/reg",
            cells(0, 0x10000000, 0x10000000, RAM_END["pi2"] - 0x10000000))


def linux_does_not_have_page_0(pi):
    pi.iomem(0x1000, pi.card.base - 1)
    pi.reserved((0x204000, 0x207FFF))
    pi.file("sys/firmware/fdt", fdt())


@pytest.mark.parametrize("change", [
    reserved_by_overlay, nr_cpus_instead_of_maxcpus, memory_node_without_number,
    memory_in_two_ranges, linux_does_not_have_page_0])
def test_other_ways_to_be_right(pi, shell, change):
    change(pi)
    process = pi.check(shell)
    assert process.returncode == 0, process.stdout
    assert set(verdicts(process).values()) == {"ok"}


def test_page_0_by_the_device_tree_alone(pi, shell):
    pi.remove("sys/kernel/debug/memblock/reserved")
    pi.file("sys/firmware/fdt", fdt((0x02700000, 0xDCC15), (0, 0x1000)))
    process = pi.check(shell)
    assert verdicts(process)["page 0"] == "ok"
    assert "reserved by the device tree" in process.stdout


# --- Wrong ---------------------------------------------------------------------------------------


class Wrong(typing.NamedTuple):
    """A change to a right Pi; the condition that shows it, its verdict, part of what is said."""
    change: typing.Callable
    condition: str
    verdict: str
    says: str


WRONG = {
    "not a Pi": Wrong(
        lambda pi: pi.file("proc/device-tree/compatible", "raspberrypi,4-model-b\0brcm,bcm2711\0"),
        "board", "FAIL", "no Raspberry Pi 2, 3 or Zero 2 W but raspberrypi,4-model-b"),
    "no device tree": Wrong(
        lambda pi: pi.remove("proc/device-tree/compatible"),
        "board", "FAIL", "run this on one"),
    "core 3 online": Wrong(
        lambda pi: pi.file("sys/devices/system/cpu/online", "0-3\n"),
        "cores", "FAIL", "put maxcpus=3 into the kernel's command line"),
    "a core too few": Wrong(
        lambda pi: pi.file("sys/devices/system/cpu/online", "0-1\n"),
        "cores", "FAIL", "runs on cores 0-1, not on 0-2"),
    "no sysfs": Wrong(
        lambda pi: pi.remove("sys/devices/system/cpu/online"),
        "cores", "--", "mount sysfs at /sys"),
    "all RAM is Linux's": Wrong(
        lambda pi: pi.iomem(0, RAM_END["pi2"] - 1),
        "memory", "FAIL", "put maxcpus=3 mem=512M into the kernel's command line"),
    "nothing to tell of Core 3's half": Wrong(
        lambda pi: pi.iomem(0, RAM_END["pi2"] - 1),
        "device tree", "--", "get the memory right first"),
    "a byte too much": Wrong(
        lambda pi: pi.iomem(0, pi.card.base),
        "memory", "FAIL", "Linux's RAM reaches to 0x20000000"),
    "a second range above": Wrong(
        lambda pi: pi.iomem(0, pi.card.base - 1, 0x38000000, 0x3B3FFFFF),
        "memory", "FAIL", "reaches to 0x3b3fffff"),
    "iomem seen by a user": Wrong(
        lambda pi: pi.iomem(0, 0),
        "memory", "--", "run this as root"),
    "no iomem": Wrong(
        lambda pi: pi.remove("proc/iomem"),
        "memory", "--", "run this as root"),
    "total_mem": Wrong(
        lambda pi: pi.file("proc/device-tree/memory@0/reg", cells(0, 0x18000000)),
        "memory node", "FAIL", "take total_mem= out of config.txt"),
    "RAM behind a gap": Wrong(
        lambda pi: pi.file("proc/device-tree/memory@0/reg",
                           cells(0, 0x18000000, 0x20000000, 0x1B400000)),
        "memory node", "FAIL", "the RAM ends at 0x18000000"),
    "no memory node": Wrong(
        lambda pi: pi.remove("proc/device-tree/memory@0/reg"),
        "memory node", "FAIL", "start with the device tree of the Pi's firmware"),
    "page 0 free": Wrong(
        lambda pi: (pi.reserved((0x204000, 0x207FFF)), pi.file("sys/firmware/fdt", fdt())),
        "page 0", "FAIL", "use the Pi's current firmware"),
    "page 0 partly reserved": Wrong(
        lambda pi: (pi.reserved((0x204000, 0x207FFF)),
                    pi.file("sys/firmware/fdt", fdt((0, 0x100), (0x1000, 0x1000)))),
        "page 0", "FAIL", "Core 3 waits in it"),
    "nothing told of page 0": Wrong(
        lambda pi: (pi.remove("sys/kernel/debug/memblock/reserved"),
                    pi.remove("sys/firmware/fdt")),
        "page 0", "--", "neither /sys/firmware/fdt nor debugfs"),
    "device tree in Core 3's RAM": Wrong(
        lambda pi: pi.reserved((0, 0xFFF), (0x2EFF0000, 0x2EFF4E89)),
        "device tree", "FAIL", "at 0x2eff0000, in Core 3's RAM"),
    "no debugfs": Wrong(
        lambda pi: pi.remove("sys/kernel/debug/memblock/reserved"),
        "device tree", "--", "does not show debugfs's memblock"),
    "SVC mode": Wrong(
        lambda pi: setattr(pi, "log", "[0.1] CPU: All CPU(s) started in SVC mode.\n"),
        "HYP mode", "FAIL", "the kernel says: All CPU(s) started in SVC mode."),
    "log overwritten": Wrong(
        lambda pi: setattr(pi, "log", "[999.9] usb 1-1: new device\n"),
        "HYP mode", "--", "look after a restart"),
    "RAM out of reach": Wrong(
        lambda pi: pi.words.pop(pi.card.base),
        "/dev/mem", "FAIL", "cannot read Core 3's RAM at 0x20000000: devmem: mmap: Operation"),
    "registers out of reach": Wrong(
        lambda pi: pi.words.pop(MAILBOX_3),
        "/dev/mem", "FAIL", "cannot read the ARM-local registers: devmem: mmap: Operation"),
    "mailbox full": Wrong(
        lambda pi: pi.words.update({MAILBOX_3: "0x20000000"}),
        "mailbox 3", "FAIL", "holds 0x20000000: Core 3 was told to start there and did not"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_remedy(pi, shell, name):
    wrong = WRONG[name]
    wrong.change(pi)
    process = pi.check(shell)
    assert verdicts(process)[wrong.condition] == wrong.verdict, process.stdout
    assert process.returncode == 1
    line, remedy = re.search(rf"^\S+ +{re.escape(wrong.condition)}: (.*)\n(.*)", process.stdout,
                             re.MULTILINE).groups()
    assert wrong.says in line or wrong.says in remedy, process.stdout


def test_a_mailbox_that_only_root_reaches_is_not_called_empty(pi, shell):
    del pi.words[MAILBOX_3]
    assert verdicts(pi.check(shell))["mailbox 3"] == "--"


def test_a_full_mailbox_under_a_stub_is_its_business(pi, shell):
    pi.words[MAILBOX_3] = "0x20000000"
    pi.loadmetal["status"] = (0, STATUS_UP)
    assert verdicts(pi.check(shell))["mailbox 3"] == "ok"


def test_the_remedy_names_the_numbers_of_the_board(any_pi, shell):
    any_pi.reserved((0, 0xFFF), (any_pi.card.base, any_pi.card.base + 0xFFF))
    said = any_pi.check(shell).stdout
    made = (any_pi.card.files / "cmdline/config.txt").read_text()
    assert re.search(r"device_tree_address=0x\w+", said)[0] + "\n" in made
    any_pi.iomem(0, RAM_END[any_pi.card.name] - 1)
    assert f"put maxcpus=3 {any_pi.card.mem_word} into" in any_pi.check(shell).stdout


# --- Core 3 itself -------------------------------------------------------------------------------


ENTRY_CPSR = MEMMAP.AMPGDB_WINDOW_1G + MEMMAP.AMPGDB_SHARED_OFFSET + 0x54


@pytest.mark.parametrize("word, mode", [
    ("0x000001DA", "HYP"), ("0x000001D3", "SVC"), ("0x000001D6", "Monitor"),
    ("0x000001DF", "another")])
def test_probe_brings_the_stub_up_and_names_the_mode(pi, shell, word, mode):
    pi.words[ENTRY_CPSR] = word
    process = pi.check(shell, "--probe")
    assert process.returncode == 0, process.stdout
    assert f"ok    Core 3: the stub is up; Core 3 arrived in {mode} mode (CPSR {word})\n" in (
        process.stdout)
    assert pi.verbs_used() == ["status", "stop"]


def test_probe_leaves_a_stub_and_its_program_alone(pi, shell):
    pi.words[ENTRY_CPSR] = "0x000001DA"
    pi.loadmetal["status"] = (0, STATUS_UP)
    process = pi.check(shell, "--probe")
    assert verdicts(process)["Core 3"] == "ok"
    assert pi.verbs_used() == ["status"]


def test_probe_passes_on_why_the_stub_does_not_come_up(pi, shell):
    why = "loadmetal: Core 3 arrived in SVC mode (CPSR 0x000001d3), but the stub needs HYP mode"
    pi.loadmetal["stop"] = (1, why + "\n")
    process = pi.check(shell, "--probe")
    assert verdicts(process)["Core 3"] == "FAIL" and why in process.stdout
    assert process.returncode == 1


def test_probe_says_when_the_mode_cannot_be_read(pi, shell):
    process = pi.check(shell, "--probe")
    assert verdicts(process)["Core 3"] == "--"
    assert process.returncode == 1


# --- Usage, and one source -----------------------------------------------------------------------


@pytest.mark.parametrize("options, says", [
    (["--prob"], "'--prob' is unknown"), (["--root"], "usage: check"), (["x"], "'x' is unknown")])
def test_wrong_usage_is_status_2(shell, options, says):
    process = subprocess.run([*SHELLS[shell], CHECK, *options], capture_output=True, text=True,
                             check=False)
    assert process.returncode == 2 and process.stdout == "" and says in process.stderr


def test_where_busybox_has_no_devmem_another_one_does(pi, shell):
    pi.busybox_has_devmem = False
    assert verdicts(pi.check(shell))["/dev/mem"] == "ok"


def test_help(shell):
    process = subprocess.run([*SHELLS[shell], CHECK, "--help"], capture_output=True, text=True,
                             check=False)
    assert process.returncode == 0 and "--probe" in process.stdout


def test_only_root_may_ask(shell, fake_program):
    fake_program("id", "echo 1000\n")
    process = subprocess.run([*SHELLS[shell], CHECK], env={"PATH": fake_program.path},
                             capture_output=True, text=True, check=False)
    assert process.returncode == 2 and "run this with sudo" in process.stderr


def test_its_numbers_are_those_of_the_headers():
    known = vars(MEMMAP) | vars(BCM283X)
    text = CHECK.read_text()
    own = dict(re.findall(r"^((?:AMPGDB|BCM283X|LOCAL)_\w+)=(0x\w+)$", text, re.MULTILINE))
    assert len(own) == 9
    assert {name: int(value, 16) for name, value in own.items()} == {
        name: known[name] for name in own}
    rest = re.sub(r"^\w+=0x\w+.*$|#.*$", "", text, flags=re.MULTILINE)
    assert not set(re.findall(r"\b0x[0-9a-fA-F]{5,}\b", rest)) - {"0x100000"}  # a MiB


def test_its_offset_into_the_window_is_the_struct_s(tmp_path):
    source = tmp_path / "offset.c"
    source.write_text('#include <stdio.h>\n#include <stddef.h>\n#include "ampgdb/window.h"\n'
                      'int main(void) { printf("%#zx", offsetof(struct ampgdb_header, entry_cpsr));'
                      ' return 0; }\n')
    subprocess.run(["gcc", "-std=c11", f"-I{ROOT}/include", source, "-o", tmp_path / "offset"],
                   check=True)
    offset = subprocess.run([tmp_path / "offset"], capture_output=True, text=True,
                            check=True).stdout
    assert re.search(r"^HEADER_ENTRY_CPSR=(\w+)", CHECK.read_text(), re.MULTILINE)[1] == offset
    assert ENTRY_CPSR % 0x1000 == int(offset, 16)
