/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See session.h: a session's life, and its client's bytes. What packets mean is in the rsp_*.c
 * files.
 */
#include <stdlib.h>

#include "backoff.h"
#include "rsp.h"

/*
 * A Core 3 that falls silent while the program runs is noticed by nothing but a question. A ping
 * costs the program about 30 us. With the time that a reply may take (CORE3_REPLY_TIMEOUT_MS), the
 * client hears of it within 3 seconds.
 */
#define PING_INTERVAL_MS 500
_Static_assert(PING_INTERVAL_MS + CORE3_REPLY_TIMEOUT_MS < 3000, "what the client is promised");

/* --- While the client waits ---------------------------------------------------------------- */

/* What the ring and the state word tell comes at once; silence must be asked for. */
static int check_life(struct session *session)
{
    int error = session_look(session);

    if (error || !session->running ||
        clock_now() - session->heard_at < (int64_t)PING_INTERVAL_MS * 1000000)
        return error;
    error = core3_ping(session->core3);
    session->heard_at = clock_now();
    return error;
}

/* A stop is looked for before the prints: those that came before it are then all told before it. */
void session_poll(struct session *session)
{
    int result;

    if (!session->waiting || session->over)
        return;
    result = check_life(session);
    if (!result)
        result = rsp_print(session);
    if (result < 0)
        session_lost(session, result);
    else if (!result && !session->running)
        rsp_report_stop(session);
}

void session_keep_up(struct session *session)
{
    if (session->waiting && !session->over)
        session_look(session); /* an error comes again when it can be told */
}

enum session_role session_role(const struct session *session)
{
    return session->role;
}

bool session_is_waiting(const struct session *session)
{
    return session->waiting;
}

bool session_is_over(const struct session *session)
{
    return session->over;
}

bool session_is_post_mortem(const struct session *session)
{
    return session->post_mortem;
}

/* Without this an IDE shows a running program for ever. Not X with a signal: cdt-gdb-adapter takes
 * that for one more stop and waits on. */
void session_stop(struct session *session, const char *sentence)
{
    if (session->waiting) {
        session_console(session, sentence);
        session_console(session, "\n");
        session_send_text(session, "W00");
    }
    session->waiting = false;
    session->over = true;
}

/* --- Attach and leave ---------------------------------------------------------------------- */

/* What an earlier client, or its death, left on Core 3. Its prints would be taken for ours. */
static int clear_leftovers(struct session *session)
{
    int result = core3_clear_breaks(session->core3);

    if (!result)
        result = core3_catch(session->core3, 0);
    return result ? result : rsp_drop_prints(session);
}

/* A stub that has come up and not been given a program: its RAM holds whatever there was. */
static bool is_empty(const struct session *session)
{
    struct error ignored;
    uint32_t entry;

    return session->stop.reason == AMPGDB_STOP_RESET &&
           core3_loaded_entry(session->core3, &entry, &ignored) < 0;
}

/* Core 3 is the session's, and the program halted; or nothing is. */
static int attach_alive(struct session *session, const char *holder, struct error *error)
{
    int result = core3_own(session->core3, holder, error);

    if (result)
        return result;
    if (core3_notice(session->core3))
        session->config.log(session->config.context, core3_notice(session->core3));
    result = clear_leftovers(session);
    if (!result)
        result = session_halt(session);
    if (!result && session->config.allow) /* else a program that runs keeps what it was given */
        result = core3_allow(session->core3, session->config.allow);
    if (!result)
        session->load.empty = is_empty(session);
    if (result) {
        error_set(error, result, "%s", session_explain(session, result));
        core3_disown(session->core3);
    }
    session->owns = !result;
    return result;
}

int session_find_record(struct core3 *core3, struct error *verdict)
{
    struct core3_info info;
    const int result = core3_examine(core3, verdict);

    if (result)
        return result;
    core3_info(core3, &info);
    return info.state == AMPGDB_STATE_NONE || info.state == AMPGDB_STATE_REFUSED ? -HOST_ELOST : 0;
}

