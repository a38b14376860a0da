/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes from a client, over a session with the fake Core 3. The first two bytes of the input
 * choose when a request fails and how. Then most bytes are what the client sends; these are not:
 *
 *      0xfe            a look at Core 3
 *      0xfd            the program stops, if it runs
 *      0xfb, 2 bytes   a dprintf prints: format, and which values
 *      0xfc ... 0xfc   a packet with a good checksum, which a fuzzer would hardly find
 *      0xfa            from here on an observer sends, or the debugger again
 *
 * Whatever an observer sends, Core 3 is asked for nothing that changes anything.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_core3.h"
#include "session.h"

#define POLL   0xfe
#define STOP   0xfd
#define PACKET 0xfc
#define PRINT  0xfb
#define SWITCH 0xfa

struct both {
    struct session *debugger;
    struct session *observer;
    bool observes; /* what comes next */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t sent;

static void count(void *context, const uint8_t *bytes, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; i++)
        sent += bytes[i] != 0; /* every byte was written, says the sanitizer */
}

static void ignore(void *context, const char *sentence)
{
    (void)context;
    (void)sentence;
}

static void feed(struct session *session, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        const size_t taken = session_input(session, bytes, len);

        if (taken < 1 || taken > len)
            abort();
        bytes += taken;
        len -= taken;
    }
}

/* bytes: behind the mark. Returns how many belong to the packet, with the mark at its end. */
static size_t feed_packet(struct session *session, const uint8_t *bytes, size_t len)
{
    const uint8_t *end = memchr(bytes, PACKET, len);
    const size_t size = end ? (size_t)(end - bytes) : len;
    unsigned sum = 0;
    char tail[4];

    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    snprintf(tail, sizeof tail, "#%02x", sum & 0xffu);
    feed(session, (const uint8_t *)"$", 1);
    feed(session, bytes, size);
    feed(session, (const uint8_t *)tail, 3);
    return end ? size + 1 : size;
}

/* bytes: behind the mark. Returns how many belong to the print. */
static size_t print(struct core3 *core3, const uint8_t *bytes, size_t len)
{
    const uint8_t shape = len > 1 ? bytes[1] : 0;
    const uint32_t count = shape % (AMPGDB_PRINT_VALUES_MAX + 1);
    const uint32_t strings = shape * 0x101u & ((1u << count) - 1);
    uint32_t payload[FAKE_PRINT_WORDS] = {len > 0 ? bytes[0] : 0, shape >> 7, count, strings};
    uint32_t words = AMPGDB_PRINT_WORDS + 2 * count;

    for (uint32_t i = AMPGDB_PRINT_WORDS; i < words; i++)
        payload[i] = i * shape;
    for (uint32_t bits = strings; bits; bits &= bits - 1) {
        payload[words++] = 3;
        payload[words++] = 0x636261; /* "abc" */
    }
    if (core3->prints < FAKE_PRINTS)
        fake_print(core3, payload, words);
    return len < 2 ? len : 2;
}

/* As clients.c does it. */
static void after_turn(struct both *both, const struct core3 *core3)
{
    const int loss = session_loss(both->observer);

    if (both->observes && core3->log[0])
        abort();
    if (loss && !session_is_over(both->debugger) && !session_is_post_mortem(both->debugger))
        session_note_loss(both->debugger, loss);
}

static void drive(struct both *both, struct core3 *core3, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        struct session *session = both->observes ? both->observer : both->debugger;
        size_t taken = 1;

        core3->log[0] = 0;

        if (*bytes == POLL)
            session_poll(session);
        else if (*bytes == PACKET)
            taken += feed_packet(session, bytes + 1, len - 1);
        else if (*bytes == PRINT)
            taken += print(core3, bytes + 1, len - 1);
        else if (*bytes == SWITCH)
            both->observes = !both->observes;
        else if (*bytes != STOP)
            feed(session, bytes, 1);
        else if (core3->state == AMPGDB_STATE_RUNNING)
            fake_stop(core3, (uint32_t)(len % AMPGDB_STOP_COUNT), 0x1000, 5);
        after_turn(both, core3);
        bytes += taken;
        len -= taken;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const int failures[] = {-AMPGDB_EFAULT, -AMPGDB_EDECODE, -AMPGDB_EBUSY, -HOST_ELOST};
    static struct core3 core3;
    const struct session_config config = {.send = count, .log = ignore};
    struct both both = {0};
    struct error error;

    if (len < 2)
        return 0;
    fake_init(&core3);
    if (session_open(&both.debugger, &core3, "fuzzer", &config, &error) ||
        session_observe(&both.observer, both.debugger, &config, &error))
        abort();
    core3.fail_in = bytes[0];
    core3.fail_with = failures[bytes[1] % 4];
    drive(&both, &core3, bytes + 2, len - 2);
    session_close(both.observer);
    session_close(both.debugger);
    if (core3.owned)
        abort();
    return 0;
}
