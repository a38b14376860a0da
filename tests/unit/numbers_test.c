/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * loader/numbers.h: what is typed is taken as it is meant, or refused with a sentence that says how
 * to write it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "numbers.h"

static struct error error;
static uint32_t number;

static void numbers_are_decimal_or_hexadecimal(void **state)
{
    (void)state;
    assert_int_equal(parse_number("010", "count", &number, &error), 0);
    assert_int_equal(number, 10);
    assert_int_equal(parse_number("4294967295", "count", &number, &error), 0);
    assert_int_equal(number, 0xFFFFFFFF);
    assert_int_equal(parse_number("0xfF", "count", &number, &error), 0);
    assert_int_equal(number, 0xFF);
    assert_int_equal(parse_number("0XffffFFFF", "count", &number, &error), 0);
    assert_int_equal(number, 0xFFFFFFFF);
}

static void what_is_no_number_is_named(void **state)
{
    static const char *const bad[] = {"",   "x",  "0x",   "-1",    "+1",  " 1",  "1 ",
                                      "1x", "ff", "0x1g", "0x0x1", "1e3", "0b1", "0x-1"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse_number(bad[i], "count", &number, &error), -HOST_EFAIL);
    assert_string_equal(error.text, "the count '0x-1' is not a number: write it in decimal, or in "
                                    "hexadecimal with 0x");
}

/* The last one overflows strtoull() as well. */
static void more_than_32_bits_are_named(void **state)
{
    static const char *const bad[] = {"4294967296", "0x100000000", "99999999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse_number(bad[i], "count", &number, &error), -HOST_EFAIL);
    assert_string_equal(error.text, "the count '99999999999999999999999' has more than 32 bits: "
                                    "nothing here is larger than 0xffffffff");
}

static void widths_are_b_h_and_w(void **state)
{
    (void)state;
    assert_true(is_width("b", &number) && number == 1);
    assert_true(is_width("H", &number) && number == 2);
    assert_true(is_width("w", &number) && number == 4);
    assert_false(is_width("", &number));
    assert_false(is_width("bb", &number));
    assert_false(is_width("q", &number));
}

static void addresses_are_aligned(void **state)
{
    (void)state;
    assert_int_equal(parse_address("0x20000002", 2, &number, &error), 0);
    assert_int_equal(number, 0x20000002);
    assert_int_equal(parse_address("0x20000002", 4, &number, &error), -HOST_EFAIL);
    assert_string_equal(error.text, "the address 0x20000002 is not a multiple of 4: align it, or "
                                    "use a smaller width (b, h)");
    assert_int_equal(parse_address("here", 1, &number, &error), -HOST_EFAIL);
    assert_string_equal(error.text,
                        "the address 'here' is not a number: write it in decimal, or in "
                        "hexadecimal with 0x");
}

static void values_fit(void **state)
{
    (void)state;
    assert_int_equal(parse_value("0xff", 1, &number, &error), 0);
    assert_int_equal(parse_value("0xffff", 2, &number, &error), 0);
    assert_int_equal(parse_value("0xffffffff", 4, &number, &error), 0);
    assert_int_equal(parse_value("0x10000", 2, &number, &error), -HOST_EFAIL);
    assert_string_equal(error.text, "the value 0x10000 does not fit into 16 bits: use a larger "
                                    "width (h, w)");
    assert_int_equal(parse_value("much", 1, &number, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "the value 'much' is not a number"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal),
        cmocka_unit_test(what_is_no_number_is_named),
        cmocka_unit_test(more_than_32_bits_are_named),
        cmocka_unit_test(widths_are_b_h_and_w),
        cmocka_unit_test(addresses_are_aligned),
        cmocka_unit_test(values_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
