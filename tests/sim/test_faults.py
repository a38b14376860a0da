# SPDX-License-Identifier: Apache-2.0
"""A program that does wrong is stopped at the instruction to blame, with the signal that GDB's users
know and a sentence that names the cause; the debugger survives, and what is not the program's
stays as it was.
"""

import hashlib

import elf
import pytest
from board import BOARD
from contract import MEMMAP
from rig import value
from virtual_pi import Bridge

STUB = BOARD.window + MEMMAP.AMPGDB_STUB_OFFSET
SHARED = BOARD.window + MEMMAP.AMPGDB_SHARED_OFFSET

# label, signal, words of the sentence, instructions from the label to the one to blame
WRONGS = [
    ("linux_write", "SIGSEGV", "write to 0x00001000, which belongs to Linux", 1),
    ("linux_read", "SIGSEGV", "read of 0x00000000, which belongs to Linux", 1),
    ("below_base_write", "SIGSEGV", f"write to {BOARD.base - 4:#010x}, which belongs to Linux", 1),
    ("stub_write", "SIGSEGV", "belongs to ampgdb's stub", 1),
    ("stub_read", "SIGSEGV", "belongs to ampgdb's stub", 1),
    ("park_write", "SIGSEGV", "belongs to ampgdb's stub", 1),
    ("shared_write", "SIGSEGV", "belongs to ampgdb's stub", 1),
    ("ring_write", "SIGSEGV", "belongs to ampgdb's stub", 1),
    ("vectors_write", "SIGSEGV", "belongs to ampgdb's stub", 1),
    ("videocore_write", "SIGSEGV", "belongs to VideoCore", 1),
    ("nowhere_read", "SIGSEGV", "0x80000000, which is nothing", 1),
    ("nowhere_jump", "SIGSEGV", "jump to 0x80000000", None),
    ("peripheral_jump", "SIGSEGV", "jump to 0x3f200000, which is a peripheral", None),
    ("linux_jump", "SIGSEGV", "jump to 0x00008000, which belongs to Linux", None),
    ("stub_jump", "SIGSEGV", f"jump to {STUB:#010x}, which belongs to ampgdb's stub", None),
    ("doorbell_off", "SIGSEGV", "FIQs belong to the debugger", 2),
    ("timer_fiq", "SIGSEGV", "FIQs belong to the debugger", 2),
    ("other_core", "SIGSEGV", "another core's mailbox", 2),
    ("secure_call", "SIGILL", "SMC", 0),
    ("hypervisor_call", "SIGILL", "HVC", 0),
    ("debug_register", "SIGILL", "system register", 0),
    ("undefined", "SIGILL", "undefined instruction", 0),
    ("thumb_undefined", "SIGILL", "undefined instruction", 0.5),
    ("supervisor_call", "SIGSYS", "SVC #7", 0),
    ("unaligned", "SIGBUS", "alignment fault", 1),
    ("bus_error", "SIGSEGV", "external abort", 1),
    ("dma", "SIGSEGV", "DMA", 1),
    ("own_bkpt", "SIGTRAP", "BKPT", 0),
    ("interrupt", "SIGTRAP", "IRQ arrived", None),
    ("go_home", "SIGTRAP", "returned", None),
]

FINE = [("console_use", "$r2", 0x12345678), ("mailbox_irq_use", "$r2", 0x24),
        ("upper_ram_use", "$r2", 0x12345678), ("mmu_registers_use", "$r2 == $r1 && $r3 == $r4", 1),
        ("thumb_narrow_store", "$r2 == 0x24 && $r3 == 0x33", 1),
        ("thumb_wide_store", "$r2 == 0x24 && $r3 == 0x33", 1),
        ("thumb_stores_in_it_block", "$r2 == 0x24 && $r3 == 0x33 && $r4 == 4", 1)]


@pytest.fixture
def faults(bridge, build, new_gdb):
    program = build / "programs" / "faults.elf"
    gdb = new_gdb(program)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    gdb.symbols = elf.symbols(program)
    return gdb


def go_to(gdb, label):
    """As a fresh start there: the CPU as after a reset."""
    gdb.do("monitor reset halt")
    gdb.do("maintenance flush register-cache")
    gdb.do(f"set $pc = {label}")
    gdb.do(f"set $cpsr = {0x1F3 if label.startswith('thumb') else 0x1D3:#x}")


@pytest.mark.parametrize("label, signal, sentence, offset", WRONGS, ids=[w[0] for w in WRONGS])
def test_wrong_is_stopped_named_and_survived(faults, pi, label, signal, sentence, offset):
    go_to(faults, label)
    printed = faults.do("continue")
    assert signal in printed
    assert sentence in printed
    if offset is not None:
        blamed = faults.symbols[label] + int(4 * offset)
        assert value(faults, "$pc") == blamed
    assert sentence in faults.do("info threads"), "the sentence can be read again"
    assert sentence in faults.do("monitor status")
    go_to(faults, "console_use")
    assert "SIGTRAP" in faults.do("continue"), "the session goes on"


