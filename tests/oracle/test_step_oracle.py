# SPDX-License-Identifier: Apache-2.0
"""The step decoder goes where a Cortex-A7 goes. A fixed seed; ORACLE_CASES and ORACLE_SEED change
what is tried beyond the systematic cases.
"""

import os

import pytest
import run_step

DEFAULT_SEED = 1
CASES = int(os.environ.get("ORACLE_CASES", "20000"))
SEED = int(os.environ.get("ORACLE_SEED", DEFAULT_SEED))
DEADLINE = 120 + CASES // 2000

# Refused is not compared, so a decoder that refuses more than it must would agree with QEMU all the
# same. When this number changes, look at what is refused now: run_step.py --refused.
REFUSED = {"arm": 8104, "thumb": 17063}  # of the systematic cases


@pytest.mark.parametrize("instruction_set", run_step.SETS)
def test_step_next_agrees_with_qemu(tmp_path, instruction_set):
    result = run_step.run_set(tmp_path, instruction_set, CASES, SEED, DEADLINE)
    assert not result.counts["different"], "\n".join([str(result), *result.explained("differ")])
    assert result.compared >= CASES
    if SEED == DEFAULT_SEED:
        assert result.systematic["refused"] == REFUSED[instruction_set]
