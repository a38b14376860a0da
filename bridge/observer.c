/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that change nothing: a client that looks on while another one debugs, and a client that
 * cannot be served at all. An observer sees the program as the window publishes it, never through
 * the stops in Core 3's ring: those are the debugger's. Memory it reads like the debugger, by a
 * request that interrupts a running program for the time it takes.
 *
 * For GDB an observed program always stands still, as it does for a client that has asked "?" and
 * not resumed it; so GDB reads memory whenever it is asked to.
 */
#include <stdio.h>
#include <string.h>

#include "rsp.h"

int session_observe(struct session **session, const struct session *debugger,
                    const struct session_config *config, struct error *error)
{
    struct session *new = session_new(SESSION_OBSERVES, debugger->core3, config, error);

    if (!new)
        return -HOST_EFAIL;
    new->post_mortem = debugger->post_mortem;
    new->info = debugger->info;
    new->stop = debugger->stop;
    memcpy(new->verdict, debugger->verdict, sizeof new->verdict);
    *session = new;
    return 0;
}

int session_refuse(struct session **session, const char *sentence,
                   const struct session_config *config, struct error *error)
{
    struct session *new = session_new(SESSION_REFUSED, NULL, config, error);

    if (!new)
        return -HOST_EFAIL;
    snprintf(new->verdict, sizeof new->verdict, "%s", sentence);
    *session = new;
    return 0;
}

int session_loss(const struct session *observer)
{
    return observer->loss;
}
