# SPDX-License-Identifier: Apache-2.0
"""VS Code's real workbench on the template, as a user has it: code-server (VS Code in a browser),
Debian's chromium, and an extension that is nothing but Eclipse's adapter from npm.

The user's project is a copy of templates/vscode with blink in it; the tasks build it and start the
virtual Pi. Pictures of each step stay in build/ide/shots.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import zipfile

import pytest

from processes import end, spawn, wait_until
from recipes import read
from rig import environment
from virtual_pi import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates/vscode"
START_SECONDS = 120
TOUR_SECONDS = 600

MAKEFILE = """\
FLAGS = -mcpu=cortex-a7 -mgeneral-regs-only -ffreestanding -O0 -g3 -nostdlib \\
        -I{root}/include -I{root}/firmware
program.elf: blink.c
\tarm-none-eabi-gcc $(FLAGS) -T {script} {root}/firmware/start.S $< -o $@
"""

CONTENT_TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="json" ContentType="application/json"/>
<Default Extension="vsixmanifest" ContentType="text/xml"/>
</Types>
"""
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata><Identity Language="en-US" Id="{name}" Version="{version}" Publisher="{publisher}"/>
<DisplayName>{displayName}</DisplayName>
<Description xml:space="preserve">{description}</Description></Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
<Dependencies/>
<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"
Addressable="true"/></Assets>
</PackageManifest>
"""


def make_vsix(folder, vsix):
    """What vsce packs, of a folder that has a manifest and its dependencies."""
    manifest = json.loads((folder / "package.json").read_text())
    with zipfile.ZipFile(vsix, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("extension.vsixmanifest", MANIFEST.format(**manifest))
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                archive.write(path, pathlib.Path("extension") / path.relative_to(folder))


class CodeServer:
    """VS Code's workbench at self.url. A context manager."""

    def __init__(self, ide, node, home, **env):
        self.command = [node, ide / "workbench/node_modules/code-server/out/node/entry.js",
                        "--extensions-dir", home / "extensions", "--user-data-dir", home / "user",
                        "--config", home / "config.yaml"]
        self.ide, self.home = ide, home
        self.env = environment(HOME=str(home), XDG_CONFIG_HOME=str(home / "config"),
                               XDG_DATA_HOME=str(home / "share"), SHELL="/bin/sh", **env)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = None

    def __enter__(self):
        vsix = self.home / "gdbtarget.vsix"
        make_vsix(self.ide / "extension", vsix)
        subprocess.run([*self.command, "--install-extension", vsix], env=self.env, check=True,
                       timeout=START_SECONDS, stdout=subprocess.DEVNULL)
        with open(self.home / "log", "wb") as log:
            self.process = spawn(
                [*self.command, "--auth", "none", "--bind-addr", self.url[7:],
                 "--disable-workspace-trust", "--disable-telemetry", "--disable-update-check",
                 "--disable-getting-started-override"],
                signal.SIGTERM, env=self.env, stdout=log, stderr=subprocess.STDOUT)
        wait_until(lambda: "HTTP server listening" in self.log(), START_SECONDS, "code-server",
                   self.log)
        return self

    def __exit__(self, *_):
        end(self.process)

    def log(self):
        return (self.home / "log").read_text(errors="replace")

    def logs(self):
        return [("code-server", self.log()[-4000:])]


@pytest.fixture
def project(tmp_path, build, build_root):
    """What a user has: a program of their own, and the template copied over."""
    folder = tmp_path / "project"
    shutil.copytree(TEMPLATE, folder)
    shutil.copy(ROOT / "firmware/blink.c", folder)
    (folder / "Makefile").write_text(MAKEFILE.format(root=ROOT,
                                                     script=build / "firmware/program.ld"))
    # A checkout of ampgdb beside it, as "ampgdb.tree" has it, built where ours is.
    tree = tmp_path / "ampgdb"
    tree.mkdir()
    for path in ROOT.iterdir():
        if path.name != "build":
            (tree / path.name).symlink_to(path)
    (tree / "build").symlink_to(build_root)  # also for O=build
    settings = folder / ".vscode/settings.json"
    text = settings.read_text()
    for name, value in (("port", free_port()), ("main", "kernel_main")):
        before = read(settings)[f"ampgdb.{name}"]
        text = text.replace(f'"ampgdb.{name}": "{before}"', f'"ampgdb.{name}": "{value}"')
    settings.write_text(text)
    return folder


@pytest.fixture
def workbench(build_root, node, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    # The tasks' make names files as ours did, so that it finds nothing to build.
    named = os.environ.get("AMPGDB_BUILD", "build")
    with CodeServer(build_root / "ide", node, home, O=named) as server:
        yield server


def test_a_morning_in_vs_code(workbench, project, build_root, node, tmp_path):
    shots = build_root / "ide/shots"
    shots.mkdir(parents=True, exist_ok=True)
    lines = (project / "blink.c").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "rounds++" in text)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({
        "url": workbench.url, "folder": str(project), "file": "blink.c", "line": line,
        "main": "kernel_main", "stops": "wait", "local": "rounds", "shots": str(shots),
        "chromium": shutil.which("chromium")}))
    done = subprocess.run(
        [node, pathlib.Path(__file__).parent / "workbench/tour.js", plan], text=True,
        env=environment(HOME=str(tmp_path),
                        MODULES=str(build_root / "ide/workbench/node_modules")),
        timeout=TOUR_SECONDS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, (f"{done.stdout}{done.stderr}\n"
                                  f"its last picture: {shots}/failed.png")
    steps = {step["step"]: step for step in map(json.loads, done.stdout.splitlines())}
    assert list(steps) == ["open", "F9", "main", "F5", "F10", "restart", "Shift+F5"]
    assert "kernel_main" in steps["F5"]["frames"][1]
    assert steps["F5"]["locals"]["rounds"] == "0"
    assert steps["F10"]["locals"]["rounds"] == "1"
    assert os.path.getsize(shots / "stopped.png") > 10000
