# SPDX-License-Identifier: Apache-2.0
"""GDB's "monitor" commands, in the words that IDEs send blindly. Each does what it says, tells of
it where it cannot be seen, and leaves the session usable.
"""

import re

import pytest
from board import BOARD
from contract import ROOT
from processes import wait_until
from rig import TIMEOUT, counter, is_halted, requests, wait_counts, wait_is_running

COMMANDS = ["help", "version", "status", "halt", "resume", "reset", "reset run", "reset halt",
            "reset init", "catch", "gdb_sync"]


def registers(gdb):
    """GDB takes no notice of what monitor commands do to the registers."""
    gdb.do("maintenance flush register-cache")
    return {name: int(gdb.do(f"output/x ${name}"), 16) for name in ("pc", "sp", "cpsr")}


@pytest.fixture
def stopped(gdb):
    """GDB with blink stopped somewhere on its way."""
    gdb.do("load")
    gdb.do("tbreak wait")
    gdb.do("continue")
    return gdb


def test_help_lists_every_command(gdb):
    listed = gdb.do("monitor help").splitlines()
    for command in COMMANDS:
        assert any(re.match(rf"{command} {{2,}}[\w[]", line) for line in listed), command
    assert len(listed) == len(COMMANDS)


def test_version_tells_bridge_and_stub(gdb):
    version = (ROOT / "VERSION").read_text().strip()
    assert re.fullmatch(rf"ampgdb-bridge {re.escape(version)}, stub ABI \d+\n",
                        gdb.do("monitor version"))


def test_status_tells_state_entry_and_memory(stopped):
    said = stopped.do("monitor status").splitlines()
    assert said[0] == "Core 3: halted, software breakpoint"
    assert said[1] == f"entry: {BOARD.base:#x} (ARM)"
    assert said[2] == (f"program RAM: {BOARD.base:#x}-{BOARD.window - 1:#x}, "
                       f"{BOARD.window_end:#x}-{BOARD.ram_end - 1:#x}")
    assert said[3] == "MMU off, D-cache off"
    assert re.fullmatch(r"stub: ABI \d+, [1-6] hardware breakpoints, \d+ watchpoint registers",
                        said[4])
    assert said[5] == "caught exceptions: none"
    stopped.do("monitor resume")
    assert stopped.do("monitor status").splitlines()[0] == "Core 3: running"


def test_resume_and_halt_move_the_program_behind_gdbs_back(stopped, pi, blink):
    stopped.do("monitor resume")
    wait_is_running(pi)
    wait_counts(pi, blink)
    stopped.do("monitor halt")
    assert is_halted(pi)
    blinks = counter(pi, blink)
    assert int(stopped.do("output blinks")) == blinks
    for _ in range(2):
        assert stopped.do("monitor halt") == "", "halted already, and that is fine"
    for _ in range(2):
        assert stopped.do("monitor resume") == "", "running already, and that is fine"
    wait_is_running(pi)
    wait_counts(pi, blink)


def test_registers_of_a_program_that_runs_are_refused_with_a_sentence(stopped):
    stopped.do("monitor resume")
    stopped.do("maintenance flush register-cache")
    for command in ("info registers pc", "set $r0 = 1"):
        assert "the program runs" in (said := stopped.do(command)) and "monitor halt" in said
    stopped.do("monitor halt")
    assert "pc" in stopped.do("info registers pc")


def test_continue_after_monitor_resume_waits_for_the_program_that_runs(stopped, pi, bridge, blink):
    stopped.do("monitor resume")
    stopped.start("continue")
    wait_until(lambda: requests(bridge)[-1].startswith("vCont;c"), TIMEOUT, "GDB to continue")
    wait_counts(pi, blink)
    stopped.interrupt()
    assert "SIGINT" in stopped.wait()


@pytest.mark.parametrize("command", ["reset halt", "reset init"])
def test_reset_halt_gives_a_fresh_cpu_and_keeps_the_memory(stopped, pi, blink, command):
    stopped.do("set var delay = 3")
    stopped.do("set $r7 = 0x1234")
    said = stopped.do(f"monitor {command}")
    assert said.startswith(f"Core 3 is reset and halted at {BOARD.base:#x}.")
    assert is_halted(pi)
    now = registers(stopped)
    assert now["pc"] == BOARD.base and now["cpsr"] & 0x1FF == 0x1D3, "SVC, A, I and F masked"
    assert now["sp"] == BOARD.window, "the top of its RAM"
    assert int(stopped.do("output (int)delay")) == 3
    stopped.do("delete")
    stopped.start("continue")
    stopped.wait_for("Continuing.")
    wait_counts(pi, blink)
    stopped.interrupt()
    stopped.wait()


