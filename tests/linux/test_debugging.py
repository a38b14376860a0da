# SPDX-License-Identifier: Apache-2.0
"""blink under the stub, Linux on the other cores, in the three ways in which GDB can come: over the
network, through a pipe of ssh, and from within that Linux.
"""

import re

import elf
from linux_kit import TIMEOUT, blink_rate

FASTER_AT_LEAST = 3  # delay 0x54 -> 0x0a is 8.4 on an idle PC

# What each of them does, and what GDB prints then.
SESSION = (
    ("load", r"Start address 0x20000000, load size [1-9]\d+"),
    ("break led_on", r"Breakpoint 1 at 0x2000"),
    ("continue", r"Breakpoint 1, led_on \(\)"),
    ("backtrace", r"#0 +led_on \(\).*\n#1 .* kernel_main \(\)"),
    ("next", r"\n?\d+\t"),
    ("print delay", r"= 84 'T'"),
    ("continue", r"Breakpoint 1, led_on \(\)"),
    ("print blinks", r"= 1\n"),
    ("set var delay = 0x0a", r""),
    ("print/x $cpsr & 0x1f", r"= 0x13\n"),
    ("x/i $pc", r"=> 0x2000[0-9a-f]+ <led_on"),
    ("info threads", r"Core 3"),
    ("monitor status", r"breakpoint"),
    ("delete", r""),
    ("detach", r"Detaching from program"),
)


def play(do):
    for command, pattern in SESSION:
        said = do(command)
        assert re.search(pattern, said), f"'{command}' printed: {said}"


def count_blinks(pi, blink):
    return pi.sample(elf.symbols(blink)["blinks"])


def assert_blinks(pi, blink):
    pi.wait_led_changes(4)
    first, _ = count_blinks(pi, blink)
    pi.wait_led_changes(2)
    assert count_blinks(pi, blink)[0] > first


def test_from_outside_over_the_network(pi, gdb, blink):
    play(gdb.do)
    assert_blinks(pi, blink)
    assert pi.ssh("nproc").stdout == "3\n"


def test_through_a_pipe(pi, blink, new_gdb):
    """The sentence of the cookbook; the one that listens is not in the way, having no client."""
    client = new_gdb(blink, timeout=TIMEOUT)
    assert "Remote debugging using |" in client.do(
        f"target remote | {pi.ssh_line('ampgdb-bridge --stdio')}")
    play(client.do)
    assert_blinks(pi, blink)
    assert pi.ssh("pidof ampgdb-bridge").stdout.count(" ") == 0, "it ended with its client"


def test_by_debians_gdb_in_the_image(pi, blink):
    pi.put(blink, "/run/blink.elf")
    lines = ["target remote 127.0.0.1:3333", *(command for command, _ in SESSION)]
    done = pi.ssh("gdb -nx -q -iex 'set confirm off' /run/blink.elf 2>&1",
                  input="\n".join(lines) + "\n", timeout=5 * TIMEOUT)
    said = done.stdout.split("(gdb) ")
    assert len(said) == 1 + len(lines) + 1, done.stdout  # before the first, and at its end
    assert "Remote debugging using 127.0.0.1:3333" in said[1]
    answers = iter(said[2:])
    play(lambda command: next(answers))
    assert_blinks(pi, blink)
    version = pi.ssh("gdb --version; gdb -nx -q -batch -ex 'show version'", check=True).stdout
    assert 'configured as "arm-linux-gnueabihf"' in version


def test_ctrl_c_and_a_variable_that_is_changed(pi, gdb, blink):
    gdb.do("load")
    rates = []
    for delay in (0x54, 0x0A):
        gdb.do(f"set var delay = {delay}")
        gdb.start("continue")
        gdb.wait_for("Continuing.")
        rates.append(blink_rate(pi, elf.symbols(blink)["blinks"]))
        gdb.interrupt()
        assert "SIGINT" in gdb.wait()
    assert rates[1] > FASTER_AT_LEAST * rates[0], rates
    gdb.do("detach")
    assert_blinks(pi, blink)


def test_while_one_client_is_attached_the_others_are_told_so(pi, gdb):
    gdb.do("load")
    done = pi.ssh("ampgdb-bridge --stdio", input="")
    assert done.returncode == 1 and "ampgdb-bridge" in done.stderr, done.stderr
    done = pi.ssh("loadmetal stop")
    assert done.returncode == 1 and "ampgdb-bridge" in done.stderr, done.stderr
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")
    gdb.do("detach")
