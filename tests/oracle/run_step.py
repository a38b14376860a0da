#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare stub/step.c with what QEMU's Cortex-A7 really executes (step_guest.c says how).

Prints one line per phase and every difference with its disassembly; exit 1 when there is one.
More rounds or another seed: --rounds, --writers, --seed.
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
CROSS = os.environ.get("CROSS_COMPILE", "arm-none-eabi-")
SOURCES = ["tests/oracle/step_guest.S", "tests/oracle/step_guest.c",
           "stub/step.c", "stub/step_arm.c", "stub/step_thumb.c"]
FLAGS = ["-mcpu=cortex-a7", "-mgeneral-regs-only", "-mno-unaligned-access", "-ffreestanding",
         "-fno-common", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Os", "-mthumb",
         "-mthumb-interwork", "-fpie", "-fvisibility=hidden", "-fno-tree-loop-distribute-patterns",
         "-Iinclude", "-Istub", "-nostdlib", "-static", "-no-pie", "-Wl,--no-warn-rwx-segments",
         "-T", "tests/oracle/step_guest.ld"]
PHASES = ["arm-writers", "arm-all", "thumb-writers", "thumb-all"]
COUNTS = ["trials", "same", "refused", "not tried", "DIFFERENT",
          "landed", "trapped", "faulted", "hung"]
STATUS = {0: "ok", 0xFFFFFFFF: "fault", 0xFFFFFFFB: "refused"}
WHAT = ["landed", "trapped", "faulted", "hung"]
THUMB = 1 << 5


def build(elf, options):
    defines = ["-DORACLE_SEED=%du" % options.seed, "-DORACLE_ROUNDS=%du" % options.rounds,
               "-DORACLE_WRITERS=%du" % options.writers]
    subprocess.run([CROSS + "gcc", *FLAGS, *defines, *SOURCES, "-o", elf], check=True, cwd=TOP)


def execute(elf, out, deadline):
    """Run the guest until it says end; returns its lines."""
    qemu = subprocess.Popen(
        ["qemu-system-arm", "-M", "virt,virtualization=on", "-cpu", "cortex-a7", "-m", "256",
         "-nodefaults", "-display", "none", "-serial", "file:" + out, "-kernel", elf])
    try:
        until = time.monotonic() + deadline
        while time.monotonic() < until and qemu.poll() is None:
            with open(out, "a+") as file:
                file.seek(0)
                text = file.read()
            if text.endswith("end\n"):
                return text.splitlines()
            time.sleep(0.2)
        sys.exit("no end after %d s (QEMU %s); last lines:\n%s" % (
            deadline, "runs" if qemu.poll() is None else "died", text[-500:]))
    finally:
        qemu.kill()
        qemu.wait()


def disassemble(directory, insn, thumb):
    """objdump's opinion of one instruction"""
    wide = not thumb or insn > 0xFFFF
    if not wide:
        code = struct.pack("<H", insn)
    elif thumb:
        code = struct.pack("<HH", insn >> 16, insn & 0xFFFF)
    else:
        code = struct.pack("<I", insn)
    path = os.path.join(directory, "insn")
    with open(path, "wb") as file:
        file.write(code)
    text = subprocess.run(
        [CROSS + "objdump", "-D", "-b", "binary", "-m", "arm", "-M",
         "force-thumb" if thumb else "no-force-thumb", path],
        check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    return " ".join(text.split("\t")[2:])


def explain(directory, words):
    insn, cpsr, status, want, want_thumb, what, got, got_thumb, spsr, sp, lr, pc, hsr = words
    it = (cpsr >> 10 & 0x3F) << 2 | cpsr >> 25 & 3
    return "%08x  %-40s at %08x cpsr %08x it %02x: step_next %s %08x%s, QEMU %s %08x%s" \
        " (spsr %08x sp %08x lr %08x hsr %08x)" % (
            insn, disassemble(directory, insn, bool(cpsr & THUMB)), pc, cpsr, it,
            STATUS.get(status, "?"), want, "T" if want_thumb else "", WHAT[what], got,
            "T" if got_thumb else "", spsr, sp, lr, hsr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=32, help="of the systematic phases")
    parser.add_argument("--writers", type=int, default=200000, help="trials that write PC")
    parser.add_argument("--deadline", type=int, default=600, help="seconds")
    parser.add_argument("--refused", action="store_true", help="show a sample of what is refused")
    options = parser.parse_args()
    if options.seed == 0:
        parser.error("the seed must not be 0")
    with tempfile.TemporaryDirectory() as directory:
        elf = os.path.join(directory, "oracle.elf")
        build(elf, options)
        lines = [line.split() for line in execute(elf, os.path.join(directory, "out"),
                                                  options.deadline)]
        phases = {line[0]: [int(w, 16) for w in line[1:]] for line in lines if line[0] in PHASES}
        for line in lines:
            if line[0] == "differ" or (line[0] == "refused" and options.refused):
                print(line[0], explain(directory, [int(w, 16) for w in line[1:]]))
        for phase in PHASES:
            print("%-14s" % phase, ", ".join("%d %s" % (number, name)
                                             for number, name in zip(phases[phase], COUNTS)))
        return 1 if any(numbers[COUNTS.index("DIFFERENT")] for numbers in phases.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
