/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See cover.h. Blocks form a tree: two of them are apart, or one contains the other. So the bytes
 * that still need registers are looked at in the smallest block around them. A register there takes
 * one direction or both, or no register there is needed because each half of the block has its own;
 * in a doubleword, where any adjacent bytes may be selected, there are more ways to cut. Each
 * register costs one, and each wasted byte more than all registers together.
 */
#include "cover.h"

#include <stdbool.h>
#include <stddef.h>

#include "ampgdb/message.h"

#define DOUBLEWORD 3u /* log2 of bytes */
#define BLOCK_MAX                                                                                  \
    28u           /* a quarter of the Pi's addresses; the sums below need no more than 32 bits */
#define SMALL 12u /* log2 of a block that may be taken for a single byte */
#define BOTH  (ACCESS_READ | ACCESS_WRITE)

#define NO_WAY 0x80000000u /* more than any waste */

struct span {
    uint32_t first, last;
};

/* Bytes to cover, apart from each other. */
struct spans {
    struct span span[COVER_OBJECTS];
    uint32_t count;
};

static struct spans wanted[BOTH + 1]; /* by direction; BOTH: either of them */

/* Where the chosen registers go; NULL while costs are compared. */
struct output {
    struct cover_register *next;
};

/* --- spans --- */

/* The part of both; false when there is none. */
static bool intersect(const struct span *a, const struct span *b, struct span *common)
{
    common->first = a->first > b->first ? a->first : b->first;
    common->last = a->last < b->last ? a->last : b->last;
    return common->first <= common->last;
}

/* Those that meet the new one are absorbed: no byte is there twice. */
static void add_span(struct spans *spans, struct span new)
{
    struct span common;

    for (uint32_t i = 0; i < spans->count;) {
        const struct span *old = &spans->span[i];

        if (!intersect(old, &new, &common)) {
            i++;
            continue;
        }
        if (old->first < new.first)
            new.first = old->first;
        if (old->last > new.last)
            new.last = old->last;
        spans->span[i] = spans->span[--spans->count];
    }
    spans->span[spans->count++] = new;
}

/* From the first byte wanted in "within" to the last; false when there is none. */
static bool extent(const struct span *within, uint32_t how, struct span *result)
{
    const struct spans *spans = &wanted[how];
    struct span part;
    bool found = false;

    for (uint32_t i = 0; i < spans->count; i++) {
        if (!intersect(&spans->span[i], within, &part))
            continue;
        if (!found || part.first < result->first)
            result->first = part.first;
        if (!found || part.last > result->last)
            result->last = part.last;
        found = true;
    }
    return found;
}

static uint32_t bytes_of(const struct span *span)
{
    return span->last - span->first + 1;
}

static uint32_t bytes_wanted(const struct span *within, uint32_t how)
{
    const struct spans *spans = &wanted[how];
    struct span part;
    uint32_t bytes = 0;

    for (uint32_t i = 0; i < spans->count; i++)
        if (intersect(&spans->span[i], within, &part))
            bytes += bytes_of(&part);
    return bytes;
}

/* --- registers --- */

/* The smallest block that contains the span, by its log2; 32 is the whole address space. */
static uint32_t block_around(const struct span *span)
{
    uint32_t log2 = DOUBLEWORD;

    while (log2 < 32 && span->first >> log2 != span->last >> log2)
        log2++;
    return log2;
}

/* Should one register cover the span, for which it takes a block of this size? */
static bool is_worth_it(const struct span *span, uint32_t log2)
{
    if (log2 > BLOCK_MAX || (log2 > SMALL && bytes_of(span) <= 1u << (log2 - 2)))
        return false;
    return bytes_wanted(span, BOTH) == bytes_of(span);
}

static void put_register(struct output *out, const struct span *covered, uint32_t log2,
                         uint32_t how)
{
    struct cover_register *reg = out->next++;

    *reg = (struct cover_register){.addr = covered->first & ~7u, .how = (uint8_t)how};
    if (log2 == DOUBLEWORD)
        reg->select = (uint8_t)(((1u << bytes_of(covered)) - 1u) << covered->first % 8);
    else
        reg->size_log2 = (uint8_t)log2;
}

