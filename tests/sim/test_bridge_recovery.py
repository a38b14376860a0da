# SPDX-License-Identifier: Apache-2.0
"""What one leans on: attaching without noise, starting over with the original data, and a Core 3
that dies under a session.

A dead core once ended with "Remote connection closed": no reason, and nothing left to look at. The
ways to die here are a stub that runs into an undefined instruction (it panics), one that loops for
ever (it is silent), and a machine that stands still.
"""

import pathlib
import re
import signal
import struct
import time

import elf
import pytest
from board import BOARD
from contract import MEMMAP
from processes import wait_until
from rig import (STATES, TIMEOUT, assert_one_sentence, counter, on_a_pipe, run, state, value,
                 wait_counts, wait_nobody_is_attached)
from virtual_pi import Bridge, bridge_command, free_port

NOTICED_WITHIN = 3  # seconds, from the death to the client's prompt
BOTH = pytest.mark.parametrize("name", ["blink", "blink-thumb"])

UNDEFINED = 0xDE00  # UDF #0 (ARM DDI 0406C, A8.8.247), Thumb like the stub
LOOP = 0xE7FE  # B to itself
REMEDY = "reboot the Pi|replace|make sim"


def connect(new_gdb, server, program, how="target remote"):
    gdb = new_gdb(program)
    gdb.said = gdb.do(f"{how} {server.address}")
    return gdb


def run_freely(gdb, pi, program):
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    wait_counts(pi, program)


# --- attach ---------------------------------------------------------------------------------------


def test_attaching_to_a_running_program_is_no_event(pi, bridge, gdb, blink, new_gdb):
    gdb.do("load")
    gdb.do("detach")
    wait_counts(pi, blink)
    said = gdb.do(f"target remote {bridge.address}")
    assert "signal" not in said and "blink.c" in said
    run_freely(gdb, pi, blink)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait(), "Ctrl-C is one"


# --- start over -----------------------------------------------------------------------------------


@BOTH
def test_run_begins_with_the_original_data(pi, bridge, build, new_gdb, name):
    program = build / "firmware" / f"{name}.elf"
    gdb = connect(new_gdb, bridge, program, "target extended-remote")
    gdb.do("load")
    gdb.do("set var delay = 1")
    run_freely(gdb, pi, program)
    gdb.interrupt()
    gdb.wait()
    gdb.do("set var delay = 2")
    assert value(gdb, "blinks") > 0
    gdb.do("break kernel_main")
    for _ in range(2):
        assert "Breakpoint 1, kernel_main ()" in gdb.do("run")
        assert value(gdb, "blinks") == 0 and value(gdb, "delay") == ord("T")
        gdb.do("set var blinks = 7")
    gdb.do("delete")
    run_freely(gdb, pi, program)


@BOTH
def test_run_after_a_load_over_a_program_in_its_middle(bridge, build, new_gdb, name):
    """GDB then does tell PC, and for Thumb perhaps CPSR."""
    gdb = connect(new_gdb, bridge, build / "firmware" / f"{name}.elf", "target extended-remote")
    gdb.do("load")
    gdb.do("break wait")
    for _ in range(3):
        gdb.do("continue")
    gdb.do("load")
    gdb.do("break kernel_main")
    for _ in range(2):
        assert "Breakpoint 2, kernel_main ()" in gdb.do("run")
        assert value(gdb, "blinks") == 0
        for _ in range(3):
            assert "Breakpoint 1, wait ()" in gdb.do("continue")
        assert value(gdb, "blinks") > 0
    assert " > Pf=" in bridge.trace.read_text(), "or this test tests nothing new"


def test_run_is_for_the_next_client_too(pi, bridge, blink, new_gdb):
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    run_freely(gdb, pi, blink)
    gdb.interrupt()
    gdb.wait()
    gdb.do("set var delay = 2")
    gdb.do("detach")
    gdb = connect(new_gdb, bridge, blink, "target extended-remote")
    gdb.do("break kernel_main")
    assert "Breakpoint 1, kernel_main ()" in gdb.do("run")
    assert value(gdb, "delay") == ord("T") and value(gdb, "blinks") == 0


