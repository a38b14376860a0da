/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets that set the program going. Their reply is the stop that follows, sooner or later.
 * A signal means "give the program what stopped it": it has an effect where an exception was
 * caught, and then the program's own handler runs. GDB sends back the one it was told, after each
 * fault.
 *
 * GDB manual, "Packets".
 */
#include "backoff.h"
#include "rsp.h"

/* After a stop a client that goes on by itself does so sooner, a user who has seen it later: what
 * is typed as "interrupt" meanwhile has nothing left to do. */
#define GOES_ON_MS 2000

/* The program stays where it is. sentence: why, or NULL. */
static int stay(struct session *session, uint32_t reason, int signal, const char *sentence)
{
    const int error =
        core3_read_regs(session->core3, AMPGDB_REG_R0, AMPGDB_CORE_REGS, session->stop.regs);

    if (error)
        return error;
    if (sentence) {
        session_console(session, sentence);
        session_console(session, "\n");
    }
    session->stop.reason = reason;
    rsp_reply_stop(session, signal);
    return RSP_DONE;
}

/* A step that the stub can't take ends where it began. Not as a trap: within "next" GDB would try
 * again and again. */
static int refuse_step(struct session *session, int error)
{
    return stay(session, AMPGDB_STOP_STEP, RSP_SIGNAL_ILL, core3_explain(session->core3, error));
}

/* Has a Ctrl-C come while the program stood still, or too late to be what stopped it? GDB goes on
 * by itself after a stop that its user is not to see, of a condition that it evaluates or a watched
 * value that is the same, and sends it only once. (GDB manual, "Interrupts") */
static bool take_interrupt(struct session *session)
{
    const bool interrupted = session->interrupted;

    session->interrupted = false;
    return interrupted && clock_now() - session->told_at < (int64_t)GOES_ON_MS * 1000000;
}

/* After "monitor gdb_sync". (OpenOCD manual, "GDB Commands") */
static bool take_sync(struct session *session, const struct ampgdb_resume *resume)
{
    const bool sync = session->sync;

    session->sync = false;
    return sync && (resume->how & ~AMPGDB_RESUME_DELIVER) == AMPGDB_RESUME_STEP;
}

/* From here on the client takes text. */
static int wait(struct session *session)
{
    session->waiting = true;
    session_say_now(session);
    return RSP_SILENT;
}

/* A program that "monitor resume" has set going is joined by a continue. If it has stopped
 * meanwhile, perhaps at a breakpoint that came with this very continue, that is the stop which is
 * waited for. */
static int resume(struct session *session, const struct ampgdb_resume *resume)
{
    const bool ran = session->running;
    int error = session_look(session);
    const bool interrupted = take_interrupt(session);

    if (!error && ran && !interrupted &&
        (resume->how & ~AMPGDB_RESUME_DELIVER) == AMPGDB_RESUME_CONTINUE)
        return wait(session);
    if (!error && session->running)
        error = session_halt(session);
    if (!error && interrupted)
        return stay(session, AMPGDB_STOP_HALT, RSP_SIGNAL_INT, NULL);
    if (!error && take_sync(session, resume))
        return stay(session, AMPGDB_STOP_STEP, RSP_SIGNAL_TRAP, NULL);
    if (!error)
        error = session_resume(session, resume);
    if (error == SESSION_NOT_STARTED) {
        session_say_now(session);
        rsp_reply_text(&session->reply, "E01");
        return RSP_DONE;
    }
    if (error == -AMPGDB_EDECODE)
        return refuse_step(session, error);
    if (session_is_lost(error))
        session->waiting = true; /* for Core 3's death, which is the stop that follows */
    return error ? error : wait(session);
}

/* A program that only we have halted, because a client came: no signal, or GDB would make it an
 * event. Told once; whoever asks again wants to know. */
static int signal_of_question(struct session *session)
{
    const bool first = session->fresh_attach;

    if (session->role == SESSION_OBSERVES)
        return RSP_SIGNAL_TRAP; /* a stop is an event for the debugger alone */
    session->fresh_attach = false;
    if (first && !session->post_mortem && session->stop.reason == AMPGDB_STOP_HALT)
        return RSP_SIGNAL_TRAP;
    return rsp_stop_signal(session);
}

