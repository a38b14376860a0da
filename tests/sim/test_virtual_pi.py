# SPDX-License-Identifier: Apache-2.0
"""The virtual Pi itself: Core 3 arrives as on a board, waits for free, and nothing is left behind.

All other sim tests stand on this.
"""

import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys

import elf
import pytest
from board import BOARD, BOARDS
from contract import BCM283X, ROOT
from processes import wait_until
from rig import (TIMEOUT, assert_one_sentence, assert_pi_uses_less, environment, ram_words, run,
                 start_without_stub)
from virtual_pi import SimError, VirtualPi

IDLE_PERCENT_MAX = 5


def test_core3_arrives_as_after_the_firmware(pi, build):
    program = build / "programs" / "arrival.elf"
    start_without_stub(pi, program)
    record = elf.symbols(program)["record"]
    wait_until(lambda: ram_words(pi, record, 10)[9] == 1, TIMEOUT, "core 3 to arrive",
               lambda: ram_words(pi, record, 10))
    r0, r1, r2, cpsr, mailbox3, control, frequency, nsacr, mpidr, _ = ram_words(pi, record, 10)
    assert (r0, r1, r2) == (0, 0xC42, 0)
    assert cpsr & 0x1FF == 0x1DA, "HYP mode, A, I and F masked, ARM state, little-endian"
    assert mailbox3 == 0 and control == 0, "the mailbox is cleared before the jump"
    assert frequency == 19_200_000
    assert nsacr & 0x3FFF == 0x3FFF, "all coprocessors are open to the Non-secure world"
    assert mpidr & 3 == 3


@pytest.mark.parametrize("name", ["blink", "blink-thumb"])
def test_led_blinks_when_blink_is_started_by_mailbox_3(pi, build, name):
    assert pi.led() == 0
    start_without_stub(pi, build / "firmware" / f"{name}.elf")
    pi.wait_led_changes(6)


def test_blink_makes_pin_16_an_output_and_leaves_its_neighbours(pi, blink):
    select = BCM283X.BCM283X_GPIO + BCM283X.GPIO_GPFSEL1
    # One octal digit a pin, pin 10 last.
    pi.write32(select, 0o7447444444)
    start_without_stub(pi, blink)
    pi.wait_led_changes(1)
    assert pi.read32(select) == 0o7441444444


def test_led_blinks_from_the_raw_image(pi, build):
    pi.write_bytes(BOARD.base, (build / "firmware" / "blink.bin").read_bytes())
    pi.start_core3(BOARD.base)
    pi.wait_led_changes(6)


def test_a_program_that_returns_in_hyp_mode_waits_for_the_next(pi, build):
    returns = build / "programs" / "returns.elf"
    start_without_stub(pi, returns)
    runs = elf.symbols(returns)["runs"]
    wait_until(lambda: ram_words(pi, runs, 1)[0] == 1, TIMEOUT, "the first run")
    pi.start_core3(elf.entry(returns))
    wait_until(lambda: ram_words(pi, runs, 1)[0] == 2, TIMEOUT, "the second run")
    assert_pi_uses_less(pi, IDLE_PERCENT_MAX)


def test_waiting_costs_no_cpu(pi):
    assert_pi_uses_less(pi, IDLE_PERCENT_MAX)


def test_ram_file_and_qtest_show_the_same_memory(pi):
    pi.write32(BOARD.base, 0x12345678)
    assert ram_words(pi, BOARD.base, 1) == (0x12345678,)


@pytest.mark.parametrize("board", BOARDS.values(), ids=list(BOARDS))
def test_memory_node_is_what_the_firmware_would_tell_linux(build, board):
    with VirtualPi(build, ram_end=board.ram_end) as pi:
        reg = pathlib.Path(pi.dir, "device-tree/memory@0/reg").read_bytes()
    assert struct.unpack(">II", reg) == (0, board.ram_end)


def test_the_board_is_the_one_that_was_asked_for(pi):
    reg = pathlib.Path(pi.dir, "device-tree/memory@0/reg").read_bytes()
    assert struct.unpack(">II", reg) == (0, BOARD.ram_end)
    assert BOARD.name == (os.environ.get("AMPGDB_BOARD") or "1G")


def test_a_board_that_does_not_exist_is_one_sentence(build):
    done = run(sys.executable, ROOT / "sim" / "virtual_pi.py", "--build", build,
               env=environment(AMPGDB_BOARD="2G"))
    assert_one_sentence(done, "^AMPGDB_BOARD is '2G': set it to 1G or 512M$")


def test_nothing_is_left_behind(build):
    with VirtualPi(build) as pi:
        assert pi.dir.exists()
    assert not pi.dir.exists()
    assert pi.process.returncode is not None


def test_a_failing_start_names_the_cause_and_leaves_nothing(build):
    pi = VirtualPi(build, options=["-no-such-option"])
    with pytest.raises(SimError, match="no-such-option"):
        pi.__enter__()
    assert not pi.dir.exists()


HOLDER = """
import sys
sys.path.insert(0, sys.argv[1])
from virtual_pi import VirtualPi
with VirtualPi(sys.argv[2]) as pi:
    print(pi.process.pid, pi.dir, flush=True)
    sys.stdin.read()
"""


def test_qemu_does_not_outlive_a_killed_parent(build):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, ROOT / "sim", build],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        qemu, directory = holder.stdout.readline().split()
        holder.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_running(int(qemu)), TIMEOUT, "QEMU to end with its parent")
    shutil.rmtree(directory)


def is_running(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # before open(2), or between it and read(2)
        return False
    return state != "Z"


def test_doorbell_and_mailboxes_are_where_the_header_says(pi):
    local = BCM283X.BCM283X_LOCAL
    pi.write32(local + BCM283X.LOCAL_CORE3_MAILBOX1_SET, 0x5)
    assert pi.read32(local + BCM283X.LOCAL_CORE3_MAILBOX1_CLR) == 0x5
    pi.write32(local + BCM283X.LOCAL_CORE3_MAILBOX1_CLR, 0x4)
    assert pi.read32(local + BCM283X.LOCAL_CORE3_MAILBOX1_CLR) == 0x1
