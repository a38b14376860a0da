# SPDX-License-Identifier: Apache-2.0
"""What users of a debugger do all day, with stock GDB against stub and bridge, in ARM and Thumb."""

import re

import pytest
from board import BOARD
from contract import ROOT
from processes import wait_until
from rig import TIMEOUT, value, wait_runs

BOTH = pytest.mark.parametrize("name", ["blink", "blink-thumb"])


def stop_after(gdb, seconds_of_blinking, pi):
    """Continue, wait until the machine shows life, press Ctrl-C."""
    gdb.start("continue")
    pi.wait_led_changes(seconds_of_blinking)
    gdb.interrupt()
    return gdb.wait()


@BOTH
def test_breakpoint_in_the_blink_loop_hits_with_the_led_alternating(attach, pi, name):
    gdb = attach(name)
    gdb.do("break wait")
    levels = []
    for _ in range(6):
        assert "Breakpoint 1, wait ()" in gdb.do("continue")
        levels.append(pi.led())
    assert levels == [1, 0] * 3


@BOTH
def test_step_next_and_finish(attach, name):
    gdb = attach(name)
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    assert "led_init" in gdb.do("step")
    assert "kernel_main" in gdb.do("finish")
    assert "led_init" not in gdb.do("next")
    gdb.do("tbreak wait")
    gdb.do("continue")
    assert "Value returned" in gdb.do("finish")


@BOTH
def test_print_and_set_change_the_pace(attach, pi, name):
    gdb = attach(name)
    stop_after(gdb, 4, pi)
    assert "84 'T'" in gdb.do("print delay")
    slow = gdb.do("print delay * 10000")
    gdb.do("set var delay = 0x0a")
    assert "840000" in slow and "100000" in gdb.do("print delay * 10000")
    assert "SIGINT" in stop_after(gdb, 10, pi)


@BOTH
def test_software_breakpoints_by_the_dozen(attach, name):
    """At least 64 at once, on every instruction, 32-bit Thumb ones among them; each is hit in order."""
    gdb = attach(name)
    gdb.do("tbreak kernel_main")
    gdb.do("continue")
    start = gdb.symbols["led_init"] & ~1
    listing = gdb.do(f"x/90i {start:#x}")
    addresses = [int(found, 16) for found in re.findall(r"^(?:=>)? *(0x\w+)", listing, re.M)]
    code = [a for a in addresses if a < (gdb.symbols["blinks"] & ~1)][:70]
    assert len(code) >= 64
    for address in code:
        gdb.do(f"break *{address:#x}")
    hits = []
    for _ in range(20):
        gdb.do("continue")
        hits.append(value(gdb, "$pc"))
    assert hits[0] == start and len(set(hits)) == 20
    assert set(hits) <= set(code)
    gdb.do("delete")
    assert gdb.do(f"x/90i {start:#x}").split("\n")[3] == listing.split("\n")[3]


@BOTH
def test_hardware_breakpoints_five_and_no_more(attach, name):
    gdb = attach(name)
    for function in ("led_on", "led_off", "wait", "kernel_main", "led_init"):
        gdb.do(f"hbreak {function}")
    hits = [re.search(r"Breakpoint \d, (?:0x\w+ in )?(\w+)", gdb.do("continue")).group(1)
            for _ in range(6)]
    assert hits == ["kernel_main", "led_init", "led_on", "wait", "led_off", "wait"]
    gdb.do("hbreak *kernel_main")
    assert re.search("Could not insert hardware breakpoint|too many", gdb.do("continue"))
    gdb.do("delete")
    gdb.do("hbreak led_on")
    assert "led_on" in gdb.do("continue"), "afterwards all else works"


@pytest.mark.parametrize("masked", [True, False])
def test_ctrl_c_stops_a_one_instruction_loop_with_irq_and_fiq_masked(attach, pi, masked):
    gdb = attach("spin")
    gdb.do("stepi")
    if not masked:
        gdb.do("set $cpsr = $cpsr & ~0xc0")
    gdb.start("continue")
    wait_runs(pi)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    assert re.search(rf"b\t{gdb.symbols['spin']:#x}", gdb.do("x/i $pc")), "the loop, to itself"
    assert bool(value(gdb, "$cpsr") & 0xC0) == masked


def test_ctrl_c_wakes_a_program_out_of_wfi(attach, pi):
    gdb = attach("sleep")
    gdb.start("continue")
    wait_until(pi.led, TIMEOUT, "the program to fall asleep")
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()


@BOTH
def test_detach_leaves_the_led_blinking_and_a_second_attach_finds_it(attach, bridge, pi, name):
    gdb = attach(name)
    gdb.do("break wait")
    gdb.do("continue")
    gdb.do("detach")
    pi.wait_led_changes(6)
    gdb.do(f"target remote {bridge.address}")
    assert value(gdb, "blinks") > 0
    level = pi.led()  # halted again: it stays
    assert all(pi.led() == level for _ in range(200))


