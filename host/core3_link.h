/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The ring client: one request at a time to the stub, its reply, and the stop that may arrive in
 * between, and the prints. Knows messages, not what they mean to a debugger; and that nothing in
 * the window is to be believed before it has been copied and checked.
 */
#ifndef HOST_CORE3_LINK_H
#define HOST_CORE3_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/message.h"
#include "ampgdb/ring.h"
#include "ampgdb/window.h"
#include "error.h"
#include "physmem.h"
#include "print_queue.h"

struct link {
    struct physmem *physmem;
    volatile struct ampgdb_header *header; /* member by member: each is one 32-bit access */
    struct ring to_stub;
    struct ring to_host;
    uint32_t epoch;   /* of the stub we talk to */
    uint32_t tag;     /* of the newest request */
    bool is_awaiting; /* its reply is still due */
    uint32_t strays;  /* replies and events nobody asked for */
    bool is_lost;     /* until the next link_start(); why says the reason */
    bool has_stop;
    struct ampgdb_stop stop;
    struct print_queue prints;
    struct ampgdb_message reply;            /* the newest one, and its payload: */
    uint32_t payload[AMPGDB_PAYLOAD_WORDS]; /* valid until the next call */
    struct error why;
    bool is_stub_to_blame; /* then it can be replaced, and cause is why without a remedy */
    struct error cause;
};

/* link_init - shared: the mapping of the window's shared part, up to and with both rings. */
void link_init(struct link *link, struct physmem *physmem, volatile uint32_t *shared);

/* link_start - forget everything, drop what lies in to_host, and ping. 0 or -HOST_ELOST. */
int link_start(struct link *link);

/* link_ping - does the stub answer a fresh nonce? 0 or -HOST_ELOST. */
int link_ping(struct link *link);

/*
 * link_request - send a request and wait for its reply, at most CORE3_REPLY_TIMEOUT_MS
 *
 * payload_words: at most AMPGDB_PAYLOAD_WORDS.
 * Returns: the reply's status, 0 or positive, with link->reply and link->payload filled; a negative
 *          error of message.h when the stub said no; -HOST_ELOST.
 */
int link_request(struct link *link, uint32_t type, const uint32_t *payload, uint32_t payload_words);

/* link_expect - has the newest reply this many words of payload? 0, or -HOST_ELOST: a broken stub.
 */
int link_expect(struct link *link, uint32_t payload_words);

/* link_poll - take what has arrived without waiting, and see that the stub is well. 0 or
 * -HOST_ELOST. */
int link_poll(struct link *link);

/* link_lose - give up on Core 3, for a reason that is not its stub's; returns -HOST_ELOST. */
int link_lose(struct link *link, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* link_blame - give up on the stub, for a reason; the remedy is added. Returns -HOST_ELOST. */
int link_blame(struct link *link, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
