/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where does the instruction at PC go? Pure: registers and a way to read memory in, an address
 * out. Knows nothing of breakpoints, HYP mode or the machine it runs on, so that it runs, and is
 * tested against an oracle, on a PC too.
 *
 * Written from the ARM Architecture Reference Manual, ARMv7-A edition (DDI 0406C), A5, A6, A8, B9.
 */
#ifndef STUB_STEP_H
#define STUB_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* The program's view of its own registers, before the instruction. */
struct step_cpu {
    uint32_t r[16];        /* of the current mode; r[15] is the address of the instruction */
    uint32_t cpsr;         /* flags, T, IT bits and mode are looked at */
    uint32_t spsr;         /* of the current mode; ignored in User and System mode */
    uint32_t vectors;      /* base of the exception vectors: VBAR, or 0xFFFF0000 with SCTLR.V */
    bool thumb_exceptions; /* SCTLR.TE: exceptions are taken in Thumb state */
};

/* Reads the program's memory; returns 0, or a negative error when any byte cannot be read. */
typedef int step_read_fn(void *context, uint32_t addr, void *bytes, uint32_t len);

struct step_target {
    uint32_t pc; /* bit 0 (Thumb) or bits 1:0 (ARM) clear */
    bool thumb;
};

/*
 * step_next - the address that is executed after the instruction at cpu->r[15]
 *
 * Interrupts are not considered. An SVC goes to its vector. An instruction that traps to the
 * monitor (BKPT, SMC, HVC, UDF and everything unallocated) is given as if it went on behind
 * itself: the trap arrives first.
 *
 * Returns: 0 and *target;
 *          -AMPGDB_EFAULT when the instruction or a word that it loads into PC cannot be read
 *          (the program itself would fault there; also for alignment);
 *          -AMPGDB_EDECODE when the manual calls the encoding UNPREDICTABLE or the state it would
 *          enter is not for us (Jazelle, ThumbEE): never a guess.
 */
int step_next(const struct step_cpu *cpu, step_read_fn *read, void *context,
              struct step_target *target);

/* step_condition - is an instruction with this condition field executed? (A8.3) cond: 0 to 15. */
bool step_condition(uint32_t cpsr, uint32_t cond);

#endif
