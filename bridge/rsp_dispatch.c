/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * From a packet to its handler: the table of everything we understand, and the only places where
 * an unknown packet and an error become replies.
 *
 * GDB manual, "Packets", "General Query Packets", "Stop Reply Packets" (errors).
 */
#include <stdio.h>
#include <string.h>

#include "rsp.h"

/* Which moment a packet needs. A client that waits for a stop has no business sending others than
 * those that leave: their replies would be taken for the stop. */
enum moment {
    ANY_TIME,
    NOT_WAITING,
    HALTED,
};

/* What becomes of a packet when Core 3 is lost. */
enum after_death {
    SERVED,
    REFUSED,
    REFUSED_ALOUD, /* the client waits for a stop, and takes text meanwhile */
};

/* What of it an observer may do. */
enum for_observer {
    LOOKS,
    ACTS,
    ACTS_ALOUD,  /* the client waits for a stop, and takes text meanwhile */
    ACTS_MUTELY, /* the client expects no reply */
};

struct row {
    const char *name;
    enum { WHOLE, PREFIX } match; /* is the name the whole packet? */
    enum moment moment;
    enum after_death after_death;
    enum for_observer for_observer;
    rsp_handler_fn *handler;
};

/* The first row that matches is taken: longer names stand before their prefixes. */
/* clang-format off */
static const struct row rows[] = {
    {"m",                      PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_read_memory},
    {"X",                      PREFIX, NOT_WAITING, REFUSED,       ACTS,        rsp_write_binary},
    {"M",                      PREFIX, NOT_WAITING, REFUSED,       ACTS,        rsp_write_hex},
    {"vCont?",                 WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_vcont_actions},
    {"vCont",                  PREFIX, NOT_WAITING, REFUSED_ALOUD, ACTS_ALOUD,  rsp_vcont},
    {"vKill;",                 PREFIX, ANY_TIME,    SERVED,        ACTS,        rsp_vkill},
    {"vRun;",                  PREFIX, NOT_WAITING, REFUSED,       ACTS,        rsp_run},
    {"g",                      WHOLE,  HALTED,      SERVED,        LOOKS,       rsp_read_all},
    {"G",                      PREFIX, HALTED,      REFUSED,       ACTS,        rsp_write_all},
    {"p",                      PREFIX, HALTED,      SERVED,        LOOKS,       rsp_read_one},
    {"P",                      PREFIX, HALTED,      REFUSED,       ACTS,        rsp_write_one},
    {"Z",                      PREFIX, NOT_WAITING, REFUSED,       ACTS,        rsp_set_break},
    {"z",                      PREFIX, NOT_WAITING, SERVED,        ACTS,        rsp_clear_break},
    {"?",                      WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_why_halted},
    {"!",                      WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_extended},
    {"H",                      PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_set_thread},
    {"T",                      PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_thread_alive},
    {"c",                      WHOLE,  NOT_WAITING, REFUSED_ALOUD, ACTS_ALOUD,  rsp_continue},
    {"C",                      PREFIX, NOT_WAITING, REFUSED_ALOUD, ACTS_ALOUD,  rsp_continue_signal},
    {"s",                      WHOLE,  NOT_WAITING, REFUSED_ALOUD, ACTS_ALOUD,  rsp_step},
    {"S",                      PREFIX, NOT_WAITING, REFUSED_ALOUD, ACTS_ALOUD,  rsp_step_signal},
    {"D",                      PREFIX, ANY_TIME,    SERVED,        LOOKS,       rsp_detach},
    {"k",                      WHOLE,  ANY_TIME,    SERVED,        LOOKS,       rsp_kill},
    {"R",                      PREFIX, NOT_WAITING, SERVED,        ACTS_MUTELY, rsp_restart},
    {"qSupported",             PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_supported},
    {"QStartNoAckMode",        WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_start_no_ack},
    {"qAttached",              PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_attached},
    {"qC",                     WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_current_thread},
    {"qfThreadInfo",           WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_first_threads},
    {"qsThreadInfo",           WHOLE,  NOT_WAITING, SERVED,        LOOKS,       rsp_next_threads},
    {"qXfer:features:read:",   PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_read_features},
    {"qXfer:threads:read:",    PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_read_threads},
    {"qRcmd,",                 PREFIX, NOT_WAITING, SERVED,        LOOKS,       rsp_monitor},
};
/* clang-format on */

static const struct row *find(struct rsp_cursor *packet)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rsp_cursor rest = *packet;

        if (!rsp_take_word(&rest, rows[i].name))
            continue;
        if (rows[i].match == WHOLE && !rsp_at_end(&rest))
            continue;
        *packet = rest;
        return &rows[i];
    }
    return NULL;
}

/* A program that was set going by "monitor resume" may have stopped by itself meanwhile. */
static int is_halted(struct session *session)
{
    const int error = session_look(session);

    if (error)
        return error;
    return session->running ? -AMPGDB_EBUSY : 0;
}

static int refuse(struct session *session, const struct row *row)
{
    if (row->after_death == REFUSED_ALOUD) {
        session->later[0] = 0; /* it says the same */
        session_console(session, session->verdict);
        session_console(session, "\n");
    }
    rsp_reply_text(&session->reply, "E01");
    return RSP_DONE;
}

static int serve_observer(struct session *session, const struct row *row, struct rsp_cursor *args)
{
    switch (row->for_observer) {
    case LOOKS:
        observer_look(session);
        return row->handler(session, args);
    case ACTS:
        return observer_deny(session, args);
    case ACTS_ALOUD:
        return observer_deny_aloud(session, args);
    default:
        return RSP_SILENT;
    }
}

static int serve(struct session *session, struct rsp_cursor *packet)
{
    const struct row *row;
    int error;

    if (session->refused)
        return observer_refuse(session, packet);
    row = find(packet);
    if (!row)
        return RSP_UNKNOWN;
    if (session->observer)
        return serve_observer(session, row, packet);
    if (row->moment != ANY_TIME && session->waiting)
        return -AMPGDB_EBUSY;
    if (session->post_mortem && row->after_death != SERVED)
        return refuse(session, row);
    if (row->moment == HALTED) {
        error = is_halted(session);
        if (error)
            return error;
    }
    return row->handler(session, packet);
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

void rsp_send_error(struct session *session, int error)
{
    char text[8];

    snprintf(text, sizeof text, "E%02x", error_number(error));
    rsp_reply_clear(&session->reply);
    rsp_reply_text(&session->reply, text);
    session_send_reply(session);
}

void rsp_dispatch(struct session *session, const uint8_t *packet, size_t len)
{
    struct rsp_cursor cursor = {packet, packet + len};
    int result;

    rsp_reply_clear(&session->reply);
    if (session->since_load < 2)
        session->since_load++;
    result = serve(session, &cursor);
    if (session_is_lost(result)) {
        session_lost(session, result);
        return;
    }
    if (result < 0) {
        rsp_send_error(session, result);
        return;
    }
    if (result == RSP_UNKNOWN)
        rsp_reply_clear(&session->reply);
    if (result != RSP_SILENT)
        session_send_reply(session);
}