def test_run_without_a_load_says_so(bridge, blink, new_gdb):
    gdb = connect(new_gdb, bridge, blink, "target extended-remote")
    gdb.start("run")
    gdb.wait_for("the program starts with its data as it is now: ")
    gdb.interrupt()
    gdb.wait()


def test_monitor_reset_keeps_ram(bridge, blink, new_gdb):
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    gdb.do("set var delay = 2")
    gdb.do("monitor reset halt")
    assert value(gdb, "delay") == 2


def test_a_load_where_the_program_stands_at_its_start_gives_a_fresh_cpu(bridge, build, new_gdb):
    """GDB then says nothing about PC, neither to the first program nor to its successor."""
    program = build / "firmware" / "blink.elf"
    gdb = connect(new_gdb, bridge, program)
    gdb.do("stepi")
    gdb.do("set $pc = _start")
    gdb.do("set $cpsr = 0x80000113")
    gdb.do("set $r7 = 0x77")
    gdb.do("load")
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    assert value(gdb, "$cpsr") & 0xFF == 0xD3 and value(gdb, "$r7") == 0
    gdb.do("set var delay = 2")
    gdb.do("monitor reset halt")
    packets = bridge.trace.read_text()
    assert len(re.findall(r" > Pf=", packets)) == 1, "or this test tests nothing"


# --- death ----------------------------------------------------------------------------------------


def poison(pi, function, instruction):
    """Fill a function of the resident stub with one Thumb instruction."""
    names = elf.symbols(pi.build / "arm" / "stub.elf")
    stub = BOARD.window + MEMMAP.AMPGDB_STUB_OFFSET
    pi.write_bytes(stub + (names[function] & ~1), struct.pack("<H", instruction) * 16)


def panic(pi):
    poison(pi, "service_one", UNDEFINED)


def silence(pi):
    poison(pi, "service_one", LOOP)


def freeze(pi):
    """A signal stops threads one by one, and one of them is Core 3."""
    pi.process.send_signal(signal.SIGSTOP)
    tasks = pathlib.Path(f"/proc/{pi.process.pid}/task")
    wait_until(lambda: all("State:\tT" in (task / "status").read_text() for task in tasks.iterdir()),
               TIMEOUT, "the machine to stand still")


@pytest.fixture
def mortal(pi):
    """A machine that can be frozen, and thaws at the end in any case."""
    yield pi
    pi.process.send_signal(signal.SIGCONT)


DEATHS = pytest.mark.parametrize("die, cause", [
    (panic, "the stub on Core 3 failed: an exception of its own"),
    (silence, "did not answer"), (freeze, "did not answer|does not answer")],
    ids=["panic", "silence", "freeze"])


BOTH_WAYS = pytest.mark.parametrize("running", ["TCP", "pipe"], indirect=True)


@pytest.fixture
def running(request, bridge, mortal, blink, new_gdb):
    """GDB that waits for a running program, whose newest stop is known. It came over TCP, unless
    its parameter says otherwise."""
    gdb = new_gdb(blink)
    way = getattr(request, "param", "TCP")
    gdb.do(f"target remote {bridge.address if way == 'TCP' else on_a_pipe(mortal)}")
    gdb.do("load")
    gdb.do("break led_on")
    gdb.do("continue")
    gdb.do("delete")
    gdb.pc = value(gdb, "$pc")
    run_freely(gdb, mortal, blink)
    return gdb


@DEATHS
def test_death_is_noticed_within_3_seconds_and_named_with_the_remedy(mortal, bridge, running, die,
                                                                     cause):
    die(mortal)
    begin = time.monotonic()
    said = running.wait(TIMEOUT)
    assert time.monotonic() - begin < NOTICED_WITHIN, said
    assert re.search(f"Core 3 is lost: .*({cause})", said) and re.search(REMEDY, said)
    assert "Program received signal SIGABRT" in said
    assert len(re.findall("Core 3 is lost: ", bridge.log())) == 1
    assert bridge.process.poll() is None


