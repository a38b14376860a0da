# SPDX-License-Identifier: Apache-2.0
"""A debug session as VS Code holds it: the order of requests at its start, what it asks at a stop.

On top of dap.py; knows recipes, source lines and views, and nothing of ampgdb.
"""

import base64

from dap import DapError
from processes import wait_until

CLIENT = {"adapterID": "gdbtarget", "clientID": "vscode", "linesStartAt1": True,
          "columnsStartAt1": True, "pathFormat": "path", "supportsRunInTerminalRequest": False,
          "supportsMemoryReferences": True, "supportsVariableType": True}


class Session:
    """One F5. recipe: a configuration of launch.json; source: the C file of its program."""

    def __init__(self, adapter, recipe, source):
        self.adapter = adapter
        self.recipe = recipe
        self.source = source
        self.thread = 1

    def start(self, *breakpoints):
        """As F5 does, to the point where the adapter goes its own way. breakpoints: of source."""
        self.adapter.ask("initialize", **CLIENT)
        started = self.adapter.send(self.recipe["request"], **self.recipe)
        self._wait_initialized(started)
        since = len(self.adapter.events)
        self.set_breakpoints(*breakpoints)
        self.adapter.ask("setFunctionBreakpoints", breakpoints=[])
        self.adapter.ask("configurationDone")
        self.adapter.answer(started)
        return since

    def _wait_initialized(self, started):
        """The adapter answers a launch that fails, and says nothing else then."""
        try:
            self.adapter.wait_event("initialized")
        except DapError:
            self.adapter.answer(started, timeout=0.1)
            raise

    def start_to_stop(self, *breakpoints):
        return self._stopped(self.adapter.stop(self.start(*breakpoints)))

    def set_breakpoints(self, *breakpoints):
        """Each is a line, or (line, condition)."""
        pairs = [item if isinstance(item, tuple) else (item, None) for item in breakpoints]
        body = self.adapter.ask(
            "setBreakpoints", source={"path": str(self.source)},
            breakpoints=[{"line": line} | ({"condition": condition} if condition else {})
                         for line, condition in pairs])
        assert all(item["verified"] for item in body["breakpoints"]), body
        return body["breakpoints"]

    def line_of(self, text):
        """The first line of the source that contains text."""
        lines = self.source.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    # --- run control ------------------------------------------------------------------------------

    def _stopped(self, stop):
        self.thread = stop.thread
        return stop

    def go(self, command):
        """continue, next, stepIn, stepOut or pause, up to the stop that follows."""
        return self._stopped(self.adapter.stop_after(command, threadId=self.thread))

    def run(self):
        """continue, without waiting for anything."""
        self.adapter.ask("continue", threadId=self.thread)

    def stop_after_breakpoints(self, *breakpoints):
        """Set them while the program runs, and wait for the one that is hit."""
        since = len(self.adapter.events)
        self.set_breakpoints(*breakpoints)
        return self._stopped(self.adapter.stop(since))

    # --- what a stop shows ------------------------------------------------------------------------

    def frames(self):
        return self.adapter.ask("stackTrace", threadId=self.thread, startFrame=0,
                                levels=20)["stackFrames"]

    def where(self):
        """(function, line) of each frame."""
        return [(frame["name"], frame["line"]) for frame in self.frames()]

    def _scope(self, name):
        scopes = self.adapter.ask("scopes", frameId=self.frames()[0]["id"])["scopes"]
        found = next(scope for scope in scopes if scope["name"] == name)
        variables = self.adapter.ask(
            "variables", variablesReference=found["variablesReference"])["variables"]
        return {item["name"]: item["value"] for item in variables}

    def locals(self):
        return self._scope("Local")

    def registers(self):
        return self._scope("Registers")

    def value(self, expression):
        """What the Watch view shows."""
        return self.adapter.ask("evaluate", expression=expression, context="watch",
                                frameId=self.frames()[0]["id"])["result"]

    def command(self, line):
        """A GDB command in the Debug Console; its output follows there."""
        self.adapter.ask("evaluate", expression=f">{line}", context="repl",
                         frameId=self.frames()[0]["id"])

    def memory(self, reference, count, offset=0):
        body = self.adapter.ask("readMemory", memoryReference=reference, offset=offset, count=count)
        return base64.b64decode(body["data"])

    def word(self, reference):
        return int.from_bytes(self.memory(reference, 4), "little")

    def wait_word_grows(self, reference, times=3, timeout=20):
        """Read while the program runs, until it was seen to grow so often; all values seen."""
        seen = [self.word(reference)]

        def grew():
            now = self.word(reference)
            if now > seen[-1]:
                seen.append(now)
            return len(seen) > times

        wait_until(grew, timeout, f"{reference} to grow {times} times", lambda: seen, pause=0.02)
        return seen
