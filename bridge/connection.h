/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The way to one client: a socket, or standard input and output. Nothing here blocks, except
 * connection_drain(), which says for how long. Knows nothing of packets.
 */
#ifndef BRIDGE_CONNECTION_H
#define BRIDGE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A client that takes nothing for so long is given up, so that it cannot hold Core 3 for ever. */
#define CONNECTION_STALL_MS 10000

#define CONNECTION_OUTPUT_MAX (1u << 20) /* bytes waiting for a client */

struct connection {
    int in;
    int out;
    bool is_socket;
    bool broken;     /* the client is gone, or as good as */
    uint8_t *output; /* to be written: output[start] to output[end - 1] */
    size_t start;
    size_t end;
    size_t size;
    int64_t progressed; /* when bytes last went out, or first had to wait */
    int out_flags;      /* of standard output, as we found them */
};

/* Take over a connected socket, or the standard descriptors. */
void connection_open_socket(struct connection *connection, int fd);
void connection_open_stdio(struct connection *connection);

/* connection_close - what is still unwritten is lost. */
void connection_close(struct connection *connection);

/* connection_send - queue bytes; beyond CONNECTION_OUTPUT_MAX the connection is broken. */
void connection_send(struct connection *connection, const uint8_t *bytes, size_t len);

/* connection_flush - write what the client takes now. */
void connection_flush(struct connection *connection);
bool connection_is_pending(const struct connection *connection);

/* connection_check_stall - to be called now and then while something is pending. */
void connection_check_stall(struct connection *connection);

/* connection_drain - write everything, waiting for the client for at most ms milliseconds. */
void connection_drain(struct connection *connection, int ms);

/* connection_read - what has come. Returns bytes, 0 for none now; the client's end breaks the
 * connection. */
size_t connection_read(struct connection *connection, uint8_t *bytes, size_t size);

#endif
