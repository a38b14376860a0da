# SPDX-License-Identifier: Apache-2.0
"""Cortex-Debug with servertype "external": the commands that it sends to GDB, replayed.

The extension cannot be installed here. What it sends was read in its source, version 1.13.0-pre10
(github.com/Marus/cortex-debug at 428af02): src/external.ts and src/common.ts (launch, attach,
reset), src/gdb.ts (startGdb, finishStartSequence, startGdbForLiveWatch, doResetDevice,
disconnectRequest2), src/backend/mi2/mi2.ts (start, stop, detach). It sends the commands of one
phase without waiting in between, and so do we.
"""

import pytest

from mi import Mi
from processes import wait_until
from rig import TIMEOUT, is_halted, is_running, wait_counts, wait_nobody_is_attached

LAUNCH = "Cortex-Debug: load, run to main"
ATTACH = "Cortex-Debug: attach"
LIVE = "Cortex-Debug: load, run to main, Live Watch"
RESET_HALT = 'interpreter-exec console "monitor reset halt"'
END_SECONDS = 10  # Cortex-Debug kills GDB after half a second, which a busy PC may need
UNDERSTOOD = {"name", "type", "request", "preLaunchTask", "servertype", "cwd", "gdbPath",
              "executable", "gdbTarget", "runToEntryPoint", "liveWatch"}


class CortexDebug:
    """One session of a recipe."""

    def __init__(self, recipe):
        assert set(recipe) <= UNDERSTOOD and recipe["servertype"] == "external"
        self.recipe = recipe
        self.live = None
        self.gdb = self._start_gdb()

    def kill(self):
        for gdb in filter(None, (self.gdb, self.live)):
            gdb.kill()

    def logs(self):
        return self.gdb.logs() + (self.live.logs() if self.live else [])

    def _start_gdb(self, *more):
        gdb = Mi(self.recipe["gdbPath"], ["-q", "--interpreter=mi2"], self.recipe["cwd"])
        gdb.do("gdb-version")
        gdb.all_at_once([
            "gdb-set mi-async on",
            'interpreter-exec console "set print demangle on"',
            'interpreter-exec console "set print asm-demangle on"',
            "enable-pretty-printing",
            'interpreter-exec console "set output-radix 0xa"',
            'interpreter-exec console "set input-radix 0xa"',
            f'file-exec-and-symbols "{self.recipe["executable"]}"', *more])
        return gdb

    def _connect(self):
        return f'target-select extended-remote {self.recipe["gdbTarget"]}'

    def start(self, *breakpoints):
        """To the stop at the entry point, or where an attach finds the program."""
        if self.recipe["request"] == "launch":
            self.gdb.all_at_once([self._connect(), RESET_HALT, "target-download", RESET_HALT])
        else:
            self.gdb.all_at_once([self._connect(), 'interpreter-exec console "monitor halt"'])
        for place in breakpoints:
            self.gdb.do(f'break-insert "{place}" ')
        return self._finish_start()

    def _finish_start(self):
        if self.recipe.get("liveWatch", {}).get("enabled") and not self.live:
            self.live = self._start_gdb(
                'interpreter-exec console "set stack-cache off"',
                'interpreter-exec console "set remote interrupt-on-connect off"', self._connect())
        if "runToEntryPoint" not in self.recipe:
            return None
        self.gdb.do(f'break-insert -t --function "{self.recipe["runToEntryPoint"]}" ')
        mark = self.gdb.mark()
        self.gdb.do("exec-continue --all")
        return self.gdb.stop(mark)

    def go(self, command):
        mark = self.gdb.mark()
        self.gdb.do(f"{command} --thread 1")
        return self.gdb.stop(mark)

    def run(self):
        self.gdb.do("exec-continue --thread 1")

    def pause(self):
        mark = self.gdb.mark()
        self.gdb.do("exec-interrupt ")
        return self.gdb.stop(mark)

    def reset(self, running=False):
        """The reset button."""
        if running:
            self.pause()
        self.gdb.do(RESET_HALT)
        return self._finish_start()

    def end(self, running=False):
        """The stop button."""
        if running:
            self.pause()
        if self.live:
            self.live.do("target-disconnect")
            self.live.send("gdb-exit")
        self.gdb.do("break-delete")
        launched = self.recipe["request"] == "launch"
        self.gdb.do("target-disconnect" if launched else "target-detach", timeout=END_SECONDS)
        self.gdb.send("gdb-exit")
        self.gdb.process.wait(END_SECONDS)


