# SPDX-License-Identifier: Apache-2.0
"""A Linux that was not told to give up the RAM, or Core 3, is left in peace: one sentence, and not
a byte is written. A Linux that keeps user space out of its RAM (STRICT_DEVMEM) is no obstacle.
"""

import pathlib
import re

import pytest
from contract import MEMMAP
from linux_kit import (BASE, CONTROL, DEVMEM, MAILBOX3_CLR, WINDOW, KernelLog, MemoryChecker,
                       pi_reads, pi_writes)

SIZE = MEMMAP.AMPGDB_WINDOW_SIZE  # at the program's base, and of the window
PAGE = 4096
PATTERN = 0x5EED0000

# All that can be typed to have Core 3's RAM written, and its mailbox.
COMMANDS = ("loadmetal /root/blink.elf", "loadmetal --raw /root/blink.bin", "loadmetal start",
            "loadmetal start 0x20000000", "loadmetal stop", "loadmetal restart",
            "loadmetal poke 0x20000000 w 1", f"{DEVMEM} 0x20000000 w 1",
            f"{DEVMEM} 0x400000bc w 0x20000000", "ampgdb-bridge", "ampgdb-bridge --stdio",
            "ampgdb-bridge --post-mortem", "ampgdb-bridge --listen 0.0.0.0:3333")


def assert_refused(pi, command, sentence):
    """It ends by itself; "timeout" would have ended it with 143."""
    done = pi.ssh(f"timeout 30 {command} < /dev/null")
    said = [line for line in done.stderr.splitlines() if "loopback" not in line]
    assert done.returncode == 1 and done.stdout == "" and len(said) == 1, (command, done)
    name = pathlib.Path(command.split()[0]).name
    assert re.fullmatch(f"{name}: {sentence}", said[0]), (command, said[0])


@pytest.fixture
def registers_stay(linux):
    """Core 3's mailboxes 3 and their interrupts, which are how one starts something there."""
    before = [pi_reads(linux, phys) for phys in (MAILBOX3_CLR, CONTROL)]
    log = KernelLog(linux)
    yield
    assert [pi_reads(linux, phys) for phys in (MAILBOX3_CLR, CONTROL)] == before
    assert log.complaints() == []


# --- all RAM is Linux's ---------------------------------------------------------------------------

WHAT_TO_DO = (r"put maxcpus=3 mem=512M into the kernel's command line \(make sdcard does it\), and "
              r"restart the Pi")
ALL_RAM = (r"Linux uses the RAM up to 0x3b400000, also the program's from 0x20000000 on: " +
           WHAT_TO_DO)


@pytest.mark.kinds("no-mem")
def test_a_linux_that_has_all_the_ram_keeps_it(linux, registers_stay, programs):
    """All but a little of the RAM in question is the checker's, filled with a pattern."""
    ranges = (BASE, BASE + SIZE, WINDOW, WINDOW + SIZE)
    with MemoryChecker(linux, programs, watch=ranges) as checker:
        assert checker.held["watched"] > 0.9 * 2 * SIZE / PAGE, checker.held
        for command in COMMANDS:
            assert_refused(linux, command, ALL_RAM)
        assert checker.finish()["errors"] == 0


# --- Linux runs on Core 3 -------------------------------------------------------------------------

ALL_CORES = r"Linux itself runs on core 3: " + WHAT_TO_DO


def marks():
    """Words all over what is written when a program starts: its base, the stub, the window."""
    return [start + offset for start, size in ((BASE, 1 << 16), (WINDOW, 1 << 20))
            for offset in range(0, size, size // 16)]


@pytest.mark.kinds("no-maxcpus")
def test_a_linux_that_runs_on_core_3_keeps_it(linux, registers_stay):
    for phys in marks():
        pi_writes(linux, phys, PATTERN ^ phys)
    for command in COMMANDS:
        assert_refused(linux, command, ALL_CORES)
    assert [pi_reads(linux, phys) for phys in marks()] == [PATTERN ^ phys for phys in marks()]
    assert linux.ssh("nproc").stdout == "4\n"
    assert linux.ssh("cat /sys/devices/system/cpu/online").stdout == "0-3\n"


# --- STRICT_DEVMEM --------------------------------------------------------------------------------


def test_a_kernel_with_strict_devmem_will_do(pi):
    options = pi.ssh("cat /boot/config-$(uname -r)", check=True).stdout.splitlines()
    assert "CONFIG_STRICT_DEVMEM=y" in options and "CONFIG_IO_STRICT_DEVMEM=y" in options
    assert "iomem=relaxed" not in pi.ssh("cat /proc/cmdline").stdout
    done = pi.ssh("busybox devmem 0x00100000")
    assert done.returncode and "Operation not permitted" in done.stderr, "Linux's RAM is closed"
    pi.ssh("loadmetal /root/blink.elf", check=True)
    pi.wait_led_changes(4)
    assert "running" in pi.ssh("loadmetal status", check=True).stdout
    pi.ssh("loadmetal stop", check=True)


def test_who_is_not_root_is_told_to_be(pi):
    """busybox has no sudo: root becomes somebody else instead."""
    for command in ("loadmetal status", "ampgdb-bridge --stdio"):
        done = pi.ssh(f"start-stop-daemon -S -c nobody -x /bin/sh -- -c '{command} </dev/null'")
        assert done.returncode == 1, done
        assert re.search(r"cannot open /dev/mem: Permission denied: run this with sudo$",
                         done.stderr.strip()), done
