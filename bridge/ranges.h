/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A set of address ranges with a bounded size: which memory was written? Pure.
 */
#ifndef BRIDGE_RANGES_H
#define BRIDGE_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 64u

struct range {
    uint32_t first;
    uint32_t last; /* inclusive: a range may end with the address space */
};

struct ranges {
    unsigned count;
    struct range items[RANGES_MAX]; /* neither overlapping nor adjacent, in no order */
};

void ranges_clear(struct ranges *ranges);

/* ranges_add - add [addr, addr + len), which must not wrap. When the set is full, the gap to the
 * nearest range is counted in: a set never forgets, it may only know too much. */
void ranges_add(struct ranges *ranges, uint32_t addr, uint32_t len);

/* ranges_overlap - is any byte of [addr, addr + len), which must not wrap, in the set? */
bool ranges_overlap(const struct ranges *ranges, uint32_t addr, uint32_t len);

/* ranges_find - the range that addr lies in, or NULL. */
const struct range *ranges_find(const struct ranges *ranges, uint32_t addr);

#endif
