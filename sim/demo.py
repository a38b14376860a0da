# SPDX-License-Identifier: Apache-2.0
"""make demo and make demo-linux: stock GDB debugs blink on Core 3 of a virtual Pi, shown as it
happens; with Linux on the other cores, the bridge runs in it.

Each step says what it expects and checks it, in GDB's answers and on the machine itself; the
first one that fails is named and ends the demo with status 1.
"""

import argparse
import functools
import pathlib
import re
import sys
import time

from gdb_driver import Gdb, GdbError
from linux_pi import FLOWS, LinuxPi
from machine import SimError
from processes import Expired, exit_on_signals, wait_until
from virtual_pi import Bridge, VirtualPi

LED_NAMES = ("off", "on")
HITS = 4  # of the breakpoint
LED_CHANGES = 4  # to believe that it blinks
SECONDS_MEASURED = 1.0  # of Core 3
FASTER_AT_LEAST = 5  # delay 0x54 -> 0x0a is 8.4, and the stub takes its share
CORE = 3


class Unexpected(Exception):
    """A step did something else than it says."""


class Stage:
    """Where the audience looks: standard output, and the same in a file."""

    def __init__(self, transcript_path):
        self._file = open(transcript_path, "w", encoding="utf-8")

    def show(self, text):
        sys.stdout.write(text)
        sys.stdout.flush()
        self._file.write(text)
        self._file.flush()

    def say(self, text):
        self.show(f"\n--- {text}\n")

    def machine(self, text):
        self.show(f"    [machine] {text}\n")

    def close(self):
        self._file.close()


class Demo:
    """The script. Steps run in the order of STEPS and may rely on the earlier ones."""

    def __init__(self, pi, address, program, stage):
        self.pi = pi
        self.address = address
        self.stage = stage
        self.gdb = Gdb(program, echo=stage.show)
        self.slow_blink = None
        self.blinks_at_detach = None

    def run(self):
        for step in self.STEPS:
            self.stage.say(step.__doc__)
            try:
                step(self)
            except (Unexpected, GdbError, Expired, SimError) as error:
                raise Unexpected(f"step '{step.__name__}': {error}") from None
        self.gdb.quit()

    # --- expectations ---------------------------------------------------------------------------

    def ask(self, command, pattern):
        """A command whose output must match; returns the match."""
        output = self.gdb.do(command)
        match = re.search(pattern, output, re.MULTILINE)
        if not match:
            raise Unexpected(f"'{command}' was to print something like '{pattern}', "
                             f"and printed:\n{output}")
        return match

    def ask_line(self, command):
        """A command that ends at a source line; returns that line's text."""
        return self.ask(command, r"^\d+\t(.*)$").group(1).strip()

    def ask_number(self, expression):
        return int(self.ask(f"print {expression}", r"= (-?\d+)").group(1))

    def ensure(self, condition, complaint):
        if not condition:
            raise Unexpected(complaint)

    def expect_led(self, level):
        now = self.pi.led()
        self.stage.machine(f"GPIO16 is {now}: the LED is {LED_NAMES[now]}")
        self.ensure(now == level, f"the LED was to be {LED_NAMES[level]}")

    def expect_blinking(self):
        self.pi.wait_led_changes(LED_CHANGES)
        self.stage.machine("the LED blinks")

    def run_freely(self):
        self.gdb.start("continue")
        self.gdb.wait_for("Continuing.")
        self.expect_blinking()

    def run_and_stop(self):
        """Returns the time of a blink in ms: of Core 3's own time, which is the same on a PC that
        is busy with something else."""
        blinks, begin = self.ask_number("blinks"), self.pi.core_seconds(CORE)
        self.run_freely()
        wait_until(lambda: self.pi.core_seconds(CORE) - begin >= SECONDS_MEASURED, 60,
                   "a second of Core 3's time", lambda: self.pi.core_seconds(CORE) - begin)
        self.press_ctrl_c()
        seconds = self.pi.core_seconds(CORE) - begin
        blinks = self.ask_number("blinks") - blinks
        self.ensure(blinks > 0, "blinks was to be more")
        self.stage.machine(f"a blink takes {1000 * seconds / blinks:.1f} ms")
        return 1000 * seconds / blinks

    def press_ctrl_c(self):
        self.stage.show("^C")
        self.gdb.interrupt()
        output = self.gdb.wait()
        self.ensure("SIGINT" in output, f"Ctrl-C was to stop the program, GDB printed:\n{output}")

    # --- the script -----------------------------------------------------------------------------

    def attach(self):
        """GDB attaches. The bridge has started the stub on Core 3; no program is there yet."""
        self.ask(f"target remote {self.address}", r"^Remote debugging using")

    def load(self):
        """Load the program, through the stub."""
        self.ask("load", r"^Start address 0x[0-9a-f]+, load size [1-9]\d*")

    def breakpoint_in_the_loop(self):
        """A breakpoint in the blink loop: the program stops there with the LED on, off, on, off."""
        self.ask("break wait", r"^Breakpoint \d+ at 0x")
        for hit in range(HITS):
            self.ask("continue", r"Breakpoint \d+, wait \(\)")
            self.expect_led(1 - hit % 2)

    def finish(self):
        """Let the function finish: it returns how many rounds it waited."""
        rounds = int(self.ask("finish", r"^Value returned is \$\d+ = (\d+)").group(1))
        self.ensure(rounds == self.ask_number("delay * 10000"), "that is not delay * 10000")
        self.ask("delete", r"")

    def next_and_step(self):
        """next, over lines; step, into the function that switches the LED on."""
        before = self.ask_number("blinks")
        line = self.ask_line("next")
        self.ensure("led_on()" in line, f"next was to stop at led_on(), not at '{line}'")
        self.ensure(self.ask_number("blinks") == before + 1, "blinks was to be one more")
        line = self.ask_line("step")
        self.ensure("GPSET0" in line, f"step was to go into led_on(), not to '{line}'")
        self.ask("backtrace", r"led_on \(\).*\n#1 .*kernel_main \(\)")
        self.expect_led(0)
        self.ask_line("next")
        self.expect_led(1)

    def look_at_delay(self):
        """The program's volatile char that sets the pace."""
        self.ask("print delay", r"= 84 'T'$")

    def ctrl_c(self):
        """Let it run, then press Ctrl-C."""
        self.slow_blink = self.run_and_stop()
        self.ask("backtrace", r"kernel_main \(\)")

    def blink_faster(self):
        """Change delay, and the LED blinks faster."""
        self.ask("set var delay = 0x0a", r"")
        self.ask("print delay", r"= 10 ")
        ratio = self.slow_blink / self.run_and_stop()
        self.stage.machine(f"that is {ratio:.1f} times as fast")
        self.ensure(ratio >= FASTER_AT_LEAST, f"it was to be at least {FASTER_AT_LEAST} times")

    def detach(self):
        """Detach: the program goes on without a debugger."""
        self.blinks_at_detach = self.ask_number("blinks")
        self.ask("detach", r"Detaching from program")
        self.expect_blinking()

    def attach_again(self):
        """Attach a second time: the program is still the same, and it has not stood still."""
        self.ask(f"target remote {self.address}", r"^Remote debugging using")
        self.ensure(self.ask_number("delay") == 10, "delay was to be 10 still")
        blinks = self.ask_number("blinks")
        self.ensure(blinks > self.blinks_at_detach,
                    f"blinks was to be more than {self.blinks_at_detach}")
        self.ask("detach", r"Detaching from program")
        self.expect_blinking()

    STEPS = (attach, load, breakpoint_in_the_loop, finish, next_and_step, look_at_delay, ctrl_c,
             blink_faster, detach, attach_again)


