/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * From a packet to its handler: the table of everything we understand, and the only places where
 * an unknown packet and an error become replies.
 *
 * GDB manual, "Packets", "General Query Packets", "Stop Reply Packets" (errors).
 */
#include "rsp.h"

/* Which moment a packet needs. A client that waits for a stop has no business sending others than
 * those that leave: their replies would be taken for the stop. */
enum moment {
    ANY_TIME,
    NOT_WAITING,
    HALTED,
};

/* What a packet does, and so who may send it. */
enum use {
    LOOKS,       /* everybody: it asks, or is about the session alone */
    ENDS,        /* a debugger: what it ends has ended already when Core 3 is lost */
    ACTS,        /* a debugger, unless Core 3 is lost */
    ACTS_ALOUD,  /* the same; the client waits for a stop, and takes text meanwhile */
    ACTS_MUTELY, /* the same; the client expects no reply */
};

struct row {
    const char *name;
    enum { WHOLE, PREFIX } match; /* is the name the whole packet? */
    enum moment moment;
    enum use use;
    rsp_handler_fn *handler;
};

/* The first row that matches is taken: longer names stand before their prefixes. */
/* clang-format off */
static const struct row rows[] = {
    {"m",                      PREFIX, NOT_WAITING, LOOKS,       rsp_read_memory},
    {"X",                      PREFIX, NOT_WAITING, ACTS,        rsp_write_binary},
    {"M",                      PREFIX, NOT_WAITING, ACTS,        rsp_write_hex},
    {"vCont?",                 WHOLE,  NOT_WAITING, LOOKS,       rsp_vcont_actions},
    {"vCont",                  PREFIX, NOT_WAITING, ACTS_ALOUD,  rsp_vcont},
    {"vKill;",                 PREFIX, ANY_TIME,    ENDS,        rsp_vkill},
    {"vRun;",                  PREFIX, NOT_WAITING, ACTS,        rsp_run},
    {"g",                      WHOLE,  HALTED,      LOOKS,       rsp_read_all},
    {"G",                      PREFIX, HALTED,      ACTS,        rsp_write_all},
    {"p",                      PREFIX, HALTED,      LOOKS,       rsp_read_one},
    {"P",                      PREFIX, HALTED,      ACTS,        rsp_write_one},
    {"Z",                      PREFIX, NOT_WAITING, ACTS,        rsp_set_break},
    {"z",                      PREFIX, NOT_WAITING, ENDS,        rsp_clear_break},
    {"?",                      WHOLE,  NOT_WAITING, LOOKS,       rsp_why_halted},
    {"!",                      WHOLE,  NOT_WAITING, LOOKS,       rsp_extended},
    {"H",                      PREFIX, NOT_WAITING, LOOKS,       rsp_set_thread},
    {"T",                      PREFIX, NOT_WAITING, LOOKS,       rsp_thread_alive},
    {"c",                      WHOLE,  NOT_WAITING, ACTS_ALOUD,  rsp_continue},
    {"C",                      PREFIX, NOT_WAITING, ACTS_ALOUD,  rsp_continue_signal},
    {"s",                      WHOLE,  NOT_WAITING, ACTS_ALOUD,  rsp_step},
    {"S",                      PREFIX, NOT_WAITING, ACTS_ALOUD,  rsp_step_signal},
    {"D",                      PREFIX, ANY_TIME,    LOOKS,       rsp_detach},
    {"k",                      WHOLE,  ANY_TIME,    LOOKS,       rsp_kill},
    {"R",                      PREFIX, NOT_WAITING, ACTS_MUTELY, rsp_restart},
    {"qSupported",             PREFIX, NOT_WAITING, LOOKS,       rsp_supported},
    {"QStartNoAckMode",        WHOLE,  NOT_WAITING, LOOKS,       rsp_start_no_ack},
    {"qAttached",              PREFIX, NOT_WAITING, LOOKS,       rsp_attached},
    {"qC",                     WHOLE,  NOT_WAITING, LOOKS,       rsp_current_thread},
    {"qfThreadInfo",           WHOLE,  NOT_WAITING, LOOKS,       rsp_first_threads},
    {"qsThreadInfo",           WHOLE,  NOT_WAITING, LOOKS,       rsp_next_threads},
    {"qXfer:features:read:",   PREFIX, NOT_WAITING, LOOKS,       rsp_read_features},
    {"qXfer:threads:read:",    PREFIX, NOT_WAITING, LOOKS,       rsp_read_threads},
    {"qRcmd,",                 PREFIX, NOT_WAITING, LOOKS,       rsp_monitor},
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

static bool may_send(const struct session *session, enum use use)
{
    return use == LOOKS || session->owns || (use == ENDS && session->role == SESSION_DEBUGS);
}

/* An error with a text: GDB shows it where it shows any, and takes it for an error everywhere but
 * in answer to "m" and "qRcmd". (GDB manual, "Standard Replies") */
static int reply_why_not(struct session *session, const char *sentence)
{
    rsp_reply_text(&session->reply, "E.");
    rsp_reply_text(&session->reply, sentence);
    return RSP_DONE;
}

static int reply_refusal(struct session *session)
{
    return reply_why_not(session, session_refusal(session));
}

/* Of a refused load GDB says "Load failed", of a breakpoint that its memory cannot be accessed. */
static void explain_refusal(struct session *session)
{
    if (!session->post_mortem && !session->later[0])
        session_say_later(session, "an observer cannot change anything: another client debugs, or "
                                   "did when this one came; end that session, then begin this "
                                   "one anew");
}

static int refuse(struct session *session, enum use use)
{
    if (use == ACTS_MUTELY)
        return RSP_SILENT;
    if (use == ACTS_ALOUD) {
        session->later[0] = 0; /* it says the same */
        session_console(session, session_refusal(session));
        session_console(session, "\n");
    } else if (session->role == SESSION_OBSERVES) {
        explain_refusal(session);
        return reply_refusal(session);
    }
    rsp_reply_text(&session->reply, "E01");
    return RSP_DONE;
}

/* A program that was set going by "monitor resume" may have stopped by itself meanwhile. To an
 * observer it is shown as it was at its last stop. */
static int check_halted(struct session *session)
{
    const int error = session_look(session);

    return !error && session->running && session->owns ? -AMPGDB_EBUSY : error;
}

static int serve(struct session *session, struct rsp_cursor *packet)
{
    const struct row *row;
    int error = 0;

    if (session->role == SESSION_REFUSED) {
        session->over = true;
        return reply_refusal(session);
    }
    row = find(packet);
    if (!row)
        return RSP_UNKNOWN;
    if (row->moment != ANY_TIME && session->waiting)
        return -AMPGDB_EBUSY;
    if (!may_send(session, row->use))
        return refuse(session, row->use);
    if (row->moment == HALTED || session->role == SESSION_OBSERVES)
        error = check_halted(session);
    if (error == -AMPGDB_EBUSY)
        return reply_why_not(session, "the program runs, and GDB does not know: stop it with "
                                      "\"monitor halt\", or join it with \"continue\"");
    return error ? error : row->handler(session, packet);
}

void rsp_dispatch(struct session *session, const uint8_t *packet, size_t len)
{
    struct rsp_cursor cursor = {packet, packet + len};
    int result;

    rsp_reply_clear(&session->reply);
    rsp_note_packet(session);
    result = serve(session, &cursor);
    if (session_is_lost(result)) {
        session_lost(session, result);
        return;
    }
    if (result < 0) {
        session_send_error(session, result);
        return;
    }
    if (result == RSP_UNKNOWN)
        rsp_reply_clear(&session->reply);
    if (result != RSP_SILENT)
        session_send_reply(session);
}
