/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * All clients: who debugs, who observes, who is refused, and for whom Core 3 is owned. Knows
 * connections that are there already; refuses to know how they come and when to look at them.
 *
 * The first client debugs; those that come while it is there observe. When it leaves they stay, and
 * the next to come debugs. Core 3 is owned as long as anybody is attached that needs it.
 */
#ifndef BRIDGE_CLIENTS_H
#define BRIDGE_CLIENTS_H

#include "client.h"
#include "server.h"

#define OBSERVERS_MAX 4
#define HOLDER_MAX    128
#define CLIENTS_MAX   (1 + OBSERVERS_MAX + 1) /* the last one is being refused */

struct clients {
    const struct server_config *config;
    bool owns_for_observers; /* Core 3 is owned, and not by the debugger's session */
    struct client each[CLIENTS_MAX];
};

/* clients_holder - this process as core3_own() wants it. who: "client ", "observer ", or what it
 * does for nobody; name: whose client or observer, or "". */
void clients_holder(char text[HOLDER_MAX], const char *who, const char *name);

/* clients_admit - name has connected: it debugs, observes, or is told why not. fd is taken over. */
void clients_admit(struct clients *clients, int fd, const char *name);

/* clients_admit_stdio - the only client, which debugs. Returns 0, or what session_open() does. */
int clients_admit_stdio(struct clients *clients, struct error *error);

/* clients_serve - each client that is there has its turn; those that are gone leave. */
void clients_serve(struct clients *clients);

/* clients_reap - those that have hung up leave: nobody shall meet a client that is gone. */
void clients_reap(struct clients *clients);

/* clients_stop - the bridge ends: tell all that can be told. */
void clients_stop(struct clients *clients, const char *sentence);

bool clients_is_empty(const struct clients *clients);

#endif
