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
from rig import TIMEOUT, environment, run, short_address
from virtual_pi import free_port

MAKE_TIMEOUT = 180  # it may build first
DEMO_TIMEOUT = 180  # two seconds of it are of Core 3's time
BUILT = ("bin", "arm", "thumb", "host", "gen", "firmware", "flags")


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
    gdb.do(f"target remote {short_address(sim.port)}")
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
    wait_until(lambda: not processes_naming(directory), TIMEOUT, "its QEMU and bridge to end",
               lambda: processes_naming(directory))
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
    done = run(sys.executable, ROOT / "sim" / "demo.py", "--build", tmp_path, timeout=DEMO_TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    transcript = (tmp_path / "demo" / "transcript.txt").read_text()
    assert transcript == done.stdout
    assert (tmp_path / "demo" / "rsp.log").stat().st_size > 0


# --- the same through make, as it is typed --------------------------------------------------------


class MakeSim:
    """"make sim PORT=free" with a copy of the build, so that a user's own one may run meanwhile."""

    def __init__(self, build, tree):
        self.build = tree / "build"
        self.port = free_port()
        self.output = tree / "output"
        self.errors = tree / "errors"
        for name in BUILT:
            copy = shutil.copytree if (build / name).is_dir() else shutil.copy2
            (tree / "build").mkdir(exist_ok=True)
            copy(build / name, tree / "build" / name)

    def start(self, port=None):
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            return spawn(["make", "--no-print-directory", "-C", ROOT, f"O={self.build}", "sim",
                          f"PORT={port or self.port}"],
                         stdout=output, stderr=errors, env=environment())

    def lines(self):
        return self.output.read_text().splitlines()

    def is_ready(self):
        return any(line.startswith("Listening") for line in self.lines())

    def logs(self):
        return [("make sim", self.output.read_text() + self.errors.read_text())]


@pytest.fixture
def make_sim(build_root, tmp_path):
    return MakeSim(build_root, tmp_path)


@pytest.fixture
def made(make_sim):
    process = make_sim.start()
    try:
        wait_until(make_sim.is_ready, MAKE_TIMEOUT, "the ready line", make_sim.logs)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(TIMEOUT)


def test_make_sim_prints_the_ready_line_and_gdb_needs_only_the_port(make_sim, made, blink, new_gdb):
    assert make_sim.lines()[-1] == f"Listening on port {make_sim.port}"
    gdb = new_gdb(options=["-ex", f"target remote {short_address(make_sim.port)}"])
    assert "Core 3" in gdb.do("info threads")
    gdb.do("detach")
    done = run(make_sim.build / "bin" / "loadmetal", blink)
    assert done.returncode == 0, done.stderr


def ctrl_c(process):
    """A terminal sends it to everybody in the foreground."""
    os.killpg(process.pid, signal.SIGINT)


def terminate(process):
    """What "kill" and systemd send, to make alone."""
    process.terminate()


@pytest.mark.parametrize("end", [ctrl_c, terminate])
@pytest.mark.parametrize("attached", [False, True])
def test_make_sim_ends_and_leaves_nothing(make_sim, made, new_gdb, end, attached):
    directory = pathlib.Path(os.readlink(make_sim.build / "sim"))
    if attached:
        new_gdb().do(f"target remote {short_address(make_sim.port)}")
    end(made)
    made.wait(TIMEOUT)
    wait_until(lambda: not processes_naming(directory), TIMEOUT, "its processes to end",
               lambda: processes_naming(directory))
    wait_until(lambda: not processes_naming(make_sim.build), TIMEOUT, "virtual_pi.py to end",
               lambda: processes_naming(make_sim.build))
    assert not directory.exists()
    assert not os.path.lexists(make_sim.build / "sim")
    assert "Traceback" not in make_sim.errors.read_text()


def test_make_sim_with_a_busy_port_says_so_in_one_sentence(make_sim, bridge):
    process = make_sim.start(port=bridge.port)
    assert process.wait(MAKE_TIMEOUT) == 2, "make's own status for a failed recipe"
    said = [line for line in make_sim.errors.read_text().splitlines() if "make" not in line]
    assert len(said) == 1, said
    assert f"127.0.0.1:{bridge.port}" in said[0]
    assert "in use" in said[0] and "another port" in said[0]
    assert not make_sim.is_ready() and not os.path.lexists(make_sim.build / "sim")
