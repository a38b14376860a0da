# SPDX-License-Identifier: Apache-2.0
"""Eclipse's adapter, and the tasks that use ssh, with Linux around it: the bridge runs on cores 0-2
of the whole virtual Pi, and the recipes reach it through its network.
"""

import os
import pathlib

import pytest

from linux_pi import LinuxPi
from processes import wait_until
from recipes import Folder
from rig import environment
from terminal import Terminal, listens
from virtual_pi import free_port

LAUNCH = "CDT: load, run to main"
ATTACH = "CDT: attach"
BRIDGE_PORT = 3333
TIMEOUT = 60
SUDO = '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n'
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


# --- the tasks that use ssh -----------------------------------------------------------------------


@pytest.fixture
def bridge_task(linux_pi):
    """bridge_task(where, port): the task in its terminal. There is no sudo on this Pi, where root
    logs in."""
    linux_pi.ssh("cat > /usr/bin/sudo && chmod 755 /usr/bin/sudo", input=SUDO, check=True)
    wait_until(lambda: "owner:    nobody" in linux_pi.ssh("loadmetal status").stdout, TIMEOUT,
               "an earlier client to be gone", linux_pi.serial_tail, pause=0.1)
    terminals = []

    def start(where, port):
        folder = Folder(ROOT, {"ampgdb.port": str(port),  # and -S: a connection of its own
                               "ampgdb.pi": f"-F {linux_pi.dir}/ssh_config -S none pi"})
        terminals.append(Terminal(folder.task(f"ampgdb: bridge {where}")["command"],
                                  env=environment()))
        terminals[-1].wait_for(rf"Listening on port {port}\b")
        return terminals[-1]

    start.logs = lambda: [("terminal", terminal.text) for terminal in terminals]
    yield start
    for terminal in terminals:
        terminal.close()


def bridges(pi):
    return set(pi.ssh("pidof ampgdb-bridge", check=True).stdout.split())


def attach_and_leave(new_gdb, port):
    gdb = new_gdb(timeout=TIMEOUT)
    gdb.do(f"target remote 127.0.0.1:{port}")
    assert "Core 3" in gdb.do("info threads")
    gdb.do("detach")


def test_bridge_over_ssh_is_reached_through_it_and_ends_with_its_terminal(linux_pi, bridge_task,
                                                                          new_gdb):
    before, port = bridges(linux_pi), free_port()
    task = bridge_task("over ssh", port)
    assert len(bridges(linux_pi) - before) == 1
    attach_and_leave(new_gdb, port)
    task.close()
    wait_until(lambda: bridges(linux_pi) == before, TIMEOUT, "the bridge to end",
               linux_pi.serial_tail, pause=0.1)


def test_somebody_elses_bridge_is_reached_through_a_tunnel_and_stays(linux_pi, bridge_task,
                                                                     new_gdb):
    before, port = bridges(linux_pi), free_port()
    log = "/run/somebody-elses.log"
    linux_pi.ssh(f"ampgdb-bridge --listen 127.0.0.1:{port} >{log} 2>&1 </dev/null &", check=True)
    wait_until(lambda: "Listening" in linux_pi.ssh(f"cat {log}").stdout, TIMEOUT, "their bridge",
               linux_pi.serial_tail, pause=0.1)
    theirs = bridges(linux_pi) - before
    task = bridge_task("through a tunnel", port)
    attach_and_leave(new_gdb, port)
    task.close()
    wait_until(lambda: not listens(port), TIMEOUT, "the tunnel to end")
    assert bridges(linux_pi) == before | theirs
    linux_pi.ssh(f"kill {' '.join(theirs)}", check=True)
