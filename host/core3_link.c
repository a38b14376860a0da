/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See core3_link.h.
 */
#include "core3_link.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "ampgdb/bcm283x.h"
#include "core3.h"
#include "core3_explain.h"
#include "deadline.h"

#define STOP_WORDS (sizeof(struct ampgdb_stop) / 4)

void link_init(struct link *link, struct physmem *physmem, volatile uint32_t *shared)
{
    volatile struct ampgdb_header *header = (volatile struct ampgdb_header *)shared;

    memset(link, 0, sizeof *link);
    link->physmem = physmem;
    link->header = header;
    link->to_stub.head = &header->to_stub_head;
    link->to_stub.tail = &header->to_stub_tail;
    link->to_stub.data = shared + (AMPGDB_TO_STUB_OFFSET - AMPGDB_SHARED_OFFSET) / 4;
    link->to_host.head = &header->to_host_head;
    link->to_host.tail = &header->to_host_tail;
    link->to_host.data = shared + (AMPGDB_TO_HOST_OFFSET - AMPGDB_SHARED_OFFSET) / 4;
    link->is_lost = true;
}

static int give_up(struct link *link)
{
    link->is_lost = true;
    link->is_awaiting = false;
    return -HOST_ELOST;
}

static int blame(struct link *link)
{
    link->is_stub_to_blame = true;
    error_set(&link->why, 0, "%.*s" EXPLAIN_REPLACE,
              (int)(sizeof link->why.text - sizeof EXPLAIN_REPLACE), link->cause.text);
    return give_up(link);
}

int link_lose(struct link *link, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(link->why.text, sizeof link->why.text, format, arguments);
    va_end(arguments);
    link->is_stub_to_blame = false;
    return give_up(link);
}

int link_blame(struct link *link, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(link->cause.text, sizeof link->cause.text, format, arguments);
    va_end(arguments);
    return blame(link);
}

static int lose_explained(struct link *link)
{
    if (explain_restart(link, &link->why)) {
        link->is_stub_to_blame = false;
        return give_up(link);
    }
    explain_loss(link, &link->cause);
    return blame(link);
}

/* Another reason than silence not to wait any longer? */
static bool is_in_trouble(const struct link *link)
{
    return link->header->state == AMPGDB_STATE_PANIC || link->header->epoch != link->epoch;
}

static int keep_stop(struct link *link, const struct ampgdb_message *message)
{
    uint32_t *words = (uint32_t *)&link->stop;

    if (message->words != AMPGDB_MESSAGE_WORDS + STOP_WORDS)
        return link_blame(
            link,
            "Core 3 sent a stop of %u words instead of %zu: its stub is broken or from "
            "another version",
            message->words, AMPGDB_MESSAGE_WORDS + STOP_WORDS);
    for (size_t i = 0; i < STOP_WORDS; i++)
        words[i] = link->payload[i];
    if (link->stop.reason >= AMPGDB_STOP_COUNT)
        link->stop.reason = AMPGDB_STOP_UNKNOWN;
    link->has_stop = true;
    return 0;
}

static int keep_print(struct link *link, const struct ampgdb_message *message)
{
    const uint32_t words = message->words - AMPGDB_MESSAGE_WORDS;

    if (!print_is_whole(link->payload, words))
        return link_blame(link,
                          "Core 3 sent a print whose %u words make no sense: its stub is broken or "
                          "from another version",
                          words);
    print_queue_put(&link->prints, link->payload, words);
    return 0;
}

/*
 * Takes messages until the awaited reply (1), until there are none (0), or until the stub is
 * beyond belief (-HOST_ELOST). No more than fit into the ring at once, so that a stub that floods
 * us cannot keep us from looking at the clock.
 */
static int take_messages(struct link *link)
{
    for (uint32_t i = 0; i < RING_WORDS / AMPGDB_MESSAGE_WORDS; i++) {
        struct ampgdb_message message;
        const int taken = ring_read(&link->to_host, &message, link->payload);

        if (taken == 0)
            return 0;
        if (taken < 0)
            return link_blame(link,
                              "Core 3's ring is corrupt (to_host: head %u, tail %u): its stub is "
                              "broken or something else writes to its window",
                              link->header->to_host_head, link->header->to_host_tail);
        if (message.type == AMPGDB_MSG_STOPPED) {
            if (keep_stop(link, &message) < 0)
                return -HOST_ELOST;
        } else if (message.type == AMPGDB_MSG_PRINT) {
            if (keep_print(link, &message) < 0)
                return -HOST_ELOST;
        } else if (link->is_awaiting && (message.type & AMPGDB_MSG_REPLY) &&
                   message.tag == link->tag) {
            link->is_awaiting = false;
            link->reply = message;
            return 1;
        } else {
            link->strays++;
        }
    }
    return 0;
}

