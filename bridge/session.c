/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See session.h. This file owns the session's state and its changes; what packets mean is in the
 * rsp_*.c files.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backoff.h"
#include "rsp.h"

#define CONSOLE_CHUNK 1024u /* bytes of text in one 'O' packet */

/*
 * A Core 3 that falls silent while the program runs is noticed by nothing but a question. A ping
 * costs the program about 30 us. With the time that a reply may take (CORE3_REPLY_TIMEOUT_MS), the
 * client hears of it within 3 seconds.
 */
#define PING_INTERVAL_MS 500
_Static_assert(PING_INTERVAL_MS + CORE3_REPLY_TIMEOUT_MS < 3000, "what the client is promised");

/* --- To the client ------------------------------------------------------------------------- */

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

static void send_text(struct session *session, const char *text)
{
    send_frame(session, (const uint8_t *)text, strlen(text));
}

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

void session_say_now(struct session *session)
{
    session_console(session, session->later);
    session->later[0] = 0;
    if (session->owns)
        rsp_print(session); /* an error will be met by whatever is asked next */
}

static void send_ack(struct session *session, char ack)
{
    if (session->acks)
        session->config.send(session->config.context, (const uint8_t *)&ack, 1);
}

const char *session_explain(const struct session *session, int error)
{
    return session->trouble ? session->trouble : core3_explain(session->core3, error);
}

static void log_error(struct session *session, int error)
{
    session->config.log(session->config.context, session_explain(session, error));
}

bool session_is_lost(int error)
{
    return error <= -HOST_EFAIL || error == -AMPGDB_ECORRUPT;
}

/* A client that does not wait gets the sentence as soon as it is legal. */
void session_note_loss(struct session *session, int error)
{
    if (session->waiting && session->owns)
        rsp_print(session); /* its last words */
    rsp_begin_post_mortem(session, session_explain(session, error));
    if (session->waiting) {
        session->config.log(session->config.context, session->verdict);
        rsp_report_death(session);
    } else {
        session_say_later(session, "%s", session->verdict);
    }
}

void session_lost(struct session *session, int error)
{
    const bool waiting = session->waiting;

    if (session->role == SESSION_OBSERVES)
        session->loss = error; /* it is the debugger's session that draws the consequences */
    else
        session_note_loss(session, error);
    if (!waiting)
        rsp_send_error(session, error);
}

/* Without this an IDE shows a running program for ever. Not X with a signal: cdt-gdb-adapter takes
 * that for one more stop and waits on. */
void session_stop(struct session *session, const char *sentence)
{
    if (session->waiting) {
        session_console(session, sentence);
        session_console(session, "\n");
        send_text(session, "W00");
    }
    session->waiting = false;
    session->over = true;
}

/* --- The program --------------------------------------------------------------------------- */

/* The program stands still: what is remembered about it is fresh from here on, and what was
 * remembered from before it ran is not. */
static void note_halted(struct session *session)
{
    session->running = false;
    core3_info(session->core3, &session->info);
    line_cache_drop(&session->cache);
}

int session_resume(struct session *session, const struct ampgdb_resume *resume)
{
    int error = rsp_settle_load(session);

    if (!error && rsp_is_half_loaded(session))
        return SESSION_NOT_STARTED;
    if (!error)
        error = core3_resume(session->core3, resume);
    if (error)
        return error;
    ranges_clear(&session->written);
    session->loaded = false;
    session->killed = false;
    session->fresh_attach = false;
    session->running = true;
    session->heard = clock_now();
    return 0;
}

/* Wait for the stop of a program that was told to halt. */
static int await_stop(struct session *session)
{
    const int64_t deadline = clock_now() + (int64_t)CORE3_REPLY_TIMEOUT_MS * 1000000;
    struct backoff backoff;

    backoff_start(&backoff);
    do {
        const struct timespec pause = {.tv_nsec = (long)backoff_pause(&backoff)};
        const int stopped = core3_poll_stop(session->core3, &session->stop);

        if (stopped != 0)
            return stopped < 0 ? stopped : 0;
        if (pause.tv_nsec > 0)
            nanosleep(&pause, NULL);
    } while (clock_now() < deadline);
    session->trouble = "Core 3 took the order to halt the program but never reported that it "
                       "stopped: its stub is broken; reboot the Pi";
    return -HOST_ELOST;
}

