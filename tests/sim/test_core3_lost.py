# SPDX-License-Identifier: Apache-2.0
"""Core 3 that does not answer, was never free, or came in the wrong mode: one sentence says which,
with the remedy, and what a later attempt needs is left in order.
"""

import pathlib
import re
from signal import SIGCONT, SIGSTOP

import elf
import pytest
from board import BOARD
from contract import BCM283X, MEMMAP
from processes import wait_until
from rig import (TIMEOUT, assert_one_sentence, is_halted, loadmetal, ram_words, run,
                 start_without_stub, wait_counts, wait_nobody_is_attached)
from virtual_pi import VirtualPi, bridge_command, free_port

MAILBOX3 = BCM283X.BCM283X_LOCAL + BCM283X.LOCAL_CORE3_MAILBOX3_CLR
MODE_SVC = 0x13
IDLE_PERCENT_MAX = 5
LOOK = f"x/4x {BOARD.base + 0x10000:#x}"
SENTENCE = r"does not answer|did not answer"


@pytest.fixture
def frozen(pi):
    """A machine that can be stopped, and goes on at the end in any case."""
    yield pi
    pi.process.send_signal(SIGCONT)


def freeze(pi):
    """A signal stops threads one by one, and one of them is Core 3."""
    pi.process.send_signal(SIGSTOP)
    threads = pathlib.Path(f"/proc/{pi.process.pid}/task")
    wait_until(lambda: all("State:\tT" in path.read_text() for path in threads.glob("*/status")),
               TIMEOUT, "the machine to stand still")


def complaints(bridge):
    return [line for line in bridge.log().splitlines()
            if line.startswith("ampgdb-bridge: ") and not line.endswith(" is the debugger")]


def test_a_core_that_falls_silent_while_halted_is_told_by_the_next_command(frozen, bridge, gdb):
    gdb.do("load")
    freeze(frozen)
    said = gdb.do(LOOK, timeout=TIMEOUT) + gdb.do("stepi", timeout=TIMEOUT)
    assert "Cannot access memory" in said and re.search(SENTENCE, said)
    assert len(complaints(bridge)) == 1
    assert re.search(SENTENCE, complaints(bridge)[0])
    assert bridge.process.poll() is None, "it waits for the next"


def test_a_core_that_falls_silent_while_running_is_told_to_the_waiting_gdb(frozen, bridge, gdb,
                                                                           blink):
    gdb.do("load")
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    wait_counts(frozen, blink)
    freeze(frozen)
    gdb.interrupt()
    said = gdb.wait(TIMEOUT)
    assert re.search(SENTENCE, said)
    assert len(complaints(bridge)) == 1 and re.search(SENTENCE, complaints(bridge)[0])
    assert bridge.process.poll() is None


def test_a_core_that_recovers_can_be_attached_to_again(frozen, bridge, gdb, blink):
    gdb.do("load")
    freeze(frozen)
    gdb.do(LOOK, timeout=TIMEOUT)
    gdb.do("stepi")
    wait_nobody_is_attached(frozen)
    frozen.process.send_signal(SIGCONT)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")


def test_attaching_to_a_silent_core_is_refused_with_the_sentence(frozen, bridge, new_gdb):
    freeze(frozen)
    gdb = new_gdb()
    assert "Core 3" not in gdb.do(f"target remote {bridge.address}", timeout=TIMEOUT)
    wait_until(lambda: complaints(bridge), TIMEOUT, "the sentence", bridge.log)
    assert len(complaints(bridge)) == 1 and re.search(SENTENCE, complaints(bridge)[0])
    frozen.process.send_signal(SIGCONT)
    gdb.do(f"target remote {bridge.address}")
    assert "Core 3" in gdb.do("info threads")


def test_a_machine_that_ends_under_a_session_is_told(pi, bridge, gdb, blink):
    gdb.do("load")
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    wait_counts(pi, blink)
    pi.process.kill()
    pi.process.wait()
    gdb.interrupt()
    said = gdb.wait(TIMEOUT)
    assert "no virtual Pi" in said and "make sim" in said
    assert bridge.process.poll() is None


@pytest.mark.parametrize("start", [
    lambda pi: run(*bridge_command(pi, free_port())),
    lambda pi: loadmetal(pi, pi.build / "firmware" / "blink.elf")], ids=["bridge", "loadmetal"])
def test_a_core_that_is_busy_without_a_stub_is_one_sentence(pi, build, start):
    start_without_stub(pi, build / "programs" / "spin.elf")
    wait_until(lambda: pi.read32(MAILBOX3) == 0, TIMEOUT, "the program to start")
    assert_one_sentence(start(pi), r"never took the start address from its mailbox 3: .*maxcpus=3.*"
                                   r"without ampgdb.*reboot the Pi")
    assert pi.read32(MAILBOX3) == 0, "nothing that could start later"
    assert_one_sentence(start(pi), r"never took the start address")


def test_a_start_address_that_nobody_took_is_named_and_left_alone(pi, build):
    start_without_stub(pi, build / "programs" / "spin.elf")
    wait_until(lambda: pi.read32(MAILBOX3) == 0, TIMEOUT, "the program to start")
    address = BOARD.base + 0x4000
    pi.start_core3(address)
    done = run(*bridge_command(pi, free_port()))
    assert_one_sentence(
        done, rf"start address \({address:#x}\) lies in Core 3's mailbox 3.*Reboot the Pi")
    assert pi.read32(MAILBOX3) == address


@pytest.fixture
def svc_pi(build):
    """A Pi with firmware that leaves Core 3 in SVC mode."""
    firmware = build / "arm" / "firmware_standin_svc.elf"
    with VirtualPi(build, options=["-kernel", firmware]) as machine:
        yield machine


def test_a_core_in_svc_mode_is_refused_by_name_with_the_remedy(svc_pi, blink):
    sentence = (r"Core 3 arrived in Supervisor mode \(CPSR 0x[0-9a-f]{8}\), but the stub needs HYP "
                r"mode: .*kernel_old=1.*config\.txt.*reboot")
    assert_one_sentence(run(*bridge_command(svc_pi, free_port())), sentence)
    assert_one_sentence(loadmetal(svc_pi, blink), sentence)


def test_a_core_that_was_refused_can_still_be_started_by_mailbox_3(svc_pi, build):
    assert run(*bridge_command(svc_pi, free_port())).returncode == 1
    program = build / "programs" / "arrival.elf"
    start_without_stub(svc_pi, program)
    record = elf.symbols(program)["record"]
    wait_until(lambda: ram_words(svc_pi, record, 10)[9] == 1, TIMEOUT, "core 3 to arrive")
    r0, r1, _, cpsr, mailbox3 = ram_words(svc_pi, record, 5)
    assert (r0, r1) == (0, 0xC42) and mailbox3 == 0
    assert cpsr & 0x1F == MODE_SVC


def test_a_stub_that_is_there_already_is_used_again(pi, build, blink):
    """Every start finds the stub of the one before; the program goes on meanwhile."""
    assert loadmetal(pi, blink).returncode == 0
    epoch = ram_words(pi, BOARD.window + MEMMAP.AMPGDB_SHARED_OFFSET, 3)
    for _ in range(3):
        assert loadmetal(pi, blink).returncode == 0
    assert ram_words(pi, BOARD.window + MEMMAP.AMPGDB_SHARED_OFFSET, 3) == epoch
    assert not is_halted(pi)
    wait_counts(pi, blink)
