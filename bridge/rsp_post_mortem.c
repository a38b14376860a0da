/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A session with a Core 3 that is dead or does not answer: memory through Linux's mapping, the
 * registers of the last stop, and one sentence that says why there is no more. Such a session
 * owns nothing and asks Core 3 for nothing.
 */
#include <stdio.h>

#include "rsp.h"

/* With --post-mortem Core 3 may be well: nobody has asked it. */
void rsp_begin_post_mortem(struct session *session, const char *cause)
{
    snprintf(session->verdict, sizeof session->verdict,
             "Core 3 is %s: %s. This is a post-mortem: only memory and the last registers can be "
             "read",
             session->config.post_mortem ? "left alone" : "lost", cause);
    if (core3_is_owned(session->core3))
        core3_disown(session->core3);
    session->post_mortem = true;
    session->owns = false;
    session->running = false;
    core3_info(session->core3, &session->info);
    core3_last_stop(session->core3, &session->stop);
}

/* The client waits: that it hears of a stop is what it waits for. */
static void report_death(struct session *session)
{
    session_console(session, session->verdict);
    session_console(session, "\n");
    session->waiting = false;
    rsp_reply_stop(session, rsp_stop_signal(session));
    session_send_reply(session);
}

/* A client that does not wait gets the sentence as soon as it is legal. */
void session_note_loss(struct session *session, int error)
{
    if (session->waiting)
        rsp_print(session); /* its last words */
    rsp_begin_post_mortem(session, session_explain(session, error));
    if (session->waiting) {
        session->config.log(session->config.context, session->verdict);
        report_death(session);
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
        session_send_error(session, error);
}
