# SPDX-License-Identifier: Apache-2.0
"""Every fault of a program without vectors, in ARM and Thumb code: the signal, the instruction to
blame, a sentence wherever one looks for it, registers that tell the cause; and the program goes on
when what was wrong is mended.
"""

import re
import typing

import pytest
from board import BOARD
from rig import fresh_start, value

BOTH = pytest.mark.parametrize("name", ["wrongs", "wrongs-thumb"])


class Fault(typing.NamedTuple):
    label: str
    signal: str
    sentence: str
    reason: str  # $stop_reason
    address: object = None  # $fault_address
    status: object = None  # $fault_status
    at: object = None  # PC, if it is not NAME_at
    mend: tuple = ()  # what makes it work, or how to go around it


SCRATCH = f"{BOARD.base + 0x20000:#x}"  # RAM of nobody
FAULTS = [
    Fault("linux_write", "SIGSEGV", "data abort: write to 0x00001000, which belongs to Linux",
          "foreign_access", 0x1000, "translation_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("linux_read", "SIGSEGV", "data abort: read of 0x00002002, which belongs to Linux",
          "foreign_access", 0x2002, "translation_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("nowhere_double", "SIGSEGV", "data abort: write to 0x80000000, which is nothing",
          "foreign_access", 0x80000000, "translation_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("unaligned", "SIGBUS", "data abort: read of .*alignment fault", "data_abort", None,
          "alignment_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("bus_error", "SIGSEGV", "data abort: read of 0x40000800, .*external abort", "data_abort",
          0x40000800, "external_abort", None, (f"set $r0 = {SCRATCH}",)),
    Fault("unmapped", "SIGSEGV",
          r"data abort: read of 0x70000000, virtual by the program's own MMU tables "
          r"\(translation fault, level 1\)",
          "data_abort", 0x70000000, "translation_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("read_only", "SIGSEGV",
          r"data abort: write to 0x70110000, virtual .*\(permission fault, level 1\)", "data_abort",
          0x70110000, "permission_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("linux_by_mmu", "SIGSEGV", "data abort: write to 0x00003000, which belongs to Linux",
          "foreign_access", 0x3000, "translation_fault", None, (f"set $r0 = {SCRATCH}",)),
    Fault("jump_unmapped", "SIGSEGV",
          r"prefetch abort: jump to 0x70000000, virtual .*\(translation fault, level 1\)",
          "prefetch_abort", 0x70000000, "translation_fault", 0x70000000, ("set $pc = fine",)),
    Fault("jump_never_executed", "SIGSEGV",
          r"prefetch abort: jump to 0x70200000, virtual .*\(permission fault, level 1\)",
          "prefetch_abort", 0x70200000, "permission_fault", 0x70200000, ("set $pc = fine",)),
    Fault("jump_nowhere", "SIGSEGV", "prefetch abort: jump to 0x80000000, which is nothing",
          "foreign_fetch", 0x80000000, "translation_fault", 0x80000000, ("set $pc = fine",)),
    Fault("jump_linux", "SIGSEGV", "prefetch abort: jump to 0x00008000, which belongs to Linux",
          "foreign_fetch", 0x8000, "translation_fault", 0x8000, ("set $pc = fine",)),
    Fault("undefined", "SIGILL", "undefined instruction 0x.*UDF", "undefined", mend=("skip",)),
    Fault("undefined_wide", "SIGILL", "undefined instruction 0x", "undefined", mend=("skip",)),
    Fault("supervisor_call", "SIGSYS", "SVC #7, but the program has no vectors", "svc",
          mend=("skip",)),
    Fault("secure_call", "SIGILL", "SMC instruction", "smc", mend=("skip",)),
    Fault("hypervisor_call", "SIGILL", "HVC instruction", "hvc", mend=("skip",)),
    Fault("fpu_off", "SIGILL",
          "undefined instruction 0x.*the FPU is not enabled: set CPACR and FPEXC first",
          "undefined", mend=("set $cpacr = 0xf00000", "set $fpexc = 0x40000000")),
    Fault("stack_run_out", "SIGSEGV",
          "data abort: write to 0x.*, which belongs to Linux; the stack has run out: SP is 0x",
          "foreign_access", mend=(f"set $sp = {SCRATCH}",)),
]
EACH = pytest.mark.parametrize("fault", FAULTS, ids=[fault.label for fault in FAULTS])


def provoke(attach, name, fault):
    gdb = attach(name)
    fresh_start(gdb, fault.label, name.endswith("thumb"))
    return gdb, gdb.do("continue")


def where(gdb, fault):
    return fault.at if fault.at is not None else gdb.symbols[f"{fault.label}_at"] & ~1


@BOTH
@EACH
def test_it_stops_at_the_instruction_and_the_cause_is_told(attach, name, fault):
    gdb, printed = provoke(attach, name, fault)
    assert fault.signal in printed
    assert re.search(fault.sentence, printed), printed
    assert value(gdb, "$pc") == where(gdb, fault)
    assert bool(value(gdb, "$cpsr") & 0x20) == name.endswith("thumb")
    assert re.search(fault.sentence, gdb.do("monitor status"))
    brief = fault.sentence.partition(";")[0]  # a name of a thread is one line of GDB's
    assert re.search(brief, gdb.do("info threads"))
    assert gdb.do("output $stop_reason") == fault.reason
    if fault.address is not None:
        assert value(gdb, "$fault_address") == fault.address
    if fault.status is not None:
        assert gdb.do("output $fault_status") == fault.status


@BOTH
@EACH
def test_continuing_meets_it_again_until_it_is_mended(attach, name, fault):
    gdb, printed = provoke(attach, name, fault)
    assert gdb.do("continue").count(fault.signal) == 1
    assert value(gdb, "$pc") == where(gdb, fault), "with the signal"
    assert fault.signal in gdb.do("signal 0")
    assert value(gdb, "$pc") == where(gdb, fault), "and without"
    for command in fault.mend:
        if command == "skip":
            command = f"set $pc = {following(gdb):#x}"
        gdb.do(command)
    if fault.mend == ("set $pc = fine",):
        gdb.do(f"set $cpsr = {0x1F3 if name.endswith('thumb') else 0x1D3:#x}")
    assert "BKPT" in gdb.do("continue")


def following(gdb):
    """The address behind the instruction at PC."""
    return int(re.search(r"0x\w+", gdb.do("x/2i $pc").splitlines()[1]).group(), 16)


@BOTH
def test_stepping_meets_it_too(attach, name):
    gdb = attach(name)
    fresh_start(gdb, "linux_write", name.endswith("thumb"))
    gdb.do("stepi")
    printed = gdb.do("stepi")
    assert "SIGSEGV" in printed and "belongs to Linux" in printed
    assert value(gdb, "$pc") == gdb.symbols["linux_write_at"] & ~1
