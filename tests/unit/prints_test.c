/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/prints.h: the payload is what message.h says of struct ampgdb_print, and nothing is lost
 * silently.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "patches.h"
#include "prints.h"
#include "shared.h"

#define BASE 0x20000000u

static char ram[512];
static uint32_t furthest; /* byte that was read */
static bool ring_is_full;
static struct ampgdb_message sent;
static uint32_t payload[AMPGDB_PAYLOAD_WORDS];

int patches_read_memory(uint32_t addr, void *bytes, uint32_t len)
{
    const uint32_t offset = addr - BASE;
    const uint32_t room = offset < sizeof ram ? (uint32_t)sizeof ram - offset : 0;
    const uint32_t got = len < room ? len : room;

    if (got == 0)
        return -AMPGDB_EFAULT;
    memcpy(bytes, ram + offset, got);
    if (furthest < offset + got)
        furthest = offset + got;
    return (int)got;
}

bool shared_send_spare(const struct ampgdb_message *message, const uint32_t *words)
{
    if (ring_is_full)
        return false;
    assert_int_equal(message->type, AMPGDB_MSG_PRINT);
    sent = *message;
    memcpy(payload, words, 4 * (message->words - AMPGDB_MESSAGE_WORDS));
    return true;
}

static int fresh(void **state)
{
    (void)state;
    ring_is_full = false;
    prints_send(0, 0, NULL, 0); /* nothing is lost any more */
    memset(&sent, 0, sizeof sent);
    memset(payload, 0xEE, sizeof payload);
    memset(ram, 'x', sizeof ram);
    furthest = 0;
    return 0;
}

static uint32_t words(void)
{
    return sent.words - AMPGDB_MESSAGE_WORDS;
}

static void print_string(uint32_t addr)
{
    const uint64_t value = addr;

    prints_send(5, 1, &value, 1);
    assert_int_equal(payload[3], 1);
}

static void values_have_two_words(void **state)
{
    const uint64_t values[2] = {0x1122334455667788u, 9};
    const uint32_t expected[] = {0x1234, 0, 2, 0, 0x55667788, 0x11223344, 9, 0};

    (void)state;
    prints_send(0x1234, 0, values, 2);
    assert_int_equal(words(), 8);
    assert_memory_equal(payload, expected, sizeof expected);
}

static void strings_follow_in_order(void **state)
{
    const uint64_t values[3] = {BASE, 7, BASE + 40};

    (void)state;
    memcpy(ram, "hello", 6);
    memcpy(ram + 40, "abcd", 5);
    prints_send(1, 5, values, 3);
    assert_int_equal(payload[3], 5);
    assert_int_equal(payload[10], 5);
    assert_memory_equal(payload + 11, "hello\0\0", 8);
    assert_int_equal(payload[13], 4);
    assert_memory_equal(payload + 14, "abcd", 4);
    assert_int_equal(words(), 15);
}

static void strings_without_a_value_are_not_told(void **state)
{
    const uint64_t value = 1;

    (void)state;
    prints_send(1, 0xFFFE, &value, 1);
    assert_int_equal(payload[3], 0);
    assert_int_equal(words(), 6);
}

static void a_long_string_is_cut(void **state)
{
    (void)state;
    print_string(BASE + 3);
    assert_int_equal(payload[6], AMPGDB_PRINT_STRING_MAX);
    assert_int_equal(words(), 7 + AMPGDB_PRINT_STRING_MAX / 4);
}

static void an_empty_string_has_no_bytes(void **state)
{
    (void)state;
    ram[3] = 0;
    print_string(BASE + 3);
    assert_int_equal(payload[6], 0);
    assert_int_equal(words(), 7);
}

static void what_cannot_be_read_is_no_string(void **state)
{
    (void)state;
    print_string(0);
    assert_int_equal(payload[6], AMPGDB_PRINT_NO_STRING);
    assert_int_equal(words(), 7);
    print_string(BASE + sizeof ram - 5); /* does not end where memory does */
    assert_int_equal(payload[6], AMPGDB_PRINT_NO_STRING);
}

static void a_string_may_end_where_memory_does(void **state)
{
    (void)state;
    ram[sizeof ram - 1] = 0;
    print_string(BASE + sizeof ram - 5);
    assert_int_equal(payload[6], 4);
}

static void little_is_read_behind_a_string(void **state)
{
    (void)state;
    ram[70] = 0;
    print_string(BASE + 30);
    assert_int_equal(payload[6], 40);
    assert_in_range(furthest, 71, 96);
}

static void sixteen_long_strings_fit(void **state)
{
    uint64_t values[AMPGDB_PRINT_VALUES_MAX];

    (void)state;
    for (uint32_t i = 0; i < AMPGDB_PRINT_VALUES_MAX; i++)
        values[i] = BASE + i;
    prints_send(1, 0xFFFF, values, AMPGDB_PRINT_VALUES_MAX);
    assert_int_equal(words(), AMPGDB_PRINT_WORDS + 16 * (2 + 1 + AMPGDB_PRINT_STRING_MAX / 4));
}

static void what_is_lost_is_told_with_the_next(void **state)
{
    (void)state;
    ring_is_full = true;
    prints_send(1, 0, NULL, 0);
    prints_send(2, 0, NULL, 0);
    ring_is_full = false;
    prints_send(3, 0, NULL, 0);
    assert_int_equal(payload[0], 3);
    assert_int_equal(payload[1], 2);
    prints_send(4, 0, NULL, 0);
    assert_int_equal(payload[1], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(values_have_two_words, fresh),
        cmocka_unit_test_setup(strings_follow_in_order, fresh),
        cmocka_unit_test_setup(strings_without_a_value_are_not_told, fresh),
        cmocka_unit_test_setup(a_long_string_is_cut, fresh),
        cmocka_unit_test_setup(an_empty_string_has_no_bytes, fresh),
        cmocka_unit_test_setup(what_cannot_be_read_is_no_string, fresh),
        cmocka_unit_test_setup(a_string_may_end_where_memory_does, fresh),
        cmocka_unit_test_setup(little_is_read_behind_a_string, fresh),
        cmocka_unit_test_setup(sixteen_long_strings_fit, fresh),
        cmocka_unit_test_setup(what_is_lost_is_told_with_the_next, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
