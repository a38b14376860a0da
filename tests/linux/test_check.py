# SPDX-License-Identifier: Apache-2.0
"""boot/check where it is meant to run: content with each of the flows, and with a Pi that was
started wrongly it names what is wrong, and that only.
"""

import re

import pytest
from linux_kit import BASE, MAILBOX3_CLR, MAILBOX3_SET, pi_reads, pi_writes

FLOWS = ("uboot", "cmdline", "overlay")
CONDITIONS = ["board", "cores", "memory node", "memory", "page 0", "device tree", "HYP mode",
              "/dev/mem", "mailbox 3"]
CHECK = "sh /boot/firmware/ampgdb-check"


def verdicts(pi, options=""):
    """{condition: (verdict, text)} in their order, remedies included, and the exit status."""
    done = pi.ssh(f"{CHECK} {options}")
    assert done.stderr == "", done.stderr
    lines = re.findall(r"^(ok|FAIL|--) +([^:]+): (.*(?:\n      .*)*)$", done.stdout, re.MULTILINE)
    return {name: (verdict, text) for verdict, name, text in lines}, done.returncode


def wrong(found):
    return {name: text for name, (verdict, text) in found.items() if verdict != "ok"}


@pytest.mark.kinds(*FLOWS)
def test_each_flow_makes_a_pi_that_it_is_content_with(linux):
    found, status = verdicts(linux)
    assert list(found) == CONDITIONS
    assert wrong(found) == {} and status == 0
    assert found["board"] == ("ok", "raspberrypi,2-model-b")
    assert found["memory node"] == ("ok", "the RAM reaches to 0x3b400000")
    assert found["memory"] == (
        "ok", "Linux's RAM ends at 0x1fffffff, Core 3's begins at 0x20000000")


@pytest.mark.kinds("cmdline")
def test_with_probe_it_brings_up_the_stub_and_says_the_mode(pi):
    found, status = verdicts(pi, "--probe")
    assert list(found) == [*CONDITIONS, "Core 3"] and status == 0
    assert re.fullmatch(r"the stub is up; Core 3 arrived in HYP mode \(CPSR 0x[0-9A-F]{6}DA\)",
                        found["Core 3"][1]), found
    assert "stub:     ABI" in pi.ssh("loadmetal status", check=True).stdout


@pytest.mark.kinds("cmdline")
def test_probing_leaves_a_program_alone(pi):
    pi.ssh("loadmetal /root/blink.elf", check=True)
    found, status = verdicts(pi, "--probe")
    assert wrong(found) == {} and status == 0 and "HYP mode" in found["Core 3"][1]
    pi.wait_led_changes(4)
    assert "running" in pi.ssh("loadmetal status", check=True).stdout
    pi.ssh("loadmetal stop", check=True)


# --- started wrongly ------------------------------------------------------------------------------


@pytest.mark.kinds("no-mem")
def test_it_sees_that_linux_has_all_the_ram(linux):
    found, status = verdicts(linux)
    assert status == 1
    complaints = wrong(found)
    assert complaints.pop("memory") == (
        "Linux's RAM reaches to 0x3b3fffff, Core 3's begins at 0x20000000\n      put maxcpus=3 "
        "mem=512M into the kernel's command line (make sdcard does), and start again")
    assert set(complaints) == {"device tree", "/dev/mem", "mailbox 3"}, "they depend on it"
    assert "get the memory right first" in complaints["device tree"]
    assert "cannot read Core 3's RAM at 0x20000000" in complaints["/dev/mem"]


@pytest.mark.kinds("no-mem")
def test_probing_a_linux_that_has_all_the_ram_starts_nothing(linux):
    found, status = verdicts(linux, "--probe")
    assert status == 1 and found["Core 3"][0] == "FAIL"
    assert "Linux uses the RAM up to 0x3b400000" in found["Core 3"][1]
    assert pi_reads(linux, MAILBOX3_CLR) == 0


@pytest.mark.kinds("no-maxcpus")
def test_it_sees_all_three_things_that_are_wrong_with_one_start(linux):
    """maxcpus= forgotten, the device tree where the firmware likes it, and old firmware."""
    found, status = verdicts(linux)
    assert status == 1
    complaints = wrong(found)
    assert complaints["cores"].startswith(
        "Linux runs on cores 0-3, not on 0-2\n      put maxcpus=3 ")
    assert re.match(r"something that Linux reads lies at 0x2ef[0-9a-f]{5}, in Core 3's RAM\n"
                    r"      put device_tree_address=0x1ff00000 ", complaints["device tree"])
    assert re.match(r" ?All CPU\(s\) started in SVC mode\.\n      use the Pi's current firmware",
                    complaints["HYP mode"].removeprefix("the kernel says:"))


# --- wrong in a Pi that was started rightly -------------------------------------------------------


@pytest.mark.kinds("cmdline")
def test_it_sees_that_dev_mem_is_missing(linux):
    linux.ssh("mv /dev/mem /dev/gone", check=True)
    try:
        found, status = verdicts(linux)
    finally:
        linux.ssh("mv /dev/gone /dev/mem", check=True)
    assert status == 1 and set(wrong(found)) == {"/dev/mem", "mailbox 3"}
    assert "a kernel with CONFIG_DEVMEM=y, and root" in found["/dev/mem"][1]


@pytest.mark.kinds("cmdline")
def test_it_sees_an_address_that_nobody_takes(pi):
    """A program under the stub leaves mailbox 3 alone; without a stub that answers it is stuck."""
    pi.ssh("bridge stop; loadmetal /root/blink.elf", check=True)
    pi_writes(pi, MAILBOX3_SET, BASE)
    try:
        found, status = verdicts(pi)
        assert found["mailbox 3"] == ("ok", f"holds {BASE:#010X}, for the stub that is up".replace(
            "0X", "0x")) and status == 0
        pi.ssh("mv /usr/bin/loadmetal /usr/bin/hidden", check=True)
        found, status = verdicts(pi)
        assert status == 1 and found["mailbox 3"][0] == "FAIL"
        assert "Core 3 was told to start there and did not" in found["mailbox 3"][1]
        assert "restart the Pi" in found["mailbox 3"][1]
    finally:
        pi.ssh("test -e /usr/bin/loadmetal || mv /usr/bin/hidden /usr/bin/loadmetal", check=True)
        pi_writes(pi, MAILBOX3_CLR, BASE)
        pi.ssh("loadmetal stop", check=True)
