/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See connection.h.
 */
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backoff.h"

/* A machine that vanished without a word is noticed in a minute or so. */
#define KEEPALIVE_IDLE_S     30
#define KEEPALIVE_INTERVAL_S 10
#define KEEPALIVE_COUNT      3

static void set_option(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof value); /* an optimisation each: may fail */
}

void connection_open_socket(struct connection *connection, int fd)
{
    *connection = (struct connection){.in = fd, .out = fd, .is_socket = true};
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT);
}

/* Input need not be non-blocking: it is read only when poll() says so. Output must be, and its
 * flags belong to whoever shares the descriptor with us, so they are put back. */
void connection_open_stdio(struct connection *connection)
{
    *connection = (struct connection){.in = STDIN_FILENO, .out = STDOUT_FILENO};
    connection->out_flags = fcntl(STDOUT_FILENO, F_GETFL);
    fcntl(STDOUT_FILENO, F_SETFL, connection->out_flags | O_NONBLOCK);
}

/* Bytes that were never read would turn our close into a reset, which may overtake our last reply
 * on its way into the client. */
static void discard_input(int fd)
{
    uint8_t bytes[4096];

    shutdown(fd, SHUT_WR);
    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
}

void connection_close(struct connection *connection)
{
    if (connection->is_socket) {
        discard_input(connection->in);
        close(connection->in);
    } else {
        fcntl(connection->out, F_SETFL, connection->out_flags);
    }
    free(connection->output);
    connection->output = NULL;
    connection->start = 0;
    connection->end = 0;
    connection->size = 0;
}

bool connection_is_pending(const struct connection *connection)
{
    return connection->start < connection->end && !connection->broken;
}

/* Room for len more bytes behind end. */
static bool make_room(struct connection *connection, size_t len)
{
    const size_t used = connection->end - connection->start;
    uint8_t *bigger;

    if (used + len > CONNECTION_OUTPUT_MAX)
        return false;
    if (connection->start > 0) {
        memmove(connection->output, connection->output + connection->start, used);
        connection->start = 0;
        connection->end = used;
    }
    if (used + len <= connection->size)
        return true;
    bigger = realloc(connection->output, used + len);
    if (!bigger)
        return false;
    connection->output = bigger;
    connection->size = used + len;
    return true;
}

void connection_send(struct connection *connection, const uint8_t *bytes, size_t len)
{
    if (connection->broken || len == 0)
        return;
    if (!make_room(connection, len)) {
        connection->broken = true;
        return;
    }
    if (connection->start == connection->end)
        connection->progressed = clock_now();
    memcpy(connection->output + connection->end, bytes, len);
    connection->end += len;
}

static ssize_t write_some(const struct connection *connection)
{
    const uint8_t *bytes = connection->output + connection->start;
    const size_t len = connection->end - connection->start;

    if (connection->is_socket)
        return send(connection->out, bytes, len, MSG_NOSIGNAL);
    return write(connection->out, bytes, len);
}

void connection_flush(struct connection *connection)
{
    while (connection_is_pending(connection)) {
        const ssize_t done = write_some(connection);

        if (done > 0) {
            connection->start += (size_t)done;
            connection->progressed = clock_now();
        } else if (done < 0 && errno == EINTR) {
            continue;
        } else if (done < 0 && errno == EAGAIN) {
            return;
        } else {
            connection->broken = true;
        }
    }
    connection->start = 0;
    connection->end = 0;
}

void connection_check_stall(struct connection *connection)
{
    if (connection_is_pending(connection) &&
        clock_now() - connection->progressed > (int64_t)CONNECTION_STALL_MS * 1000000)
        connection->broken = true;
}

void connection_drain(struct connection *connection, int ms)
{
    const int64_t deadline = clock_now() + (int64_t)ms * 1000000;

    connection_flush(connection);
    while (connection_is_pending(connection)) {
        struct pollfd ready = {.fd = connection->out, .events = POLLOUT};
        const int64_t left = deadline - clock_now();

        if (left <= 0)
            return;
        poll(&ready, 1, (int)(left / 1000000) + 1);
        connection_flush(connection);
    }
}

size_t connection_read(struct connection *connection, uint8_t *bytes, size_t size)
{
    const ssize_t got = read(connection->in, bytes, size);

    if (got > 0)
        return (size_t)got;
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        connection->broken = true;
    return 0;
}
