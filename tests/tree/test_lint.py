# SPDX-License-Identifier: Apache-2.0
"""What other people's tools say about the tree: formatter, spelling, shell scripts, gcc's analyzer."""

import pathlib
import shlex
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MINUTES = 60
LINUX = ("host", "bridge", "loader")  # what runs where an analyzer's paths end


def committed(*patterns):
    done = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True,
                          text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def shell_scripts():
    for name in committed():
        with open(ROOT / name, "rb") as file:
            if file.readline(64).startswith((b"#!/bin/sh", b"#!/bin/bash")):
                yield name


def assert_content(*command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=10 * MINUTES, check=False)
    assert done.returncode == 0, f"{shlex.join(command[:4])} ...\n{done.stdout[-8000:]}"


def test_c_is_formatted():
    assert_content("clang-format-14", "--dry-run", "-Werror", *committed("*.c", "*.h"))


def test_shell_scripts_are_sound():
    scripts = list(shell_scripts())
    assert scripts
    assert_content("shellcheck", *scripts)


def test_words_are_spelt_right():
    # Bits of SCTLR; names that others gave to their packages.
    assert_content("codespell", "-L", "te,tre,afe", "-S", "*package-lock.json", *committed())


# Objects that outlive their maker as a pointer to a member of them are leaks to gcc 12.
@pytest.mark.parametrize("folder", LINUX)
def test_analyzer_finds_nothing(folder):
    for name in committed(f"{folder}/*.c"):
        assert_content("gcc", "-std=c11", "-O2", "-D_GNU_SOURCE", '-DAMPGDB_VERSION="0"', "-Iinclude",
                       "-Ihost", f"-I{folder}", "-fanalyzer", "-Werror", "-Wno-analyzer-malloc-leak", "-c", "-o", "/dev/null",
                       name)
