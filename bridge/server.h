/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Clients come and go (clients.h). Owns descriptors, signals and time; knows no packet.
 */
#ifndef BRIDGE_SERVER_H
#define BRIDGE_SERVER_H

#include <stdbool.h>

#include "core3.h"
#include "error.h"
#include "listener.h"
#include "session.h"
#include "trace.h"

struct server_config {
    struct core3 *core3;
    struct trace *trace; /* or NULL */
    enum on_disconnect on_disconnect;
    uint32_t allow;                 /* AMPGDB_ALLOW_* for programs */
    bool post_mortem;               /* never touch Core 3: only look at what it left */
    bool stdio;                     /* one client, on the standard descriptors, and no other */
    struct listener_address listen; /* unless stdio */
};

/*
 * server_run - serve until SIGTERM, SIGINT or SIGHUP, or until the client on stdio leaves
 *
 * Prints the ready line on stdout once clients can connect and the stub is up, or has left
 * something for a post-mortem. Sentences about clients go to stderr. Returns 0, or a negative error
 * with its sentence.
 */
int server_run(const struct server_config *config, struct error *error);

#endif
