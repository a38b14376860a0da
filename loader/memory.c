/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * peek and poke: the program's memory as the program sees it, through the stub. Where there is no
 * stub, and so no program of ours, the RAM itself.
 */
#include <stdio.h>
#include <string.h>

#include "numbers.h"
#include "verbs.h"

#define LINE_BYTES 16u

struct access {
    uint32_t addr;
    uint32_t width; /* bytes */
    uint32_t count; /* of peek */
    uint32_t value; /* of poke */
};

static uint32_t element(const uint8_t *bytes, uint32_t width)
{
    uint32_t value = 0;

    memcpy(&value, bytes, width); /* both sides are little-endian */
    return value;
}

static void print_line(uint32_t addr, const uint8_t *bytes, uint32_t len, uint32_t width)
{
    printf("0x%08x:", addr);
    for (uint32_t i = 0; i < len; i += width)
        printf(" 0x%0*x", (int)(2 * width), element(bytes + i, width));
    printf("\n");
}

static void print_bytes(uint32_t addr, const uint8_t *bytes, uint32_t len, uint32_t width)
{
    for (uint32_t at = 0; at < len; at += LINE_BYTES)
        print_line(addr + at, bytes + at, len - at < LINE_BYTES ? len - at : LINE_BYTES, width);
}

static int fail_at(const struct core3 *core3, const char *verb, uint32_t addr, int code,
                   struct error *error)
{
    char doing[32];

    snprintf(doing, sizeof doing, "%s 0x%08x", verb, addr);
    return explained(core3, doing, code, error);
}

static int read_some(struct core3 *core3, bool has_stub, uint32_t addr, uint8_t *bytes,
                     uint32_t len)
{
    return has_stub ? core3_read_mem(core3, addr, bytes, len) : core3_peek(core3, addr, bytes, len);
}

/* What can be read is shown, also when what follows cannot. */
static int peek(struct core3 *core3, const struct arguments *arguments, void *context,
                struct error *error)
{
    static uint8_t bytes[AMPGDB_DATA_MAX];
    const struct access *access = context;
    uint64_t left = (uint64_t)access->count * access->width;
    uint32_t addr = access->addr;
    int result = take_core3_as_is(core3, error);
    const bool has_stub = result > 0;

    (void)arguments;
    while (result >= 0 && left > 0) {
        const uint32_t len = left < sizeof bytes ? (uint32_t)left : (uint32_t)sizeof bytes;

        result = read_some(core3, has_stub, addr, bytes, len);
        if (result >= 0 && (uint32_t)result < access->width)
            result = -AMPGDB_EFAULT;
        if (result < 0)
            return fail_at(core3, "read", addr, result, error);
        result -= result % (int)access->width;
        print_bytes(addr, bytes, (uint32_t)result, access->width);
        addr += (uint32_t)result;
        left -= (uint32_t)result;
    }
    return result < 0 ? result : 0;
}

int verb_peek(const struct arguments *arguments, struct error *error)
{
    struct access access = {.width = 4, .count = 1};
    unsigned next = 1;
    int result;

    if (next < arguments->word_count && is_width(arguments->words[next], &access.width))
        next++;
    result = parse_address(arguments->words[0], access.width, &access.addr, error);
    if (result == 0 && next < arguments->word_count)
        result = parse_number(arguments->words[next++], "count", &access.count, error);
    if (result == 0 && next < arguments->word_count)
        result = error_set(error, -HOST_EFAIL,
                           "'%s' is neither b, h nor w: give the width, then the count",
                           arguments->words[1]);
    return result < 0 ? result : with_core3(arguments, peek, &access, error);
}

static int poke(struct core3 *core3, const struct arguments *arguments, void *context,
                struct error *error)
{
    const struct access *access = context;
    int result = take_core3_as_is(core3, error);

    (void)arguments;
    if (result < 0)
        return result;
    if (result == 0)
        return core3_place(core3, access->addr, &access->value, access->width, error);
    result = core3_write_mem(core3, access->addr, &access->value, access->width);
    if (result == (int)access->width)
        return 0;
    return fail_at(core3, "write", access->addr, result < 0 ? result : -AMPGDB_EFAULT, error);
}

int verb_poke(const struct arguments *arguments, struct error *error)
{
    struct access access = {.width = 4};
    const unsigned last = arguments->word_count - 1;
    int result = 0;

    if (last == 2 && !is_width(arguments->words[1], &access.width))
        result =
            error_set(error, -HOST_EFAIL, "'%s' is no width: it is b, h or w", arguments->words[1]);
    if (result == 0)
        result = parse_address(arguments->words[0], access.width, &access.addr, error);
    if (result == 0)
        result = parse_value(arguments->words[last], access.width, &access.value, error);
    return result < 0 ? result : with_core3(arguments, poke, &access, error);
}
