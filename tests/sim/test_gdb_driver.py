# SPDX-License-Identifier: Apache-2.0
"""The GDB driver must fail loudly: every other sim test believes what it returns.

Driven against QEMU's own stub, so that a bug of ours on Core 3 cannot hide one here.
"""

import pytest
from gdb_driver import PROMPT, GdbError
from rig import start_without_stub
from virtual_pi import VirtualPi


@pytest.fixture
def oracle(build, blink, new_gdb):
    """(machine, GDB attached to QEMU's own stub with Core 3 selected); blink runs."""
    with VirtualPi(build, options=["-gdb", "unix:gdb,server=on,wait=off"]) as machine:
        start_without_stub(machine, blink)
        machine.wait_led_changes(1)
        client = new_gdb(blink)
        client.do(f"target remote {machine.dir}/gdb")
        client.do("thread 4")
        yield machine, client


def test_do_returns_what_the_command_printed(new_gdb):
    gdb = new_gdb()
    assert gdb.do("print 6 * 7") == "$1 = 42\n"
    assert gdb.do("echo no newline at the end") == "no newline at the end"
    assert gdb.do("print 1") == "$2 = 1\n"


def test_echo_and_transcript_show_commands_and_output_in_order(new_gdb):
    pieces = []
    gdb = new_gdb(echo=pieces.append)
    begin = len(gdb.transcript)  # without HOME, GDB has a warning first
    gdb.do("print 1")
    gdb.do("echo half a line")
    gdb.do("print 2")
    expected = (f"{PROMPT}print 1\n$1 = 1\n{PROMPT}echo half a line\nhalf a line\n"
                f"{PROMPT}print 2\n$2 = 2\n")
    assert "".join(pieces) == gdb.transcript
    assert gdb.transcript[begin:] == expected


def test_a_deadline_raises_with_the_whole_session(new_gdb):
    gdb = new_gdb()
    gdb.do("print 1")
    with pytest.raises(GdbError, match=r"(?s)no prompt after 0.2 s of 'shell sleep 9'.*\$1 = 1"):
        gdb.do("shell sleep 9", timeout=0.2)


def test_the_end_of_gdb_raises(new_gdb):
    gdb = new_gdb()
    with pytest.raises(GdbError, match="gdb ended during 'quit'"):
        gdb.do("quit")
    with pytest.raises(GdbError, match="gdb ended during 'print 1'"):
        gdb.do("print 1")


def test_interrupt_stops_a_running_program(oracle):
    machine, gdb = oracle
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    machine.wait_led_changes(2)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()


def test_breakpoint_stops_with_the_led_on_and_off_in_turn(oracle):
    machine, gdb = oracle
    gdb.do("break wait")
    levels = []
    for _ in range(4):
        assert "Breakpoint 1, wait ()" in gdb.do("continue")
        levels.append(machine.led())
    assert levels in ([0, 1, 0, 1], [1, 0, 1, 0])
