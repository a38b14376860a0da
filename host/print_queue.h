/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * PRINT events between their arrival on the ring and the moment when somebody may be told: in
 * order, bounded, losses counted. Knows their layout (struct ampgdb_print), not what they mean.
 * Pure.
 */
#ifndef HOST_PRINT_QUEUE_H
#define HOST_PRINT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/message.h"
#include "ampgdb/ring.h"

/* Words of the largest payload: all values are strings, and all of those are as long as can be. */
#define PRINT_WORDS_MAX                                                                            \
    (AMPGDB_PRINT_WORDS + AMPGDB_PRINT_VALUES_MAX * (2u + 1u + (AMPGDB_PRINT_STRING_MAX + 3u) / 4u))

#define PRINT_QUEUE_WORDS (4u * RING_WORDS)

struct print_queue {
    uint32_t head; /* words ever put; both run free */
    uint32_t tail; /* words ever taken */
    uint32_t lost; /* since the newest one that is kept */
    uint32_t data[PRINT_QUEUE_WORDS];
    uint32_t taken[PRINT_WORDS_MAX];
};

/* print_is_whole - is this payload what struct ampgdb_print says, to the word? Any words will do.
 */
bool print_is_whole(const uint32_t *payload, uint32_t words);

/* print_queue_put - payload: whole. Without room it is lost, and counted in the next one's "lost".
 */
void print_queue_put(struct print_queue *queue, const uint32_t *payload, uint32_t words);

/* print_queue_take - the oldest one: its words, and *payload valid until the next call; 0: none. */
uint32_t print_queue_take(struct print_queue *queue, const uint32_t **payload);

bool print_queue_is_empty(const struct print_queue *queue);
void print_queue_clear(struct print_queue *queue);

#endif
