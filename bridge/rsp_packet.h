/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Framing of GDB's remote serial protocol: bytes become packets and packets become bytes. Knows
 * checksums and escapes; refuses to know what any packet means. Pure.
 *
 * GDB manual, "Overview" of the remote protocol, and "Interrupts" for Ctrl-C.
 */
#ifndef BRIDGE_RSP_PACKET_H
#define BRIDGE_RSP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of payload in the largest packet we take or send; announced as PacketSize, in hex. */
#define RSP_PACKET_SIZE 0x10000u

/* Bytes on the wire that len bytes of payload may need: each escaped, and "$#xx". */
#define RSP_FRAME_MAX(len) (2u * (len) + 4u)

enum rsp_event {
    RSP_NOTHING,      /* more bytes are needed, or the byte meant nothing */
    RSP_PACKET,       /* receiver->data, receiver->len: a whole packet, escapes undone */
    RSP_BAD_CHECKSUM, /* a packet that must be sent again */
    RSP_OVERSIZED,    /* a sound packet that did not fit; its content is gone */
    RSP_INTERRUPT,    /* Ctrl-C, outside packets */
    RSP_NAK,          /* the peer wants our last packet again */
};

struct rsp_receiver {
    enum {
        RSP_OUTSIDE,
        RSP_IN_DATA,
        RSP_ESCAPED,
        RSP_FIRST_DIGIT,
        RSP_SECOND_DIGIT,
    } state;
    uint8_t sum;         /* of the bytes on the wire */
    uint8_t first_digit; /* as received */
    bool oversized;
    size_t len;
    uint8_t data[RSP_PACKET_SIZE];
};

void rsp_receiver_reset(struct rsp_receiver *receiver);

/* rsp_push - take one byte. After RSP_PACKET data and len stay valid until the next call. */
enum rsp_event rsp_push(struct rsp_receiver *receiver, uint8_t byte);

/*
 * rsp_frame - make a packet of a payload
 *
 * out:     room for RSP_FRAME_MAX(len) bytes.
 * payload: any bytes; those that are special in a reply ('$', '#', '}', '*') are escaped. Text
 *          replies hold none of them, so a handler need not say which kind its reply is.
 * Returns the bytes written to out.
 */
size_t rsp_frame(uint8_t *out, const uint8_t *payload, size_t len);

#endif