def test_registers_of_all_modes_are_kept_apart(attach):
    """SP, LR and, for FIQ, r8-r12 belong to their mode; GDB reaches them by switching CPSR."""
    gdb = attach("spin")
    modes = {"usr": 0x1D0, "fiq": 0x1D1, "irq": 0x1D2, "svc": 0x1D3, "abt": 0x1D7, "und": 0x1DB}
    stacks, returns = BOARD.base + 0x10000, BOARD.base + 0x20000
    for number, cpsr in enumerate(modes.values()):
        gdb.do(f"set $cpsr = {cpsr:#x}")
        gdb.do(f"set $sp = {stacks + number:#x}")
        gdb.do(f"set $lr = {returns + number:#x}")
        gdb.do(f"set $r8 = {number if cpsr != 0x1D1 else 0xF8:#x}")
    for number, cpsr in enumerate(modes.values()):
        gdb.do(f"set $cpsr = {cpsr:#x}")
        gdb.do("maintenance flush register-cache")
        assert value(gdb, "$sp") == stacks + number
        assert value(gdb, "$lr") == returns + number
        assert value(gdb, "$r8") == (0xF8 if cpsr == 0x1D1 else 5)


def test_a_mode_that_no_program_may_have_is_refused(attach):
    gdb = attach("spin")
    for mode in (0x1DA, 0x1D6, 0x1C0):  # HYP, Monitor, 26-bit
        gdb.do(f"set $cpsr = {mode:#x}")
        gdb.do("maintenance flush register-cache")
        assert value(gdb, "$cpsr") == 0x1D3
    gdb.do("stepi")
    assert value(gdb, "$cpsr") == 0x1D3


def test_load_gives_the_next_program_a_fresh_cpu(attach, pi):
    """What the old program did to the CPU is gone: mode, flags, MMU registers, stack."""
    gdb = attach("faults")
    gdb.do("set $pc = mmu_registers_use")
    gdb.do("continue")
    gdb.do("set $cpsr = 0x80000113")
    gdb.do("load")
    gdb.do("maintenance flush register-cache")
    assert value(gdb, "$cpsr") == 0x1D3
    assert value(gdb, "$sp") == BOARD.window
    gdb.do("set $pc = mmu_registers_use")
    gdb.do("continue")
    assert value(gdb, "$r0") & 0x1005 == 0, "MMU and caches are off again"


def test_memory_written_by_gdb_is_executed(attach):
    gdb = attach("spin")
    gdb.do("stepi")
    gdb.do("set var *(unsigned *)$pc = 0xe3a07042")  # mov r7, #0x42
    gdb.do("stepi")
    assert value(gdb, "$r7") == 0x42


def test_functions_can_be_called(attach, pi):
    gdb = attach("blink")
    gdb.do("tbreak wait")
    gdb.do("continue")
    gdb.do("call led_off()")
    assert pi.led() == 0
    gdb.do("call led_on()")
    assert pi.led() == 1
    gdb.do("set var delay = 1")
    assert "10000" in gdb.do("print wait()")


def test_pc_with_bit_1_set_survives_the_way_from_arm_to_thumb(attach):
    """GDB writes PC first and the CPSR with its T bit after it: once PC lost bit 1 in between."""
    gdb = attach("blink-thumb")
    gdb.do("tbreak led_off")
    gdb.do("continue")
    while not value(gdb, "$pc") & 2:
        gdb.do("stepi")
    following = int(re.findall(r"0x\w+", gdb.do("x/2i $pc").splitlines()[1])[0], 16)
    gdb.do("call (void)led_off()")  # stops in ARM state, at _start
    gdb.do("stepi")
    assert value(gdb, "$pc") == following


def test_a_cpsr_set_after_a_load_counts(attach):
    gdb = attach("spin")
    gdb.do("set $cpsr = 0x80000113")
    gdb.do("stepi")
    assert value(gdb, "$cpsr") & 0x8000011F == 0x80000113


def test_large_images_arrive_whole(attach, tmp_path):
    gdb = attach("spin")
    blob = bytes(i * i >> 3 & 0xFF for i in range(1 << 20))
    (tmp_path / "blob").write_bytes(blob)
    start = BOARD.base + 0x1000001
    gdb.do(f"restore {tmp_path}/blob binary {start:#x}", timeout=60)
    gdb.do(f"dump binary memory {tmp_path}/back {start:#x} {start + len(blob):#x}", timeout=60)
    assert (tmp_path / "back").read_bytes() == blob


GDB_SAYS_NO = re.compile(r"^(No symbol|No function|Function .* not defined|Undefined|A syntax|"
                         r"Cannot|The program is not)", re.MULTILINE)


def test_what_the_readme_says_to_gdb_can_be_said_to_it(gdb):
    """The block that continues the README's session; blink is loaded, as it says before."""
    text = (ROOT / "README.md").read_text()
    block = re.search(r"^Look closer.*?```\n(.*?)```", text, re.MULTILINE | re.DOTALL).group(1)
    commands = re.findall(r"^\(gdb\) (.*?)(?:  +#.*)?$", block, re.MULTILINE)
    assert len(commands) > 5
    gdb.do("load")
    for command in commands:
        said = gdb.do(command)
        assert not GDB_SAYS_NO.search(said), f"{command}: {said}"
    gdb.do("set var delay = 0")
    said = gdb.do("continue")
    assert "9 times" in said and "wait ()" in said, said
    assert value(gdb, "blinks") == 10
