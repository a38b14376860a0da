# SPDX-License-Identifier: Apache-2.0
"""Two stock GDBs on one Core 3: the first debugs, the second looks on. IDEs do that for a live
watch: a second GDB reads variables while the first one's program runs, and must not disturb it.
"""

import re
import socket
import struct
import time
from signal import SIGCONT, SIGSTOP, SIGTERM

import pytest
from board import BOARD
from processes import wait_until
from rig import (TIMEOUT, RawClient, is_halted, is_running, loadmetal, value, wait_counts,
                 wait_nobody_is_attached)

OBSERVES = "this connection only observes"
RECONNECT = 0.6  # seconds, of VS Code's restart


@pytest.fixture
def running(pi, gdb, blink):
    """A debugger that waits for its program, which runs."""
    gdb.do("load")
    gdb.start("continue")
    gdb.wait_for("Continuing.")
    wait_counts(pi, blink)
    return gdb


@pytest.fixture
def observer(bridge, blink, new_gdb, running):
    return observe(bridge, blink, new_gdb)


def observe(bridge, blink, new_gdb, target="remote"):
    client = new_gdb(blink)
    said = client.do(f"target {target} {bridge.address}")
    assert "warning" not in said.lower() and "Error" not in said, said
    assert re.search(r"client \S+ observes, client \S+ is the debugger", bridge.log())
    return client


def assert_counts(observer):
    """What the observer sees is live."""
    first = int(observer.do("output blinks"))
    wait_until(lambda: int(observer.do("output blinks")) > first, TIMEOUT, "the observer to see it")


def assert_debugger_works(debugger):
    """It can stop the program, look, set a breakpoint, and meet it."""
    debugger.interrupt()
    assert "SIGINT" in debugger.wait()
    debugger.do("break wait")
    assert "Breakpoint 1, wait ()" in debugger.do("continue")
    debugger.do("delete")


# --- looking --------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["remote", "extended-remote"])
def test_it_reads_while_the_program_runs(pi, bridge, blink, new_gdb, running, target):
    observer = observe(bridge, blink, new_gdb, target)
    for _ in range(20):
        assert re.match(r"\$\d+ = \d+", observer.do("print blinks"))
        assert "<blinks>:" in observer.do("x/2wx &blinks")
        assert observer.do("info registers pc sp cpsr").count("\n") == 3
        assert re.search(r"pc +0x", observer.do("info registers"))
        assert is_running(pi)
    assert_counts(observer)
    assert_debugger_works(running)


def test_its_registers_are_live_while_the_program_is_halted(running, observer):
    running.interrupt()
    running.wait()
    running.do("set $r7 = 0x1234567")
    observer.do("maintenance flush register-cache")
    for name in ("$r7", "$pc", "$sp", "$cpsr", "$vbar"):
        assert value(observer, name) == value(running, name), name


def test_its_registers_are_of_the_last_stop_while_the_program_runs(pi, blink, running, observer):
    running.interrupt()
    running.wait()
    pc = value(running, "$pc")
    running.start("continue")
    wait_counts(pi, blink)  # GDB says "Continuing." before it does
    observer.do("maintenance flush register-cache")
    assert value(observer, "$pc") == pc
    assert "<unavailable>" in observer.do("info registers vbar")


def test_what_the_debugger_writes_is_seen_at_once(running, observer):
    running.interrupt()
    running.wait()
    for number in (100, 200, 300):
        running.do(f"set var blinks = {number}")
        assert observer.do("output blinks") == str(number)


def test_monitor_tells_what_the_program_does(running, observer):
    assert "Core 3: running" in observer.do("monitor status")
    running.interrupt()
    running.wait()
    assert "Core 3: halted" in observer.do("monitor status")
    assert "ampgdb-bridge" in observer.do("monitor version")
    assert "reset halt" in observer.do("monitor help")