/*
 * The state word tells whether a stop must be waited for. If the program halts by itself just
 * before the order arrives, its stop comes all the same, before or after the order's reply. If it
 * was halted already, the newest stop is in the window; one that still lies in the ring is of the
 * past, and the next resume forgets it.
 */
int session_halt(struct session *session)
{
    struct core3_info info;
    int error;

    core3_info(session->core3, &info);
    error = core3_halt(session->core3);
    if (error)
        return error;
    if (info.state == AMPGDB_STATE_RUNNING)
        error = await_stop(session);
    else
        core3_last_stop(session->core3, &session->stop);
    if (!error)
        note_halted(session);
    return error;
}

int session_reset(struct session *session)
{
    int error = rsp_settle_load(session);

    if (error)
        return error;
    core3_info(session->core3, &session->info);
    error = core3_reset(session->core3, session->info.entry);
    return error ? error : session_note_reset(session);
}

int session_note_reset(struct session *session)
{
    note_halted(session);
    session->half_loaded = false;
    session->stop = (struct ampgdb_stop){.reason = AMPGDB_STOP_RESET};
    return core3_read_regs(session->core3, AMPGDB_REG_R0, AMPGDB_CORE_REGS, session->stop.regs);
}

int session_look(struct session *session)
{
    int stopped = 0;

    if (session->role == SESSION_OBSERVES) {
        observer_look(session);
        return 0;
    }
    if (session->running)
        stopped = core3_poll_stop(session->core3, &session->stop);
    if (stopped > 0)
        note_halted(session);
    return stopped < 0 ? stopped : 0;
}

/* What the ring and the state word tell comes at once; silence must be asked for. */
static int check_life(struct session *session)
{
    int error = session_look(session);

    if (error || !session->running ||
        clock_now() - session->heard < (int64_t)PING_INTERVAL_MS * 1000000)
        return error;
    error = core3_ping(session->core3);
    session->heard = clock_now();
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

/* --- Attach and leave ---------------------------------------------------------------------- */

/* What an earlier client, or its death, left on Core 3. Its prints would be taken for ours. */
static int clear_leftovers(struct session *session)
{
    int result = core3_clear_breaks(session->core3);

    if (!result)
        result = core3_catch(session->core3, 0);
    return result ? result : rsp_drop_prints(session);
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
    new->since_load = 2;
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

int session_leave(struct session *session, enum on_disconnect what)
{
    int error = 0;

    if (!session->owns)
        return 0;
    error = core3_clear_breaks(session->core3);
    if (!error)
        error = core3_catch(session->core3, 0);
    if (!error)
        error = rsp_settle_load(session);
    if (what == ON_DISCONNECT_RUN && rsp_is_half_loaded(session))
        what = ON_DISCONNECT_KEEP;
    if (!error && what == ON_DISCONNECT_HALT)
        error = session_halt(session);
    if (!error && what == ON_DISCONNECT_RUN)
        error =
            core3_resume(session->core3, &(struct ampgdb_resume){.how = AMPGDB_RESUME_CONTINUE});
    if (error == -AMPGDB_EBUSY)
        error = 0; /* it runs already */
    session->owns = false;
    session->waiting = false;
    core3_disown(session->core3);
    if (session->config.freed)
        session->config.freed(session->config.context);
    return error;
}

void session_close(struct session *session)
{
    const int error = session_leave(session, session->killed ? ON_DISCONNECT_KEEP
                                                             : session->config.on_disconnect);

    if (error)
        log_error(session, error);
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
    if (!session->waiting)
        return; /* it crossed the stop on the way */
    error = core3_halt(session->core3);
    if (session_is_lost(error))
        session_lost(session, error);
}

static void take_packet(struct session *session)
{
    const struct rsp_receiver *receiver = &session->receiver;

    trace_packet(session->config.trace, from(session), receiver->data, receiver->len);
    send_ack(session, '+');
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
        send_ack(session, '-');
        break;
    case RSP_OVERSIZED:
        trace_note(session->config.trace, from(session), "packet too long");
        send_ack(session, '+');
        rsp_send_error(session, -AMPGDB_EINVAL);
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