/* One register for the directions "how" of everything within: the waste, or NO_WAY. */
static uint32_t place(const struct span *within, uint32_t how, struct output *out)
{
    struct span span;
    uint32_t waste = 0;

    if (!extent(within, how, &span))
        return 0;

    const uint32_t log2 = block_around(&span);

    if (!is_worth_it(&span, log2))
        return NO_WAY;
    if (log2 > DOUBLEWORD) {
        span.first = span.first >> log2 << log2;
        span.last = span.first + ((1u << log2) - 1u);
    }
    for (uint32_t direction = ACCESS_READ; direction <= ACCESS_WRITE; direction++)
        if (how & direction)
            waste += bytes_of(&span) - bytes_wanted(&span, direction);
    if (out)
        put_register(out, &span, log2, how);
    return waste;
}

/* --- the search; its depth is bounded by the number of registers --- */

/* How to go on with "how" of a span: one register for some of these directions, or a cut, with as
 * many of the registers for what is before it. */
struct choice {
    uint32_t waste;
    uint32_t directions; /* 0: cut */
    uint32_t cut, before;
};

static uint32_t search(const struct span *within, uint32_t how, uint32_t available,
                       struct output *out);

static uint32_t follow(const struct span *span, uint32_t how, uint32_t available,
                       const struct choice *choice, struct output *out)
{
    uint32_t one, other;

    if (choice->directions) {
        one = place(span, choice->directions, out);
        other = search(span, how & ~choice->directions, available - 1, out);
    } else {
        const struct span low = {span->first, choice->cut - 1};
        const struct span high = {choice->cut, span->last};

        one = search(&low, how, choice->before, out);
        other = search(&high, how, available - choice->before, out);
    }
    return one == NO_WAY || other == NO_WAY ? NO_WAY : one + other;
}

static void consider(const struct span *span, uint32_t how, uint32_t available,
                     struct choice *candidate, struct choice *best)
{
    candidate->waste = follow(span, how, available, candidate, NULL);
    if (candidate->waste < best->waste)
        *best = *candidate;
}

/* The least waste of everything wanted within, in the directions "how", or NO_WAY. */
static uint32_t search(const struct span *within, uint32_t how, uint32_t available,
                       struct output *out)
{
    struct choice best = {.waste = NO_WAY}, choice = {0};
    struct span span;

    if (how == 0 || !extent(within, how, &span))
        return 0;
    if (available == 0)
        return NO_WAY;

    const uint32_t half = block_around(&span) - 1;
    const bool any = half < DOUBLEWORD;
    const uint32_t cuts = any ? span.last - span.first : 1;

    for (choice.directions = how; choice.directions;
         choice.directions = (choice.directions - 1) & how)
        consider(&span, how, available, &choice, &best);
    choice.cut = any ? span.first + 1 : span.last >> half << half;
    for (uint32_t i = 0; i < cuts; i++, choice.cut++)
        for (choice.before = 1; choice.before < available; choice.before++)
            consider(&span, how, available, &choice, &best);
    if (out)
        follow(&span, how, available, &best, out);
    return best.waste;
}

int cover_find(const struct cover_object *objects, uint32_t count, struct cover_register *registers,
               uint32_t available)
{
    const struct span everything = {0, UINT32_MAX};
    struct output out = {registers};
    uint32_t waste = NO_WAY, used = 0;

    for (uint32_t how = ACCESS_READ; how <= BOTH; how++) {
        wanted[how].count = 0;
        for (uint32_t i = 0; i < count; i++)
            if (objects[i].how & how)
                add_span(&wanted[how], (struct span){objects[i].first, objects[i].last});
    }
    for (uint32_t i = 0; i <= available; i++) {
        const uint32_t with = search(&everything, BOTH, i, NULL);

        if (with < waste) {
            waste = with;
            used = i;
        }
    }
    if (waste == NO_WAY)
        return -AMPGDB_ENOSPC;
    search(&everything, BOTH, used, &out);
    return (int)(out.next - registers);
}