def test_the_debuggers_stop_and_output_are_left_to_it(running, observer):
    """The observer looks all the time while the debugger's program prints, and stops."""
    running.interrupt()
    running.wait()
    running.do("set dprintf-style agent")
    running.do('dprintf led_on,"blink %d\\n",blinks')
    first = int(running.do("output blinks")) + 1
    running.do(f"break led_off if blinks == {first + 4}")
    running.start("continue")
    while not is_halted_for(observer):
        observer.do("x/4wx &blinks")
    said = running.wait()
    assert re.findall(r"^blink (\d+)$", said, re.M)[-4:] == [f"{first + n}" for n in range(1, 5)]
    assert "Breakpoint 2, led_off ()" in said


def is_halted_for(observer):
    return "Core 3: halted" in observer.do("monitor status")


def test_four_observe_and_a_fifth_is_told_why_not(bridge, blink, new_gdb, running):
    observers = [observe(bridge, blink, new_gdb) for _ in range(4)]
    fifth = new_gdb(blink)
    assert "as many observers as there can be" in fifth.do(f"target remote {bridge.address}")
    assert re.search(r"refused client 127\.0\.0\.1:\d+: there are as many", bridge.log())
    for client in observers:
        assert_counts(client)
    observers[1].do("detach")
    fifth.do(f"target remote {bridge.address}")
    assert_counts(fifth)
    assert_debugger_works(running)


def test_a_debugger_that_steps_is_not_disturbed(running, observer):
    running.interrupt()
    running.wait()
    for _ in range(20):
        before = value(running, "$pc")
        observer.do("print blinks")
        running.do("stepi")
        observer.do("x/4i $pc")
        assert value(running, "$pc") != before


# --- what is refused ------------------------------------------------------------------------------


REFUSED = {
    "continue": OBSERVES, "stepi": OBSERVES, "next": OBSERVES, "jump wait": OBSERVES,
    "set var blinks = 0": "Cannot access memory", "set $r0 = 1": OBSERVES, "set $pc = 0": OBSERVES,
    "monitor reset": OBSERVES, "monitor reset halt": OBSERVES, "monitor halt": OBSERVES,
    "monitor catch svc": OBSERVES, "load": "[Ll]oad failed|Cannot access memory|[Ee]rror",
    "print led_on()": "Cannot|Could not|Error",
}


def test_it_cannot_act(pi, blink, running, observer):
    for command, complaint in REFUSED.items():
        said = observer.do(command)
        assert re.search(complaint, said), f"{command}: {said}"
        assert is_running(pi), command
    wait_counts(pi, blink)
    assert_counts(observer)
    assert_debugger_works(running)


def test_a_load_that_it_is_refused_is_explained_where_it_can_be(bridge, running, observer):
    """GDB says "Load failed", and an editor that launches beside another session no more."""
    assert "Load failed" in observer.do("load")
    assert re.search("observer cannot change anything: .* end that session", bridge.log())
    assert "observer cannot change anything" in observer.do("monitor version")
    assert "observer" not in observer.do("monitor version"), "told once"


def test_its_breakpoints_are_refused(pi, blink, running, observer):
    for how in ("break wait", "hbreak wait", "watch blinks"):
        said = observer.do(how) + observer.do("continue")
        assert re.search("Cannot insert|Could not insert", said), f"{how}: {said}"
        observer.do("delete")
        assert is_running(pi), how
    wait_counts(pi, blink)
    assert_counts(observer)
    assert_debugger_works(running)


def test_it_cannot_run_or_kill(pi, bridge, blink, new_gdb, running):
    observer = observe(bridge, blink, new_gdb, "extended-remote")
    assert "Can't kill" in observer.do("kill")
    assert re.search("fail|Can't|Cannot|Error", observer.do("run"))
    assert is_running(pi)
    wait_counts(pi, blink)
    second = observe(bridge, blink, new_gdb)
    second.do("kill")  # GDB 13 expects no answer in this mode, and is gone
    wait_counts(pi, blink)
    assert_debugger_works(running)


