# SPDX-License-Identifier: Apache-2.0
"""Each flow of boot/ makes a Pi give up Core 3 and half of its RAM, with exactly the files that
"make sdcard" writes; and make sim-linux and make demo-linux are what a user sees of that.
"""

import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess

import pytest

from contract import ROOT
from linux_pi import START_TIMEOUT, LinuxPi
from machine import free_port
from processes import spawn, wait_until
from rig import environment, run, short_address

BOOT_TIMEOUT = START_TIMEOUT + 60
END_TIMEOUT = 180
MIB = 1 << 20


each_flow = pytest.mark.kinds("uboot", "cmdline", "overlay")


def command_line(pi):
    return pi.ssh("cat /proc/cmdline", check=True).stdout.split()


# --- the flows ------------------------------------------------------------------------------------


@each_flow
def test_the_flow_is_the_one_that_was_asked_for(linux):
    words = command_line(linux)
    assert "maxcpus=3" in words
    assert ("mem=512M" in words) == (linux.flow != "overlay")
    assert ("U-Boot 20" in linux.serial()) == (linux.flow == "uboot")
    reserved = linux.ssh("ls /proc/device-tree/reserved-memory", check=True).stdout
    assert ("ampgdb@20000000" in reserved) == (linux.flow == "overlay")


@pytest.mark.kinds("uboot")
def test_uboot_runs_our_script_with_our_environment(linux):
    said = re.search(r"^Device tree of the firmware; (.*)$", linux.serial(), re.MULTILINE)
    assert said, linux.serial_tail()
    assert said.group(1).split() == command_line(linux)


@each_flow
def test_linux_has_three_cores_of_four(linux):
    assert linux.ssh("grep -c ^processor /proc/cpuinfo").stdout == "3\n"
    folder = "/sys/devices/system/cpu"
    assert linux.ssh(f"cat {folder}/possible {folder}/online").stdout == "0-3\n0-2\n"


@each_flow
def test_linux_has_half_of_the_ram(linux):
    total = int(re.search(r"MemTotal:\s+(\d+) kB", linux.ssh("cat /proc/meminfo").stdout).group(1))
    assert 460 * MIB < total * 1024 < 512 * MIB
    ram = re.findall(r"^(\w+)-(\w+) : System RAM$", linux.ssh("cat /proc/iomem").stdout,
                     re.MULTILINE)
    assert [(int(start, 16), int(end, 16)) for start, end in ram] == [(0, 512 * MIB - 1)]


@each_flow
def test_all_cores_started_in_hyp_mode(linux):
    assert "CPU: All CPU(s) started in HYP mode." in linux.ssh("dmesg").stdout