@DEATHS
@BOTH_WAYS
def test_a_post_mortem_shows_memory_and_the_last_registers(mortal, bridge, running, blink, die,
                                                           cause):
    die(mortal)
    running.wait(TIMEOUT)
    assert value(running, "blinks") == counter(mortal, blink) > 0
    assert value(running, "$pc") == running.pc
    assert "led_on" in running.do("backtrace")
    assert "this is a post-mortem" in running.do("info threads").lower()
    assert "Cannot access memory" in running.do("x/x 0")
    assert re.search(cause, running.do("monitor status"))
    assert "post-mortem" in running.do("monitor reset halt")
    for command in ("continue", "stepi"):
        assert "post-mortem" in running.do(command)
    before = counter(mortal, blink, "delay")
    running.do("set var delay = 2")
    assert counter(mortal, blink, "delay") == before
    assert value(running, "$pc") == running.pc


@pytest.mark.parametrize("leave", ["detach", "kill", "disconnect"])
def test_all_ways_out_of_a_post_mortem_work(pi, bridge, running, leave):
    silence(pi)
    running.wait(TIMEOUT)
    said = running.do(leave)
    assert "rror" not in said and "an't" not in said
    assert bridge.process.poll() is None
    wait_nobody_is_attached(pi)


def test_death_of_a_halted_program_is_told_by_the_next_command(pi, bridge, gdb, blink):
    gdb.do("load")
    silence(pi)
    assert "Core 3 is lost: " in gdb.do("continue")
    assert value(gdb, "delay") == ord("T")


def test_a_post_mortem_owns_nothing(pi, bridge, running):
    silence(pi)
    running.wait(TIMEOUT)
    wait_nobody_is_attached(pi)


# --- attach to the dead ---------------------------------------------------------------------------


def test_attaching_to_a_silent_core_is_a_post_mortem(pi, bridge, running, blink, new_gdb):
    silence(pi)
    running.wait(TIMEOUT)
    running.do("disconnect")
    gdb = connect(new_gdb, bridge, blink)
    assert "led_on" in gdb.said and value(gdb, "$pc") == running.pc
    assert value(gdb, "blinks") == counter(pi, blink) > 0
    assert "Core 3 is lost: " in gdb.do("info threads")


def test_a_bridge_that_starts_beside_a_silent_core_serves_a_post_mortem(pi, bridge, running, blink,
                                                                        new_gdb):
    silence(pi)
    running.wait(TIMEOUT)
    running.do("disconnect")
    with Bridge(pi) as second:
        assert "did not answer" in second.log()
        assert "serving a post-mortem" in second.log()
        gdb = connect(new_gdb, second, blink)
        assert value(gdb, "$pc") == running.pc


def test_a_panicked_stub_is_replaced_at_the_next_attach(pi, bridge, running, blink, new_gdb):
    panic(pi)
    running.wait(TIMEOUT)
    running.do("disconnect")
    gdb = connect(new_gdb, bridge, blink)
    gdb.do("load")
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")


def test_a_post_mortem_on_request_leaves_the_panic_for_another_look(pi, bridge, running, blink,
                                                                    new_gdb):
    panic(pi)
    running.wait(TIMEOUT)
    running.do("disconnect")
    bridge.stop()
    for _ in range(2):
        with Bridge(pi, options=["--post-mortem"]) as second:
            assert "the stub on Core 3 failed: an exception of its own" in second.log()
            gdb = connect(new_gdb, second, blink)
            assert value(gdb, "$pc") == running.pc
            assert value(gdb, "blinks") == counter(pi, blink) > 0
            gdb.do("disconnect")
        assert state(pi) == STATES.AMPGDB_STATE_PANIC


def test_a_post_mortem_on_request_does_not_disturb_a_living_core(pi, bridge, gdb, blink, new_gdb):
    gdb.do("load")
    run_freely(gdb, pi, blink)
    with Bridge(pi, options=["--post-mortem"]) as second:
        other = connect(new_gdb, second, blink)
        assert value(other, "blinks") > 0
        other.do("set var delay = 2")
        other.do("disconnect")
    wait_counts(pi, blink)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    assert value(gdb, "delay") == ord("T")


def test_a_post_mortem_without_a_record_is_one_sentence(pi):
    assert_one_sentence(run(*bridge_command(pi, free_port(), ["--post-mortem"])), "no record")
