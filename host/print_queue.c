/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See print_queue.h. Each payload stands behind a word with its length.
 */
#include "print_queue.h"

#include <stddef.h>

_Static_assert((PRINT_QUEUE_WORDS & (PRINT_QUEUE_WORDS - 1u)) == 0, "indices run free");

#define WORD_OF(member) (offsetof(struct ampgdb_print, member) / 4)

/* Words of the string at payload[at], its length included, though they may be more than there are;
 * 0: not even the length is there, or it is too long. */
static uint32_t string_words(const uint32_t *payload, uint32_t words, uint32_t at)
{
    if (at >= words)
        return 0;
    if (payload[at] == AMPGDB_PRINT_NO_STRING)
        return 1;
    return payload[at] > AMPGDB_PRINT_STRING_MAX ? 0 : 1 + (payload[at] + 3) / 4;
}

bool print_is_whole(const uint32_t *payload, uint32_t words)
{
    uint32_t at;

    if (words < AMPGDB_PRINT_WORDS || payload[WORD_OF(values)] > AMPGDB_PRINT_VALUES_MAX ||
        payload[WORD_OF(strings)] >> payload[WORD_OF(values)])
        return false;
    at = AMPGDB_PRINT_WORDS + 2 * payload[WORD_OF(values)];
    for (uint32_t strings = payload[WORD_OF(strings)]; strings; strings &= strings - 1) {
        const uint32_t size = string_words(payload, words, at);

        if (size == 0)
            return false;
        at += size;
    }
    return at == words;
}

static uint32_t add(uint32_t a, uint32_t b)
{
    return a + b < a ? UINT32_MAX : a + b;
}

static void put_word(struct print_queue *queue, uint32_t word)
{
    queue->data[queue->head++ % PRINT_QUEUE_WORDS] = word;
}

static uint32_t take_word(struct print_queue *queue)
{
    return queue->data[queue->tail++ % PRINT_QUEUE_WORDS];
}

void print_queue_put(struct print_queue *queue, const uint32_t *payload, uint32_t words)
{
    const uint32_t lost = add(queue->lost, payload[WORD_OF(lost)]);

    if (words >= PRINT_QUEUE_WORDS - (queue->head - queue->tail)) {
        queue->lost = add(lost, 1);
        return;
    }
    put_word(queue, words);
    for (uint32_t i = 0; i < words; i++)
        put_word(queue, i == WORD_OF(lost) ? lost : payload[i]);
    queue->lost = 0;
}

uint32_t print_queue_take(struct print_queue *queue, const uint32_t **payload)
{
    uint32_t words;

    if (print_queue_is_empty(queue))
        return 0;
    words = take_word(queue);
    for (uint32_t i = 0; i < words; i++)
        queue->taken[i] = take_word(queue);
    *payload = queue->taken;
    return words;
}

bool print_queue_is_empty(const struct print_queue *queue)
{
    return queue->head == queue->tail;
}

void print_queue_clear(struct print_queue *queue)
{
    queue->tail = queue->head;
    queue->lost = 0;
}
