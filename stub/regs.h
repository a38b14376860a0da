/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program's registers by number (enum ampgdb_reg), wherever they are: in the frame of the
 * trap, or still banked in the core.
 */
#ifndef STUB_REGS_H
#define STUB_REGS_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/message.h"
#include "frame.h"

/* regs_read - number: below AMPGDB_REG_COUNT. SPSRs by name only. A CNTPCT_HIGH belongs to the
 * CNTPCT that was read before it. */
uint32_t regs_read(const struct frame *frame, uint32_t number);

/*
 * regs_write - 0, or -AMPGDB_EINVAL for a register that cannot be written (AMPGDB_REG_READ_ONLY),
 * or a CPSR that no program may have: HYP or Monitor mode, an undefined mode, Jazelle state. PC
 * loses bit 0. Bit 1, which ARM state has not, stays until the program resumes: GDB writes PC
 * before the CPSR whose T bit belongs to it.
 */
int regs_write(struct frame *frame, uint32_t number, uint32_t value);

/* regs_is_program_psr - may a program have this CPSR? */
bool regs_is_program_psr(uint32_t psr);

/* regs_spsr - of the mode the program is in; 0 in User and System mode, which have none. */
uint32_t regs_spsr(const struct frame *frame);

/* regs_skip - go behind the instruction at PC, len bytes long, as if it had been executed:
 * the IT block advances too (DDI 0406C, A2.5.2). */
void regs_skip(struct frame *frame, uint32_t len);

/* regs_clear - all of them zero, in all modes and in the floating-point unit, which is off then;
 * but PC, CPSR and system registers (guest.h). */
void regs_clear(struct frame *frame);

static inline bool regs_is_thumb(const struct frame *frame)
{
    return frame->cpsr >> 5 & 1;
}

#endif
