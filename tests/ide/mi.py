# SPDX-License-Identifier: Apache-2.0
"""Stock GDB in its machine interface, spoken to as debug extensions do: several commands at once,
their results matched by number.

Knows GDB/MI (GDB manual, "The GDB/MI Interface") and nothing of what is debugged.
"""

import os
import re
import select
import subprocess
import time

from processes import spawn

RESULT = re.compile(r"^(\d+)\^(done|running|connected|error|exit)(.*)$")
SECONDS = 20


class MiError(Exception):
    """A command failed, or nothing came in time; the text has GDB's words."""


class Mi:
    """gdb-multiarch --interpreter=mi2. A context manager."""

    def __init__(self, gdb, arguments, cwd, seconds=90):
        self.transcript = []
        self._deadline = time.monotonic() + seconds
        self._number = 0
        self._results = {}
        self._received = ""
        self.process = spawn([gdb, *arguments], cwd=cwd, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def logs(self):
        """(name, text) of what a failed test wants to show."""
        return [("GDB/MI", "\n".join(self.transcript[-200:]))]

    # --- commands ---------------------------------------------------------------------------------

    def send(self, command):
        """A command without its number and dash; result() follows."""
        self._number += 1
        line = f"{self._number}-{command}"
        self.transcript.append(f"-> {line}")
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return self._number

    def result(self, number, timeout=SECONDS):
        """The rest of the result record; MiError when the command failed."""
        self._read_until(lambda: number in self._results, timeout, f"result of command {number}")
        kind, rest = self._results.pop(number)
        if kind == "error":
            raise MiError(f"command {number}: {rest}")
        return rest

    def do(self, command, timeout=SECONDS):
        return self.result(self.send(command), timeout)

    def console(self, line):
        """A line of GDB's own, as extensions send it."""
        quoted = line.replace("\\", "\\\\").replace('"', '\\"')
        return self.do(f'interpreter-exec console "{quoted}"')

    def all_at_once(self, commands):
        """Send them without waiting in between, then see that each was done."""
        for number in [self.send(command) for command in commands]:
            self.result(number)

    # --- what GDB says by itself ------------------------------------------------------------------

    def mark(self):
        """Of this moment, for stop() and said()."""
        return len(self.transcript)

    def stop(self, since, timeout=SECONDS):
        """The first stop that GDB reported after the mark."""
        return self._first(since, r"\*stopped.*", timeout)

    def said(self, since, pattern, timeout=SECONDS):
        return self._first(since, pattern, timeout)

    def _first(self, since, pattern, timeout):
        def find():
            return next((found for line in self.transcript[since:]
                         if (found := re.match(f"<- {pattern}", line))), None)

        self._read_until(find, timeout, f"'{pattern}'")
        return find().group()

    # --- inside -----------------------------------------------------------------------------------

    def _read_until(self, condition, timeout, what):
        deadline = min(time.monotonic() + timeout, self._deadline)
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise MiError(f"no {what} in time")
            if select.select([self.process.stdout], [], [], left)[0]:
                data = os.read(self.process.stdout.fileno(), 65536)
                if not data:
                    raise MiError(f"GDB ended before {what}")
                self._take(data.decode(errors="replace"))

    def _take(self, text):
        *lines, self._received = (self._received + text).split("\n")
        for line in lines:
            self.transcript.append(f"<- {line}")
            if (found := RESULT.match(line)):
                self._results[int(found.group(1))] = found.group(2, 3)  # class, the rest
