# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the boot files: each kind of board, and programs put before PATH."""

import os

import pytest
from boot_files import Card


@pytest.fixture(params=["pi2", "pi3", "zero2w"])
def card(request, build_root):
    return Card.of(request.param, build_root)


@pytest.fixture
def fake_program(tmp_path):
    """A function: fake_program(name, script) makes a program found first; .path is the PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()

    def make(name, script):
        (folder / name).write_text("#!/bin/sh\n" + script)
        (folder / name).chmod(0o755)

    make.path = f"{folder}:{os.environ['PATH']}"
    return make
