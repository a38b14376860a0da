/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * include/ampgdb/ring.h, one side after the other in one thread: no message is lost, cut or made
 * up, whatever the indices say; and "room for n words" means that n words fit. Rings elsewhere kept
 * one slot empty when writing but not when counting, and overwrote their oldest word once full.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/ring.h"

struct shared {
    uint32_t head;
    uint32_t tail;
    uint32_t data[RING_WORDS];
};

static struct shared shared;
static const struct ring ring = {&shared.head, &shared.tail, shared.data};
static uint32_t payload[RING_WORDS];
static uint32_t received[AMPGDB_PAYLOAD_WORDS];

static void start_at(uint32_t index)
{
    memset(&shared, 0xA5, sizeof shared);
    shared.head = index;
    shared.tail = index;
}

static struct ampgdb_message message_of(uint32_t words, uint32_t tag)
{
    for (uint32_t i = 0; i < words - AMPGDB_MESSAGE_WORDS; i++)
        payload[i] = tag * 0x10001u + i;
    return (struct ampgdb_message){.words = words, .type = 7, .tag = tag, .status = -1};
}

static void assert_received(const struct ampgdb_message *message, uint32_t words, uint32_t tag)
{
    assert_int_equal(message->words, words);
    assert_int_equal(message->type, 7);
    assert_int_equal(message->tag, tag);
    assert_int_equal(message->status, -1);
    for (uint32_t i = 0; i < words - AMPGDB_MESSAGE_WORDS; i++)
        assert_int_equal(received[i], tag * 0x10001u + i);
}

static void an_empty_ring_gives_nothing(void **state)
{
    struct ampgdb_message message;

    (void)state;
    start_at(123);
    assert_int_equal(ring_read(&ring, &message, received), 0);
    assert_int_equal(shared.tail, 123);
}

static void what_is_written_is_read(void **state)
{
    static const uint32_t starts[] = {0, RING_WORDS - 3, 0xFFFFFFFEu, 0xFFFFFFFFu - RING_WORDS};
    static const uint32_t sizes[] = {4, 5, 24, AMPGDB_MESSAGE_MAX};
    struct ampgdb_message message;

    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        for (size_t j = 0; j < sizeof sizes / sizeof sizes[0]; j++) {
            start_at(starts[i]);
            message = message_of(sizes[j], 42);
            assert_int_equal(ring_write(&ring, &message, payload), 0);
            assert_int_equal(ring_read(&ring, &message, received), 1);
            assert_received(&message, sizes[j], 42);
            assert_int_equal(shared.tail, starts[i] + sizes[j]);
            assert_int_equal(ring_read(&ring, &message, received), 0);
        }
    }
}

static void a_message_of_all_the_room_fits_and_one_word_more_does_not(void **state)
{
    (void)state;
    for (uint32_t used = 0; used <= RING_WORDS - AMPGDB_MESSAGE_WORDS; used += 509) {
        const uint32_t room = RING_WORDS - used;
        struct ampgdb_message message;

        start_at(0xFFFFF000u);
        shared.head += used;
        if (room < RING_WORDS) {
            message = message_of(room + 1, 1);
            assert_int_equal(ring_write(&ring, &message, payload), -AMPGDB_EFULL);
            assert_int_equal(shared.head, 0xFFFFF000u + used);
        }
        message = message_of(room, 2);
        assert_int_equal(ring_write(&ring, &message, payload), 0);
        assert_int_equal(shared.head - shared.tail, RING_WORDS);
        message = message_of(AMPGDB_MESSAGE_WORDS, 3);
        assert_int_equal(ring_write(&ring, &message, payload), -AMPGDB_EFULL);
    }
}

static void messages_come_out_in_order_while_the_indices_wrap(void **state)
{
    uint32_t written = 0;
    uint32_t read = 0;

    (void)state;
    srand(1);
    start_at(0xFFFFFFFFu - 3 * RING_WORDS);
    while (read < 5000) {
        const uint32_t words = AMPGDB_MESSAGE_WORDS + (uint32_t)rand() % 600;
        const uint32_t room = RING_WORDS - (shared.head - shared.tail);
        struct ampgdb_message message = message_of(words, written);
        const int result = ring_write(&ring, &message, payload);

        assert_int_equal(result, words <= room ? 0 : -AMPGDB_EFULL);
        written += result == 0;
        if (rand() % 2 && ring_read(&ring, &message, received) == 1)
            assert_received(&message, message.words, read++);
    }
}

static void an_impossible_index_of_the_producer_is_refused(void **state)
{
    static const uint32_t used[] = {1, 2, 3, RING_WORDS + 1, 0x80000000u, 0xFFFFFFFFu};
    struct ampgdb_message message;

    (void)state;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        start_at(1000);
        shared.head = shared.tail + used[i];
        assert_int_equal(ring_read(&ring, &message, received), -AMPGDB_ECORRUPT);
        assert_int_equal(shared.tail, 1000);
    }
}

static void an_impossible_index_of_the_consumer_is_refused(void **state)
{
    static const uint32_t used[] = {RING_WORDS + 1, 0x80000000u, 0xFFFFFFFFu};
    const struct ampgdb_message message = message_of(8, 1);

    (void)state;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        start_at(1000);
        shared.tail = shared.head - used[i];
        assert_int_equal(ring_write(&ring, &message, payload), -AMPGDB_ECORRUPT);
        assert_int_equal(shared.head, 1000);
        for (uint32_t word = 0; word < RING_WORDS; word++)
            assert_int_equal(shared.data[word], 0xA5A5A5A5u);
    }
}

static void an_impossible_length_is_refused(void **state)
{
    static const uint32_t lengths[] = {0,          1, 3, 11, RING_WORDS, AMPGDB_MESSAGE_MAX + 1,
                                       0xFFFFFFFFu};
    struct ampgdb_message message = message_of(10, 1);

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        start_at(0);
        assert_int_equal(ring_write(&ring, &message, payload), 0);
        shared.data[0] = lengths[i];
        assert_int_equal(ring_read(&ring, &(struct ampgdb_message){0}, received), -AMPGDB_ECORRUPT);
        assert_int_equal(shared.tail, 0);
    }
}

static void a_message_longer_than_any_is_refused_though_the_ring_holds_it(void **state)
{
    struct ampgdb_message message = message_of(AMPGDB_MESSAGE_MAX + 1, 1);

    (void)state;
    start_at(0);
    assert_int_equal(ring_write(&ring, &message, payload), 0);
    assert_int_equal(ring_read(&ring, &message, received), -AMPGDB_ECORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_gives_nothing),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_message_of_all_the_room_fits_and_one_word_more_does_not),
        cmocka_unit_test(messages_come_out_in_order_while_the_indices_wrap),
        cmocka_unit_test(an_impossible_index_of_the_producer_is_refused),
        cmocka_unit_test(an_impossible_index_of_the_consumer_is_refused),
        cmocka_unit_test(an_impossible_length_is_refused),
        cmocka_unit_test(a_message_longer_than_any_is_refused_though_the_ring_holds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
