# SPDX-License-Identifier: Apache-2.0
"""A terminal as VS Code gives it to a task, and who listens on this machine.

Knows nothing of what the task is.
"""

import os
import pty
import re
import signal
import socket

from processes import end, spawn, wait_until

TIMEOUT = 30


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Terminal:
    """A task, as VS Code runs it: a shell line on a terminal of its own. A context manager."""

    def __init__(self, command, **popen):
        self.master, slave = pty.openpty()
        self.text = ""
        self.process = spawn(["/bin/sh", "-c", command], signal.SIGTERM, stdin=slave, stdout=slave,
                             stderr=slave, **popen)
        os.close(slave)
        os.set_blocking(self.master, False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """As the trash can does: the terminal goes away, and what runs in it is told."""
        if self.master is None:
            return
        os.close(self.master)
        self.master = None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGHUP)
        end(self.process)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, pattern):
        wait_until(lambda: re.search(pattern, self._read()), TIMEOUT, f"'{pattern}'",
                   lambda: self.text)

    def wait_end(self):
        """Its status."""
        wait_until(lambda: self._read() is not None and self.process.poll() is not None, TIMEOUT,
                   "the task to end", lambda: self.text)
        return self.process.returncode

    def _read(self):
        try:
            self.text += os.read(self.master, 65536).decode(errors="replace")
        except OSError:
            pass  # nothing now (EAGAIN), or never again (EIO)
        return self.text
