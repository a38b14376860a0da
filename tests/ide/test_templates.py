# SPDX-License-Identifier: Apache-2.0
"""The two .vscode folders: the tree's own, and the one that a user copies. They differ in
settings.json alone (tree/test_tree.py). Every recipe is run or replayed by a test. Every task is
run here, but for those that a recipe starts in test_workbench.py; ssh, scp and sudo are stand-ins
that check what they are given and do the rest on this machine (real: test_linux.py).
"""

import pathlib
import re
import shutil

import pytest

from processes import wait_until
from recipes import Folder, read
from rig import environment, run, wait_counts, wait_nobody_is_attached
from terminal import Terminal, listens
from virtual_pi import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREE = ROOT / ".vscode"
TEMPLATE = ROOT / "templates/vscode/.vscode"
TIMEOUT = 30
BACKGROUND = re.compile(r"^ampgdb: bridge (on|over|through) ")

# ssh: what belongs to it is checked and left out, the rest is run as the other side's shell does.
STAND_INS = {
    "ssh": r"""#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in
    -t) tty=1; shift ;;
    -o) [ "$2" = ExitOnForwardFailure=yes ] || exit 90; shift 2 ;;
    -L) [ "$2" = "$EXPECTED_PORT:127.0.0.1:$EXPECTED_PORT" ] || exit 91; shift 2 ;;
    *) break ;;
    esac
done
[ "$1" = my-pi ] && [ "$tty" = 1 ] || exit 92
shift
exec sh -c "$*"
""",
    "scp": r"""#!/bin/sh
[ "$1" = -q ] && shift
case $2 in my-pi:*) exec cp "$1" "${2#my-pi:}" ;; esac
exit 93
""",
    "sudo": r"""#!/bin/sh
if [ "$1" = -n ]; then
    shift
elif [ -n "$SUDO_ASKS" ]; then
    printf 'Password: '
    read -r password
    [ "$password" = secret ] || exit 94
fi
exec "$@"
""",
}


# --- the files ------------------------------------------------------------------------------------


def test_both_know_the_same_settings():
    assert set(read(TREE / "settings.json")) == set(read(TEMPLATE / "settings.json"))


def test_every_recipe_is_run_or_replayed():
    here = pathlib.Path(__file__).parent
    tests = {path.name: path.read_text() for path in here.glob("test_*.py")}
    testers = {"gdbtarget": "test_cdt.py", "cortex-debug": "test_cortex_debug.py",
               "cppdbg": "test_cppdbg.py"}
    recipes = read(TREE / "launch.json")["configurations"]
    assert recipes
    for recipe in recipes:
        text = tests[testers[recipe["type"]]]
        name = re.search(rf'^(\w+) = "{re.escape(recipe["name"])}"$', text, re.M)
        assert name, f"no test names the recipe '{recipe['name']}'"
        assert re.search(rf"\({name.group(1)}\)", text), f"no test uses {name.group(1)}"


def test_every_task_that_is_named_exists():
    tasks = {task["label"]: task for task in read(TREE / "tasks.json")["tasks"]}
    for recipe in read(TREE / "launch.json")["configurations"]:
        assert recipe["preLaunchTask"] in tasks
    for task in tasks.values():
        needed = task.get("dependsOn", [])
        assert set([needed] if isinstance(needed, str) else needed) <= set(tasks)


def test_tasks_of_the_bridge_become_ready_by_its_own_line():
    tasks = [task for task in read(TREE / "tasks.json")["tasks"] if BACKGROUND.match(task["label"])]
    assert len(tasks) == 5
    for task in tasks:
        assert task["isBackground"]
        matcher = task["problemMatcher"]
        assert re.search(matcher["background"]["endsPattern"], "Listening on port 3333\r")
        assert not re.search(matcher["pattern"]["regexp"], "Listening on port 3333")


def test_build_task_finds_what_gcc_complains_of():
    matcher = read(TREE / "tasks.json")["tasks"][0]["problemMatcher"]["pattern"]
    found = re.search(matcher["regexp"], "src/a.c:12:5: error: 'x' undeclared")
    assert found.groups() == ("src/a.c", "12", "5", "error", "'x' undeclared")
    groups = [matcher[key] for key in ("file", "line", "column", "severity", "message")]
    assert groups == [1, 2, 3, 4, 5]


