# SPDX-License-Identifier: Apache-2.0
"""Debian's packages for the virtual Pi are fetched without a trace on the PC's own apt, and when
that is not possible one message says what to do.
"""

import os
import pathlib
import shutil
import sys

import pytest

from contract import ROOT
from linux_packages import PrivateApt, read_manifest
from rig import environment, run

SYSTEM = tuple(map(pathlib.Path, ("/var/lib/apt/lists", "/var/cache/apt/archives",
                                  "/var/lib/dpkg/status")))


def fetch(folder, **more):
    return run(sys.executable, ROOT / "sim" / "linux_packages.py", folder, timeout=600,
               env=environment(**more))


def fetched(folder):
    """What it printed."""
    done = fetch(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fingerprint(paths):
    files = [file for path in paths for file in (path, *path.rglob("*"))]
    return {str(file): (file.lstat().st_mtime_ns, file.lstat().st_size) for file in files}


@pytest.fixture
def no_sources(tmp_path):
    """An environment in which apt knows of no source of packages, as without a network."""
    configuration = tmp_path / "apt.conf"
    configuration.write_text('Dir::Etc::sourcelist "/dev/null";\n'
                             'Dir::Etc::sourceparts "/dev/null";\n')
    return {"APT_CONFIG": str(configuration)}


@pytest.fixture
def unreachable(tmp_path):
    """An environment in which nothing that apt asks for comes."""
    configuration = tmp_path / "apt.conf"
    configuration.write_text('Acquire::http::Proxy "http://127.0.0.1:9";\n'
                             'Acquire::https::Proxy "http://127.0.0.1:9";\n'
                             'Dir::Etc::parts "/dev/null";\n'  # may name another proxy
                             'Dir::Etc::main "/dev/null";\n'
                             'Acquire::Retries "0";\n')
    return {"APT_CONFIG": str(configuration)}


def assert_says_what_to_do(done, folder):
    assert done.returncode == 1
    assert "packages: " in done.stderr and "check the network" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "manifest").exists()


def test_without_sources_it_says_what_to_do(tmp_path, no_sources):
    assert_says_what_to_do(fetch(tmp_path / "apt", **no_sources), tmp_path / "apt")


def test_without_a_network_it_says_what_to_do(tmp_path, unreachable):
    done = fetch(tmp_path / "apt", **unreachable)
    assert_says_what_to_do(done, tmp_path / "apt")
    assert "E: " in done.stderr, "apt's own words"


def test_what_was_fetched_is_not_fetched_again_and_a_missing_one_is(build_root, tmp_path):
    """Also: apt on the PC keeps its lists and its cache as they were."""
    before = fingerprint(SYSTEM)
    folder = tmp_path / "apt"
    folder.mkdir()
    shutil.copytree(build_root / "linux/apt/debs", folder / "debs", copy_function=os.symlink)
    fetched(folder)  # Debian may have newer ones by now
    read_manifest(folder / "manifest")[0][2].unlink()
    assert "Fetching 1 of " in fetched(folder)
    assert read_manifest(folder / "manifest"), "complete"
    assert "Fetching" not in fetched(folder)
    assert fingerprint(SYSTEM) == before


def test_a_manifest_whose_packages_are_gone_is_not_believed(build_root, tmp_path):
    shutil.copy(build_root / "linux" / "apt" / "manifest", tmp_path)
    assert read_manifest(tmp_path / "manifest") == []


def test_hooks_of_the_system_are_not_run(tmp_path, monkeypatch):
    """Debian's container images remove the system's cached packages after each update."""
    hook = tmp_path / "ran"
    configuration = tmp_path / "apt.conf"
    configuration.write_text(f'APT::Update::Post-Invoke {{ "touch {hook}"; }};\n')
    monkeypatch.setenv("APT_CONFIG", str(configuration))
    apt = PrivateApt(tmp_path / "apt")
    apt.update()
    assert apt.kernel(), "the lists came"
    assert not hook.exists()
