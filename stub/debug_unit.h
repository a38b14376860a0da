/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The core's own debug registers (CP14): the only file that touches them, so that the tables of
 * breakpoints.c run on a PC too.
 */
#ifndef STUB_DEBUG_UNIT_H
#define STUB_DEBUG_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#define DEBUG_UNIT_BREAKPOINTS_MAX 6u /* Cortex-A7 and Cortex-A53 have six (DBGDIDR.BRPs) */

/* debug_unit_init - debug exceptions of the program on, and taken by us; nothing set. Once. False
 * when the chip does not let them be enabled: breakpoints would be silent, and each step run away.
 */
bool debug_unit_init(void);

/* How many breakpoint registers there are; at least two. */
uint32_t debug_unit_breakpoints(void);

/*
 * debug_unit_arm - stop the program before it executes the instruction at addr, in every mode
 *
 * index: below debug_unit_breakpoints(). addr: of an instruction. A breakpoint at the address where
 * the program is resumed fires at once.
 */
void debug_unit_arm(uint32_t index, uint32_t addr, bool thumb);
void debug_unit_disarm(uint32_t index);

/* How many watchpoint registers there are; at least one. */
#define DEBUG_UNIT_WATCHPOINTS_MAX 4u /* Cortex-A7 and Cortex-A53 have four (DBGDIDR.WRPs) */
uint32_t debug_unit_watchpoints(void);

/*
 * debug_unit_watch - stop the program before it accesses memory, in every mode
 *
 * index: below debug_unit_watchpoints(). type: AMPGDB_WATCH_*.
 * size_log2 >= 3: the block of that many bytes at addr, a multiple of its size. size_log2 0: the
 * bytes of the doubleword at addr, a multiple of 8, whose bits are set in select; these are
 * adjacent.
 */
void debug_unit_watch(uint32_t index, uint32_t type, uint32_t addr, uint32_t size_log2,
                      uint32_t select);
void debug_unit_unwatch(uint32_t index);

#endif
