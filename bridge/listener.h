/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where the bridge listens: an address as the user writes it, and a socket that accepts there.
 */
#ifndef BRIDGE_LISTENER_H
#define BRIDGE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "error.h"

#define LISTENER_DEFAULT "127.0.0.1:3333"

struct listener_address {
    struct sockaddr_storage socket;
    socklen_t len;
    bool loopback; /* nobody outside this machine reaches it */
};

/* listener_parse - ADDR, ADDR:PORT, :PORT or [IPV6]:PORT, numeric. Pure.
 * Returns 0, or -HOST_EFAIL and a sentence. */
int listener_parse(struct listener_address *address, const char *text, struct error *error);

/* listener_open - listen there. Returns the descriptor (non-blocking), *port being the real port,
 * or -HOST_EFAIL with *error. */
int listener_open(const struct listener_address *address, uint16_t *port, struct error *error);

/* listener_describe - "127.0.0.1:4711" */
void listener_describe(const struct sockaddr_storage *socket, char *text, size_t size);

#endif
