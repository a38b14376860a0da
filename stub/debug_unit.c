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

/* In HYP mode no breakpoint matches, so value and control need no order; the exception return into
 * the program makes both count there (DDI 0406C, C3.2.2 and A3.8.3 "Context synchronization"). */
/* clang-format off */
static void write_breakpoint(uint32_t index, uint32_t value, uint32_t control)
{
#define PAIR(n)                                                             \
    case n:                                                                 \
        __asm__ volatile("mcr p14, 0, %0, c0, c" #n ", 4\n\t"               \
                         "mcr p14, 0, %1, c0, c" #n ", 5"                   \
                         ::"r"(value), "r"(control)                         \
                         : "memory");                                       \
        break;
    switch (index) {
    PAIR(0) PAIR(1) PAIR(2) PAIR(3) PAIR(4) PAIR(5)
    }
#undef PAIR
}
/* clang-format on */

/* clang-format off */
static void write_watchpoint(uint32_t index, uint32_t value, uint32_t control)
{
#define PAIR(n)                                                             \
    case n:                                                                 \
        __asm__ volatile("mcr p14, 0, %2, c0, c" #n ", 7\n\t"               \
                         "mcr p14, 0, %0, c0, c" #n ", 6\n\t"               \
                         "isb\n\t"                                          \
                         "mcr p14, 0, %1, c0, c" #n ", 7\n\t"               \
                         "isb" ::"r"(value), "r"(control), "r"(0)           \
                         : "memory");                                       \
        break;
    switch (index) {
    PAIR(0) PAIR(1) PAIR(2) PAIR(3)
    }
#undef PAIR
}
/* clang-format on */

static uint32_t at_most(uint32_t count, uint32_t limit)
{
    return count < limit ? count : limit;
}

/* Reset values of all of these registers are UNKNOWN. */
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
 * program watches are silent. A mask asks for all bytes selected.
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
