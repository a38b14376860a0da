#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare stub/step*.c with what QEMU's Cortex-A7 really executes (step_guest.c says how).

Both instruction sets at the same time. Prints every difference with its disassembly and one line
for each set; exit 1 when there is a difference.
"""
import argparse
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

TOP = pathlib.Path(__file__).resolve().parents[2]
CROSS = "arm-none-eabi-"
SOURCES = ["tests/oracle/step_guest.S", "tests/oracle/step_guest.c",
           "stub/step.c", "stub/step_arm.c", "stub/step_thumb.c"]
# The stub's own flags as far as code generation goes; -fno-tree-... because there is no libc.
FLAGS = ["-mcpu=cortex-a7", "-mgeneral-regs-only", "-mno-unaligned-access", "-ffreestanding",
         "-fno-common", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Os", "-mthumb",
         "-mthumb-interwork", "-fpie", "-fvisibility=hidden", "-fno-tree-loop-distribute-patterns",
         "-Iinclude", "-Istub", "-nostdlib", "-static", "-no-pie", "-Wl,--no-warn-rwx-segments",
         "-T", "tests/oracle/step_guest.ld"]
SETS = ("arm", "thumb")
PHASES = ("systematic", "random")
COUNTS = ("trials", "same", "refused", "not_tried", "different",
          "landed", "trapped", "faulted", "hung")
STATUS = {0: "ok", 0xFFFFFFFF: "fault", 0xFFFFFFFB: "refused"}
WHAT = ("landed", "trapped", "faulted", "hung")
THUMB = 1 << 5
POLL_SECONDS = 0.1


class Failed(Exception):
    """The rig itself did not work."""


def build(elf, instruction_set, cases, seed):
    defines = [f"-DORACLE_SEED={seed}u", f"-DORACLE_CASES={cases}u",
               f"-DORACLE_THUMB={int(instruction_set == 'thumb')}"]
    subprocess.run([CROSS + "gcc", *FLAGS, *defines, *SOURCES, "-o", elf], check=True, cwd=TOP)


def execute(elf, out, deadline):
    """Run the guest until it says end; returns its lines, in words."""
    out.write_text("")
    qemu = subprocess.Popen(
        ["qemu-system-arm", "-M", "virt,virtualization=on", "-cpu", "cortex-a7", "-m", "256",
         "-nodefaults", "-display", "none", "-serial", f"file:{out}", "-kernel", elf],
        stdin=subprocess.DEVNULL)
    try:
        until = time.monotonic() + deadline
        while not (text := out.read_text()).endswith("end\n"):
            if qemu.poll() is not None or time.monotonic() > until:
                state = "died" if qemu.poll() is not None else "still runs"
                raise Failed(f"no end after {deadline} s, QEMU {state}; last lines:\n{text[-500:]}")
            time.sleep(POLL_SECONDS)
        return [line.split() for line in text.splitlines()]
    finally:
        qemu.kill()
        qemu.wait()


def disassemble(directory, insn, thumb):
    """objdump's opinion of one instruction"""
    if not thumb:
        code = struct.pack("<I", insn)
    elif insn > 0xFFFF:
        code = struct.pack("<HH", insn >> 16, insn & 0xFFFF)
    else:
        code = struct.pack("<H", insn)
    (directory / "insn").write_bytes(code)
    text = subprocess.run(
        [CROSS + "objdump", "-D", "-b", "binary", "-m", "arm", "-M",
         "force-thumb" if thumb else "no-force-thumb", directory / "insn"],
        check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    return " ".join(text.split("\t")[2:])


def explain(directory, words):
    insn, cpsr, status, want, want_thumb, what, got, got_thumb, spsr, sp, lr, pc, hsr = words
    it = (cpsr >> 10 & 0x3F) << 2 | cpsr >> 25 & 3
    return (f"{insn:08x}  {disassemble(directory, insn, bool(cpsr & THUMB)):40} at {pc:08x} "
            f"cpsr {cpsr:08x} it {it:02x}: step_next {STATUS.get(status, '?')} "
            f"{want:08x}{'T' if want_thumb else ''}, QEMU {WHAT[what]} "
            f"{got:08x}{'T' if got_thumb else ''} "
            f"(spsr {spsr:08x} sp {sp:08x} lr {lr:08x} hsr {hsr:08x})")


class Result:
    """What one instruction set came to: counts by name, the differences and some refusals."""

    def __init__(self, directory, instruction_set, lines):
        self.name = instruction_set
        numbers = {line[0]: [int(word, 16) for word in line[1:]]
                   for line in lines if line[0] in PHASES}
        self.systematic = dict(zip(COUNTS, numbers["systematic"]))
        self.counts = dict(zip(COUNTS, map(sum, zip(*numbers.values()))))
        self._directory, self._lines = directory, lines

    def explained(self, kind):
        """Trials that were printed: "differ", and of "refused" a sample."""
        return [explain(self._directory, [int(word, 16) for word in line[1:]])
                for line in self._lines if line[0] == kind]

    @property
    def compared(self):
        return self.counts["same"] + self.counts["different"]

    def __str__(self):
        return (f"{self.name:6} {self.compared} compared, {self.counts['refused']} refused, "
                f"{self.counts['not_tried']} not tried, {self.counts['different']} different")


def run_set(directory, instruction_set, cases, seed, deadline):
    """At least so many comparisons in one instruction set."""
    directory = directory / instruction_set
    directory.mkdir(parents=True, exist_ok=True)
    build(directory / "oracle.elf", instruction_set, cases, seed)
    lines = execute(directory / "oracle.elf", directory / "out", deadline)
    return Result(directory, instruction_set, lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20000,
                        help="random comparisons in each set, after the systematic ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deadline", type=int, default=3600, help="seconds")
    parser.add_argument("--refused", action="store_true", help="show a sample of what is refused")
    options = parser.parse_args()
    if not 0 < options.seed < 1 << 32 or not 0 <= options.cases < 1 << 32:
        parser.error("seed: 1 to 2^32-1, cases: 0 to 2^32-1")
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda name: run_set(pathlib.Path(directory), name, options.cases,
                                                     options.seed, options.deadline), SETS))
        for result in results:
            for kind in ("refused", "differ") if options.refused else ("differ",):
                for line in result.explained(kind):
                    print(kind, line)
            print(result)
    return 1 if any(result.counts["different"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
