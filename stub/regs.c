/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See regs.h. Banked registers: DDI 0406C, B1.3.2; the MRS and MSR forms that reach them
 * from HYP mode: B9.3.9, B9.3.10. SP_usr and LR_usr are in the frame (frame.h).
 */
#include "regs.h"

#include "cp.h"
#include "regs_system.h"
#include "regs_vfp.h"

/* clang-format off */
#define BANKED(X)                                                           \
    X(AMPGDB_REG_SP_SVC,  sp_svc)  X(AMPGDB_REG_LR_SVC,  lr_svc)            \
    X(AMPGDB_REG_SPSR_SVC, spsr_svc)                                        \
    X(AMPGDB_REG_SP_ABT,  sp_abt)  X(AMPGDB_REG_LR_ABT,  lr_abt)            \
    X(AMPGDB_REG_SPSR_ABT, spsr_abt)                                        \
    X(AMPGDB_REG_SP_UND,  sp_und)  X(AMPGDB_REG_LR_UND,  lr_und)            \
    X(AMPGDB_REG_SPSR_UND, spsr_und)                                        \
    X(AMPGDB_REG_SP_IRQ,  sp_irq)  X(AMPGDB_REG_LR_IRQ,  lr_irq)            \
    X(AMPGDB_REG_SPSR_IRQ, spsr_irq)                                        \
    X(AMPGDB_REG_R8_FIQ,  r8_fiq)  X(AMPGDB_REG_R9_FIQ,  r9_fiq)            \
    X(AMPGDB_REG_R10_FIQ, r10_fiq) X(AMPGDB_REG_R11_FIQ, r11_fiq)           \
    X(AMPGDB_REG_R12_FIQ, r12_fiq)                                          \
    X(AMPGDB_REG_SP_FIQ,  sp_fiq)  X(AMPGDB_REG_LR_FIQ,  lr_fiq)            \
    X(AMPGDB_REG_SPSR_FIQ, spsr_fiq)
/* clang-format on */

static uint32_t read_banked(uint32_t number)
{
    uint32_t value = 0;

#define READ(name, reg)                                                                            \
    case name:                                                                                     \
        __asm__ volatile("mrs %0, " #reg : "=r"(value));                                           \
        break;
    switch (number) {
        BANKED(READ)
    }
#undef READ
    return value;
}

static void write_banked(uint32_t number, uint32_t value)
{
#define WRITE(name, reg)                                                                           \
    case name:                                                                                     \
        __asm__ volatile("msr " #reg ", %0" ::"r"(value));                                         \
        break;
    switch (number) {
        BANKED(WRITE)
    }
#undef WRITE
}

/* SP, LR and SPSR of a mode follow each other; where do they start? 0: User and System. */
static uint32_t bank_of(uint32_t mode)
{
    switch (mode) {
    case MODE_SVC:
        return AMPGDB_REG_SP_SVC;
    case MODE_ABT:
        return AMPGDB_REG_SP_ABT;
    case MODE_UND:
        return AMPGDB_REG_SP_UND;
    case MODE_IRQ:
        return AMPGDB_REG_SP_IRQ;
    case MODE_FIQ:
        return AMPGDB_REG_SP_FIQ;
    default:
        return 0;
    }
}

/* r0 to r15 and CPSR of the current mode become the number of what holds them. */
static uint32_t resolve(const struct frame *frame, uint32_t number)
{
    const uint32_t mode = frame->cpsr & PSR_MODE;
    const uint32_t bank = bank_of(mode);

    if (number == AMPGDB_REG_SP)
        return bank ? bank : AMPGDB_REG_SP_USR;
    if (number == AMPGDB_REG_LR)
        return bank ? bank + 1 : AMPGDB_REG_LR_USR;
    if (mode == MODE_FIQ && number >= 8 && number <= 12)
        return AMPGDB_REG_R8_FIQ + number - 8;
    return number;
}

/* The word of the frame that holds a resolved number; NULL when it is banked in the core. */
static uint32_t *in_frame(struct frame *frame, uint32_t number)
{
    switch (number) {
    case AMPGDB_REG_PC:
        return &frame->pc;
    case AMPGDB_REG_CPSR:
        return &frame->cpsr;
    case AMPGDB_REG_SP_USR:
        return &frame->sp_usr;
    case AMPGDB_REG_LR_USR:
        return &frame->lr_usr;
    default:
        return number < AMPGDB_REG_SP ? &frame->r[number] : NULL;
    }
}

uint32_t regs_read(const struct frame *frame, uint32_t number)
{
    const uint32_t where = resolve(frame, number);
    const uint32_t *word = in_frame((struct frame *)frame, where);

    if (word)
        return *word;
    if (where >= AMPGDB_REG_SCTLR)
        return regs_system_read(where);
    return where >= AMPGDB_REG_D0 ? regs_vfp_read(where) : read_banked(where);
}

bool regs_is_program_psr(uint32_t psr)
{
    switch (psr & PSR_MODE) {
    case MODE_USR:
    case MODE_FIQ:
    case MODE_IRQ:
    case MODE_SVC:
    case MODE_ABT:
    case MODE_UND:
    case MODE_SYS:
        return !(psr & PSR_J);
    default:
        return false;
    }
}

int regs_write(struct frame *frame, uint32_t number, uint32_t value)
{
    const uint32_t where = resolve(frame, number);
    uint32_t *word = in_frame(frame, where);

    if (where >= AMPGDB_REG_SCTLR)
        return regs_system_write(where, value);
    if (where == AMPGDB_REG_CPSR && !regs_is_program_psr(value))
        return -AMPGDB_EINVAL;
    if (where == AMPGDB_REG_PC)
        value &= ~1u;
    if (where >= AMPGDB_REG_D0)
        regs_vfp_write(where, value);
    else if (word)
        *word = value;
    else
        write_banked(where, value);
    return 0;
}

uint32_t regs_spsr(const struct frame *frame)
{
    const uint32_t bank = bank_of(frame->cpsr & PSR_MODE);

    return bank ? read_banked(bank + 2) : 0;
}

void regs_skip(struct frame *frame, uint32_t len)
{
    /* IT[7:2] are CPSR bits 15:10, IT[1:0] are bits 26:25. The low five shift left; when the
     * last three are done, the block is over. */
    uint32_t it = (frame->cpsr >> 8 & 0xFCu) | (frame->cpsr >> 25 & 3u);

    it = it & 7 ? (it & 0xE0u) | (it << 1 & 0x1Fu) : 0;
    frame->cpsr = (frame->cpsr & ~PSR_IT) | (it & 0xFCu) << 8 | (it & 3u) << 25;
    frame->pc += len;
}

void regs_clear(struct frame *frame)
{
    for (uint32_t i = 0; i < 13; i++)
        frame->r[i] = 0;
    frame->sp_usr = 0;
    frame->lr_usr = 0;
    for (uint32_t number = AMPGDB_REG_SP_SVC; number < AMPGDB_REG_D0; number++)
        write_banked(number, 0);
    regs_vfp_clear();
}
