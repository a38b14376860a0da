# SPDX-License-Identifier: Apache-2.0
"""make sim and make demo as a user meets them: one ready line, no settings, nothing left behind."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest
from contract import ROOT
from processes import spawn, wait_until
from virtual_pi import free_port

TIMEOUT = 20


class Sim:
    """What "make sim" runs, in a build tree of its own (the user may run one in the real tree)."""

    def __init__(self, build, tree):
        self.build = tree
        self.port = free_port()
        self.log = tree / "log"
        shutil.copytree(build / "bin", tree / "bin")
        (tree / "arm").mkdir()
        shutil.copy(build / "arm" / "firmware_standin.elf", tree / "arm")

    def start(self, port=None):
        self.log.write_text("")
        with open(self.log, "wb") as log:
            return spawn([sys.executable, ROOT / "sim" / "virtual_pi.py", "--build", self.build,
                          "--port", str(port or self.port)], stdout=log, stderr=subprocess.STDOUT)

    def is_ready(self):
        return f"Listening on port {self.port}\n" in self.log.read_text()

    def logs(self):
        return [("make sim", self.log.read_text())]


@pytest.fixture
def sim(build, tmp_path):
    return Sim(build, tmp_path)


@pytest.fixture
def running(sim):
    process = sim.start()
    wait_until(sim.is_ready, TIMEOUT, "the ready line", sim.log.read_text)
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(TIMEOUT)


def run(*command):
    environment = {name: value for name, value in os.environ.items() if name != "AMPGDB_MEMORY"}
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          env=environment)


def processes_naming(directory):
    """Command lines of all processes with that directory in an argument or as their current one."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text(errors="replace")
            if str(directory) in line or str(directory) in os.readlink(process / "cwd"):
                found.append(line)
        except OSError:
            pass  # ended meanwhile, or not ours
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_nothing_is_left(sim, running, number):
    directory = pathlib.Path(os.readlink(sim.build / "sim"))
    assert directory.is_dir() and len(processes_naming(directory)) == 2, "QEMU and the bridge"
    running.send_signal(number)
    assert running.wait(TIMEOUT) == 0
    assert not directory.exists()
    assert not (sim.build / "sim").is_symlink()
    assert processes_naming(directory) == []


def test_gdb_needs_no_setting_but_the_port(sim, running, new_gdb, blink):
    gdb = new_gdb(blink)
    gdb.do(f"target remote :{sim.port}")
    gdb.do("load")
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")


def test_loadmetal_finds_the_machine_by_itself(sim, running, blink):
    loaded = run(sim.build / "bin" / "loadmetal", blink)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr


def test_a_second_one_in_the_same_tree_is_refused(sim, running):
    second = run(sys.executable, ROOT / "sim" / "virtual_pi.py", "--build", sim.build)
    assert second.returncode == 1
    assert "another virtual Pi runs in this build tree" in second.stderr
    assert running.poll() is None and (sim.build / "sim" / "qtest").exists()


def test_the_link_of_a_killed_one_is_replaced(sim, running):
    directory = pathlib.Path(os.readlink(sim.build / "sim"))
    running.kill()
    running.wait()
    assert (sim.build / "sim").is_symlink()
    third = sim.start()
    try:
        wait_until(sim.is_ready, TIMEOUT, "the ready line", sim.log.read_text)
        assert not directory.exists()
        assert pathlib.Path(os.readlink(sim.build / "sim")) != directory
    finally:
        third.terminate()
        third.wait(TIMEOUT)


def test_a_busy_port_ends_it_with_a_reason(sim, bridge):
    process = sim.start(port=bridge.port)
    assert process.wait(TIMEOUT) == 1
    assert str(bridge.port) in sim.log.read_text()
    assert not (sim.build / "sim").is_symlink()


def test_the_demo_ends_well(build, tmp_path):
    for part in ("bin", "arm", "firmware"):
        (tmp_path / part).symlink_to(build / part)
    done = run(sys.executable, ROOT / "sim" / "demo.py", "--build", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    transcript = (tmp_path / "demo" / "transcript.txt").read_text()
    assert transcript == done.stdout
    assert (tmp_path / "demo" / "rsp.log").stat().st_size > 0
