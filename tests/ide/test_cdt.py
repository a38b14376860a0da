# SPDX-License-Identifier: Apache-2.0
"""Eclipse's debug adapter, the one behind the debug type gdbtarget, on the recipes of launch.json.

The adapter is the real one (npm's cdt-gdb-adapter); what VS Code itself would say comes from
session.py. Two of its habits that the tests allow for: it continues by itself when its
configuration is done, and it changes breakpoints of a running program by halting it briefly.
"""

import signal

import pytest

from rig import is_halted, wait_counts, wait_nobody_is_attached

LAUNCH = "CDT: load, run to main"
ATTACH = "CDT: attach"
LIVE = "CDT: load, run to main, Live Watch"


@pytest.fixture
def session(cdt, folder):
    """The launch recipe, stopped in main."""
    debug = cdt(folder.launch(LAUNCH))
    debug.start_to_stop()
    return debug


@pytest.fixture
def in_wait(session):
    """The same, at the breakpoint inside of wait()'s loop, first round."""
    session.set_breakpoints(session.line_of("rounds++"))
    session.go("continue")
    return session


def test_launch_loads_and_runs_to_main(session, pi, is_loaded):
    assert session.where()[0][0] == "kernel_main"
    assert is_halted(pi) and is_loaded()


def test_breakpoint_set_before_the_launch_is_hit(cdt, folder):
    debug = cdt(folder.launch(LAUNCH))
    line = debug.line_of("GPIO(GPIO_GPSET0)")
    debug.start_to_stop(line)  # the temporary one in main
    assert debug.go("continue").reason == "breakpoint"
    assert debug.where()[:2] == [("led_on", line), ("kernel_main", debug.line_of("led_on();"))]


def test_breakpoint_with_a_condition(session):
    line = session.line_of("rounds++")
    session.set_breakpoints((line, "rounds == 5000"))
    assert session.go("continue").reason == "breakpoint"
    assert session.where()[0] == ("wait", line)
    assert session.locals()["rounds"] == "5000"


def test_step_over_in_and_out(session):
    session.set_breakpoints(session.line_of("led_on();"))
    session.go("continue")
    session.set_breakpoints()
    assert session.go("next").reason == "step"
    assert session.where()[0] == ("kernel_main", session.line_of("wait();"))
    assert session.go("stepIn").reason == "step"
    assert session.where()[0][0] == "wait"
    session.go("stepOut")
    assert session.where()[0] == ("kernel_main", session.line_of("led_off();"))
    session.go("stepIn")
    assert session.where()[0][0] == "led_off"


def test_locals_are_shown_and_changed(in_wait):
    assert in_wait.locals()["rounds"] == "0"
    in_wait.go("continue")
    assert in_wait.locals()["rounds"] == "1"
    in_wait.command("set var rounds = 77")
    in_wait.go("continue")
    assert in_wait.locals()["rounds"] == "78"
    assert in_wait.value("rounds * 2") == "156"


def test_registers(in_wait):
    registers = in_wait.registers()
    assert {"r0", "sp", "lr", "pc", "cpsr", "d0", "fpscr"} <= set(registers)
    frame = in_wait.frames()[0]
    assert int(registers["pc"], 0) == int(frame["instructionPointerReference"], 0)


def test_memory_is_read_and_written(session):
    assert session.memory("&delay", 1) == b"\x54"
    session.adapter.ask("writeMemory", memoryReference="&delay", data="Cg==")
    assert session.memory("&delay", 1) == b"\x0a"
    assert "10" in session.value("delay")


def test_disassembly(session):
    pc = session.frames()[0]["instructionPointerReference"]
    lines = session.adapter.ask("disassemble", memoryReference=pc, instructionOffset=0,
                                instructionCount=8)["instructions"]
    assert len(lines) == 8
    assert int(lines[0]["address"], 0) == int(pc, 0)
    assert any("bl" in line["instruction"] for line in lines)


