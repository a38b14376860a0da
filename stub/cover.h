/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which watchpoint registers cover a set of objects? Pure: objects in, registers out.
 *
 * A register covers an aligned block of a power of two, at least 16 bytes, or adjacent bytes of one
 * doubleword (DDI 0406C, C11.11.44).
 */
#ifndef STUB_COVER_H
#define STUB_COVER_H

#include <stdint.h>

#include "access.h"

#define COVER_OBJECTS 16u

struct cover_object {
    uint32_t first, last; /* bytes; first <= last */
    uint32_t how;         /* ACCESS_* */
};

struct cover_register {
    uint32_t addr;     /* a multiple of 8, and of the block's size */
    uint8_t size_log2; /* of a block; 0: bytes of a doubleword */
    uint8_t select;    /* a bit for each of these bytes */
    uint8_t how;
};

/*
 * cover_find - the registers that cover all objects with the least waste, and then the fewest
 *
 * Waste is what they would cover besides, in bytes and directions. One register serves several
 * objects only where these touch each other: otherwise it would hit what lies between them. Nor is
 * a register taken that covers far more than it should: the program would stop at each of its
 * steps.
 *
 * objects: count of them, at most COVER_OBJECTS. registers: room for "available" of them.
 * Returns how many are used, or -AMPGDB_ENOSPC: nothing has been written then.
 */
int cover_find(const struct cover_object *objects, uint32_t count, struct cover_register *registers,
               uint32_t available);

#endif
