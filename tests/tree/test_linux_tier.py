# SPDX-License-Identifier: Apache-2.0
"""No test of the linux tier talks to anything but what a real Pi offers: network, serial console,
power switch; and the LED is looked at. QEMU's back door (qtest) is there for that look alone.
"""

import ast
import re
import types

import pytest
from contract import BCM283X, ROOT
from linux_pi import LinuxPi
from machine import LED_PIN, Machine
from virtual_pi import VirtualPi

TIER = sorted((ROOT / "tests" / "linux").glob("*.py"))
MACHINE = [ROOT / "sim" / "machine.py", ROOT / "sim" / "linux_pi.py"]
GPLEV0 = f"readl {BCM283X.BCM283X_GPIO + BCM283X.GPIO_GPLEV0:#x}"

# What a virtual Pi without Linux offers its tests and this one does not: each is a back door.
BACK_DOORS = {name for name in vars(VirtualPi) if name not in dir(LinuxPi)}

# QEMU's options that make the machine, its network and its console. "-qtest": for the LED. "-mon":
# for who sits in front of make sim-linux.
OPTIONS = {"-name", "-M", "-accel", "-global", "-drive", "-netdev", "-device", "-no-reboot",
           "-chardev", "-serial", "-monitor", "-mon", "-kernel", "-qtest", "-qtest-log", "-display"}
OF_SSH = {"-F", "-N", "-M"}


def tree_of(path):
    return ast.parse(path.read_text())


def attributes(path):
    """(object, name) of all that is written as object.name."""
    return [(ast.unparse(node.value), node.attr) for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute)]


def strings(path):
    """All but what explains: a string that is a statement of its own."""
    tree = tree_of(path)
    explains = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in explains]


def imports(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def callers(name):
    """Functions of the machine in which self.NAME is used."""
    return {function.name for path in MACHINE for function in ast.walk(tree_of(path))
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute) and node.attr == name}


def test_the_tier_and_its_back_doors_are_known():
    assert {"conftest.py", "test_boot.py", "test_life.py"} <= {path.name for path in TIER}
    assert {"qtest", "read32", "write32", "write_bytes", "ram_bytes", "start_core3"} <= BACK_DOORS


@pytest.mark.parametrize("path", TIER, ids=lambda path: path.name)
def test_a_test_uses_no_back_door(path):
    assert not set(imports(path)) & {"virtual_pi", "mmap"}
    used = attributes(path)
    assert not {name for _, name in used} & BACK_DOORS
    assert not [(owner, name) for owner, name in used
                if name.startswith("_") and not name.startswith("__") and owner != "self"]
    assert not [text for text in strings(path) if "qtest" in text or "/dev/shm" in text]


def test_the_machine_asks_qtest_for_the_led_alone():
    assert callers("_qtest") == {"_read32"}
    assert callers("_read32") == {"led"}
    assert not {name for name in vars(LinuxPi) if "qtest" in name}


@pytest.mark.parametrize("level", [0, 1])
def test_looking_at_the_led_is_one_read_of_its_level(level):
    asked = []

    def answer(command):
        asked.append(command)
        return f"{level << LED_PIN:#x}"

    machine = types.SimpleNamespace(_qtest=answer)
    machine._read32 = types.MethodType(Machine._read32, machine)
    assert Machine.led(machine) == level
    assert asked == [GPLEV0]


def test_the_machine_has_no_other_door():
    options = {text for path in MACHINE for text in strings(path) if re.match("-[a-zA-Z]", text)}
    assert options <= OPTIONS | OF_SSH, options - OPTIONS
    assert "-qtest" in options, "this test looks at the right place"
    console = LinuxPi._console_options(types.SimpleNamespace(terminal=False))
    assert console[console.index("-monitor") + 1] == "none"
