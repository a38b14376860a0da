/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the client is told: replies, console text when it is legal, and the sentences that explain.
 * Decides nothing, and asks Core 3 for nothing.
 *
 * GDB manual, "Overview", "Packet Acknowledgment", "Stop Reply Packets".
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rsp.h"

#define CONSOLE_CHUNK 1024u /* bytes of text in one 'O' packet */

/* --- Packets ------------------------------------------------------------------------------- */

static void send_frame(struct session *session, const uint8_t *payload, size_t len)
{
    trace_packet(session->config.trace,
                 session->role == SESSION_DEBUGS ? TRACE_TO_CLIENT : TRACE_TO_OBSERVER, payload,
                 len);
    session->frame_len = rsp_frame(session->frame, payload, len);
    session->config.send(session->config.context, session->frame, session->frame_len);
}

void session_send_reply(struct session *session)
{
    assert(!session->reply.overflow);
    send_frame(session, session->reply.bytes, session->reply.len);
}

void session_send_text(struct session *session, const char *text)
{
    send_frame(session, (const uint8_t *)text, strlen(text));
}

void session_send_ack(struct session *session, char ack)
{
    if (session->acks)
        session->config.send(session->config.context, (const uint8_t *)&ack, 1);
}

/* Error numbers mean nothing to GDB; these are what people know from gdbserver (errno, in hex). */
static unsigned error_number(int error)
{
    switch (-error) {
    case AMPGDB_EFAULT:
        return 0x0e; /* EFAULT */
    case AMPGDB_EINVAL:
        return 0x16; /* EINVAL */
    case AMPGDB_EBUSY:
        return 0x10; /* EBUSY */
    case AMPGDB_ENOSPC:
        return 0x1c; /* ENOSPC */
    default:
        return 0x01;
    }
}

void session_send_error(struct session *session, int error)
{
    char text[8];

    snprintf(text, sizeof text, "E%02x", error_number(error));
    rsp_reply_clear(&session->reply);
    rsp_reply_text(&session->reply, text);
    session_send_reply(session);
}

/* --- Text ---------------------------------------------------------------------------------- */

/* Legal only while the client waits for a stop, or inside qRcmd (GDB manual, "Stop Reply
 * Packets", 'O'). */
void session_console(struct session *session, const char *text)
{
    uint8_t packet[1 + 2 * CONSOLE_CHUNK];

    for (size_t left = strlen(text); left > 0;) {
        const size_t part = left < CONSOLE_CHUNK ? left : CONSOLE_CHUNK;
        uint8_t *at = packet;

        *at++ = 'O';
        for (size_t i = 0; i < part; i++) {
            *at++ = (uint8_t)rsp_hex_char((uint8_t)text[i] >> 4);
            *at++ = (uint8_t)rsp_hex_char((uint8_t)text[i] & 15u);
        }
        send_frame(session, packet, (size_t)(at - packet));
        text += part;
        left -= part;
    }
}

void session_say_later(struct session *session, const char *format, ...)
{
    const size_t used = strlen(session->later);
    char sentence[sizeof session->later - 1];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    session->config.log(session->config.context, sentence);
    if (strstr(session->later, sentence))
        return; /* a client that tries again need not read it twice */
    if (used + strlen(sentence) + 1 < sizeof session->later)
        sprintf(session->later + used, "%s\n", sentence);
}

const char *session_explain(const struct session *session, int error)
{
    return session->trouble ? session->trouble : core3_explain(session->core3, error);
}

const char *session_refusal(const struct session *session)
{
    if (session->role == SESSION_OBSERVES)
        return "this connection only observes: the client that connected first is the debugger, "
               "and nothing here can change, move or stop the program";
    return session->verdict;
}
