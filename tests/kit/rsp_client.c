/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See rsp_client.h.
 */
#include "rsp_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void take(void *context, const uint8_t *bytes, size_t len)
{
    struct rsp_client *client = context;

    assert_true(len <= sizeof client->bytes - client->len);
    memcpy(client->bytes + client->len, bytes, len);
    client->len += len;
}

static void take_log(void *context, const char *sentence)
{
    struct rsp_client *client = context;
    const size_t used = strlen(client->log);

    snprintf(client->log + used, sizeof client->log - used, "%s\n", sentence);
}

void client_init(struct rsp_client *client)
{
    memset(client, 0, sizeof *client);
    fake_init(&client->core3);
    client->config.send = take;
    client->config.log = take_log;
    client->config.context = client;
}

void client_attach_with_acks(struct rsp_client *client)
{
    struct error error;

    assert_int_equal(
        session_open(&client->session, &client->core3, "test", &client->config, &error), 0);
}

void client_attach(struct rsp_client *client)
{
    client_attach_with_acks(client);
    client_send(client, "QStartNoAckMode");
    expect_bytes(client, "+$OK#9a");
    client->core3.log[0] = 0;
}

void client_leave(struct rsp_client *client)
{
    session_close(client->session);
    client->session = NULL;
}

void client_feed(struct rsp_client *client, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    while (len > 0) {
        const size_t taken = session_input(client->session, at, len);

        assert_in_range(taken, 1, len);
        at += taken;
        len -= taken;
    }
}

static unsigned sum_of(const void *bytes, size_t len)
{
    unsigned sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += ((const uint8_t *)bytes)[i];
    return sum & 0xff;
}

void client_send_bytes(struct rsp_client *client, const void *payload, size_t len)
{
    char end[4];

    snprintf(end, sizeof end, "#%02x", sum_of(payload, len));
    client_feed(client, "$", 1);
    client_feed(client, payload, len);
    client_feed(client, end, 3);
}

void client_send(struct rsp_client *client, const char *payload)
{
    client_send_bytes(client, payload, strlen(payload));
}

static void drop(struct rsp_client *client, size_t len)
{
    client->len -= len;
    memmove(client->bytes, client->bytes + len, client->len);
}

static void expect_start(struct rsp_client *client, const char *wire)
{
    const size_t len = strlen(wire);

    if (client->len < len || memcmp(client->bytes, wire, len) != 0)
        fail_msg("expected %s, got %.*s", wire, (int)client->len, (const char *)client->bytes);
    drop(client, len);
}

void expect_nothing(struct rsp_client *client)
{
    if (client->len > 0)
        fail_msg("expected nothing, got %.*s", (int)client->len, (const char *)client->bytes);
}

void expect_bytes(struct rsp_client *client, const char *wire)
{
    expect_start(client, wire);
    expect_nothing(client);
}

void expect_packet(struct rsp_client *client, const char *payload)
{
    const size_t size = strlen(payload) + 5;
    char *wire = malloc(size);

    assert_non_null(wire);
    snprintf(wire, size, "$%s#%02x", payload, sum_of(payload, strlen(payload)));
    expect_start(client, wire);
    free(wire);
}

/* The length of the frame at the start of what came back. */
static size_t frame_len(const struct rsp_client *client)
{
    const uint8_t *hash = memchr(client->bytes, '#', client->len);

    assert_non_null(hash);
    return (size_t)(hash - client->bytes) + 3;
}

void expect_console(struct rsp_client *client, const char *text)
{
    char got[16384] = "";
    size_t len = 0;

    while (client->len > 2 && client->bytes[0] == '$' && client->bytes[1] == 'O' &&
           client->bytes[2] != 'K') {
        const size_t frame = frame_len(client);

        for (size_t i = 2; i + 3 < frame; i += 2) {
            char digits[3] = {(char)client->bytes[i], (char)client->bytes[i + 1], 0};

            got[len++] = (char)strtoul(digits, NULL, 16);
        }
        drop(client, frame);
    }
    got[len] = 0;
    assert_string_equal(got, text);
}

void check(struct rsp_client *client, const char *request, const char *reply)
{
    client_send(client, request);
    expect_packet(client, reply);
    expect_nothing(client);
}

void core3_did(struct rsp_client *client, const char *log)
{
    assert_string_equal(client->core3.log, log);
    client->core3.log[0] = 0;
}
