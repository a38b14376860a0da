# SPDX-License-Identifier: Apache-2.0
"""Each fuzz target for FUZZ_SECONDS under libFuzzer. What it learns stays in the build directory
and is where the next run begins; what breaks it is kept, and named by the failure.
"""

import os
import subprocess

import corpora
import pytest

SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))
SPARE_SECONDS = 120  # to read the corpus, and to end
LAST_LINES = 60


def options(target, crashes):
    yield from (f"-max_total_time={SECONDS}", f"-artifact_prefix={crashes}/{target}-",
                "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1")
    dictionary = corpora.HERE / f"{target}.dict"
    if dictionary.exists():
        yield f"-dict={dictionary}"


@pytest.mark.parametrize("target", corpora.TARGETS)
def test_no_input_breaks(build, target):
    folder = build / "fuzz"
    crashes, learnt = folder / "crashes", folder / "corpus" / target
    for path in (crashes, learnt):
        path.mkdir(parents=True, exist_ok=True)
    corpora.write_seeds(target, folder / "seeds" / target)
    done = subprocess.run(
        [folder / target, *options(target, crashes), learnt, folder / "seeds" / target],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", timeout=SECONDS + SPARE_SECONDS, check=False)
    kept = sorted(path.name for path in crashes.glob(f"{target}-*"))
    assert done.returncode == 0, (
        f"inputs kept in {crashes}: {kept}\nagain: {folder / target} FILE\n"
        + "\n".join(done.stdout.splitlines()[-LAST_LINES:]))
