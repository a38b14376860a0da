# SPDX-License-Identifier: Apache-2.0
"""The whole virtual Pi: Linux on cores 0-2 with half of the RAM, ampgdb-bridge inside.

    from linux_pi import LinuxPi

    with LinuxPi(build) as pi:                      # returns when Linux and the bridge are up
        done = pi.ssh("nproc", check=True)          # subprocess.CompletedProcess, text
        pi.ssh("cat > /root/x.elf", input=data)     # bytes in: bytes out
        gdb.do(f"target remote {pi.address}")       # the bridge inside, forwarded
        gdb.do(f"target remote | {pi.ssh_line('ampgdb-bridge --stdio')}")
        pi.put(path, "/root/x.elf")                 # copy a file there; mode is kept
        pi.wait_led_changes(4)                      # GPIO16, the only back door
        pi.serial()                                 # all that came on the serial console so far
        pi.restart()                                # poweroff, power on with the same card

    LinuxPi(build, flow="uboot")          the articles' way: firmware, U-Boot, boot.scr, uboot.env
    LinuxPi(build, flow="cmdline")        today's way: words in cmdline.txt
    LinuxPi(build, flow="overlay")        the same with a device-tree overlay in place of mem=
    LinuxPi(build)                        "fast": whichever of them is up first
    LinuxPi(build, without=("mem",))      cmdline.txt and config.txt without these: what is wrong
    LinuxPi(build, bridge=False)          as a card starts: only "bridge start" touches Core 3
    LinuxPi(build, firmware=path)         another stand-in for the firmware's ARM part
    LinuxPi(build, ports=(4444,))         forward this port too; pi.port(4444) is the one here

On the card (linux_card.py): /root has the example programs, /usr/bin has ampgdb-bridge, loadmetal,
devmem (which is loadmetal), gdb, fw_printenv, fw_setenv; busybox for the rest, its own devmem by
"busybox devmem". The bridge was started by "bridge start"; "bridge stop", "bridge log" and "bridge
start [OPTION...]" do what they say. /boot/firmware is the boot partition, with ampgdb-check on it.

As a program ("make sim-linux") it runs the machine in the foreground, its serial console being
the terminal.
"""

import argparse
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys

from board import BOARD
from contract import ROOT
from linux_card import BOARD_DTB, INITRAMFS
from machine import RAM_SIZE, Machine, SimError, free_port, run_tool
from processes import Expired, end, exit_on_signals, spawn, wait_until
from sd_card import SdCard
from videocore import MODEL, power_on

CRYSTAL_HZ = 19200000
START_TIMEOUT = 600  # U-Boot and Linux on a PC that others keep busy
STOP_TIMEOUT = 180
SSH_TIMEOUT = 180
SAMPLE_SECONDS = 0.1  # how long reading the clock, a word and the clock again may take
SAMPLE_TIMEOUT = 60
READY = "virtual-pi: ready"
SSH_PORT, BRIDGE_PORT = 22, 3333
RESTARTS = "reboot: Restarting system"  # the kernel's last words
LOG_TAIL = 4000  # characters
NO_BRIDGE = "no-bridge"  # on the boot partition: /etc/init.d/rcS starts none
FLOWS = {"uboot": "uboot", "cmdline": "cmdline", "overlay": "overlay", "fast": "cmdline"}

# What a stock card says. Debian's kernel comes with the mainline device tree and, other than
# Raspberry Pi OS's, needs an initramfs.
STOCK_CMDLINE = "console=ttyAMA0,115200 root=/dev/mmcblk0p2 rootfstype=ext4 rootwait"
STOCK_CONFIG = f"device_tree={BOARD_DTB}\n"
STOCK_INITRAMFS = f"initramfs {INITRAMFS} 0x08000000\n"

SSH_CONFIG = """
Host pi
HostName 127.0.0.1
Port {port}
User root
IdentityFile {key}
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
ControlPath {folder}/ssh
"""


