/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * One client: a connection, the session behind it, and the bytes that wait between them. Knows
 * how to keep them moving; not what the client may do, nor that there are others.
 */
#ifndef BRIDGE_CLIENT_H
#define BRIDGE_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backoff.h"
#include "connection.h"
#include "session.h"

#define CLIENT_INPUT_SIZE 0x10000

struct client {
    struct session *session; /* NULL: nobody is here, and the rest has no meaning */
    struct clients *among;   /* for clients.c */
    struct connection connection;
    char name[64];
    struct backoff backoff; /* since the client waits for a stop */
    bool was_waiting;
    bool blocked;       /* by output that waited for the client, so that nothing was read */
    bool late;          /* nothing was read yet, and the client has had to wait for that */
    size_t input_start; /* bytes from the client that wait for their turn */
    size_t input_end;
    uint8_t input[CLIENT_INPUT_SIZE];
};

/* client_begin - the session that was opened for client->connection. late: that took longer than a
 * client waits before it sends its first packet again. */
void client_begin(struct client *client, struct session *session, bool late);

/* client_end - close session and connection. ms: how long to wait for the client to take its last
 * bytes. */
void client_end(struct client *client, int ms);

/* client_read - what has come. client_serve - until there is nothing to do but wait, or for so many
 * packets, so that another client gets its turn. */
void client_read(struct client *client);
void client_serve(struct client *client, unsigned packets);

/* client_finish - serve what a client that has hung up sent before. */
void client_finish(struct client *client);

/* client_has_hung_up - it will send no more, even if not all is read. */
bool client_has_hung_up(const struct client *client);

/* client_is_gone - nothing more will come from it, or for it. */
bool client_is_gone(const struct client *client);

/* client_patience - for how long, in nanoseconds, it can wait for its next turn; -1 for ever. */
int64_t client_patience(const struct client *client);

/* client_prepare - what to poll for: in and out, in this order. Remembers what is in the way. */
#define CLIENT_FDS 2
void client_prepare(struct client *client, struct pollfd *fds);

#endif
