/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See client.h.
 */
#include "client.h"

#include <string.h>

void client_begin(struct client *client, struct session *session, bool late)
{
    client->session = session;
    client->late = late;
    client->was_waiting = false;
    client->blocked = false;
    client->input_start = 0;
    client->input_end = 0;
}

void client_end(struct client *client, int ms)
{
    session_close(client->session);
    client->session = NULL;
    connection_drain(&client->connection, ms);
    connection_close(&client->connection);
}

static bool has_input(const struct client *client)
{
    return client->input_start < client->input_end;
}

/* A repeated first packet: all that came while the session was opened, at a Core 3 that does not
 * answer for seconds, is the client's first packet, once or more. Its next one waits for our
 * acknowledgement. Two replies would be one too many for the rest of the session. */
static void drop_repeats(struct client *client)
{
    const uint8_t *last = memrchr(client->input, '$', client->input_end);

    if (last)
        client->input_start = (size_t)(last - client->input);
}

void client_read(struct client *client)
{
    client->input_start = 0;
    client->input_end = connection_read(&client->connection, client->input, sizeof client->input);
    if (client->late)
        drop_repeats(client);
    client->late = false;
}

/* Packet by packet, each only after the reply to the one before is on its way: a client that sends
 * and does not read stops itself. */
static void serve_input(struct client *client, unsigned packets)
{
    connection_flush(&client->connection);
    while (packets-- > 0 && has_input(client) && !connection_is_pending(&client->connection) &&
           !client_is_gone(client)) {
        client->input_start += session_input(client->session, client->input + client->input_start,
                                             client->input_end - client->input_start);
        connection_flush(&client->connection);
    }
}

/* What a program prints without end must not keep us from the client's Ctrl-C: after output has
 * been in the way, reading comes first. */
static void watch_core3(struct client *client)
{
    const bool waiting = session_is_waiting(client->session);

    if (waiting && !client->was_waiting)
        backoff_start(&client->backoff);
    if (waiting && client->blocked)
        session_keep_up(client->session);
    else if (waiting)
        session_poll(client->session);
    client->was_waiting = session_is_waiting(client->session);
    connection_flush(&client->connection);
}

void client_serve(struct client *client, unsigned packets)
{
    serve_input(client, packets);
    watch_core3(client);
    connection_check_stall(&client->connection);
}

void client_finish(struct client *client)
{
    while (!client_is_gone(client) && !connection_is_pending(&client->connection)) {
        if (!has_input(client))
            client_read(client);
        client_serve(client, 1);
    }
}

bool client_has_hung_up(const struct client *client)
{
    struct pollfd end = {.fd = client->connection.in, .events = POLLRDHUP};

    return poll(&end, 1, 0) > 0;
}

bool client_is_gone(const struct client *client)
{
    return client->connection.broken || session_is_over(client->session);
}

int64_t client_patience(const struct client *client)
{
    if (!client->session)
        return -1;
    if (has_input(client) && !connection_is_pending(&client->connection))
        return 0;
    if (session_is_waiting(client->session))
        return backoff_pause(&client->backoff);
    if (connection_is_pending(&client->connection))
        return (int64_t)CONNECTION_STALL_MS * 1000000;
    return -1;
}

/* Descriptors that nobody wants to hear of are -1: poll() would report a hang-up again and again.
 */
void client_prepare(struct client *client, struct pollfd *fds)
{
    const struct connection *connection = &client->connection;
    const bool pending = client->session && connection_is_pending(connection);
    const bool reads = client->session && !pending && !has_input(client);

    client->blocked = pending;
    fds[0] = (struct pollfd){.fd = reads ? connection->in : -1, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = pending ? connection->out : -1, .events = POLLOUT};
}