def test_data_breakpoint(session):
    info = session.adapter.ask("dataBreakpointInfo", name="blinks",
                               frameId=session.frames()[0]["id"])
    session.adapter.ask("setDataBreakpoints", breakpoints=[
        {"dataId": info["dataId"], "accessType": "write"}])
    for before, after in ((0, 1), (1, 2)):
        session.go("continue")
        session.adapter.wait_output(rf"Old value = {before}\s+New value = {after}\b")
    session.adapter.ask("setDataBreakpoints", breakpoints=[])


def test_pause(session, pi, blink):
    session.run()
    wait_counts(pi, blink)
    session.go("pause")
    assert "kernel_main" in [name for name, _ in session.where()]
    assert is_halted(pi)


def test_breakpoint_while_it_runs(session, pi, blink):
    session.run()
    wait_counts(pi, blink)
    line = session.line_of("blinks++")
    assert session.stop_after_breakpoints(line).reason == "breakpoint"
    assert session.where()[0] == ("kernel_main", line)


def test_custom_reset_begins_again(session):
    session.set_breakpoints(session.line_of("blinks++"))
    session.go("continue")
    session.set_breakpoints()
    session.adapter.ask("cdt-gdb-adapter/customReset")
    assert session.value("$pc == (unsigned) &_start") == "1"


def test_restart_as_vs_code_does_it(session, cdt, folder, pi, bridge):
    """VS Code ends the session and starts it anew; the bridge stays."""
    session.set_breakpoints(session.line_of("blinks++"))
    session.go("continue")
    session.go("continue")
    assert session.value("blinks") == "1"
    session.adapter.ask("disconnect", restart=True, terminateDebuggee=False)
    session.adapter.quit()
    again = cdt(folder.launch(LAUNCH))
    again.start_to_stop()
    assert again.where()[0][0] == "kernel_main"
    assert again.value("blinks") == "0"


def test_disconnect_leaves_no_breakpoint(session, pi, bridge):
    session.set_breakpoints(session.line_of("blinks++"))
    session.go("continue")
    session.adapter.ask("disconnect", terminateDebuggee=False)
    wait_nobody_is_attached(pi)
    assert bridge.process.poll() is None


def test_attach_finds_the_program_and_leaves_it_running(cdt, folder, pi, blink, session):
    session.run()
    wait_counts(pi, blink)
    session.adapter.ask("disconnect", terminateDebuggee=False)
    session.adapter.quit()
    debug = cdt(folder.launch(ATTACH))
    debug.start()
    wait_counts(pi, blink)  # it goes on by itself
    line = debug.line_of("blinks++")
    debug.stop_after_breakpoints(line)
    assert debug.where()[0] == ("kernel_main", line)
    blinks = int(debug.value("blinks"))
    assert blinks > 0
    debug.adapter.ask("disconnect", terminateDebuggee=False)
    wait_nobody_is_attached(pi)
    wait_counts(pi, blink)  # and at the end, without the breakpoint


def test_live_watch_reads_while_it_runs(cdt, folder, pi, blink):
    debug = cdt(folder.launch(LIVE))
    debug.start_to_stop()
    debug.run()
    wait_counts(pi, blink)
    debug.wait_word_grows("&blinks")
    debug.go("pause")
    assert int(debug.value("blinks")) >= 3


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_the_end_of_the_bridge_ends_the_session(session, bridge, pi, blink, end):
    session.run()
    wait_counts(pi, blink)
    since = len(session.adapter.events)
    bridge.process.send_signal(end)
    session.adapter.wait_event("terminated", since)


def test_a_core_3_that_falls_silent_stops_the_session(session, pi, blink):
    """A post-mortem, rather than a session that runs for ever."""
    session.run()
    wait_counts(pi, blink)
    since = len(session.adapter.events)
    pi.process.send_signal(signal.SIGSTOP)
    try:
        session.adapter.stop(since)
        session.adapter.wait_output("Core 3")
        assert session.value("delay")  # what it left can be looked at
    finally:
        pi.process.send_signal(signal.SIGCONT)
