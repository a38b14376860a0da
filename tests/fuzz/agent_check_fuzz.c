/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any agent code from a client, checked by the bridge. What it lets pass is run by the stub's own
 * evaluator: nothing may be left there to complain of but a division by zero and a loop without
 * end. What that prints is written with the formats that the check has kept.
 *
 * The first byte of the input says what the program's memory holds everywhere; the rest is code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "agent_check.h"
#include "ampgdb/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What the bridge writes for a print that it did not ask for. libFuzzer learns what is looked for,
 * and tries it as a format: then it says nothing. */
#define UNASKED "no dprintf of this session"

static struct print_formats *formats;
static uint8_t memory;
static bool has_unasked; /* the input */

static void require(int holds)
{
    if (!holds)
        abort();
}

static uint32_t read_reg(void *context, uint32_t number)
{
    (void)context;
    require(number < AMPGDB_REG_COUNT);
    return number * 0x01010101u;
}

static int read_mem(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    (void)context;
    (void)addr;
    memset(bytes, memory, len);
    return 0;
}

/* As the stub sends it; strings are as long as memory says. */
static void print(void *context, uint32_t id, uint32_t strings, const uint64_t *values,
                  uint32_t count)
{
    uint32_t payload[1024] = {id, memory, count, strings};
    uint32_t words = AMPGDB_PRINT_WORDS;
    char text[256];

    (void)context;
    require(count <= AMPGDB_PRINT_VALUES_MAX && strings >> count == 0);
    for (uint32_t i = 0; i < count; i++) {
        payload[words++] = (uint32_t)values[i];
        payload[words++] = (uint32_t)(values[i] >> 32);
    }
    for (; strings; strings &= strings - 1) {
        const uint32_t len =
            memory > AMPGDB_PRINT_STRING_MAX ? AMPGDB_PRINT_NO_STRING : (uint32_t)memory;

        payload[words++] = len;
        if (len == AMPGDB_PRINT_NO_STRING)
            continue;
        memset(payload + words, 'x', len);
        words += (len + 3) / 4;
    }
    require(print_formats_write(formats, payload, text, sizeof text) == strlen(text));
    require(has_unasked || strstr(text, UNASKED) == NULL);
}

/* Bytes of opcode and operand in checked code. */
static size_t size_of(uint8_t opcode)
{
    switch (opcode) {
    case AMPGDB_AGENT_EXT:
    case AMPGDB_AGENT_ZERO_EXT:
    case AMPGDB_AGENT_CONST8:
    case AMPGDB_AGENT_PICK:
        return 2;
    case AMPGDB_AGENT_IF_GOTO:
    case AMPGDB_AGENT_GOTO:
    case AMPGDB_AGENT_CONST16:
    case AMPGDB_AGENT_REG:
        return 3;
    case AMPGDB_AGENT_CONST32:
        return 5;
    case AMPGDB_AGENT_PRINT:
        return 6;
    case AMPGDB_AGENT_CONST64:
        return 9;
    default:
        return 1;
    }
}

/* May it fail for reasons that nobody can see before it runs? */
static int may_fail(const uint8_t *code, size_t len)
{
    for (size_t at = 0; at < len; at += size_of(code[at])) {
        if (code[at] >= AMPGDB_AGENT_DIV_SIGNED && code[at] <= AMPGDB_AGENT_REM_UNSIGNED)
            return 1;
        if ((code[at] == AMPGDB_AGENT_GOTO || code[at] == AMPGDB_AGENT_IF_GOTO) &&
            ((size_t)code[at + 1] << 8 | code[at + 2]) <= at)
            return 1;
    }
    return 0;
}

static void evaluate(const uint8_t *code, size_t len)
{
    static const struct agent_world world = {NULL, read_reg, read_mem, print};
    uint64_t value = 0;
    uint32_t bad_addr = 0;
    const int result = agent_evaluate(code, (uint32_t)len, &world, &value, &bad_addr);

    require(result == 0 || (result == -AMPGDB_EAGENT && may_fail(code, len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint8_t code[AMPGDB_AGENT_CODE_MAX];
    struct error error;
    int size;

    if (len < 1)
        return 0;
    memory = bytes[0];
    has_unasked = memmem(bytes, len, UNASKED, strlen(UNASKED)) != NULL;
    memset(&error, 0, sizeof error);
    formats = print_formats_new();
    require(formats != NULL);
    size = agent_check(bytes + 1, len - 1, code, formats, &error);
    require(size <= (int)sizeof code && (size > 0 || size == -AMPGDB_EAGENT));
    if (size < 0)
        require(error.text[0] && !strchr(error.text, '\n'));
    else
        evaluate(code, (size_t)size);
    print_formats_free(formats);
    return 0;
}
