/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * System registers as the program has them (regs.h).
 */
#ifndef STUB_REGS_SYSTEM_H
#define STUB_REGS_SYSTEM_H

#include <stdint.h>

/*
 * regs_system_read - number: AMPGDB_REG_SCTLR to AMPGDB_REG_CNTPCT_HIGH
 *
 * CNTPCT keeps its high word for the CNTPCT_HIGH that is read next: together they are one moment.
 */
uint32_t regs_system_read(uint32_t number);

/* regs_system_write - 0, or -AMPGDB_EINVAL for a register of the core's. What the program's own
 * write would have brought about follows (guest.h). */
int regs_system_write(uint32_t number, uint32_t value);

#endif
