/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The floating-point unit's registers (regs.h), all of which stay in the core: the stub computes
 * with none of them.
 */
#ifndef STUB_REGS_VFP_H
#define STUB_REGS_VFP_H

#include <stdint.h>

/* number: AMPGDB_REG_D0 to AMPGDB_REG_FPEXC. */
uint32_t regs_vfp_read(uint32_t number);
void regs_vfp_write(uint32_t number, uint32_t value);

/* regs_vfp_clear - all zero: the unit is off. */
void regs_vfp_clear(void);

#endif
