/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See line_cache.h. Direct-mapped: at these sizes a better policy would not be noticed.
 */
#include "line_cache.h"

#include <string.h>

void line_cache_drop(struct line_cache *cache)
{
    for (unsigned i = 0; i < LINE_CACHE_LINES; i++)
        cache->lines[i].valid = false;
}

static const struct line *line_at(struct line_cache *cache, uint32_t addr, line_fetch_fn *fetch,
                                  void *context)
{
    struct line *line = &cache->lines[addr / LINE_CACHE_LINE % LINE_CACHE_LINES];

    if (line->valid && line->addr == addr)
        return line;
    line->addr = addr;
    line->valid = fetch(context, addr, line->bytes, LINE_CACHE_LINE) == (int)LINE_CACHE_LINE;
    return line->valid ? line : NULL;
}

bool line_cache_read(struct line_cache *cache, uint32_t addr, void *bytes, uint32_t len,
                     line_fetch_fn *fetch, void *context)
{
    uint8_t *out = bytes;

    while (len > 0) {
        const uint32_t offset = addr % LINE_CACHE_LINE;
        const uint32_t rest = LINE_CACHE_LINE - offset;
        const uint32_t part = len < rest ? len : rest;
        const struct line *line = line_at(cache, addr - offset, fetch, context);

        if (!line)
            return false;
        memcpy(out, line->bytes + offset, part);
        out += part;
        addr += part;
        len -= part;
    }
    return true;
}
