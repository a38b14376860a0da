/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The ways to leave in good order. None of them ends the bridge.
 *
 * GDB manual, "Packets".
 */
#include "rsp.h"

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
    if (what == ON_DISCONNECT_RUN && rsp_refuse_start(session))
        what = ON_DISCONNECT_KEEP;
    if (what == ON_DISCONNECT_RUN && session->load.empty) {
        session->config.log(session->config.context, "Core 3 stays halted: nothing was loaded yet");
        what = ON_DISCONNECT_KEEP;
    }
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

/* D[;pid] -> OK: breakpoints away, the program runs on, Core 3 is free before the client hears it.
 */
int rsp_detach(struct session *session, struct rsp_cursor *args)
{
    uint32_t pid;
    int error;

    if (rsp_take(args, ';') && !rsp_take_number(args, &pid))
        return -AMPGDB_EINVAL;
    if (!rsp_at_end(args))
        return -AMPGDB_EINVAL;
    error = session_leave(session, ON_DISCONNECT_RUN);
    if (session_is_lost(error))
        return error;
    session->over = true;
    if (error)
        return error;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* The program stands at its start, without breakpoints; there is no process that could end. */
static int kill_program(struct session *session)
{
    int error;

    if (!session->owns)
        return 0;
    error = core3_clear_breaks(session->core3);
    if (error)
        return error;
    error = session_reset(session);
    if (error)
        return error;
    session->waiting = false;
    session->killed = true;
    return 0;
}

/* k, no reply. A client of "target extended-remote" stays and may restart the program. */
int rsp_kill(struct session *session, struct rsp_cursor *args)
{
    const int error = kill_program(session);

    (void)args;
    if (session_is_lost(error))
        return error;
    session->over = !session->extended;
    return RSP_SILENT;
}

/* vKill;pid -> OK. The client stays, and may restart the program; one that is done hangs up. */
int rsp_vkill(struct session *session, struct rsp_cursor *args)
{
    uint32_t pid;
    int error;

    if (!rsp_take_number(args, &pid) || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    error = kill_program(session);
    if (error)
        return error;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}
