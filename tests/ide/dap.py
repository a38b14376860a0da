# SPDX-License-Identifier: Apache-2.0
"""A client of the Debug Adapter Protocol: what VS Code is to a debug adapter, on pipes.

Knows the protocol (https://microsoft.github.io/debug-adapter-protocol) and nothing of what is
debugged. Every wait has a deadline, the session's own one at the latest.
"""

import collections
import json
import os
import re
import select
import signal
import subprocess
import time

from processes import spawn

ANSWER_SECONDS = 20
TRANSCRIPT_TAIL = 150  # messages


class DapError(Exception):
    """The adapter said no, or nothing in time."""


class Stop(collections.namedtuple("Stop", "reason thread")):
    """A stopped event."""


class DebugAdapter:
    """A running debug adapter. A context manager."""

    def __init__(self, command, seconds=60, **popen):
        self._deadline = time.monotonic() + seconds
        self._next = 1
        self._received = b""
        self._answers = {}
        self.events = []
        self.transcript = []
        self.process = spawn(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             **popen)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.quit()

    def quit(self):
        """End it with the GDBs that it started. May be called twice."""
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def logs(self):
        """(name, text) of what a failed test wants to show."""
        return [("debug adapter, the end of its dialogue",
                 "\n".join(self.transcript[-TRANSCRIPT_TAIL:])),
                ("debug console", self.output())]

    # --- requests ---------------------------------------------------------------------------------

    def send(self, command, **arguments):
        """Send a request and return at once; answer() follows."""
        number = self._next
        self._next += 1
        message = {"seq": number, "type": "request", "command": command, "arguments": arguments}
        text = json.dumps(message)
        self._note("->", command, arguments)
        data = text.encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()
        return number

    def answer(self, number, timeout=ANSWER_SECONDS):
        """The body of the response to a request; DapError when it failed."""
        self._read_until(lambda: number in self._answers, timeout, f"answer to request {number}")
        message = self._answers.pop(number)
        if not message["success"]:
            raise DapError(f"{message['command']}: {message.get('message')}")
        return message.get("body") or {}

    def ask(self, command, timeout=ANSWER_SECONDS, **arguments):
        return self.answer(self.send(command, **arguments), timeout)

    # --- events -----------------------------------------------------------------------------------

    def wait_event(self, name, since=0, timeout=ANSWER_SECONDS):
        """The body of the first such event that came after the first since events."""
        def find():
            return next((event for event in self.events[since:] if event["event"] == name), None)

        self._read_until(find, timeout, f"event '{name}'")
        return find().get("body") or {}

    def stop_after(self, command, timeout=ANSWER_SECONDS, **arguments):
        """Ask, and wait for the stop that follows."""
        since = len(self.events)
        self.ask(command, timeout, **arguments)
        return self.stop(since, timeout)

    def stop(self, since, timeout=ANSWER_SECONDS):
        body = self.wait_event("stopped", since, timeout)
        return Stop(body["reason"], body.get("threadId", 1))

    def output(self):
        """The Debug Console."""
        said = [event["body"] for event in self.events if event["event"] == "output"]
        return "".join(body["output"] for body in said if body.get("category") != "telemetry")

    def wait_output(self, pattern, since=0, timeout=ANSWER_SECONDS):
        """What matches in the Debug Console behind its first since characters."""
        def find():
            return re.search(pattern, self.output()[since:])

        self._read_until(find, timeout, f"'{pattern}' in the debug console")
        return find()

    # --- inside -----------------------------------------------------------------------------------

    def _note(self, direction, *what):
        text = " ".join(item if isinstance(item, str) else json.dumps(item) for item in what)
        self.transcript.append(f"{direction} {text}"[:2000])

    def _read_until(self, condition, timeout, what):
        deadline = min(time.monotonic() + timeout, self._deadline)
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise DapError(f"no {what} in time")
            if select.select([self.process.stdout], [], [], left)[0]:
                self._read_some(what)

    def _read_some(self, what):
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            raise DapError(f"the adapter ended before {what}:\n{self._received.decode()}")
        self._received += data
        while (found := re.search(rb"Content-Length: (\d+)\r\n\r\n", self._received)):
            end = found.end() + int(found.group(1))
            if len(self._received) < end:
                return
            message = json.loads(self._received[found.end():end])
            self._received = self._received[end:]
            self._take(message)

    def _take(self, message):
        if message["type"] == "response":
            self._note("<-", message["command"], message.get("message") or "",
                       message.get("body") or {})
            self._answers[message["request_seq"]] = message
        elif message["type"] == "event":
            self._note("<-", f"event {message['event']}", message.get("body") or {})
            self.events.append(message)
        else:
            self._note("<-", "request", message)
