# SPDX-License-Identifier: Apache-2.0
"""Eclipse's adapter with Linux around it: the bridge runs on cores 0-2 of the whole virtual Pi, and
the recipes reach it through its network.
"""

import os
import pathlib

import pytest

from linux_pi import LinuxPi
from recipes import Folder

LAUNCH = "CDT: load, run to main"
ATTACH = "CDT: attach"
BRIDGE_PORT = 3333
ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def linux_pi(build_root):
    """Linux is up, and ampgdb-bridge inside it."""
    with LinuxPi(build_root) as machine:
        yield machine


@pytest.fixture
def folder(linux_pi, blink):
    """The tree itself, open in VS Code; the settings have the port of the bridge inside."""
    return Folder(ROOT, {"ampgdb.port": str(linux_pi.port(BRIDGE_PORT)),
                         "ampgdb.elf": os.path.relpath(blink, ROOT)})


def test_launch_break_step_restart_and_attach(cdt, folder, linux_pi):
    debug = cdt(folder.launch(LAUNCH))
    debug.start_to_stop()
    assert debug.where()[0][0] == "kernel_main"
    line = debug.line_of("rounds++")
    debug.set_breakpoints((line, "rounds == 100"))
    debug.go("continue")
    assert debug.where()[0] == ("wait", line) and debug.locals()["rounds"] == "100"
    debug.set_breakpoints()
    assert debug.go("next").reason == "step"
    debug.run()
    linux_pi.wait_led_changes(2)
    debug.go("pause")
    debug.adapter.ask("disconnect", restart=True, terminateDebuggee=False)
    debug.adapter.quit()

    again = cdt(folder.launch(LAUNCH))
    again.start_to_stop()
    assert again.value("blinks") == "0"
    again.adapter.ask("disconnect", terminateDebuggee=False)
    again.adapter.quit()

    attached = cdt(folder.launch(ATTACH))
    attached.start()
    linux_pi.wait_led_changes(2)
    attached.adapter.ask("disconnect", terminateDebuggee=False)
    linux_pi.wait_led_changes(2)