@pytest.fixture
def cortex_debug(folder):
    """cortex_debug(name of a recipe): a session; any number of them."""
    sessions = []

    def start(name):
        sessions.append(CortexDebug(folder.launch(name)))
        return sessions[-1]

    start.logs = lambda: [log for session in sessions for log in session.logs()]
    yield start
    for session in sessions:
        session.kill()


def test_launch_loads_and_runs_to_main(cortex_debug, pi, is_loaded):
    session = cortex_debug(LAUNCH)
    assert 'func="kernel_main"' in session.start()
    assert is_halted(pi) and is_loaded()


def test_breakpoints_and_steps(cortex_debug):
    session = cortex_debug(LAUNCH)
    session.start("firmware/blink.c:led_on")
    assert 'func="led_on"' in session.go("exec-continue")
    assert 'reason="function-finished"' in session.go("exec-finish")
    assert 'func="wait"' in session.go("exec-step")
    assert 'reason="end-stepping-range"' in session.go("exec-next")
    gdb = session.gdb
    assert "rounds" in gdb.do("stack-list-variables --thread 1 --frame 0 --simple-values")
    assert 'value="0"' in gdb.do('var-create --thread 1 --frame 0 - * "blinks"')
    assert 'number="15"' in gdb.do("data-list-register-values x")


def test_reset_begins_again_at_main_while_it_runs(cortex_debug, pi, blink):
    session = cortex_debug(LAUNCH)
    session.start()
    session.run()
    wait_counts(pi, blink)
    assert 'func="kernel_main"' in session.reset(running=True)


def test_reset_begins_again_at_main_when_it_stands(cortex_debug):
    session = cortex_debug(LAUNCH)
    session.start("firmware/blink.c:led_on")
    session.go("exec-continue")
    session.gdb.do("break-delete")
    assert 'func="kernel_main"' in session.reset()


def test_end_of_a_launch_leaves_the_program_halted_and_the_bridge_free(cortex_debug, pi, bridge):
    session = cortex_debug(LAUNCH)
    session.start()
    session.end()
    wait_nobody_is_attached(pi)
    assert is_halted(pi) and bridge.process.poll() is None
    again = cortex_debug(LAUNCH)
    assert 'func="kernel_main"' in again.start()


def test_attach_halts_the_program_and_its_end_lets_it_run(cortex_debug, pi, blink):
    first = cortex_debug(LAUNCH)
    first.start()
    first.run()
    wait_counts(pi, blink)
    first.end(running=True)
    session = cortex_debug(ATTACH)
    session.start()
    wait_until(lambda: is_halted(pi), TIMEOUT, "the program to halt")
    session.run()
    wait_counts(pi, blink)
    session.end(running=True)
    wait_until(lambda: is_running(pi), TIMEOUT, "the program to run")
    wait_counts(pi, blink)


def test_live_watch_reads_while_the_program_runs(cortex_debug, pi, blink):
    session = cortex_debug(LIVE)
    session.start()
    session.run()
    wait_counts(pi, blink)
    session.live.do('var-create watch_blinks @ "blinks"')
    seen = set()

    def differs():
        session.live.do("var-update --all-values watch_blinks")
        seen.add(session.live.do("var-evaluate-expression watch_blinks"))
        return len(seen) > 3

    wait_until(differs, TIMEOUT, "live values", lambda: seen, pause=0.25)
    assert is_running(pi)
    session.end(running=True)
