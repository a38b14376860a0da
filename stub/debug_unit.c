/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See debug_unit.h. DDI 0406C, C3 (debug events), C11.11.2 (DBGBCR), C11.11.3 (DBGBVR),
 * C11.11.15 (DBGDIDR), C11.11.28 (DBGOSLAR), C11.11.44 (DBGWCR), C11.11.45 (DBGWVR).
 */
#include "debug_unit.h"

#include "ampgdb/message.h"
#include "cp.h"

/* HDCR (B4.1.66): debug exceptions and debug registers come to us; all event counters are the
 * program's. */
#define HDCR_TDE     BIT(8)
#define HDCR_TDA     BIT(9)
#define HDCR_TDOSA   BIT(10)
#define HDCR_TDRA    BIT(11)
#define PMCR_N(pmcr) ((pmcr) >> 11 & 0x1Fu)

static uint32_t breakpoints, watchpoints;

/*
 * Value and control are written without disabling first and without an ISB, also when the register
 * is in use:
 *  - Whatever pair of old and new values the core compares in between, it compares in HYP mode,
 *    where none of ours matches: HMC is 0 in all of them (C11.11.2, C11.11.44). Accesses of the
 *    program before the trap are done: watchpoints of Cortex-A7 and Cortex-A53 are synchronous.
 *  - Writes to CP14 count after a context synchronization operation (C6.2, B3.15.5): an ISB, an
 *    exception, or the return from one (glossary). There is no way into the program but the ERET in
 *    vectors.S.
 * QEMU updates at once, whatever the order.
 */
/* clang-format off */
#define PAIR(n, value_op, control_op)                                       \
    case n:                                                                 \
        __asm__ volatile("mcr p14, 0, %0, c0, c" #n ", " #value_op "\n\t"   \
                         "mcr p14, 0, %1, c0, c" #n ", " #control_op        \
                         ::"r"(value), "r"(control)                         \
                         : "memory");                                       \
        break;
#define BREAKPOINT(n) PAIR(n, 4, 5)
#define WATCHPOINT(n) PAIR(n, 6, 7)

static void write_breakpoint(uint32_t index, uint32_t value, uint32_t control)
{
    switch (index) {
    BREAKPOINT(0) BREAKPOINT(1) BREAKPOINT(2) BREAKPOINT(3) BREAKPOINT(4) BREAKPOINT(5)
    }
}

static void write_watchpoint(uint32_t index, uint32_t value, uint32_t control)
{
    switch (index) {
    WATCHPOINT(0) WATCHPOINT(1) WATCHPOINT(2) WATCHPOINT(3)
    }
}

#undef WATCHPOINT
#undef BREAKPOINT
#undef PAIR
/* clang-format on */

static uint32_t at_most(uint32_t count, uint32_t limit)
{
    return count < limit ? count : limit;
}

/* Reset values of all of these registers are UNKNOWN, HMC among them; nothing fires before MDBGen,
 * which a reset and park.S clear, is set behind this. */
static void clear_all(uint32_t didr)
{
    breakpoints = at_most((didr >> 24 & 0xFu) + 1, DEBUG_UNIT_BREAKPOINTS_MAX);
    watchpoints = at_most((didr >> 28) + 1, DEBUG_UNIT_WATCHPOINTS_MAX);
    for (uint32_t i = 0; i < breakpoints; i++)
        debug_unit_disarm(i);
    for (uint32_t i = 0; i < watchpoints; i++)
        debug_unit_unwatch(i);
}

bool debug_unit_init(void)
{
    hdcr_write(PMCR_N(pmcr_read()) | HDCR_TDE | HDCR_TDA | HDCR_TDOSA | HDCR_TDRA);
    dbgoslar_write(0); /* any value but the key unlocks; locked at power-on */
    dbgosdlr_write(0);
    dbgvcr_write(0);
    clear_all(dbgdidr_read());
    dbgdscrext_write(dbgdscrext_read() | DBGDSCR_MDBGEN);
    return (dbgdscrext_read() & DBGDSCR_MDBGEN) != 0; /* reads as 0 with DBGEN low (C11.11.20) */
}

uint32_t debug_unit_breakpoints(void)
{
    return breakpoints;
}

/*
 * Enabled, in User and all PL1 modes, never in HYP (PMC 11, HMC 0). Byte address select: the whole
 * word in ARM state, the instruction's first halfword in Thumb state; 1111 in Thumb state would
 * match both halves of the word on silicon.
 */
void debug_unit_arm(uint32_t index, uint32_t addr, bool thumb)
{
    const uint32_t select = !thumb ? 0xFu : addr & 2 ? 0xCu : 0x3u;

    write_breakpoint(index, addr & ~3u, select << 5 | 3u << 1 | 1u);
}

void debug_unit_disarm(uint32_t index)
{
    write_breakpoint(index, 0, 0);
}

uint32_t debug_unit_watchpoints(void)
{
    return watchpoints;
}

/*
 * Enabled, in User and all PL1 modes, never in HYP (PAC 11, HMC 0): our own accesses to what the
 * program watches are silent. A mask asks for all bytes selected and an address without bits below
 * it, anything else is UNPREDICTABLE, and so are selected bytes with a gap on a Cortex-A53. Masks
 * are optional in ARMv7; Cortex-A7 and Cortex-A53 have them (C11.11.44, C11.11.45). QEMU accepts
 * more.
 */
void debug_unit_watch(uint32_t index, uint32_t type, uint32_t addr, uint32_t size_log2,
                      uint32_t select)
{
    static const uint8_t load_store[] = {
        [AMPGDB_WATCH_WRITE] = 2, [AMPGDB_WATCH_READ] = 1, [AMPGDB_WATCH_ACCESS] = 3};

    if (size_log2)
        select = 0xFF;
    write_watchpoint(index, addr,
                     size_log2 << 24 | select << 5 | load_store[type] << 3 | 3u << 1 | 1u);
}

void debug_unit_unwatch(uint32_t index)
{
    write_watchpoint(index, 0, 0);
}