static int publish(struct link *link, const struct ampgdb_message *message, const uint32_t *payload,
                   struct deadline *deadline)
{
    int result;

    while ((result = ring_write(&link->to_stub, message, payload)) == -AMPGDB_EFULL)
        if (is_in_trouble(link) || !deadline_wait(deadline))
            return lose_explained(link);
    if (result < 0)
        return link_blame(
            link,
            "Core 3's ring is corrupt (to_stub: head %u, tail %u): its stub is broken "
            "or something else writes to its window",
            link->header->to_stub_head, link->header->to_stub_tail);
    return 0;
}

static int ring_doorbell(struct link *link)
{
    struct error error;

    ring_barrier(); /* [F] the request is visible before we look whether anybody looks */
    if (link->header->state != AMPGDB_STATE_RUNNING && !link->header->asleep)
        return 0;
    if (link->physmem->ops->write32(link->physmem, BCM283X_LOCAL + LOCAL_CORE3_MAILBOX1_SET, 1,
                                    &error) < 0)
        return link_lose(link, "%s", error.text);
    return 0;
}

static int await_reply(struct link *link, struct deadline *deadline)
{
    for (;;) {
        const int taken = take_messages(link);

        if (taken != 0)
            return taken < 0 ? taken : 0;
        if (is_in_trouble(link) || !deadline_wait(deadline))
            return lose_explained(link);
    }
}

static int check_reply(struct link *link, uint32_t type)
{
    const struct ampgdb_message *reply = &link->reply;

    if (reply->type != (type | AMPGDB_MSG_REPLY) || reply->status <= -AMPGDB_ERROR_COUNT)
        return link_blame(
            link,
            "Core 3 sent an impossible reply (type 0x%x, status %d) to %s: its stub is "
            "broken or from another version",
            reply->type, reply->status, explain_request(type));
    return reply->status;
}

int link_request(struct link *link, uint32_t type, const uint32_t *payload, uint32_t payload_words)
{
    struct ampgdb_message message = {.words = AMPGDB_MESSAGE_WORDS + payload_words, .type = type};
    struct deadline deadline;
    int result;

    assert(payload_words <= AMPGDB_PAYLOAD_WORDS);
    if (link->is_lost)
        return -HOST_ELOST;
    if (++link->tag == 0) /* the tag of events */
        link->tag = 1;
    message.tag = link->tag;
    link->is_awaiting = true;
    deadline_start(&deadline, CORE3_REPLY_TIMEOUT_MS);
    result = publish(link, &message, payload, &deadline);
    if (result == 0)
        result = ring_doorbell(link);
    if (result == 0)
        result = await_reply(link, &deadline);
    return result < 0 ? result : check_reply(link, type);
}

int link_expect(struct link *link, uint32_t payload_words)
{
    if (link->reply.words == AMPGDB_MESSAGE_WORDS + payload_words)
        return 0;
    return link_blame(link,
                      "Core 3 sent a reply of %u words instead of %u: its stub is broken or from "
                      "another version",
                      link->reply.words, AMPGDB_MESSAGE_WORDS + payload_words);
}

int link_poll(struct link *link)
{
    if (link->is_lost)
        return -HOST_ELOST;
    if (take_messages(link) < 0)
        return -HOST_ELOST;
    return is_in_trouble(link) ? lose_explained(link) : 0;
}

int link_ping(struct link *link)
{
    uint32_t nonce;
    int result;

    if (getrandom(&nonce, sizeof nonce, 0) != sizeof nonce)
        return link_lose(link, "the kernel gives no random numbers (getrandom)");
    result = link_request(link, AMPGDB_MSG_PING, &nonce, 1);
    if (result >= 0)
        result = link_expect(link, 2);
    if (result < 0)
        return link->is_lost ? result
                             : link_blame(link, "Core 3's stub refused a ping (%d)", result);
    if (link->payload[0] != nonce || link->payload[1] != AMPGDB_ABI_VERSION)
        return link_blame(
            link,
            "Core 3 answered a ping wrongly (nonce 0x%08x for 0x%08x, ABI %u for %u): its "
            "stub is broken",
            link->payload[0], nonce, link->payload[1], AMPGDB_ABI_VERSION);
    return 0;
}

int link_start(struct link *link)
{
    int result;

    link->is_lost = false;
    link->strays = 0;
    link->epoch = link->header->epoch;
    /* A late reply to somebody before us must not look like one of ours. */
    if (getrandom(&link->tag, sizeof link->tag, 0) != sizeof link->tag)
        return link_lose(link, "the kernel gives no random numbers (getrandom)");
    /* Drop what was meant for a predecessor. The tail is ours to set. */
    *link->to_host.tail = *link->to_host.head;
    result = link_ping(link);
    link->has_stop = false; /* an old one: the header tells the present state */
    print_queue_clear(&link->prints);
    return result;
}