def linux_ram(pi):
    digest = hashlib.sha256()
    with open(pi.dir / "ram", "rb") as ram:
        for _ in range(BOARD.base >> 24):
            digest.update(ram.read(1 << 24))
    return digest.hexdigest()


def test_linux_ram_is_the_same_after_all_of_them_and_blink_runs(faults, pi, blink):
    before = linux_ram(pi)
    for label, signal, *_ in WRONGS:
        go_to(faults, label)
        assert signal in faults.do("continue"), label
    assert linux_ram(pi) == before
    faults.do(f"file {blink}")
    faults.do("load")
    faults.do("detach")
    pi.wait_led_changes(4)  # and whoever comes next finds a healthy core


@pytest.mark.parametrize("label, expression, expected", FINE, ids=[f[0] for f in FINE])
def test_what_is_allowed_works(faults, label, expression, expected):
    go_to(faults, label)
    assert "BKPT" in faults.do("continue")
    assert value(faults, expression) == expected


@pytest.mark.parametrize("label", ["own_bkpt", "thumb_bkpt"])
def test_continue_goes_on_behind_a_bkpt_of_the_program(faults, label):
    go_to(faults, label)
    faults.do("continue")
    faults.do("continue")
    assert value(faults, "$r5") == 0x55


def test_after_a_bkpt_of_the_program_pc_can_be_moved_and_no_instruction_is_lost(faults):
    go_to(faults, "own_bkpt")
    faults.do("continue")
    faults.do("set $pc = console_use")
    faults.do("continue")
    assert value(faults, "$r2") == 0x12345678


def test_continuing_after_a_fault_tries_again_and_goes_on_when_it_is_mended(faults):
    go_to(faults, "linux_write")
    assert "SIGSEGV" in faults.do("continue")
    assert "SIGSEGV" in faults.do("continue")  # vCont;C0b
    address = BOARD.base + 0x1000
    faults.do(f"set $r0 = {address:#x}")
    faults.do("stepi")
    assert value(faults, f"*(unsigned *){address:#x}") == address


def test_memory_that_is_nobodys_is_an_error_in_gdb_and_the_session_goes_on(gdb):
    for address in (0, 0xFFFFFFFC, BOARD.base - 4, STUB, SHARED, BOARD.ram_end, 0x80000000):
        name = f"{address:#x}"
        assert "Cannot access memory" in gdb.do(f"x/4xw {name}"), name
        assert "Cannot access memory" in gdb.do(f"set var *(int *){name} = 1"), name
    gdb.do("load")
    assert "kernel_main" in gdb.do("tbreak kernel_main") + gdb.do("continue")


def test_a_read_across_the_end_of_ram_gives_what_there_is(gdb):
    printed = gdb.do(f"x/4xw {BOARD.window - 8:#x}")
    assert printed.count("0x0000") >= 2
    assert f"Cannot access memory at address {BOARD.window:#x}" in printed


def test_a_device_register_is_read_in_one_access_of_its_width(gdb, pi):
    gdb.do("load")
    gdb.do("break led_off")
    gdb.do("continue")
    assert int(gdb.do("output/x *(unsigned *)0x3f200034"), 16) >> 16 & 1 == 1 == pi.led()


def test_the_debugger_cannot_disarm_its_own_doorbell(gdb):
    assert "Cannot access memory" in gdb.do("set var *(unsigned *)0x4000005c = 0x40")
    gdb.do("set var *(unsigned *)0x4000005c = 4")  # the program's mailbox 2, as IRQ: allowed
    assert int(gdb.do("output/x *(unsigned *)0x4000005c"), 16) == 0x24


def test_a_bus_error_under_the_debuggers_own_access_is_an_error_in_gdb(gdb):
    """0x40000800 is mapped, but no device answers there: only the guarded access catches it."""
    assert "Cannot access memory" in gdb.do("x/xw 0x40000800")
    assert "Cannot access memory" not in gdb.do("x/xw 0x4000005c")


@pytest.mark.parametrize("options, outcome", [((), "closed unless"), (("--allow", "dma"), "BKPT")],
                         ids=["closed", "allowed"])
def test_the_dma_controller_is_closed_unless_allow_dma(pi, build, new_gdb, options, outcome):
    program = build / "programs" / "faults.elf"
    with Bridge(pi, options=options) as bridge:
        gdb = new_gdb(program)
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        go_to(gdb, "dma_use")
        assert outcome in gdb.do("continue")


def test_what_one_program_was_allowed_the_next_is_not(pi, build, new_gdb):
    program = build / "programs" / "faults.elf"
    with Bridge(pi, options=["--allow", "dma"]) as bridge:
        gdb = new_gdb(program)
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        gdb.do("kill")
    with Bridge(pi) as bridge:
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        go_to(gdb, "dma_use")
        assert "closed unless" in gdb.do("continue")
