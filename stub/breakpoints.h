/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The debugger's breakpoints: where they are, what happens when they are hit, and what they are
 * made of: one of the core's breakpoint registers, or a patch of the program's memory (patches.h).
 * One register is kept for stepping.
 *
 * A software breakpoint with actions takes a free register, if there is one, and gives it back
 * when a hardware breakpoint needs it: to go on after a hit then costs a tenth, because nothing is
 * patched.
 */
#ifndef STUB_BREAKPOINTS_H
#define STUB_BREAKPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "actions.h"
#include "ampgdb/message.h"

#define BREAKPOINTS_SOFTWARE 128u

/* breakpoints_init - nothing set. After debug_unit_init(). */
void breakpoints_init(void);

/* How many hardware breakpoints the debugger may set. */
uint32_t breakpoints_hardware(void);

/*
 * breakpoints_set, breakpoints_clear - type and kind as in message.h
 *
 * Both are idempotent; set replaces the actions. A hardware breakpoint where no instruction can be,
 * by its alignment, is accepted and never met. code: words long, behind struct ampgdb_break. Those
 * of watchpoints go to watchpoints.h instead. Return 0; -AMPGDB_EINVAL for a type, kind, alignment
 * or code that does not exist; -AMPGDB_ENOSPC when no breakpoint or no room for code is left;
 * -AMPGDB_EFAULT when the memory cannot be patched. After an error everything is as it was.
 */
int breakpoints_set(const struct ampgdb_break *new, const uint32_t *code, uint32_t words);
int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind);
void breakpoints_clear_all(void);

bool breakpoints_has_software(uint32_t addr);
bool breakpoints_has_hardware(uint32_t addr);

/* breakpoints_hit - run the actions of those at addr, of which there is at least one:
 * actions_run()'s results. Without actions: stop. */
int breakpoints_hit(uint32_t addr, const struct agent_world *world, uint32_t *bad_addr);

/*
 * breakpoints_catch - plant a BKPT at an exception vector, for guest.h; breakpoints_uncatch removes
 * all of these. The debugger's own breakpoint at the same place is another one: both may be there.
 * Returns 0, -AMPGDB_EFAULT, -AMPGDB_EINVAL where a breakpoint of the debugger has some of the
 * bytes, or -AMPGDB_ENOSPC.
 */
int breakpoints_catch(uint32_t addr, bool thumb);
void breakpoints_uncatch(void);
bool breakpoints_has_catch(uint32_t addr);

/* breakpoints_lift - take those at addr out, to execute what is there; breakpoints_replant puts
 * them back. At most BREAKPOINTS_LIFTED addresses at a time; one that is set meanwhile is lifted
 * too. */
#define BREAKPOINTS_LIFTED 2u
void breakpoints_lift(uint32_t addr);
void breakpoints_replant(uint32_t addr);

/* breakpoints_arm_step - stop before the instruction at addr is executed, once. */
void breakpoints_arm_step(uint32_t addr, bool thumb);
void breakpoints_disarm_step(void);

#endif
