/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See rsp_packet.h.
 */
#include "rsp_packet.h"

#include "rsp_text.h"

#define CTRL_C      0x03
#define ESCAPE      0x7d
#define ESCAPE_FLIP 0x20

void rsp_receiver_reset(struct rsp_receiver *receiver)
{
    receiver->state = RSP_OUTSIDE;
    receiver->len = 0;
}

static enum rsp_event start(struct rsp_receiver *receiver)
{
    receiver->state = RSP_IN_DATA;
    receiver->sum = 0;
    receiver->oversized = false;
    receiver->len = 0;
    return RSP_NOTHING;
}

static void append(struct rsp_receiver *receiver, uint8_t byte)
{
    if (receiver->len < sizeof receiver->data)
        receiver->data[receiver->len++] = byte;
    else
        receiver->oversized = true;
}

static enum rsp_event push_outside(uint8_t byte)
{
    if (byte == CTRL_C)
        return RSP_INTERRUPT;
    return byte == '-' ? RSP_NAK : RSP_NOTHING;
}

static enum rsp_event push_data(struct rsp_receiver *receiver, uint8_t byte)
{
    if (byte == '#') {
        /* A sender escapes '#', so this one is the end even behind an escape, which then stands
         * for itself; the handler will find the packet malformed. */
        if (receiver->state == RSP_ESCAPED)
            append(receiver, ESCAPE);
        receiver->state = RSP_FIRST_DIGIT;
        return RSP_NOTHING;
    }
    receiver->sum = (uint8_t)(receiver->sum + byte);
    if (receiver->state == RSP_ESCAPED) {
        append(receiver, byte ^ ESCAPE_FLIP);
        receiver->state = RSP_IN_DATA;
    } else if (byte == ESCAPE) {
        receiver->state = RSP_ESCAPED;
    } else {
        append(receiver, byte);
    }
    return RSP_NOTHING;
}

static enum rsp_event finish(struct rsp_receiver *receiver, uint8_t second_digit)
{
    const int high = rsp_hex_digit(receiver->first_digit);
    const int low = rsp_hex_digit(second_digit);

    receiver->state = RSP_OUTSIDE;
    if (high < 0 || low < 0 || (high << 4 | low) != receiver->sum)
        return RSP_BAD_CHECKSUM;
    return receiver->oversized ? RSP_OVERSIZED : RSP_PACKET;
}

enum rsp_event rsp_push(struct rsp_receiver *receiver, uint8_t byte)
{
    /* A sender escapes '$' in data: a bare one starts a packet, whatever became of the last. */
    if (byte == '$')
        return start(receiver);
    switch (receiver->state) {
    case RSP_IN_DATA:
    case RSP_ESCAPED:
        return push_data(receiver, byte);
    case RSP_FIRST_DIGIT:
        receiver->first_digit = byte;
        receiver->state = RSP_SECOND_DIGIT;
        return RSP_NOTHING;
    case RSP_SECOND_DIGIT:
        return finish(receiver, byte);
    case RSP_OUTSIDE:
        break;
    }
    return push_outside(byte);
}

static bool is_special(uint8_t byte)
{
    return byte == '$' || byte == '#' || byte == ESCAPE || byte == '*';
}

size_t rsp_frame(uint8_t *out, const uint8_t *payload, size_t len)
{
    uint8_t *at = out;
    uint8_t sum = 0;

    *at++ = '$';
    for (size_t i = 0; i < len; i++) {
        if (is_special(payload[i])) {
            *at++ = ESCAPE;
            *at++ = payload[i] ^ ESCAPE_FLIP;
        } else {
            *at++ = payload[i];
        }
    }
    for (const uint8_t *byte = out + 1; byte < at; byte++)
        sum = (uint8_t)(sum + *byte);
    *at++ = '#';
    *at++ = (uint8_t)rsp_hex_char(sum >> 4);
    *at++ = (uint8_t)rsp_hex_char(sum & 15);
    return (size_t)(at - out);
}
