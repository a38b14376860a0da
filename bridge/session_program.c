/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program, as a session moves it and looks at it. What is remembered of it holds until it runs.
 */
#include <time.h>

#include "backoff.h"
#include "rsp.h"

bool session_is_lost(int error)
{
    return error <= -HOST_EFAIL || error == -AMPGDB_ECORRUPT;
}

/* By the window alone: stops in the ring are the debugger's. */
static void observe(struct session *session)
{
    if (session->post_mortem)
        return;
    core3_info(session->core3, &session->info);
    core3_last_stop(session->core3, &session->stop);
    session->running = session->info.state == AMPGDB_STATE_RUNNING;
}

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

    if (!error && rsp_refuse_start(session))
        return SESSION_NOT_STARTED;
    if (!error)
        error = core3_resume(session->core3, resume);
    if (error)
        return error;
    rsp_doubt_load(session);
    if (session->load.empty)
        session_say_later(
            session,
            "nothing that ampgdb knows of was loaded: what runs is whatever the RAM holds");
    session->load.empty = false;
    rsp_forget_writes(session);
    session->killed = false;
    session->fresh_attach = false;
    session->running = true;
    session->heard_at = clock_now();
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
    session->load.failed = false;
    session->load.empty = false;
    session->interrupted = false;
    session->stop = (struct ampgdb_stop){.reason = AMPGDB_STOP_RESET};
    return core3_read_regs(session->core3, AMPGDB_REG_R0, AMPGDB_CORE_REGS, session->stop.regs);
}

/* Of an order to run the stub tells the window only after it has obeyed, so what an observer finds
 * halted there may be the debugger's running program. */
int session_read_regs(struct session *session, uint32_t first, uint32_t count, uint32_t *values)
{
    const int error = core3_read_regs(session->core3, first, count, values);

    if (error != -AMPGDB_EBUSY || session->role != SESSION_OBSERVES)
        return error;
    session->running = true;
    return 0;
}

int session_look(struct session *session)
{
    int stopped = 0;

    if (session->role == SESSION_OBSERVES) {
        observe(session);
        return 0;
    }
    if (session->running)
        stopped = core3_poll_stop(session->core3, &session->stop);
    if (stopped > 0)
        note_halted(session);
    return stopped < 0 ? stopped : 0;
}
