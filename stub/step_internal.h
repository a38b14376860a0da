/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Between step.c (entry, and what writes PC in either instruction set), step_arm.c and
 * step_thumb.c. Nobody else includes it. Names and bit numbers are those of DDI 0406C; a 32-bit
 * Thumb instruction has its first halfword in bits 31:16, which puts most fields where ARM has
 * them.
 */
#ifndef STUB_STEP_INTERNAL_H
#define STUB_STEP_INTERNAL_H

#include "step.h"

#include "ampgdb/message.h"

struct step {
    const struct step_cpu *cpu;
    step_read_fn *read;
    void *context;
    struct step_target *target; /* preset to the instruction behind this one */
    uint32_t insn;
    uint32_t pc;  /* what R[15] reads as */
    bool passed;  /* ConditionPassed() */
    bool in_it;   /* InITBlock() */
    bool last_it; /* LastInITBlock() */
};

static inline uint32_t bits(uint32_t word, unsigned msb, unsigned lsb)
{
    return (word >> lsb) & (0xFFFFFFFFu >> (31 - msb + lsb));
}

static inline bool bit(uint32_t word, unsigned number)
{
    return (word >> number & 1) != 0;
}

/* R[n] as an operand */
static inline uint32_t step_reg(const struct step *s, unsigned n)
{
    return n == 15 ? s->pc : s->cpu->r[n];
}

/* R[n], n being the field whose lowest bit is lsb */
static inline uint32_t step_reg_at(const struct step *s, unsigned lsb)
{
    return step_reg(s, bits(s->insn, lsb + 3, lsb));
}

/* Does the field whose lowest bit is lsb name PC? */
static inline bool step_is_pc(const struct step *s, unsigned lsb)
{
    return bits(s->insn, lsb + 3, lsb) == 15;
}

/* For instructions that just go on, unless a field that may not name PC does. */
static inline int step_unless(bool unpredictable)
{
    return unpredictable ? -AMPGDB_EDECODE : 0;
}

static inline uint32_t sign_extend(uint32_t value, unsigned width)
{
    return (uint32_t)((int32_t)(value << (32 - width)) >> (32 - width));
}

/* A little-endian halfword or word of code. -AMPGDB_EFAULT. */
int step_fetch(const struct step *s, uint32_t addr, uint32_t len, uint32_t *value);
/* len bytes of data, in the byte order of CPSR.E. -AMPGDB_EFAULT. */
int step_load(const struct step *s, uint32_t addr, uint32_t len, uint32_t *value);

/*
 * The writers of PC. When the condition failed they leave the target alone and touch no memory;
 * in the middle of an IT block they refuse. What they return is what step_next() returns.
 *
 * step_branch: BranchWritePC(); step_bx: BXWritePC(); step_ldr: LoadWritePC() of a word whose
 * misalignment is UNPREDICTABLE; step_ldm: LDM, POP, and ARM's LDM (exception return), whose
 * encodings Thumb shares; step_return: exception return to pc with the SPSR; step_rfe: with
 * PC and PSR loaded from addr; step_svc: to the vector, which an IT block allows anywhere.
 */
int step_branch(struct step *s, uint32_t addr);
int step_bx(struct step *s, uint32_t addr);
int step_ldr(struct step *s, uint32_t addr);
int step_ldm(struct step *s);
int step_return(struct step *s, uint32_t pc);
int step_rfe(struct step *s, uint32_t addr);
int step_svc(struct step *s);
/* 0 when PC is not to be written, 1 when it is, -AMPGDB_EDECODE in the middle of an IT block. */
int step_writes_pc(const struct step *s);

/* Coprocessor, Advanced SIMD and floating point: A5.6 and A6.3.18, the same below bit 28. */
int step_coprocessor(struct step *s);
/* VLDn and VSTn: A7.7. */
int step_simd_elements(struct step *s);

/* Fetch and decode, one instruction set each. */
int step_arm(struct step *s);
int step_thumb(struct step *s);

#endif
