/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See debug_unit.h. DDI 0406C, C3 (debug events), C11.11.2 (DBGBCR), C11.11.3 (DBGBVR),
 * C11.11.15 (DBGDIDR), C11.11.28 (DBGOSLAR).
 */
#include "debug_unit.h"

#include "cp.h"

/* HDCR (B4.1.66): debug exceptions and debug registers come to us; all event counters are the
 * program's. */
#define HDCR_TDE     BIT(8)
#define HDCR_TDA     BIT(9)
#define HDCR_TDOSA   BIT(10)
#define HDCR_TDRA    BIT(11)
#define PMCR_N(pmcr) ((pmcr) >> 11 & 0x1Fu)

static uint32_t breakpoints;

/* clang-format off */
static void write_breakpoint(uint32_t index, uint32_t value, uint32_t control)
{
#define PAIR(n)                                                             \
    case n:                                                                 \
        __asm__ volatile("mcr p14, 0, %2, c0, c" #n ", 5\n\t"               \
                         "mcr p14, 0, %0, c0, c" #n ", 4\n\t"               \
                         "isb\n\t"                                          \
                         "mcr p14, 0, %1, c0, c" #n ", 5\n\t"               \
                         "isb" ::"r"(value), "r"(control), "r"(0)           \
                         : "memory");                                       \
        break;
    switch (index) {
    PAIR(0) PAIR(1) PAIR(2) PAIR(3) PAIR(4) PAIR(5)
    }
#undef PAIR
}
/* clang-format on */

/* Control registers of watchpoints come up UNKNOWN; Cortex-A7 and Cortex-A53 have four. */
static void clear_watchpoints(void)
{
    __asm__ volatile("mcr p14, 0, %0, c0, c0, 7\n\t"
                     "mcr p14, 0, %0, c0, c1, 7\n\t"
                     "mcr p14, 0, %0, c0, c2, 7\n\t"
                     "mcr p14, 0, %0, c0, c3, 7\n\t"
                     "isb" ::"r"(0)
                     : "memory");
}

bool debug_unit_init(void)
{
    const uint32_t present = (dbgdidr_read() >> 24 & 0xFu) + 1;

    hdcr_write(PMCR_N(pmcr_read()) | HDCR_TDE | HDCR_TDA | HDCR_TDOSA | HDCR_TDRA);
    dbgoslar_write(0); /* any value but the key unlocks; locked at power-on */
    dbgosdlr_write(0);
    dbgvcr_write(0);
    breakpoints = present < DEBUG_UNIT_BREAKPOINTS_MAX ? present : DEBUG_UNIT_BREAKPOINTS_MAX;
    for (uint32_t i = 0; i < breakpoints; i++)
        debug_unit_disarm(i); /* reset values are UNKNOWN */
    clear_watchpoints();
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
