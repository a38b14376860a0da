/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Prints wait in the order in which they came, none is invented, each loss is told, and what is no
 * whole print is called so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "print_queue.h"

static struct print_queue queue;

static int set_up(void **state)
{
    (void)state;
    memset(&queue, 0, sizeof queue);
    return 0;
}

static void put(uint32_t id, uint32_t lost)
{
    const uint32_t payload[] = {id, lost, 1, 0, id + 1, id + 2};

    assert_true(print_is_whole(payload, 6));
    print_queue_put(&queue, payload, 6);
}

static void take(uint32_t id, uint32_t lost)
{
    const uint32_t expected[] = {id, lost, 1, 0, id + 1, id + 2};
    const uint32_t *payload;

    assert_int_equal(print_queue_take(&queue, &payload), 6);
    assert_memory_equal(payload, expected, sizeof expected);
}

static void prints_come_back_in_order(void **state)
{
    const uint32_t *payload;

    (void)state;
    assert_true(print_queue_is_empty(&queue));
    assert_int_equal(print_queue_take(&queue, &payload), 0);
    for (uint32_t id = 0; id < 3 * PRINT_QUEUE_WORDS; id += 2) {
        put(id, 0);
        put(id + 1, 7);
        assert_false(print_queue_is_empty(&queue));
        take(id, 0);
        take(id + 1, 7);
    }
    assert_true(print_queue_is_empty(&queue));
}

static uint32_t fill(void)
{
    uint32_t id = 0;

    while (queue.head - queue.tail + 7 <= PRINT_QUEUE_WORDS)
        put(id++, 0);
    return id;
}

static void what_does_not_fit_is_counted_in_the_next(void **state)
{
    const uint32_t kept = fill();

    (void)state;
    put(1000, 0);
    put(1001, 5);
    for (uint32_t id = 0; id < kept; id++)
        take(id, 0);
    assert_true(print_queue_is_empty(&queue));
    put(1002, 2);
    put(1003, 0);
    take(1002, 1 + 1 + 5 + 2);
    take(1003, 0);
}

static void losses_beyond_counting_stay_many(void **state)
{
    (void)state;
    fill();
    put(1000, UINT32_MAX);
    put(1001, 3);
    print_queue_clear(&queue);
    assert_true(print_queue_is_empty(&queue));
    put(1, 0); /* nobody is told of what was cleared */
    take(1, 0);
    fill();
    put(1000, UINT32_MAX);
    while (!print_queue_is_empty(&queue)) {
        const uint32_t *payload;

        print_queue_take(&queue, &payload);
    }
    put(2, 3);
    take(2, UINT32_MAX);
}

static const struct {
    bool is_whole;
    uint32_t words;
    uint32_t payload[16];
} cases[] = {
    {true, 4, {9, 0, 0, 0}},
    {false, 3, {9, 0, 0, 0}},
    {false, 5, {9, 0, 0, 0}},
    {false, 4, {9, 0, 0, 1}},
    {true, 6, {9, 0, 1, 0, 1, 2}},
    {false, 5, {9, 0, 1, 0, 1, 2}},
    {false, 7, {9, 0, 1, 0, 1, 2}},
    {false, 6, {9, 0, 1, 2, 1, 2}},
    {false, 7, {9, 0, 1, 2, 1, 2, 0}}, /* a string that is no value */
    {false, 8, {9, 0, 2, 3, 1, 2, 3, 4}},
    {false, 9, {9, 0, 2, 3, 1, 2, 3, 4, 9}},
    {false, 6, {9, 0, 1, 1, 1, 2}}, /* the string is missing */
    {true, 7, {9, 0, 1, 1, 1, 2, 0}},
    {true, 7, {9, 0, 1, 1, 1, 2, AMPGDB_PRINT_NO_STRING}},
    {true, 8, {9, 0, 1, 1, 1, 2, 4, 5}},
    {false, 7, {9, 0, 1, 1, 1, 2, 4}},
    {false, 8, {9, 0, 1, 1, 1, 2, 5, 5}},
    {true, 9, {9, 0, 1, 1, 1, 2, 5, 5, 5}},
    {false, 9, {9, 0, 1, 1, 1, 2, 4, 5, 5}},
    {false, 9, {9, 0, 1, 1, 1, 2, AMPGDB_PRINT_STRING_MAX + 1, 5, 5}},
    {false, 9, {9, 0, 1, 1, 1, 2, AMPGDB_PRINT_NO_STRING - 1, 5, 5}},
    {true, 11, {9, 0, 2, 3, 1, 2, 3, 4, AMPGDB_PRINT_NO_STRING, 1, 5}},
    {false, 4, {9, 0, AMPGDB_PRINT_VALUES_MAX + 1, 0}},
    {false, 4, {9, 0, UINT32_MAX, 0}},
};

static void only_what_is_whole_is_called_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = 4 * cases[i].words; /* not a byte more, says the sanitizer */
        uint32_t *payload = malloc(size);

        memcpy(payload, cases[i].payload, size);
        if (print_is_whole(payload, cases[i].words) != cases[i].is_whole)
            fail_msg("case %zu", i);
        free(payload);
    }
}

static void the_largest_print_fits(void **state)
{
    uint32_t payload[PRINT_WORDS_MAX] = {1, 0, AMPGDB_PRINT_VALUES_MAX, 0xffff};
    const uint32_t *taken;

    (void)state;
    for (uint32_t i = 0; i < AMPGDB_PRINT_VALUES_MAX; i++)
        payload[AMPGDB_PRINT_WORDS + 2 * AMPGDB_PRINT_VALUES_MAX + i * 33] = 128;
    assert_true(print_is_whole(payload, PRINT_WORDS_MAX));
    print_queue_put(&queue, payload, PRINT_WORDS_MAX);
    assert_int_equal(print_queue_take(&queue, &taken), PRINT_WORDS_MAX);
    assert_memory_equal(taken, payload, sizeof payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(prints_come_back_in_order, set_up),
        cmocka_unit_test_setup(what_does_not_fit_is_counted_in_the_next, set_up),
        cmocka_unit_test_setup(losses_beyond_counting_stay_many, set_up),
        cmocka_unit_test(only_what_is_whole_is_called_so),
        cmocka_unit_test_setup(the_largest_print_fits, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
