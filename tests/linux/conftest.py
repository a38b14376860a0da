# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the linux tier. Linux takes long to boot, so tests share machines: those that want
the same kind run together, one kind after another, and what a test leaves on Core 3 is the next
one's to replace, as on a real Pi.
"""

import pathlib

import pytest

from linux_kit import park
from linux_pi import LinuxPi

# Each in the words of LinuxPi. The last two are started wrongly, in more than one way because a
# boot is expensive: what is wrong with one does not show in what the other is asked.
KINDS = {
    "uboot": {"flow": "uboot"},
    "cmdline": {"flow": "cmdline"},
    "overlay": {"flow": "overlay"},
    "no-mem": {"without": ("mem",)},
    "no-maxcpus": {"without": ("maxcpus", "device_tree_address"),
                   "firmware": "arm/firmware_standin_svc.elf"},
}

# What is known of Core 3: nobody used it since power-on; the stub may be on it; or something that
# does not give it back.
FRESH, STUB, TAKEN = "fresh", "stub", "taken"


def pytest_configure(config):
    config.addinivalue_line("markers", "kinds(...): the kinds of machine it runs on; else cmdline")


def pytest_generate_tests(metafunc):
    if "shared_pi" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("kinds")
        metafunc.parametrize("shared_pi", mark.args if mark else ["cmdline"], indirect=True,
                             scope="session")


def place_of(item):
    """Tests with a machine of their own come first: no other one idles beside it."""
    if "shared_pi" not in item.fixturenames:
        return -1
    return list(KINDS).index(item.callspec.params["shared_pi"])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Those that share a machine, one after another: pytest sorts by the place of a parameter in
    its list, not by what it is."""
    here = pathlib.Path(__file__).parent
    places = [at for at, item in enumerate(items) if here in item.path.parents]
    for at, item in zip(places, sorted((items[at] for at in places), key=place_of)):
        items[at] = item


@pytest.fixture(scope="session")
def shared_pi(request, build_root):
    options = dict(KINDS[request.param])
    if "firmware" in options:
        options["firmware"] = build_root / options["firmware"]
    with LinuxPi(build_root, bridge=False, **options) as machine:
        machine.core3 = FRESH
        yield machine


@pytest.fixture
def linux(shared_pi):
    """The whole virtual Pi (sim/linux_pi.py), for tests that leave Core 3 alone. One that needs
    another machine, or breaks it, starts a LinuxPi of its own."""
    if shared_pi.process.poll() is not None:
        shared_pi.power_on_again()
        shared_pi.core3 = FRESH
    return shared_pi


def restart_unless(pi, good):
    if pi.core3 not in good:
        pi.restart()
        pi.core3 = FRESH


@pytest.fixture
def pi(linux):
    """The same, the bridge in it listening with its usual options; Core 3 has the stub, or waits
    for work."""
    restart_unless(linux, (FRESH, STUB))
    linux.core3 = STUB
    linux.ssh("pidof ampgdb-bridge || bridge start", check=True)
    return linux


@pytest.fixture
def fresh_pi(linux):
    """The same as it has just started: Core 3 waits in the firmware, no stub, no program."""
    restart_unless(linux, (FRESH,))
    linux.core3 = TAKEN
    return linux


@pytest.fixture
def waiting_pi(linux):
    """The same, and Core 3 waits for an address in mailbox 3, without a stub."""
    restart_unless(linux, (FRESH, STUB))
    if linux.core3 == STUB:
        park(linux)
    linux.core3 = TAKEN
    return linux


@pytest.fixture
def gdb(pi, blink, new_gdb):
    """GDB on the PC with blink's symbols, attached over the network."""
    client = new_gdb(blink, timeout=60)
    client.do(f"target remote {pi.address}")
    return client


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """A folder for what is built from tests/linux/programs."""
    return tmp_path_factory.mktemp("programs")
