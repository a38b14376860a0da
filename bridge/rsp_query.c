/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets about the connection and about the one thread: what we support, who is there.
 *
 * GDB manual, "General Query Packets" unless a handler says otherwise.
 */
#include <stdio.h>
#include <string.h>

#include "registers.h"
#include "rsp.h"

/* One feature of the client, up to the next ';'. */
static void take_feature(struct session *session, struct rsp_cursor *args)
{
    const uint8_t *end = memchr(args->at, ';', rsp_left(args));
    struct rsp_cursor feature = {args->at, end ? end : args->end};

    if (rsp_take_word(&feature, "swbreak+") && rsp_at_end(&feature))
        session->swbreak = true;
    if (rsp_take_word(&feature, "hwbreak+") && rsp_at_end(&feature))
        session->hwbreak = true;
    args->at = end ? end + 1 : args->end;
}

/* qSupported[:feature;feature...] -> our features. Unknown ones of the client are none of our
 * business. PacketSize is hexadecimal. */
int rsp_supported(struct session *session, struct rsp_cursor *args)
{
    char text[64];

    if (!rsp_at_end(args) && !rsp_take(args, ':'))
        return RSP_UNKNOWN;
    session->swbreak = false;
    session->hwbreak = false;
    while (!rsp_at_end(args))
        take_feature(session, args);
    snprintf(text, sizeof text, "PacketSize=%x;", RSP_PACKET_SIZE);
    rsp_reply_text(&session->reply, text);
    rsp_reply_text(&session->reply, "QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;"
                                    "swbreak+;hwbreak+;vContSupported+;ConditionalBreakpoints+;"
                                    "BreakpointCommands+");
    return RSP_DONE;
}

/* QStartNoAckMode -> OK. This packet itself has been acknowledged; the reply will be, and that
 * '+' is ignored like any byte between packets. */
int rsp_start_no_ack(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    session->acks = false;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* ! -> OK: the client may restart the program. ("Packets") */
int rsp_extended(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    session->extended = true;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* qAttached[:pid] -> 1: the program was there before the client, which shall detach, not kill. */
int rsp_attached(struct session *session, struct rsp_cursor *args)
{
    uint32_t pid;

    if (!rsp_at_end(args) && !(rsp_take(args, ':') && rsp_take_number(args, &pid)))
        return -AMPGDB_EINVAL;
    if (!rsp_at_end(args))
        return -AMPGDB_EINVAL;
    rsp_reply_text(&session->reply, "1");
    return RSP_DONE;
}

/* qC -> QC thread */
int rsp_current_thread(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    rsp_reply_text(&session->reply, "QC1");
    return RSP_DONE;
}

/* qfThreadInfo -> m thread; qsThreadInfo -> l, no more */
int rsp_first_threads(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    rsp_reply_text(&session->reply, "m1");
    return RSP_DONE;
}

int rsp_next_threads(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    rsp_reply_text(&session->reply, "l");
    return RSP_DONE;
}

/* A whole argument that names a thread must name ours. */
static int check_thread(struct session *session, struct rsp_cursor *args)
{
    bool ours;

    if (!rsp_take_thread(args, &ours) || !rsp_at_end(args) || !ours)
        return -AMPGDB_EINVAL;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* Hg thread, Hc thread -> OK. ("Packets") */
int rsp_set_thread(struct session *session, struct rsp_cursor *args)
{
    if (!rsp_take(args, 'g') && !rsp_take(args, 'c'))
        return -AMPGDB_EINVAL;
    return check_thread(session, args);
}

/* T thread -> OK, it is alive. ("Packets") */
int rsp_thread_alive(struct session *session, struct rsp_cursor *args)
{
    return check_thread(session, args);
}

/* The part [offset, offset + len) of a document: 'm' and it when more follows, 'l' and it at the
 * end. All documents are far smaller than a packet. */
static int reply_part(struct session *session, const char *document, uint32_t offset, uint32_t len)
{
    const size_t size = strlen(document);
    const size_t left = offset < size ? size - offset : 0;

    rsp_reply_text(&session->reply, len < left ? "m" : "l");
    rsp_reply_bytes(&session->reply, document + size - left, len < left ? len : left);
    return RSP_DONE;
}

/* offset,length at the end of qXfer packets */
static bool take_part(struct rsp_cursor *args, uint32_t *offset, uint32_t *len)
{
    return rsp_take_number(args, offset) && rsp_take(args, ',') && rsp_take_number(args, len) &&
           rsp_at_end(args);
}

/* qXfer:features:read:target.xml:offset,length */
int rsp_read_features(struct session *session, struct rsp_cursor *args)
{
    uint32_t offset;
    uint32_t len;

    if (!rsp_take_word(args, "target.xml:") || !take_part(args, &offset, &len))
        return -AMPGDB_EINVAL;
    return reply_part(session, registers_xml(), offset, len);
}

/* Text as XML wants it; what does not fit is cut off. */
static void escape_xml(char *out, size_t size, const char *text)
{
    size_t at = 0;

    for (; *text; text++) {
        char same[2] = {*text, 0};
        const char *as = *text == '&'   ? "&amp;"
                         : *text == '<' ? "&lt;"
                         : *text == '>' ? "&gt;"
                                        : same;
        const size_t len = strlen(as);

        if (at + len >= size)
            break;
        memcpy(out + at, as, len);
        at += len;
    }
    out[at] = 0;
}

/* qXfer:threads:read::offset,length. The thread's text is what "info threads" shows. */
int rsp_read_threads(struct session *session, struct rsp_cursor *args)
{
    char sentence[sizeof session->verdict] = "running";
    char escaped[2 * sizeof sentence];
    char document[sizeof escaped + 256];
    uint32_t offset;
    uint32_t len;

    if (!rsp_take(args, ':') || !take_part(args, &offset, &len))
        return -AMPGDB_EINVAL;
    if (session->post_mortem)
        snprintf(sentence, sizeof sentence, "%s", session->verdict);
    else if (!session->running)
        core3_describe_stop_briefly(&session->info, &session->stop, sentence, sizeof sentence);
    escape_xml(escaped, sizeof escaped, sentence);
    snprintf(document, sizeof document,
             "<?xml version=\"1.0\"?>\n<threads>\n"
             "<thread id=\"1\" core=\"3\" name=\"Core 3\">%s</thread>\n</threads>\n",
             escaped);
    return reply_part(session, document, offset, len);
}