def test_documented_names_are_the_real_ones():
    """What docs/IDE.md puts into backquotes and calls a task, a recipe or a setting."""
    text = (ROOT / "docs/IDE.md").read_text()
    known = {name for name in read(TREE / "settings.json") if name.startswith("ampgdb.")} | \
        {task["label"] for task in read(TREE / "tasks.json")["tasks"]}
    for name in re.findall(r"`(ampgdb[:.] ?[^`]+)`", text):
        assert name in known, name
    recipes = {recipe["name"] for recipe in read(TREE / "launch.json")["configurations"]}
    named = set(re.findall(r"`((?:CDT|Cortex-Debug|cppdbg): [^`]+)`", text))
    assert named == recipes
    assert {name for name in known if name not in text} == set()


# --- the tasks ------------------------------------------------------------------------------------


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def start(tmp_path, pi, build, blink, port):
    """start(label): a task of a user's project, in its terminal; the project is the template."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in STAND_INS.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    terminals = []

    def task(label, **more):
        folder = Folder(tmp_path, read(TEMPLATE / "settings.json") | {
            "ampgdb.elf": str(blink), "ampgdb.pi": "my-pi", "ampgdb.port": str(port),
            "ampgdb.tree": str(tmp_path / "ampgdb"), "ampgdb.build": "echo building"},
            TEMPLATE)
        env = {"PATH": f"{tools}:{build}/bin:/usr/bin:/bin", "AMPGDB_MEMORY": pi.memory,
               "EXPECTED_PORT": str(port), "HOME": str(tmp_path)}
        terminals.append(Terminal(folder.task(label)["command"], cwd=tmp_path,
                                  env=environment(**env | more)))
        return terminals[-1]

    task.logs = lambda: [("terminal", terminal.text) for terminal in terminals]
    yield task
    for terminal in terminals:
        terminal.close()


def status(port):
    done = run("gdb-multiarch", "-nx", "-batch", "-ex", f"target remote 127.0.0.1:{port}",
               "-ex", "monitor status")
    return done.stdout + done.stderr


@pytest.mark.parametrize("where", ["on this Pi", "over ssh"])
def test_bridge_task(start, port, where):
    bridge = start(f"ampgdb: bridge {where}")
    bridge.wait_for(rf"Listening on port {port}\b")
    assert "Core 3" in status(port)
    bridge.close()
    wait_until(lambda: not listens(port), TIMEOUT, "the bridge to end with its terminal")


@pytest.mark.parametrize("where", ["on this Pi", "over ssh, sudo asks"])
def test_bridge_task_where_sudo_asks(start, port, where):
    bridge = start(f"ampgdb: bridge {where}", SUDO_ASKS="1")
    bridge.wait_for("Password: ")
    bridge.type("secret\n")
    bridge.wait_for(rf"Listening on port {port}\b")
    assert "Core 3" in status(port)


def test_tunnel_task(start, port):
    """The ready line comes from the other side of the tunnel, which ends with its terminal."""
    tunnel = start("ampgdb: bridge through a tunnel")
    tunnel.wait_for(rf"Listening on port {port}\b")
    assert tunnel.process.poll() is None
    tunnel.close()
    assert tunnel.process.returncode is not None


@pytest.mark.parametrize("where", ["on this Pi", "over ssh"])
def test_loadmetal_task(start, pi, blink, where):
    assert start(f"ampgdb: loadmetal {where}").wait_end() == 0
    wait_counts(pi, blink)


def test_loadmetal_task_on_a_virtual_pi(start, pi, build, blink, tmp_path):
    """It names no machine: its loadmetal finds what "make sim" of the same checkout has started."""
    tree = tmp_path / "ampgdb/build"
    shutil.copytree(build / "bin", tree / "bin")
    (tree / "sim").symlink_to(pi.dir)
    assert start("ampgdb: loadmetal on a virtual Pi", AMPGDB_MEMORY="").wait_end() == 0
    wait_counts(pi, blink)


def test_status_task_and_gdb_in_a_terminal(start, port, pi):
    start("ampgdb: bridge on this Pi").wait_for("Listening on port")
    task = start("ampgdb: status")
    assert task.wait_end() == 0
    assert "Core 3" in task.text
    wait_nobody_is_attached(pi)
    gdb = start("ampgdb: GDB in a terminal")
    gdb.wait_for(r"\(gdb\) ")
    gdb.type("monitor version\n")
    gdb.wait_for("ampgdb-bridge")


def test_build_task(start):
    task = start("ampgdb: build")
    assert task.wait_end() == 0 and "building" in task.text
