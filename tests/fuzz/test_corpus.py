# SPDX-License-Identifier: Apache-2.0
"""Each fuzz target takes its seeds and what once broke it, without a fuzzer: seconds."""

import subprocess

import corpora
import pytest

REPLAY_SECONDS = 60


@pytest.mark.parametrize("target", corpora.TARGETS)
def test_target_takes_its_corpus(build, tmp_path, target):
    seeds = corpora.write_seeds(target, tmp_path)
    assert seeds
    done = subprocess.run([build / "replay" / target, *seeds], timeout=REPLAY_SECONDS, text=True,
                          errors="replace", capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
