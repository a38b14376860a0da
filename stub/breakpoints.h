/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The debugger's breakpoints: a table of BKPT instructions planted in the program's memory, and
 * the core's breakpoint registers, one of which is kept for stepping.
 *
 * Planted instructions are hidden from the debugger: reads show, and writes change, what
 * belongs there.
 */
#ifndef STUB_BREAKPOINTS_H
#define STUB_BREAKPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKPOINTS_SOFTWARE 128u

/* breakpoints_init - nothing set. After debug_unit_init(). */
void breakpoints_init(void);

/* How many hardware breakpoints the debugger may set. */
uint32_t breakpoints_hardware(void);

/*
 * breakpoints_set, breakpoints_clear - type and kind as in message.h
 *
 * Both are idempotent. Return 0; -AMPGDB_EINVAL for a type, kind or alignment that does not exist;
 * -AMPGDB_ENOSPC when none is left; -AMPGDB_EFAULT when the memory cannot be patched.
 */
int breakpoints_set(uint32_t type, uint32_t addr, uint32_t kind);
int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind);
void breakpoints_clear_all(void);

bool breakpoints_has_software(uint32_t addr);
bool breakpoints_has_hardware(uint32_t addr);

/* breakpoints_lift - take those at addr out, to execute what is there; breakpoints_replant puts
 * them back. At most one address is lifted at a time. */
void breakpoints_lift(uint32_t addr);
void breakpoints_replant(void);

/* breakpoints_arm_step - stop before the instruction at addr is executed, once. */
void breakpoints_arm_step(uint32_t addr, bool thumb);
void breakpoints_disarm_step(void);

/* Memory as the debugger should see it: like memory_read() and memory_write(). */
int breakpoints_read_memory(uint32_t addr, void *bytes, uint32_t len);
int breakpoints_write_memory(uint32_t addr, const void *bytes, uint32_t len);

#endif
