/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See fault.h. "B3-23" and the like are tables of the ARM Architecture Reference Manual, ARMv7-A
 * edition (DDI 0406C).
 */
#include "fault.h"

#include "ampgdb/armv7.h"
#include "ampgdb/message.h"

/* DFSR and IFSR (B4.1.52, B4.1.96) */
#define FSR_LPAE     (1u << 9)  /* long-descriptor format: STATUS in bits 5:0 */
#define FSR_WNR      (1u << 11) /* DFSR only */
#define FSR_FS4      (1u << 10) /* short-descriptor format: FS is this bit and bits 3:0 */
#define FSR_FS3_0    0xFu
#define FSR_STATUS   0x3Fu
#define LEVEL_MASK   0x3u
#define LEVEL_GROUPS 0x3Cu

/* clang-format off */
/* B3-24: STATUS, long-descriptor format, also of the HSR. Bits 1:0 are a level where it says so. */
static const struct {
    uint8_t status;
    bool has_level;
    uint8_t kind;
} long_statuses[] = {
    {0x04, true,  FAULT_TRANSLATION},
    {0x08, true,  FAULT_ACCESS_FLAG},
    {0x0C, true,  FAULT_PERMISSION},
    {0x10, false, FAULT_EXTERNAL},
    {0x11, false, FAULT_EXTERNAL_LATE},
    {0x14, true,  FAULT_EXTERNAL_WALK},
    {0x18, false, FAULT_PARITY},
    {0x19, false, FAULT_PARITY_LATE},
    {0x1C, true,  FAULT_PARITY_WALK},
    {0x21, false, FAULT_ALIGNMENT},
    {0x22, false, FAULT_DEBUG},
    {0x30, false, FAULT_TLB_CONFLICT},
    {0x34, false, FAULT_LOCKDOWN},
    {0x3A, false, FAULT_COPROCESSOR},
};

/* B3-23: FS, short-descriptor format. */
static const struct {
    uint8_t kind;
    uint8_t level;
} short_statuses[32] = {
    [0x01] = {FAULT_ALIGNMENT, 0},
    [0x02] = {FAULT_DEBUG, 0},
    [0x03] = {FAULT_ACCESS_FLAG, 1},
    [0x04] = {FAULT_MAINTENANCE, 0},
    [0x05] = {FAULT_TRANSLATION, 1},
    [0x06] = {FAULT_ACCESS_FLAG, 2},
    [0x07] = {FAULT_TRANSLATION, 2},
    [0x08] = {FAULT_EXTERNAL, 0},
    [0x09] = {FAULT_DOMAIN, 1},
    [0x0B] = {FAULT_DOMAIN, 2},
    [0x0C] = {FAULT_EXTERNAL_WALK, 1},
    [0x0D] = {FAULT_PERMISSION, 1},
    [0x0E] = {FAULT_EXTERNAL_WALK, 2},
    [0x0F] = {FAULT_PERMISSION, 2},
    [0x10] = {FAULT_TLB_CONFLICT, 0},
    [0x14] = {FAULT_LOCKDOWN, 0},
    [0x16] = {FAULT_EXTERNAL_LATE, 0},
    [0x18] = {FAULT_PARITY_LATE, 0},
    [0x19] = {FAULT_PARITY, 0},
    [0x1A] = {FAULT_COPROCESSOR, 0},
    [0x1C] = {FAULT_PARITY_WALK, 1},
    [0x1E] = {FAULT_PARITY_WALK, 2},
};

static const char *const names[FAULT_KINDS] = {
    [FAULT_NONE] = "none",
    [FAULT_ALIGNMENT] = "alignment fault",
    [FAULT_TRANSLATION] = "translation fault",
    [FAULT_ACCESS_FLAG] = "access flag fault",
    [FAULT_DOMAIN] = "domain fault",
    [FAULT_PERMISSION] = "permission fault",
    [FAULT_EXTERNAL] = "external abort",
    [FAULT_EXTERNAL_WALK] = "external abort on a table walk",
    [FAULT_EXTERNAL_LATE] = "asynchronous external abort",
    [FAULT_PARITY] = "parity error",
    [FAULT_PARITY_WALK] = "parity error on a table walk",
    [FAULT_PARITY_LATE] = "asynchronous parity error",
    [FAULT_MAINTENANCE] = "fault on instruction cache maintenance",
    [FAULT_TLB_CONFLICT] = "TLB conflict",
    [FAULT_DEBUG] = "debug event",
    [FAULT_LOCKDOWN] = "implementation-defined fault (lockdown)",
    [FAULT_COPROCESSOR] = "implementation-defined fault (coprocessor)",
    [FAULT_UNKNOWN] = "unknown fault status",
};
/* clang-format on */

static struct fault of_long_status(uint32_t status)
{
    for (unsigned i = 0; i < sizeof long_statuses / sizeof long_statuses[0]; i++) {
        const bool has_level = long_statuses[i].has_level;

        if (long_statuses[i].status == (has_level ? status & LEVEL_GROUPS : status))
            return (struct fault){long_statuses[i].kind, has_level ? status & LEVEL_MASK : 0,
                                  status};
    }
    return (struct fault){FAULT_UNKNOWN, 0, status};
}

static struct fault of_short_status(uint32_t status)
{
    const enum fault_kind kind = short_statuses[status].kind;

    return (struct fault){kind == FAULT_NONE ? FAULT_UNKNOWN : kind, short_statuses[status].level,
                          status};
}

struct fault fault_of_fsr(uint32_t fsr)
{
    if (fsr & FSR_LPAE)
        return of_long_status(fsr & FSR_STATUS);
    return of_short_status((fsr & FSR_FS4 ? 0x10u : 0) | (fsr & FSR_FS3_0));
}

struct fault fault_of_stop(const struct ampgdb_stop *stop)
{
    switch (stop->reason) {
    case AMPGDB_STOP_PREFETCH:
    case AMPGDB_STOP_DATA:
        return fault_of_fsr(stop->syndrome);
    case AMPGDB_STOP_S2_FETCH:
    case AMPGDB_STOP_S2_DATA:
    case AMPGDB_STOP_LOCAL:
    case AMPGDB_STOP_ABORT:
        return of_long_status(HSR_FAULT_STATUS(stop->syndrome));
    default:
        return (struct fault){FAULT_NONE, 0, 0};
    }
}

bool fault_is_write(const struct ampgdb_stop *stop)
{
    return (stop->syndrome & (stop->reason == AMPGDB_STOP_DATA ? FSR_WNR : HSR_WNR)) != 0;
}

bool fault_has_address(const struct ampgdb_stop *stop)
{
    switch (stop->reason) {
    case AMPGDB_STOP_PREFETCH:
    case AMPGDB_STOP_DATA:
    case AMPGDB_STOP_S2_FETCH:
    case AMPGDB_STOP_S2_DATA:
    case AMPGDB_STOP_LOCAL:
    case AMPGDB_STOP_VECTORS:
    case AMPGDB_STOP_WATCH:
        return true;
    case AMPGDB_STOP_AGENT:
        return stop->syndrome == AMPGDB_EFAULT;
    default:
        return false;
    }
}

const char *fault_name(enum fault_kind kind)
{
    return kind < FAULT_KINDS ? names[kind] : names[FAULT_UNKNOWN];
}