@each_flow
def test_the_check_on_the_boot_partition_finds_nothing_missing(linux):
    done = linux.ssh("sh /boot/firmware/ampgdb-check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout and done.stdout.count("ok ") >= 5


@each_flow
def test_gdb_outside_debugs_core_3(pi, gdb):
    gdb.do("load")
    gdb.do("break led_on")
    assert "Breakpoint 1, led_on ()" in gdb.do("continue")
    gdb.do("next")
    assert pi.led() == 1
    gdb.do("delete")
    gdb.do("detach")
    pi.wait_led_changes(4)


def test_a_core_3_that_stands_still_costs_the_pc_nothing(pi):
    """Linux itself costs something: its USB host asks a thousand times a second, and now and then
    it has other things to do."""
    pi.ssh("loadmetal /root/blink.elf && loadmetal stop", check=True)
    assert min(pi.cpu_percent(2) for _ in range(3)) < 80


def test_what_linux_writes_is_on_this_machines_card_after_a_restart_and_on_no_other(build_root):
    card = build_root / "linux" / "card.img"
    before = card.stat().st_mtime_ns
    with LinuxPi(build_root, flow="uboot") as pi:
        pi.ssh('fw_setenv bootargs "$(fw_printenv -n bootargs) ampgdb.test=1"', check=True)
        pi.ssh("echo mine > /root/mine", check=True)
        assert "ampgdb.test=1" not in command_line(pi)
        pi.restart()
        assert command_line(pi)[-1] == "ampgdb.test=1"
        assert pi.ssh("cat /root/mine").stdout == "mine\n"
    assert card.stat().st_mtime_ns == before


# --- make sim-linux -------------------------------------------------------------------------------


def processes_with(text):
    """(pid, command line) of all whose command line has it."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text(errors="replace").replace("\0", " ")
            if text in line:
                found.append((int(process.name), line))
        except OSError:
            pass  # ended meanwhile
    return found


class Terminal:
    """A user in front of "make sim-linux": a terminal, what it shows, and the keyboard."""

    def __init__(self, build):
        self.port = free_port()
        self.text = ""
        self._fd, there = pty.openpty()
        self.process = spawn(["make", "--no-print-directory", "-C", ROOT, f"O={build}",
                              "sim-linux", f"PORT={self.port}"], env=environment(),
                             stdin=there, stdout=there, stderr=there)
        os.close(there)

    @property
    def forward(self):
        """What QEMU's command line has, and no other's."""
        return f"hostfwd=tcp:127.0.0.1:{self.port}-:3333"

    def see(self, pattern, times=1):
        """Wait until the terminal has shown it so often."""
        wait_until(lambda: len(re.findall(pattern, self._read())) >= times, BOOT_TIMEOUT, pattern,
                   lambda: self.text[-3000:], pause=0.05)

    def _read(self):
        while select.select([self._fd], [], [], 0)[0]:
            try:
                self.text += os.read(self._fd, 65536).decode(errors="replace")
            except OSError:
                break  # nobody is left on the other side
        return self.text

    def type(self, text):
        os.write(self._fd, text.encode())

    def end(self):
        """The status with which make ended."""
        wait_until(lambda: self._read() is not None and self.process.poll() is not None,
                   END_TIMEOUT, "make to end", lambda: self.text[-3000:])
        wait_until(lambda: not processes_with(self.forward), END_TIMEOUT, "QEMU to end",
                   lambda: processes_with(self.forward))
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(END_TIMEOUT)
        os.close(self._fd)

    def logs(self):
        self._read()
        return [("the terminal", self.text[-8000:])]


@pytest.fixture
def terminal(build_root):
    user = Terminal(build_root)
    yield user
    user.close()


def test_make_sim_linux_is_a_pi_with_a_root_shell(terminal, blink, new_gdb):
    terminal.see(rf"Listening on port {terminal.port}\r\n")
    terminal.type("echo cores=$(nproc) user=$(id -un)\r")
    terminal.see(r"\ncores=3 user=root\r")
    gdb = new_gdb(blink, timeout=60)
    gdb.do(f"target remote {short_address(terminal.port)}")
    gdb.do("load")
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")
    gdb.do("detach")
    terminal.type("sh -c 'echo sleeping; sleep 1000'\r")
    terminal.see(r"\nsleeping\r")
    terminal.type("\x03")  # for the shell, not for QEMU
    terminal.type("echo still $((40 + 2))\r")
    terminal.see(r"\nstill 42\r")
    terminal.type("reboot\r")
    terminal.see(rf"Listening on port {terminal.port}\r\n", times=2)
    terminal.type("poweroff\r")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.text


def test_ctrl_a_x_ends_it_at_any_time(terminal):
    terminal.see("Booting Linux on physical CPU")
    terminal.type("\x01x")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.text and "linux_pi:" not in terminal.text


def test_sigterm_ends_it_and_nothing_is_left(build_root, tmp_path, new_gdb):
    port = free_port()
    output = tmp_path / "output"
    with open(output, "wb") as file:
        process = spawn(["make", "--no-print-directory", "-C", ROOT, f"O={build_root}",
                         "sim-linux", f"PORT={port}"], stdout=file, stderr=subprocess.STDOUT,
                        env=environment())
    try:
        wait_until(lambda: f"Listening on port {port}\n" in output.read_text(errors="replace"),
                   BOOT_TIMEOUT, "the ready line", lambda: output.read_text()[-3000:])
        new_gdb(timeout=60).do(f"target remote 127.0.0.1:{port}")
        (pid, _), = processes_with(f"hostfwd=tcp:127.0.0.1:{port}-:3333")
        directory = pathlib.Path(os.readlink(f"/proc/{pid}/cwd"))
        assert directory.is_dir()
        process.send_signal(signal.SIGTERM)
        process.wait(END_TIMEOUT)
        wait_until(lambda: not processes_with(f"127.0.0.1:{port}-") and
                   not processes_with(f"--port {port}"), END_TIMEOUT, "all to end")
        assert not directory.exists()
        assert "Traceback" not in output.read_text(errors="replace")
    finally:
        if process.poll() is None:
            process.kill()


def test_a_busy_port_is_one_sentence(build_root):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run("make", "--no-print-directory", "-C", ROOT, f"O={build_root}", "sim-linux",
                   f"PORT={port}", timeout=BOOT_TIMEOUT)
    assert done.returncode == 2, "make's own status for a failed recipe"
    said = [line for line in done.stderr.splitlines() if "make" not in line]
    assert len(said) == 1 and f"127.0.0.1:{port}" in said[0] and "another port" in said[0], said


# --- make demo-linux ------------------------------------------------------------------------------


def test_make_demo_linux_ends_well(build_root):
    done = run("make", "--no-print-directory", "-C", ROOT, f"O={build_root}", "demo-linux",
               timeout=2 * BOOT_TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    transcript = (build_root / "demo-linux" / "transcript.txt").read_text()
    assert transcript in done.stdout
    assert "Linux runs on 3 cores" in transcript and "Every step did what it says" in transcript
