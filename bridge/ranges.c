/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See ranges.h.
 */
#include "ranges.h"

#include <stddef.h>

void ranges_clear(struct ranges *ranges)
{
    ranges->count = 0;
}

/* Addresses between two ranges; 0 when they overlap or are adjacent. */
static uint32_t gap(const struct range *a, const struct range *b)
{
    if (a->last < b->first)
        return b->first - a->last - 1;
    if (b->last < a->first)
        return a->first - b->last - 1;
    return 0;
}

/* Take range i out of the set and into *range. */
static void absorb(struct ranges *ranges, unsigned i, struct range *range)
{
    const struct range *item = &ranges->items[i];

    if (item->first < range->first)
        range->first = item->first;
    if (item->last > range->last)
        range->last = item->last;
    ranges->items[i] = ranges->items[--ranges->count];
}

static unsigned nearest(const struct ranges *ranges, const struct range *range)
{
    unsigned best = 0;

    for (unsigned i = 1; i < ranges->count; i++)
        if (gap(&ranges->items[i], range) < gap(&ranges->items[best], range))
            best = i;
    return best;
}

void ranges_add(struct ranges *ranges, uint32_t addr, uint32_t len)
{
    struct range range = {addr, addr + (len - 1)};

    if (len == 0)
        return;
    while (ranges->count > 0) {
        const unsigned i = nearest(ranges, &range);

        if (gap(&ranges->items[i], &range) > 0 && ranges->count < RANGES_MAX)
            break;
        absorb(ranges, i, &range);
    }
    ranges->items[ranges->count++] = range;
}

const struct range *ranges_find(const struct ranges *ranges, uint32_t addr)
{
    for (unsigned i = 0; i < ranges->count; i++)
        if (addr >= ranges->items[i].first && addr <= ranges->items[i].last)
            return &ranges->items[i];
    return NULL;
}

bool ranges_overlap(const struct ranges *ranges, uint32_t addr, uint32_t len)
{
    for (unsigned i = 0; i < ranges->count && len > 0; i++)
        if (addr <= ranges->items[i].last && addr + (len - 1) >= ranges->items[i].first)
            return true;
    return false;
}
