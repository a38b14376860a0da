/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The inside of packets: a cursor that takes hex numbers, bytes and thread ids from a request, and
 * a buffer in which a reply is composed. Knows how RSP writes things; not what they mean. Pure.
 */
#ifndef BRIDGE_RSP_TEXT_H
#define BRIDGE_RSP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsp_packet.h"

/* The value of a hex digit, or -1; and the lower-case digit of a value below 16. */
int rsp_hex_digit(uint8_t c);
char rsp_hex_char(unsigned value);

/* What is left of a request. A "take" that returns false leaves the cursor anywhere: the
 * packet is malformed and nobody reads on. */
struct rsp_cursor {
    const uint8_t *at;
    const uint8_t *end;
};

bool rsp_at_end(const struct rsp_cursor *cursor);
size_t rsp_left(const struct rsp_cursor *cursor);

/* rsp_take - one given character; rsp_take_word - a given string. Move only when it is there. */
bool rsp_take(struct rsp_cursor *cursor, char expected);
bool rsp_take_word(struct rsp_cursor *cursor, const char *word);

/* rsp_take_number - at least one hex digit, most significant first; false beyond 32 bits. */
bool rsp_take_number(struct rsp_cursor *cursor, uint32_t *value);

/* rsp_take_bytes - exactly count bytes as two digits each. */
bool rsp_take_bytes(struct rsp_cursor *cursor, uint8_t *bytes, size_t count);

/* rsp_take_word32 - a register: eight digits in the target's byte order, which is little-endian. */
bool rsp_take_word32(struct rsp_cursor *cursor, uint32_t *value);

/* rsp_take_thread - a thread id, with or without a process ("1", "-1", "0", "p1.1", "p1.-1");
 * *ours: does it include our one thread, 1 of process 1? (GDB manual, "Packets", thread-id) */
bool rsp_take_thread(struct rsp_cursor *cursor, bool *ours);

/* A reply. What does not fit is cut off and remembered in overflow. */
struct rsp_reply {
    size_t len;
    bool overflow;
    uint8_t bytes[RSP_PACKET_SIZE];
};

void rsp_reply_clear(struct rsp_reply *reply);
void rsp_reply_bytes(struct rsp_reply *reply, const void *bytes, size_t len);
void rsp_reply_text(struct rsp_reply *reply, const char *text);
void rsp_reply_hex(struct rsp_reply *reply, const void *bytes, size_t len);
void rsp_reply_word32(struct rsp_reply *reply, uint32_t value);
void rsp_reply_byte(struct rsp_reply *reply, uint8_t value);

#endif
