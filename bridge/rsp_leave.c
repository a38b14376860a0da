/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The ways to leave in good order. None of them ends the bridge.
 *
 * GDB manual, "Packets".
 */
#include "rsp.h"

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

/* vKill;pid -> OK. An extended client stays and may restart; for another one it is the end, and
 * Core 3 is free before the client hears it, so that what it does next does not find the core
 * taken. */
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
