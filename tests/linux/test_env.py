# SPDX-License-Identifier: Apache-2.0
"""The articles' open question, answered: what U-Boot tells Linux is read and changed from that
Linux, no serial adapter, no PC; it holds from the next start on.
"""

import re

import pytest
from linux_kit import TIMEOUT
from processes import wait_until

pytestmark = pytest.mark.kinds("uboot")
WORD = "ampgdb.test=of_fw_setenv"


def environment(pi):
    text = pi.ssh("fw_printenv", check=True).stdout
    return dict(line.split("=", 1) for line in text.splitlines())


def command_line(pi):
    return pi.ssh("cat /proc/cmdline", check=True).stdout.split()


def restart(pi):
    pi.restart()
    pi.core3 = "fresh"


def test_fw_printenv_reads_what_uboot_told_linux(linux):
    assert environment(linux)["bootargs"].split() == command_line(linux)
    alone = linux.ssh("fw_printenv -n bootargs", check=True).stdout
    assert alone.split() == command_line(linux)
    assert {"maxcpus=3", "mem=512M"} <= set(command_line(linux))


def test_what_fw_setenv_changes_holds_after_a_restart_and_nothing_else_changed(linux):
    before, words = environment(linux), command_line(linux)
    linux.ssh(f'fw_setenv bootargs "$(fw_printenv -n bootargs) {WORD}"', check=True)
    changed = environment(linux)
    assert changed == before | {"bootargs": f"{before['bootargs']} {WORD}"}
    assert command_line(linux) == words, "this Linux has started already"

    restart(linux)
    assert command_line(linux) == [*words, WORD]
    assert environment(linux) == changed
    assert "U-Boot 20" in linux.serial() and "bad CRC" not in linux.serial()
    assert linux.ssh("nproc").stdout == "3\n"


def typed(pi, command, pattern):
    """Type it on the serial console; what matches in what is printed then."""
    begin = len(pi.serial())
    pi.type(f"{command}\r")
    return wait_until(lambda: re.search(pattern, pi.serial()[begin:], re.MULTILINE), TIMEOUT,
                      pattern, pi.serial_tail, pause=0.1).group(1)


def test_a_mistake_can_be_mended_by_removing_the_file(linux):
    """As the cookbook says; boot.scr has bootargs of its own. Only the console is used then: in
    QEMU, a Linux that was started without uboot.env was seen to have no USB network."""
    linux.ssh("cd /boot/firmware && cp uboot.env good && fw_setenv bootargs rubbish && "
              "mv uboot.env bad", check=True)
    done = linux.ssh("fw_printenv bootargs")
    assert done.returncode and done.stdout == ""
    restart(linux)
    assert "No bootargs in the environment: using those of boot.scr" in linux.serial()
    interfaces = typed(linux, 'echo "net: "$(ls /sys/class/net)', r"^net: ([^$\n]+)\n").split()
    lacks = "" if "usb0" in interfaces else ", without network"
    assert f"virtual-pi: ready{lacks}\n" in linux.serial()
    words = typed(linux, 'echo "words: $(cat /proc/cmdline)"', r"^words: ([^$\n]+)\n").split()
    assert {"maxcpus=3", "mem=512M"} <= set(words) and not {WORD, "rubbish"} & set(words)
    linux.type("mv /boot/firmware/good /boot/firmware/uboot.env; poweroff\r")
    wait_until(lambda: linux.process.poll() is not None, TIMEOUT, "Linux to power off",
               linux.serial_tail, pause=0.1)
