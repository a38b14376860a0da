/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See prints.h.
 */
#include "prints.h"

#include "ampgdb/message.h"
#include "patches.h"
#include "shared.h"

#define STRING_WORDS (AMPGDB_PRINT_STRING_MAX / 4u)
#define PIECE        32u /* bytes of a string that are read at once: nothing far behind its end */

static uint32_t payload[AMPGDB_PRINT_WORDS + AMPGDB_PRINT_VALUES_MAX * (2u + 1u + STRING_WORDS)];
static uint32_t lost;

_Static_assert(sizeof payload / 4 <= AMPGDB_PAYLOAD_WORDS, "fits into a message");

static uint32_t length_of(const char *string, uint32_t limit)
{
    uint32_t len = 0;

    while (len < limit && string[len])
        len++;
    return len;
}

/* Its length without the terminator, cut to the limit, or AMPGDB_PRINT_NO_STRING. */
static uint32_t read_string(uint32_t addr, char *bytes)
{
    uint32_t len = 0;

    while (len < AMPGDB_PRINT_STRING_MAX) {
        const uint32_t to_edge = PIECE - (addr + len) % PIECE;
        const uint32_t left = AMPGDB_PRINT_STRING_MAX - len;
        const uint32_t piece = to_edge < left ? to_edge : left;
        uint32_t part;

        if (patches_read_memory(addr + len, bytes + len, piece) != (int)piece)
            return AMPGDB_PRINT_NO_STRING;
        part = length_of(bytes + len, piece);
        len += part;
        if (part < piece)
            break;
    }
    return len;
}

/* words: where the length goes. Returns how many there are now. */
static uint32_t add_string(uint32_t words, uint32_t addr)
{
    char *const bytes = (char *)&payload[words + 1];
    const uint32_t len = read_string(addr, bytes);

    payload[words] = len;
    if (len == AMPGDB_PRINT_NO_STRING)
        return words + 1;
    for (uint32_t i = len; i % 4 != 0; i++)
        bytes[i] = 0;
    return words + 1 + (len + 3) / 4;
}

void prints_send(uint32_t id, uint32_t strings, const uint64_t *values, uint32_t count)
{
    struct ampgdb_message event = {0, AMPGDB_MSG_PRINT, 0, 0};
    uint32_t words = AMPGDB_PRINT_WORDS;

    strings &= (1u << count) - 1;
    payload[0] = id;
    payload[1] = lost;
    payload[2] = count;
    payload[3] = strings;
    for (uint32_t i = 0; i < count; i++) {
        payload[words++] = (uint32_t)values[i];
        payload[words++] = (uint32_t)(values[i] >> 32);
    }
    for (uint32_t i = 0; i < count; i++)
        if (strings >> i & 1)
            words = add_string(words, (uint32_t)values[i]);
    event.words = AMPGDB_MESSAGE_WORDS + words;
    lost = shared_send_spare(&event, payload) ? 0 : lost + 1;
}
