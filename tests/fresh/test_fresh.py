# SPDX-License-Identifier: Apache-2.0
"""The README's two commands on a machine that has nothing: a Debian 12 with git and make.

A developer's own machine has more on it than the project installs, and the difference shows only
at the users'. So: a minimal Debian in a folder, a clone of what is committed, and the commands:
the demo twice, the first time installing, the second time finding everything there, then the tests
once, because they are long. Needs root, for debootstrap and chroot. The mounts and processes live in namespaces of their own and end with them.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALL_SECONDS = 900
COMMAND_SECONDS = 1800


class Debian:
    """A minimal Debian 12 in a folder, and a shell in it."""

    def __init__(self, folder, log):
        self.folder, self.log = folder, log

    def run(self, command, timeout):
        """Run a shell line inside; returns its output, fails the test if it fails."""
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child",
             f"--mount-proc={self.folder}/proc", "chroot", str(self.folder), "/usr/bin/env", "-i",
             "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "REQUIRE_ALL=1",
             "/bin/sh", "-ec", f"cd /root; {command}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=timeout, check=False)
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"# {command}\n{done.stdout}\n")
        assert done.returncode == 0, (f"{command!r} ended with {done.returncode}; its last lines:\n"
                                      + "\n".join(done.stdout.splitlines()[-60:]))
        return done.stdout


@pytest.fixture(scope="module")
def debian(build):
    """With git and make, and a clone of this repository's HEAD in root's home."""
    folder = build / "fresh" / "root"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.parent.mkdir(parents=True)
    subprocess.run(["debootstrap", "--variant=minbase", "--include=git,make,ca-certificates",
                    "bookworm", str(folder)],
                   check=True, timeout=INSTALL_SECONDS, stdout=subprocess.DEVNULL)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT),
                    str(folder / "root/ampgdb")], check=True)
    yield Debian(folder, folder.parent / "log")
    shutil.rmtree(folder)


@pytest.fixture(scope="module", autouse=True)
def needs_root():
    assert os.geteuid() == 0, "debootstrap and chroot need root: sudo make check-fresh"


@pytest.mark.parametrize("target", ["demo", "demo", "check"], ids=["demo", "demo-again", "check"])
def test_command_works_and_leaves_the_tree_clean(debian, target):
    debian.run(f"cd ampgdb; make {target}", COMMAND_SECONDS)
    assert debian.run("git -C ampgdb status --porcelain", 60) == ""