def play(pi, address, build, stage, logs):
    """The script; raises when something is not as it should be."""
    demo = Demo(pi, address, build / "firmware" / "blink.elf", stage)
    try:
        demo.run()
    except Unexpected:
        for name, text in logs():
            stage.show(f"\n--- {name}\n{text}\n")
        raise
    finally:
        demo.gdb.quit()


def perform_on_core3(build, stage, directory):
    with VirtualPi(build) as pi:
        stage.machine("a Pi 2 in QEMU: three cores asleep, Core 3 waiting for work")
        with Bridge(pi, trace=directory / "rsp.log") as bridge:
            play(pi, bridge.address, build, stage, lambda: bridge.logs() + pi.logs())


def perform_under_linux(flow, build, stage, _):
    stage.machine(f"a Pi 2 in QEMU is booting Linux, FLOW={flow}; that takes half a minute or more")
    with LinuxPi(build, flow) as pi:
        cores = pi.ssh("nproc", check=True).stdout.strip()
        stage.machine(f"Linux runs on {cores} cores, ampgdb-bridge in it; Core 3 waits for work")
        play(pi, pi.address, build, stage, pi.logs)


def main():
    parser = argparse.ArgumentParser(description="Debug blink on a virtual Pi, with checks.")
    parser.add_argument("--build", default="build", help="build directory (default: build)")
    parser.add_argument("--linux", metavar="FLOW", choices=FLOWS,
                        help=f"Linux on the other cores, booted in one of these ways: "
                             f"{', '.join(FLOWS)}")
    arguments = parser.parse_args()
    build = pathlib.Path(arguments.build).resolve()
    perform = (functools.partial(perform_under_linux, arguments.linux) if arguments.linux
               else perform_on_core3)
    directory = build / ("demo-linux" if arguments.linux else "demo")
    directory.mkdir(parents=True, exist_ok=True)
    stage = Stage(directory / "transcript.txt")
    begin = time.monotonic()
    exit_on_signals(status=1)
    try:
        perform(build, stage, directory)
        stage.say(f"Every step did what it says, in {time.monotonic() - begin:.1f} s. "
                  f"The transcript is in {directory}/")
        return 0
    except (Unexpected, Expired, SimError) as error:
        stage.say(f"The demo failed. {error}")
        return 1
    finally:
        stage.close()


if __name__ == "__main__":
    sys.exit(main())
