# SPDX-License-Identifier: Apache-2.0
"""Microsoft's cppdbg with a server's address: the commands that it sends to GDB, replayed.

Its debug adapter cannot be had here. What it sends was read in the source of its engine
(github.com/microsoft/MIEngine at 2014d665): src/MIDebugEngine/Engine.Impl/DebuggedProcess.cs
(Initialize, GetInitializeCommands, HandleBreakModeEvent), src/MICore/CommandFactories/gdb.cs and
MICommandFactory.cs, src/MICore/Debugger.cs. It waits for each result.
"""

import re

import pytest

from mi import Mi, MiError
from processes import wait_until
from rig import TIMEOUT, is_halted, wait_counts, wait_nobody_is_attached

LAUNCH = "cppdbg: load, run to main"
ATTACH = "cppdbg: attach"
UNDERSTOOD = {"name", "type", "request", "preLaunchTask", "MIMode", "cwd", "miDebuggerPath",
              "program", "miDebuggerServerAddress", "stopAtConnect", "unknownBreakpointHandling",
              "useExtendedRemote", "postRemoteConnectCommands"}


class Cppdbg:
    """One session of a recipe."""

    def __init__(self, recipe):
        assert set(recipe) <= UNDERSTOOD and recipe["request"] == "launch"
        # Without, it continues what it finds unless that has a source file; the recipes do not
        # leave that to chance.
        assert recipe["stopAtConnect"]
        self.recipe = recipe
        self.gdb = Mi(recipe["miDebuggerPath"], ["--interpreter=mi"], recipe["cwd"])

    def kill(self):
        self.gdb.kill()

    def logs(self):
        return self.gdb.logs()

    def _ignoring_failure(self, command):
        try:
            self.gdb.do(command)
        except MiError:
            pass

    def start(self, *breakpoints):
        """To the stop that connecting is; breakpoints as VS Code has them come after it."""
        gdb = self.gdb
        gdb.do("gdb-set mi-async on")
        gdb.console("set pagination off")
        gdb.console("set debuginfod enabled off")
        gdb.do("gdb-set auto-solib-add on")
        gdb.do(f"environment-cd {self.recipe['cwd']}")
        gdb.do(f"file-exec-and-symbols {self.recipe['program']}")
        gdb.console("show architecture")
        self._ignoring_failure("break-insert -f main")
        mode = "extended-remote" if self.recipe.get("useExtendedRemote") else "remote"
        mark = gdb.mark()
        gdb.do(f"target-select {mode} {self.recipe['miDebuggerServerAddress']}")
        for command in self.recipe.get("postRemoteConnectCommands", []):
            gdb.console(command["text"])
        stop = gdb.stop(mark)
        assert "reason=" not in stop  # by that it knows the stop of connecting
        for place in breakpoints:
            gdb.do(f"break-insert -f {place}")
        return stop

    def go(self, command):
        mark = self.gdb.mark()
        self.gdb.do(command)
        return self.gdb.stop(mark)

    def run(self):
        self.gdb.do("exec-continue")

    def pause(self):
        return self.go("exec-interrupt")

    def value(self, expression):
        result = self.gdb.do(f"data-evaluate-expression {expression}")
        return re.search(r'value="(.*)"', result).group(1)

    def end(self, running=False):
        """The stop button of a launch: a kill, as far as GDB has anything to kill."""
        if running:
            self.pause()
        self.gdb.console("kill")
        self.gdb.send("gdb-exit")
        self.gdb.process.wait(TIMEOUT)


@pytest.fixture
def cppdbg(folder):
    """cppdbg(name of a recipe): a session; any number of them."""
    sessions = []

    def start(name):
        sessions.append(Cppdbg(folder.launch(name)))
        return sessions[-1]

    start.logs = lambda: [log for session in sessions for log in session.logs()]
    yield start
    for session in sessions:
        session.kill()


def test_launch_loads_and_continue_runs_to_main(cppdbg, pi, is_loaded):
    session = cppdbg(LAUNCH)
    session.start()
    stop = session.go("exec-continue")
    assert 'reason="breakpoint-hit"' in stop and 'func="kernel_main"' in stop
    assert is_halted(pi) and is_loaded()


def test_a_stop_at_an_unknown_breakpoint_is_no_error(folder):
    """The one in main is GDB's alone: told nothing, cppdbg reports an exception there."""
    assert folder.launch(LAUNCH)["unknownBreakpointHandling"] == "stop"


def test_breakpoints_steps_and_what_a_stop_shows(cppdbg):
    session = cppdbg(LAUNCH)
    session.start("firmware/blink.c:led_on")
    session.go("exec-continue")
    assert 'func="led_on"' in session.go("exec-continue")
    assert 'reason="function-finished"' in session.go("exec-finish")
    assert 'func="wait"' in session.go("exec-step")
    assert 'reason="end-stepping-range"' in session.go("exec-next")
    assert "rounds" in session.gdb.do("stack-list-variables 0")
    assert "kernel_main" in session.gdb.do("stack-list-frames 0 1000")
    assert re.search(r'number="15"', session.gdb.do("data-list-register-values x"))
    assert session.value("blinks") == "0"


def test_pause(cppdbg, pi, blink):
    session = cppdbg(LAUNCH)
    session.start()
    session.go("exec-continue")
    session.run()
    wait_counts(pi, blink)
    assert 'reason="signal-received"' in session.pause()
    assert is_halted(pi)


def test_stop_button_leaves_the_bridge_and_the_next_session_begins_anew(cppdbg, pi, bridge, blink):
    """Restart is that, too: stop, and launch again."""
    for _ in range(2):
        session = cppdbg(LAUNCH)
        session.start()
        assert 'func="kernel_main"' in session.go("exec-continue")
        assert (session.value("blinks"), session.value("delay")) == ("0", "84 'T'")
        session.gdb.do('data-evaluate-expression "delay = 2"')
        session.run()
        wait_counts(pi, blink)
        session.end(running=True)
        wait_nobody_is_attached(pi)
        assert bridge.process.poll() is None


def test_attach_stops_the_program_where_it_is(cppdbg, pi, blink):
    first = cppdbg(LAUNCH)
    first.start()
    first.go("exec-continue")
    first.run()
    wait_counts(pi, blink)
    first.pause()
    first.gdb.do("target-detach")
    first.kill()
    session = cppdbg(ATTACH)
    session.start()
    wait_until(lambda: is_halted(pi), TIMEOUT, "the program to halt")
    assert int(session.value("blinks")) > 0
    session.run()
    wait_counts(pi, blink)