/* ? -> stop reply. For a debugger that asks, the program is halted; an observer is told of the last
 * stop. */
int rsp_why_halted(struct session *session, struct rsp_cursor *args)
{
    int error = session_look(session);

    (void)args;
    if (!error && session->running && session->owns)
        error = session_halt(session);
    if (!error && !session->running && !session->post_mortem)
        error = session_read_regs(session, AMPGDB_REG_R0, AMPGDB_CORE_REGS, session->stop.regs);
    if (error)
        return error;
    rsp_reply_stop(session, signal_of_question(session));
    return RSP_DONE;
}

/* vCont? -> actions. GDB uses vCont only if both c and C are there, and trusts our stepping only if
 * both s and S are. r: "next" is one packet, however many instructions its line has. */
int rsp_vcont_actions(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    rsp_reply_text(&session->reply, "vCont;c;C;s;S;r");
    return RSP_DONE;
}

/* Two digits. 0 is no signal, as in "signal 0". */
static bool take_signal(struct rsp_cursor *args, struct ampgdb_resume *resume)
{
    uint8_t signal;

    if (!rsp_take_bytes(args, &signal, 1))
        return false;
    if (signal)
        resume->how |= AMPGDB_RESUME_DELIVER;
    return true;
}

static bool take_range(struct rsp_cursor *args, struct ampgdb_resume *resume)
{
    return rsp_take_number(args, &resume->start) && rsp_take(args, ',') &&
           rsp_take_number(args, &resume->end) && resume->start <= resume->end;
}

/* c, s, C signal, S signal, r start,end */
static bool take_action(struct rsp_cursor *args, struct ampgdb_resume *resume)
{
    static const struct {
        char letter;
        uint32_t how;
        bool (*take_rest)(struct rsp_cursor *args, struct ampgdb_resume *resume);
    } actions[] = {
        {'c', AMPGDB_RESUME_CONTINUE, NULL},    {'C', AMPGDB_RESUME_CONTINUE, take_signal},
        {'s', AMPGDB_RESUME_STEP, NULL},        {'S', AMPGDB_RESUME_STEP, take_signal},
        {'r', AMPGDB_RESUME_RANGE, take_range},
    };

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (!rsp_take(args, actions[i].letter))
            continue;
        *resume = (struct ampgdb_resume){.how = actions[i].how};
        return !actions[i].take_rest || actions[i].take_rest(args, resume);
    }
    return false;
}

/* vCont;action[:thread];... : the leftmost action that fits a thread is done. */
int rsp_vcont(struct session *session, struct rsp_cursor *args)
{
    struct ampgdb_resume how = {0};
    bool chosen = false;

    while (rsp_take(args, ';')) {
        struct ampgdb_resume action;
        bool ours = true;

        if (!take_action(args, &action) || (rsp_take(args, ':') && !rsp_take_thread(args, &ours)))
            return -AMPGDB_EINVAL;
        if (ours && !chosen)
            how = action;
        chosen = chosen || ours;
    }
    if (!chosen || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    return resume(session, &how);
}

/* c, s: without the address that old clients may give. */
int rsp_continue(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    return resume(session, &(struct ampgdb_resume){.how = AMPGDB_RESUME_CONTINUE});
}

int rsp_step(struct session *session, struct rsp_cursor *args)
{
    (void)args;
    return resume(session, &(struct ampgdb_resume){.how = AMPGDB_RESUME_STEP});
}

static int resume_with_signal(struct session *session, struct rsp_cursor *args, uint32_t how)
{
    struct ampgdb_resume request = {.how = how};

    if (!take_signal(args, &request) || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    return resume(session, &request);
}

/* C signal, S signal */
int rsp_continue_signal(struct session *session, struct rsp_cursor *args)
{
    return resume_with_signal(session, args, AMPGDB_RESUME_CONTINUE);
}

int rsp_step_signal(struct session *session, struct rsp_cursor *args)
{
    return resume_with_signal(session, args, AMPGDB_RESUME_STEP);
}
