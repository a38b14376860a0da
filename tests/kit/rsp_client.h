/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A client that talks to a session with the fake core3 behind it, and compares what comes back byte
 * for byte. Frames packets by itself, so that it does not believe what it tests.
 */
#ifndef TESTS_KIT_RSP_CLIENT_H
#define TESTS_KIT_RSP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "fake_core3.h"
#include "session.h"

struct rsp_client {
    struct core3 core3;
    struct session_config config;
    struct session *session;
    size_t len; /* of what came back and was not expected yet */
    uint8_t bytes[1u << 20];
    char log[4096]; /* the session's sentences, each with a newline */
};

/* client_init - a fresh Core 3, nobody attached. client_attach - asserts that it works, and agrees
 * on no acks, so that replies stand alone. client_leave - the connection is closed. */
void client_init(struct rsp_client *client);
void client_attach(struct rsp_client *client);
void client_attach_with_acks(struct rsp_client *client);
void client_leave(struct rsp_client *client);

/* client_feed - bytes as they are; client_send - one packet with this text; client_send_bytes - one
 * with these bytes, already escaped. */
void client_feed(struct rsp_client *client, const void *bytes, size_t len);
void client_send(struct rsp_client *client, const char *payload);
void client_send_bytes(struct rsp_client *client, const void *payload, size_t len);

/* expect_* - asserts that this, and nothing else, came back since the last expectation. */
void expect_bytes(struct rsp_client *client, const char *wire);
void expect_nothing(struct rsp_client *client);
/* ... a packet, whatever follows it */
void expect_packet(struct rsp_client *client, const char *payload);
/* ... console text, in any number of 'O' packets; whatever follows it */
void expect_console(struct rsp_client *client, const char *text);

/* check - send one packet, expect one reply. */
void check(struct rsp_client *client, const char *request, const char *reply);

/* core3_did - asserts what Core 3 was asked for since the last call. */
void core3_did(struct rsp_client *client, const char *log);

#endif
