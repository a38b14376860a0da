# SPDX-License-Identifier: Apache-2.0
"""Stock gdb-multiarch on pipes: one command in, what it printed out.

Knows GDB's prompt and nothing of what is debugged.
"""

import os
import pathlib
import select
import signal
import subprocess
import time

from processes import spawn

PROMPT = "(gdb) "
ROOT = pathlib.Path(__file__).resolve().parent.parent

# So that the output is the same on every machine and GDB never asks back.
SETTINGS = ["set debuginfod enabled off", "set height 0", "set width 0", "set confirm off",
            "set pagination off", "set style enabled off"]


class GdbError(Exception):
    """GDB did not come back to its prompt, or ended; the text shows all it printed."""


class Gdb:
    """A running GDB. A context manager.

    program: ELF file to read symbols from, or None.
    echo:    called with each piece of the session's text as it happens, commands included.
    """

    def __init__(self, program=None, echo=None, options=(), timeout=20):
        self.transcript = ""
        self.timeout = timeout
        self._echo = echo
        self._pending = ""  # printed since the last prompt, and not yet returned
        self._shown = 0  # how much of _pending was echoed
        self._command = "start of gdb-multiarch"
        settings = [word for line in SETTINGS for word in ("-iex", line)]
        command = ["gdb-multiarch", "-nx", "-q", *settings, *options]
        self.process = spawn(command + ([os.fspath(program)] if program else []), cwd=ROOT,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.quit()

    def do(self, command, timeout=None):
        """Run a command to the next prompt; returns what GDB printed."""
        self.start(command)
        return self.wait(timeout)

    def start(self, command):
        """Give a command and return at once; wait() or wait_for() follows."""
        self._command = command
        self._pending, self._shown = "", 0
        newline = "" if self.transcript[-1:] in ("", "\n") else "\n"
        self._record(f"{newline}{PROMPT}{command}\n")
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise GdbError(self._report("gdb ended during")) from None

    def interrupt(self):
        """What Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def wait(self, timeout=None):
        """Wait for the prompt; returns what was printed since the command."""
        self._read_until(self._at_prompt, timeout, "no prompt after")
        text = self._pending[:-len(PROMPT)]
        self._show(len(text))
        return text

    def wait_for(self, text, timeout=None):
        """Wait until GDB has printed text, prompt or not."""
        self._read_until(lambda: text in self._pending, timeout, f"no '{text}' after")

    def quit(self):
        """End GDB, and kill it if it is busy or does not want to. May be called twice."""
        if self._at_prompt() and self.process.poll() is None:
            self._ask_to_quit()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def logs(self):
        """(name, text) of what a failed test wants to show."""
        return [("gdb", self.transcript + self._pending)]

    # --- inside -----------------------------------------------------------------------------------

    def _ask_to_quit(self):
        try:
            self.process.stdin.write(b"quit\n")
            self.process.stdin.close()
            self.process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            pass  # quit() goes on to kill it

    def _at_prompt(self):
        return self._pending.endswith(PROMPT)

    def _read_until(self, condition, timeout, complaint):
        deadline = time.monotonic() + (timeout or self.timeout)
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise GdbError(self._report(f"{complaint} {timeout or self.timeout} s of"))
            if select.select([self.process.stdout], [], [], left)[0]:
                self._read_some()

    def _read_some(self):
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            raise GdbError(self._report("gdb ended during"))
        self._pending += data.decode(errors="replace")
        self._show(self._pending.rfind("\n") + 1)  # whole lines: the rest may become the prompt

    def _show(self, end):
        if end > self._shown:
            self._record(self._pending[self._shown:end])
            self._shown = end

    def _record(self, text):
        self.transcript += text
        if self._echo:
            self._echo(text)

    def _report(self, complaint):
        unshown = self._pending[self._shown:]
        return f"{complaint} '{self._command}'. The session so far:\n{self.transcript}{unshown}"
