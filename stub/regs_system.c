/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See regs_system.h. The registers themselves are in cp.h.
 */
#include "regs_system.h"

#include <stdbool.h>

#include "ampgdb/message.h"
#include "cp.h"
#include "guest.h"

/* clang-format off */
#define WRITABLE(X)                                                         \
    X(AMPGDB_REG_SCTLR, sctlr)           X(AMPGDB_REG_CPACR, cpacr)         \
    X(AMPGDB_REG_TTBR0, ttbr0)           X(AMPGDB_REG_TTBR1, ttbr1)         \
    X(AMPGDB_REG_TTBCR, ttbcr)           X(AMPGDB_REG_DACR, dacr)           \
    X(AMPGDB_REG_DFSR, dfsr)             X(AMPGDB_REG_DFAR, dfar)           \
    X(AMPGDB_REG_IFSR, ifsr)             X(AMPGDB_REG_IFAR, ifar)           \
    X(AMPGDB_REG_CONTEXTIDR, contextidr) X(AMPGDB_REG_VBAR, vbar)
#define READABLE(X)                                                         \
    X(AMPGDB_REG_MPIDR, mpidr)           X(AMPGDB_REG_ISR, programs_isr)    \
    X(AMPGDB_REG_CNTFRQ, cntfrq)         X(AMPGDB_REG_CNTPCT, counter_low)  \
    X(AMPGDB_REG_CNTPCT_HIGH, counter_high)
/* clang-format on */

/* As PL1 reads it with AMO and FMO set (B4.1.82): interrupts as they are; FIQ and abort would be
 * the virtual ones, which nobody raises. */
static uint32_t programs_isr_read(void)
{
    return isr_read() & PSR_I;
}

static uint32_t kept_high;
static bool has_kept_high;

static uint32_t counter_low_read(void)
{
    const uint64_t count = cntpct_read();

    kept_high = (uint32_t)(count >> 32);
    has_kept_high = true;
    return (uint32_t)count;
}

static uint32_t counter_high_read(void)
{
    const uint32_t high = has_kept_high ? kept_high : (uint32_t)(cntpct_read() >> 32);

    has_kept_high = false;
    return high;
}

uint32_t regs_system_read(uint32_t number)
{
#define READ(name, reg)                                                                            \
    case name:                                                                                     \
        return reg##_read();
    switch (number) {
        WRITABLE(READ)
        READABLE(READ)
    default:
        return 0;
    }
#undef READ
}

/* Caches are left alone: a user who clears SCTLR.C does what a program would that does so without
 * cleaning them, and what is dirty in them is not seen by it until they are on again (B2.2, "Cache
 * enabling and disabling"). */
int regs_system_write(uint32_t number, uint32_t value)
{
    if (number >= AMPGDB_REG_READ_ONLY)
        return -AMPGDB_EINVAL;
    guest_leave_vectors();
#define WRITE(name, reg)                                                                           \
    case name:                                                                                     \
        reg##_write(value);                                                                        \
        break;
    switch (number) {
        WRITABLE(WRITE)
    }
#undef WRITE
    /* The program would drop its stale translations, too, and what was predicted by them (DDI
     * 0406C, B3.10, B2.2); before somebody asks for one. */
    tlbiallnsnh(0);
    bpiall(0);
    dsb();
    isb();
    guest_follow();
    return 0;
}
