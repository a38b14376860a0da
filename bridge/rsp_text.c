/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See rsp_text.h.
 */
#include "rsp_text.h"

#include <string.h>

int rsp_hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char rsp_hex_char(unsigned value)
{
    return "0123456789abcdef"[value];
}

bool rsp_at_end(const struct rsp_cursor *cursor)
{
    return cursor->at == cursor->end;
}

size_t rsp_left(const struct rsp_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

bool rsp_take(struct rsp_cursor *cursor, char expected)
{
    if (rsp_at_end(cursor) || *cursor->at != (uint8_t)expected)
        return false;
    cursor->at++;
    return true;
}

bool rsp_take_word(struct rsp_cursor *cursor, const char *word)
{
    const size_t len = strlen(word);

    if (rsp_left(cursor) < len || memcmp(cursor->at, word, len) != 0)
        return false;
    cursor->at += len;
    return true;
}

bool rsp_take_number(struct rsp_cursor *cursor, uint32_t *value)
{
    const uint8_t *first = cursor->at;
    uint32_t sum = 0;

    for (; !rsp_at_end(cursor); cursor->at++) {
        const int digit = rsp_hex_digit(*cursor->at);

        if (digit < 0)
            break;
        if (sum >> 28)
            return false;
        sum = sum << 4 | (uint32_t)digit;
    }
    *value = sum;
    return cursor->at != first;
}

bool rsp_take_bytes(struct rsp_cursor *cursor, uint8_t *bytes, size_t count)
{
    if (rsp_left(cursor) / 2 < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const int high = rsp_hex_digit(cursor->at[0]);
        const int low = rsp_hex_digit(cursor->at[1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
        cursor->at += 2;
    }
    return true;
}

bool rsp_take_word32(struct rsp_cursor *cursor, uint32_t *value)
{
    uint8_t bytes[4];

    if (!rsp_take_bytes(cursor, bytes, sizeof bytes))
        return false;
    *value =
        bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return true;
}

/* One half of a thread id: our number 1, or 0 ("any") or -1 ("all"), which include it. */
static bool take_id(struct rsp_cursor *cursor, bool *ours)
{
    uint32_t id;

    if (rsp_take_word(cursor, "-1")) {
        *ours = true;
        return true;
    }
    if (!rsp_take_number(cursor, &id))
        return false;
    *ours = id <= 1;
    return true;
}

bool rsp_take_thread(struct rsp_cursor *cursor, bool *ours)
{
    bool ours_too = true;

    if (!rsp_take(cursor, 'p'))
        return take_id(cursor, ours);
    if (!take_id(cursor, ours))
        return false;
    if (rsp_take(cursor, '.') && !take_id(cursor, &ours_too))
        return false;
    *ours = *ours && ours_too;
    return true;
}

void rsp_reply_clear(struct rsp_reply *reply)
{
    reply->len = 0;
    reply->overflow = false;
}

void rsp_reply_bytes(struct rsp_reply *reply, const void *bytes, size_t len)
{
    const size_t room = sizeof reply->bytes - reply->len;

    if (len > room) {
        reply->overflow = true;
        len = room;
    }
    if (len > 0)
        memcpy(reply->bytes + reply->len, bytes, len);
    reply->len += len;
}

void rsp_reply_text(struct rsp_reply *reply, const char *text)
{
    rsp_reply_bytes(reply, text, strlen(text));
}

void rsp_reply_byte(struct rsp_reply *reply, uint8_t value)
{
    const char digits[2] = {rsp_hex_char(value >> 4), rsp_hex_char(value & 15u)};

    rsp_reply_bytes(reply, digits, sizeof digits);
}

void rsp_reply_hex(struct rsp_reply *reply, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        rsp_reply_byte(reply, ((const uint8_t *)bytes)[i]);
}

void rsp_reply_word32(struct rsp_reply *reply, uint32_t value)
{
    for (unsigned shift = 0; shift < 32; shift += 8)
        rsp_reply_byte(reply, (uint8_t)(value >> shift));
}