def _check_free(port):
    """QEMU's own words for a port that is taken are no help."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SimError(f"127.0.0.1:{port}: {error.strerror}: end what uses it, or choose "
                           "another port with PORT=") from None


def _echoes(shown, typed):
    """Whether all that was typed is there in its order; the kernel may write in between."""
    rest = iter(shown)
    return all(character in rest for character in typed.replace("\r", "\n"))


class LinuxPi(Machine):
    """A context manager; see above."""

    def __init__(self, build="build", flow="fast", without=(), ports=(),
                 bridge_port=None, terminal=False, bridge=True, firmware=None):
        super().__init__(build)
        if flow not in FLOWS:
            raise SimError(f"no flow '{flow}': it is one of {', '.join(FLOWS)}")
        if without and flow == "uboot":
            raise SimError("what U-Boot tells Linux is in uboot.env: without= is for the others")
        self.flow = FLOWS[flow]
        self.without = without
        self.terminal = terminal
        self.bridge = bridge
        self.firmware = firmware
        self.card = None
        self._ports = {guest: free_port() for guest in (SSH_PORT, BRIDGE_PORT, *ports)}
        if bridge_port:
            self._ports[BRIDGE_PORT] = bridge_port
        self._ssh_master = None

    # --- life -----------------------------------------------------------------------------------

    def _start(self):
        _check_free(self.port(BRIDGE_PORT))
        self._write_ssh_config()
        self.card = SdCard(self.build / "linux" / "card.img", self.dir)
        self._write_flow()
        self._power_on()

    def _write_flow(self):
        """What a user does to the boot partition of a stock card: "make sdcard"."""
        files = self.dir / "boot"
        files.mkdir()
        initramfs = "" if self.flow == "uboot" else STOCK_INITRAMFS  # U-Boot loads its own
        (files / "config.txt").write_text(STOCK_CONFIG + initramfs)
        (files / "cmdline.txt").write_text(STOCK_CMDLINE + "\n")
        if not self.bridge:
            (files / NO_BRIDGE).touch()
        run_tool(ROOT / "boot" / "sdcard", env=os.environ | {
            "BUILD": str(self.build), "BOARD": MODEL, "FLOW": self.flow, "OUT": str(files),
            "UBOOT": str(self.build / "linux" / "u-boot.bin")})
        for name, separator in (("cmdline.txt", " "), ("config.txt", "\n")):
            words = (files / name).read_text().rstrip("\n").split(separator)
            kept = [word for word in words if word.partition("=")[0] not in self.without]
            (files / name).write_text(separator.join(kept) + "\n")
        with self.card.boot() as boot:
            boot.write_all(files)
            self.card.write_boot(boot)

    def _power_on(self):
        (self.dir / "serial.log").unlink(missing_ok=True)
        with self.card.boot() as boot:
            boot_options = power_on(boot, self.dir)
        ports = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{guest}"
                        for guest, here in self._ports.items())
        options = [
            "-M", "raspi2b", "-accel", "tcg,thread=multi",
            "-global", f"cortex-a7-arm-cpu.cntfrq={CRYSTAL_HZ}",
            "-global", f"bcm2835-peripherals.vcram-size={RAM_SIZE - BOARD.ram_end}",
            "-drive", f"file={SdCard.NAME},format=qcow2,if=sd",
            "-netdev", f"user,id=net,restrict=on{ports}", "-device", "usb-net,netdev=net",
            "-no-reboot", *boot_options, *self._console_options()]
        if self.firmware:
            options += ["-kernel", self.firmware]
        if self.terminal:
            self._spawn_qemu(options, death_signal=signal.SIGTERM, stdin=None, stdout=None)
        else:
            self._spawn_qemu(options)
        wait_until(self._is_ready, START_TIMEOUT, "Linux to be ready", self.serial_tail, pause=0.1)

    def _console_options(self):
        if self.terminal:
            return ["-chardev", "stdio,id=serial,mux=on,signal=off,logfile=serial.log",
                    "-mon", "chardev=serial,mode=readline", "-serial", "chardev:serial"]
        return ["-chardev", "socket,id=serial,path=serial,server=on,wait=off,logfile=serial.log",
                "-monitor", "none", "-serial", "chardev:serial"]

    def _is_ready(self):
        self._must_run()
        return READY in self.serial()

    def stop(self):
        self._end_connection()
        super().stop()

    def poweroff(self):
        """As a user does it; the card keeps what was written."""
        self.ssh("poweroff")
        wait_until(lambda: self.process.poll() is not None, STOP_TIMEOUT, "Linux to power off",
                   self.serial_tail, pause=0.1)

    def power_on_again(self):
        """With the same card, after it was switched off."""
        self._end_connection()
        self._power_on()

    def restart(self):
        self.poweroff()
        self.power_on_again()

    # --- the serial console ---------------------------------------------------------------------

    def serial(self):
        """What came on it since the machine was switched on."""
        try:
            return (self.dir / "serial.log").read_text(errors="replace").replace("\r\n", "\n")
        except FileNotFoundError:
            return ""

    def serial_tail(self):
        return f"the serial console, its end:\n{self.serial()[-LOG_TAIL:]}"

    def type(self, text):
        """Type on it, where it is echoed. The UART takes a character at a time, and what it has not
        taken when the connection ends is lost."""
        begin = len(self.serial())
        with socket.socket(socket.AF_UNIX) as console:
            console.connect(str(self.dir / "serial"))
            console.sendall(text.encode())
            wait_until(lambda: _echoes(self.serial()[begin:], text), SSH_TIMEOUT,
                       f"an echo of '{text}'", self.serial_tail, pause=0.05)

    # --- the network ----------------------------------------------------------------------------

    def port(self, guest):
        """The port on 127.0.0.1 that is forwarded to this one of the Pi."""
        return self._ports[guest]

    @property
    def address(self):
        """For GDB's "target remote"."""
        return f"127.0.0.1:{self.port(BRIDGE_PORT)}"

    def _write_ssh_config(self):
        (self.dir / "ssh_config").write_text(SSH_CONFIG.format(
            port=self.port(SSH_PORT), key=self.build / "linux/ssh/key", folder=self.dir))

    def ssh_command(self, *remote):
        """The words of a command that runs remote on the Pi."""
        return ["ssh", "-F", str(self.dir / "ssh_config"), "pi", *remote]

    def ssh_line(self, remote):
        """The same for a shell, and for GDB's "target remote |"."""
        return shlex.join(self.ssh_command(remote))

    def ssh(self, command, input=None, timeout=SSH_TIMEOUT, check=False):
        """Run a shell command on the Pi. Text in and out, or bytes when the input is. check: fail
        when it does."""
        self._share_a_connection()
        text = not isinstance(input, bytes)
        stdin = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
        try:
            done = subprocess.run(self.ssh_command(command), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=text, timeout=timeout, check=False,
                                  errors="replace" if text else None, **stdin)
        except subprocess.TimeoutExpired as expired:
            raise Expired(f"'{command}' on the Pi: not within {timeout} s\n"
                          f"it printed: {expired.stdout} {expired.stderr}\n"
                          f"{self.serial_tail()}") from None
        if check and done.returncode:
            raise SimError(f"'{command}' on the Pi ended with status {done.returncode}\n"
                           f"{done.stdout}{done.stderr}")
        return done

    def _share_a_connection(self):
        """One key exchange for all commands: an emulated Pi is slow at them."""
        if self._ssh_master and self._ssh_master.poll() is None:
            return
        with open(self.dir / "ssh.log", "wb") as log:
            self._ssh_master = spawn(["ssh", "-F", self.dir / "ssh_config", "-N", "-M", "pi"],
                                     stdout=log, stderr=log)
        wait_until(self._is_connected, SSH_TIMEOUT, "an ssh connection", self._connection_state)

    def _end_connection(self):
        if self._ssh_master:
            end(self._ssh_master)
            self._ssh_master = None

    def _is_connected(self):
        return (self.dir / "ssh").exists() or self._ssh_master.poll() is not None

    def _connection_state(self):
        return (self.dir / "ssh.log").read_text() + self.serial_tail()

    def put(self, source, target):
        """Copy a file to the Pi."""
        source = pathlib.Path(source)
        mode = source.stat().st_mode & 0o777
        self.ssh(f"cat > {shlex.quote(target)} && chmod {mode:o} {shlex.quote(target)}",
                 input=source.read_bytes(), check=True)

    # --- for who watches ------------------------------------------------------------------------

    def sample(self, phys):
        """A word of RAM that is not Linux's, and when it was read by the Pi's clock, in s. By a
        program that is not ours and asks nobody: a debugger may be attached."""
        def read():
            before, word, after = self.ssh(
                f"read before _ </proc/uptime; word=$(busybox devmem {phys:#x}) && "
                "read after _ </proc/uptime && echo $before $word $after",
                check=True).stdout.split()
            if float(after) - float(before) > SAMPLE_SECONDS:
                return None
            return int(word, 0), float(after)

        return wait_until(read, SAMPLE_TIMEOUT, "a moment in which the Pi has nothing else to do")

    def logs(self):
        """(name, text) of what a failed test wants to show."""
        return super().logs() + [("serial console, the end of it", self.serial()[-LOG_TAIL:])]


# --- make sim-linux -------------------------------------------------------------------------------


def run_in_foreground(pi):
    """Until the machine is switched off, or a signal says so; the exit status."""
    with pi:
        while True:
            if not pi.serial().endswith("\n"):
                print()  # behind the shell's prompt
            print(f"Listening on port {pi.port(BRIDGE_PORT)}", flush=True)
            status = pi.process.wait()
            if RESTARTS not in pi.serial():
                return status
            pi.power_on_again()


def main():
    parser = argparse.ArgumentParser(description="The whole virtual Pi, until it is switched off.")
    parser.add_argument("--build", default="build", help="build directory (default: build)")
    parser.add_argument("--port", type=int, default=3333, help="TCP port (default: 3333)")
    parser.add_argument("--flow", default="fast", choices=FLOWS, help="how it boots")
    arguments = parser.parse_args()
    pi = LinuxPi(arguments.build, arguments.flow, bridge_port=arguments.port, terminal=True)
    exit_on_signals(status=0)
    try:
        return run_in_foreground(pi)
    except SimError as error:
        if pi.process and pi.process.poll() == 0:
            return 0  # switched off before it was up
        print(f"linux_pi: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
