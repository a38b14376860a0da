/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a fault status says, whichever of its three encodings it comes in: DFSR and IFSR with short
 * or with long descriptors, and the HSR. Pure.
 */
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/window.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_ALIGNMENT,
    FAULT_TRANSLATION,
    FAULT_ACCESS_FLAG,
    FAULT_DOMAIN,
    FAULT_PERMISSION,
    FAULT_EXTERNAL,
    FAULT_EXTERNAL_WALK,
    FAULT_EXTERNAL_LATE,
    FAULT_PARITY,
    FAULT_PARITY_WALK,
    FAULT_PARITY_LATE,
    FAULT_MAINTENANCE,
    FAULT_TLB_CONFLICT,
    FAULT_DEBUG,
    FAULT_LOCKDOWN,
    FAULT_COPROCESSOR,
    FAULT_UNKNOWN,
    FAULT_KINDS
};

struct fault {
    enum fault_kind kind;
    uint32_t level;  /* of the translation table, or 0 */
    uint32_t status; /* as it is encoded */
};

/* fault_of_fsr - of a DFSR or IFSR; fault_of_stop - what stopped the program. */
struct fault fault_of_fsr(uint32_t fsr);
struct fault fault_of_stop(const struct ampgdb_stop *stop);

/* fault_is_write - of a stop at a data access. */
bool fault_is_write(const struct ampgdb_stop *stop);

/* fault_has_address - does stop->address say what was accessed? */
bool fault_has_address(const struct ampgdb_stop *stop);

/* fault_name - "alignment fault"; never NULL. */
const char *fault_name(enum fault_kind kind);

#endif