/* cause: why Core 3 cannot be had, or NULL if nobody has tried. */
static int attach_dead(struct session *session, const char *cause, struct error *verdict)
{
    const int result = session_find_record(session->core3, verdict);

    if (result)
        return result;
    rsp_begin_post_mortem(session, cause ? cause : verdict->text);
    session->config.log(session->config.context, session->verdict);
    return 0;
}

static int attach(struct session *session, const char *holder, struct error *error)
{
    struct error verdict;
    int result;

    if (session->config.post_mortem)
        return attach_dead(session, NULL, error);
    result = attach_alive(session, holder, error);
    return result == -HOST_ELOST ? attach_dead(session, error->text, &verdict) : result;
}

static void free_session(struct session *session)
{
    print_formats_free(session->formats);
    free(session);
}

struct session *session_new(enum session_role role, struct core3 *core3,
                            const struct session_config *config, struct error *error)
{
    struct session *new = calloc(1, sizeof *new);

    if (new)
        new->formats = print_formats_new();
    if (!new || !new->formats) {
        free(new);
        error_set(error, -HOST_EFAIL, "no memory for another session");
        return NULL;
    }
    new->role = role;
    new->core3 = core3;
    new->config = *config;
    new->acks = true;
    new->fresh_attach = true;
    rsp_receiver_reset(&new->receiver);
    return new;
}

int session_open(struct session **session, struct core3 *core3, const char *holder,
                 const struct session_config *config, struct error *error)
{
    struct session *new = session_new(SESSION_DEBUGS, core3, config, error);
    int result;

    if (!new)
        return -HOST_EFAIL;
    result = attach(new, holder, error);
    if (result)
        free_session(new);
    else
        *session = new;
    return result;
}

void session_close(struct session *session)
{
    const int error = session_leave(session, session->killed ? ON_DISCONNECT_KEEP
                                                             : session->config.on_disconnect);

    if (error)
        session->config.log(session->config.context, session_explain(session, error));
    free_session(session);
}

/* --- From the client ----------------------------------------------------------------------- */

static enum trace_direction from(const struct session *session)
{
    return session->role == SESSION_DEBUGS ? TRACE_FROM_CLIENT : TRACE_FROM_OBSERVER;
}

static void interrupt(struct session *session)
{
    int error;

    trace_note(session->config.trace, from(session), "Ctrl-C");
    if (session->waiting || session->stop.reason != AMPGDB_STOP_HALT)
        session->interrupted = true;
    if (!session->waiting)
        return; /* it crossed a stop on the way, which the client may not show: see resume() */
    error = core3_halt(session->core3);
    if (session_is_lost(error))
        session_lost(session, error);
}

static void take_packet(struct session *session)
{
    const struct rsp_receiver *receiver = &session->receiver;

    trace_packet(session->config.trace, from(session), receiver->data, receiver->len);
    session_send_ack(session, '+');
    rsp_dispatch(session, receiver->data, receiver->len);
}

static void take_event(struct session *session, enum rsp_event event)
{
    switch (event) {
    case RSP_PACKET:
        take_packet(session);
        break;
    case RSP_BAD_CHECKSUM:
        trace_note(session->config.trace, from(session), "bad checksum");
        session_send_ack(session, '-');
        break;
    case RSP_OVERSIZED:
        trace_note(session->config.trace, from(session), "packet too long");
        session_send_ack(session, '+');
        session_send_error(session, -AMPGDB_EINVAL);
        break;
    case RSP_INTERRUPT:
        interrupt(session);
        break;
    case RSP_NAK:
        if (session->acks)
            session->config.send(session->config.context, session->frame, session->frame_len);
        break;
    case RSP_NOTHING:
        break;
    }
}

size_t session_input(struct session *session, const uint8_t *bytes, size_t len)
{
    if (session->over)
        return len;
    for (size_t i = 0; i < len; i++) {
        const enum rsp_event event = rsp_push(&session->receiver, bytes[i]);

        if (event != RSP_NOTHING) {
            take_event(session, event);
            return i + 1;
        }
    }
    return len;
}