# --- coming and going -----------------------------------------------------------------------------


def test_its_end_is_nothing_to_the_debugger(pi, bridge, blink, new_gdb, running):
    for goodbye in ("detach", "disconnect", "quit", "vanish"):
        observer = observe(bridge, blink, new_gdb)
        assert_counts(observer)
        if goodbye == "vanish":
            observer.process.kill()
        elif goodbye == "quit":
            observer.quit()
        else:
            observer.do(goodbye)
        wait_counts(pi, blink)
        assert is_running(pi), goodbye
    assert_debugger_works(running)


def test_it_goes_on_when_the_debugger_has_left_and_the_next_is_the_debugger(
        pi, bridge, blink, new_gdb, running, observer):
    running.interrupt()
    running.wait()
    running.do("detach")
    assert_counts(observer)
    assert "observer 127.0.0.1:" in (pi.dir / "lock").read_text()
    done = loadmetal(pi, blink)
    assert done.returncode == 1 and "in use by ampgdb-bridge" in done.stderr
    running.do(f"target remote {bridge.address}")
    assert is_halted(pi)
    assert "Breakpoint 1, wait ()" in running.do("break wait") + running.do("continue")
    assert OBSERVES in observer.do("continue")
    running.do("delete")
    second = observe(bridge, blink, new_gdb)
    running.do("detach")
    assert_counts(second)
    holder = (pi.dir / "lock").read_text()
    observer.do("detach")
    wait_until(lambda: (pi.dir / "lock").read_text() != holder, TIMEOUT, "another holder")
    assert_counts(second)
    second.do("detach")
    wait_nobody_is_attached(pi)
    assert loadmetal(pi, blink).returncode == 0


@pytest.mark.parametrize("was_running", [True, False])
@pytest.mark.parametrize("end", ["FIN", "RST", "half-closed"])
def test_who_comes_back_after_an_unclean_end_is_the_debugger(bridge, gdb, was_running, end):
    gdb.do("load")
    gdb.do("disconnect")
    for _ in range(3):
        with RawClient(bridge) as client:
            assert client.ask(b"M%x,1:00" % (BOARD.base + 0x10000)) == b"OK"
            if was_running:
                client.send(b"$vCont;c#a8")
            if end == "RST":
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                         struct.pack("ii", 1, 0))
            if end == "half-closed":
                client.socket.shutdown(socket.SHUT_WR)
            else:
                client.socket.close()
            time.sleep(RECONNECT)  # what is tested: neither sooner nor later
            gdb.do(f"target remote {bridge.address}")
            gdb.do("tbreak wait")
            assert re.search(r"breakpoint \d+, wait \(\)", gdb.do("continue"))
            gdb.do("disconnect")
    assert "observes" not in bridge.log()


# --- ends -----------------------------------------------------------------------------------------


def test_the_end_of_the_bridge_is_told_and_shown(bridge, running, observer):
    bridge.process.send_signal(SIGTERM)
    assert "exited normally" in running.wait(TIMEOUT)
    assert bridge.process.wait(TIMEOUT) == 0
    assert re.search("closed|reset by peer|disconnected", observer.do("print blinks"))


def test_a_core_that_dies_ends_observers_and_is_told_to_the_debugger(pi, bridge, running,
                                                                     observer):
    pi.process.send_signal(SIGSTOP)
    try:
        observer.start("print blinks")
        said = running.wait(TIMEOUT)
        assert "SIGABRT" in said and "Core 3 is lost" in said
        observer.wait(TIMEOUT)
        assert re.search("closed|reset by peer|disconnected", observer.do("print blinks"))
        wait_until(lambda: "has to leave" in bridge.log(), TIMEOUT, "the log", bridge.log)
        observer.do(f"target remote {bridge.address}")
        assert re.match(r"\$\d+ = \d+", observer.do("print blinks")), "what it left"
    finally:
        pi.process.send_signal(SIGCONT)