@pytest.mark.parametrize("command", ["reset", "reset run"])
def test_reset_run_starts_the_program_anew(stopped, pi, blink, command):
    stopped.do("tbreak led_off")
    stopped.do("continue")
    stopped.do("set var blinks = 1000000")
    stopped.do("delete")
    stopped.do(f"monitor {command}")
    wait_is_running(pi)
    wait_until(lambda: counter(pi, blink) < 1000000, TIMEOUT, "its start to clear .bss")
    wait_counts(pi, blink)


def test_reset_halt_also_stops_a_running_program(stopped, pi):
    stopped.do("delete")
    stopped.do("monitor resume")
    stopped.do("monitor reset halt")
    assert is_halted(pi) and registers(stopped)["pc"] == BOARD.base


@pytest.mark.parametrize("typed", ["  version", "version   ", "VERSION", "reset  halt", "wait_halt",
                                   f"rtt setup {BOARD.base:#x} 48 \"SEGGER\"", "reset halt now",
                                   "x" * 500, "caf\u00e9"])
def test_spaces_are_forgiven_and_unknown_words_are_answered_with_the_list(stopped, typed):
    said = stopped.do(f"monitor {typed}")
    if " ".join(typed.split()) in COMMANDS:
        assert "Unknown" not in said
    else:
        assert said.startswith("Unknown command \"")
        assert all(command in said for command in COMMANDS)
        assert said.splitlines()[-1].startswith("Protocol error"), "GDB's word for E01"
    assert "Core 3" in stopped.do("info threads"), "the session goes on"


@pytest.mark.parametrize("typed", ["init", "adapter speed 4000", "reset_config srst_only",
                                   "sleep 200", "poll", "targets", "arm semihosting enable"])
def test_words_about_a_probe_do_nothing_and_are_no_error(stopped, typed):
    """PlatformIO's launch, for one, begins with "monitor init" and ends where that fails."""
    before = registers(stopped)
    said = stopped.do(f"monitor {typed}")
    assert re.fullmatch(r"(Nothing to do|There is no semihosting): .*\.\n", said)
    assert registers(stopped) == before


@pytest.mark.parametrize("typed", ["initial", "flash write_image erase x.elf", "arm core_state"])
def test_a_word_that_would_do_something_to_a_probe_is_an_error(stopped, typed):
    assert "Unknown command" in stopped.do(f"monitor {typed}")


def test_gdb_sync_and_stepi_show_gdb_where_the_program_stands(stopped):
    stopped.do("monitor reset halt")
    stopped.do("monitor gdb_sync")
    stopped.do("stepi")
    assert int(stopped.do("output/x $pc"), 16) == BOARD.base
    stopped.do("stepi")
    assert int(stopped.do("output/x $pc"), 16) != BOARD.base


def test_gdb_sync_is_of_the_next_resume_alone(stopped):
    stopped.do("monitor gdb_sync")
    stopped.do("tbreak led_off")
    assert "led_off" in stopped.do("continue")
    before = int(stopped.do("output/x $pc"), 16)
    stopped.do("stepi")
    assert int(stopped.do("output/x $pc"), 16) != before


def test_monitor_without_a_command_is_answered(stopped):
    assert "Unknown command" in stopped.do("monitor ") or "help" in stopped.transcript
    assert "Core 3" in stopped.do("info threads")


def test_catch_takes_exceptions_one_by_one_and_says_which(stopped):
    assert stopped.do("monitor catch") == "caught exceptions: none\n"
    assert stopped.do("monitor catch svc") == "caught exceptions: svc\n"
    assert stopped.do("monitor catch dabort on") == "caught exceptions: svc dabort\n"
    assert stopped.do("monitor catch svc off") == "caught exceptions: dabort\n"
    assert "caught exceptions: dabort\n" in stopped.do("monitor status")
    assert stopped.do("monitor catch fiq").startswith("Usage: catch [undef|svc|pabort|dabort")


def test_what_is_caught_ends_with_the_session(stopped, bridge):
    stopped.do("monitor catch dabort")
    stopped.do("disconnect")
    stopped.do(f"target remote {bridge.address}")
    assert stopped.do("monitor catch") == "caught exceptions: none\n"
