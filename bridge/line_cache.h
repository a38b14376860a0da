/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Copies of memory that stands still: an IDE reads hundreds of times two or four bytes at each
 * stop. Knows nothing of Core 3; its owner decides what may be cached, and until when. Pure.
 */
#ifndef BRIDGE_LINE_CACHE_H
#define BRIDGE_LINE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_CACHE_LINE  256u
#define LINE_CACHE_LINES 64u

/* Longer reads are faster without, and would throw out what small ones need. */
#define LINE_CACHE_READ_MAX 1024u

struct line_cache {
    struct line {
        bool valid;
        uint32_t addr; /* multiple of LINE_CACHE_LINE */
        uint8_t bytes[LINE_CACHE_LINE];
    } lines[LINE_CACHE_LINES];
};

/* Reads memory for a line: returns the bytes read, or a negative error. */
typedef int line_fetch_fn(void *context, uint32_t addr, void *bytes, uint32_t len);

/* line_cache_drop - forget everything: memory may have changed. */
void line_cache_drop(struct line_cache *cache);

/*
 * line_cache_read - [addr, addr + len) out of lines, fetching those that are missing
 *
 * The range must not wrap; whole lines around it must be good to read.
 * Returns false when a line could not be fetched whole: then read without the cache.
 */
bool line_cache_read(struct line_cache *cache, uint32_t addr, void *bytes, uint32_t len,
                     line_fetch_fn *fetch, void *context);

#endif
