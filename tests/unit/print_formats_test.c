/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Formats of dprintfs: each conversion writes what C's printf would on the program's side, and a
 * format that could do anything else is refused with a reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "print_formats.h"

#define NO_STRING NULL

static struct print_formats *formats;
static struct error error;
static uint32_t strings;
static char text[4096];

static int set_up(void **state)
{
    (void)state;
    formats = print_formats_new();
    return formats ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    print_formats_free(formats);
    return 0;
}

/* A PRINT under construction. */
static uint32_t payload[1024];
static uint32_t words;

static void begin(uint32_t id, uint32_t lost, uint32_t count, uint32_t string_bits)
{
    const uint32_t head[] = {id, lost, count, string_bits};

    memcpy(payload, head, sizeof head);
    words = 4;
}

static void add_value(uint64_t value)
{
    payload[words++] = (uint32_t)value;
    payload[words++] = (uint32_t)(value >> 32);
}

static void add_string(const char *string)
{
    const uint32_t len = string ? (uint32_t)strlen(string) : AMPGDB_PRINT_NO_STRING;

    payload[words++] = len;
    if (!string)
        return;
    memcpy(payload + words, string, len);
    words += (len + 3) / 4;
}

static void write(void)
{
    const size_t len = print_formats_write(formats, payload, text, sizeof text);

    assert_int_equal(len, strlen(text));
}

/* One conversion, one value. */
static void assert_writes(const char *format, uint64_t value, const char *expected)
{
    const int id = print_formats_add(formats, format, 1, &strings, &error);

    if (id < 0)
        fail_msg("%s: %s", format, error.text);
    assert_int_equal(strings, 0);
    begin((uint32_t)id, 0, 1, 0);
    add_value(value);
    write();
    assert_string_equal(text, expected);
}

static void assert_writes_string(const char *format, uint32_t address, const char *string,
                                 const char *expected)
{
    const int id = print_formats_add(formats, format, 1, &strings, &error);

    if (id < 0)
        fail_msg("%s: %s", format, error.text);
    assert_int_equal(strings, 1);
    begin((uint32_t)id, 0, 1, 1);
    add_value(address);
    add_string(string);
    write();
    assert_string_equal(text, expected);
}

static void assert_refused(const char *format, uint32_t values, const char *because)
{
    assert_int_equal(print_formats_add(formats, format, values, &strings, &error), -AMPGDB_EAGENT);
    if (!strstr(error.text, because))
        fail_msg("%s: \"%s\" is not in \"%s\"", format, because, error.text);
}

static void integers_have_the_programs_sizes(void **state)
{
    (void)state;
    assert_writes("%d", 42, "42");
    assert_writes("%i", UINT64_C(0xffffffffffffffff), "-1");
    assert_writes("%d", UINT64_C(0x00000000ffffffff), "-1");
    assert_writes("%u", UINT64_C(0xffffffffffffffff), "4294967295");
    assert_writes("%ld", UINT64_C(0x1ffffffff), "-1");
    assert_writes("%lu", UINT64_C(0x1fffffffe), "4294967294");
    assert_writes("%lx", UINT64_C(0x123456789), "23456789");
    assert_writes("%lld", UINT64_C(0x8000000000000000), "-9223372036854775808");
    assert_writes("%llu", UINT64_C(0xffffffffffffffff), "18446744073709551615");
    assert_writes("%llx", UINT64_C(0x123456789abcdef0), "123456789abcdef0");
    assert_writes("%jd", UINT64_C(0xfffffffffffffffe), "-2");
    assert_writes("%zu", UINT64_C(0x1ffffffff), "4294967295");
    assert_writes("%td", UINT64_C(0xffffffff), "-1");
    assert_writes("%hd", 0x18000, "-32768");
    assert_writes("%hu", 0x18000, "32768");
    assert_writes("%hhd", 0x1ff, "-1");
    assert_writes("%hhx", 0xabc, "bc");
    assert_writes("%o", 8, "10");
    assert_writes("%X", 0xbeef, "BEEF");
}

static void flags_width_and_precision_work(void **state)
{
    (void)state;
    assert_writes("%5d|", 42, "   42|");
    assert_writes("%-5d|", 42, "42   |");
    assert_writes("%05d|", 42, "00042|");
    assert_writes("%+d", 42, "+42");
    assert_writes("% d", 42, " 42");
    assert_writes("%++d", 42, "+42");
    assert_writes("%+-+-+-+-+-+-+-+-+-+-6d|", 42, "+42   |");
    assert_writes("%.4d", 42, "0042");
    assert_writes("%8.4d|", 42, "    0042|");
    assert_writes("%.d", 0, "");
    assert_writes("%#x", 255, "0xff");
    assert_writes("%#o", 8, "010");
    assert_writes("%#010x", 255, "0x000000ff");
    assert_writes("%08llx", 0xfff, "00000fff");
    assert_writes("%p", 0x20000000, "0x20000000");
    assert_writes("%12p|", 0x20, "        0x20|");
    assert_writes("%p", 0, "(nil)");
    assert_writes("%c", 'A', "A");
    assert_writes("%3c|", 0x100 + 'A', "  A|");
    assert_writes("%-3c|", 'A', "A  |");
    assert_writes("<%c>", 0, "<>");
}

static void what_stands_around_conversions_is_kept(void **state)
{
    (void)state;
    assert_writes("a %d b\\n", 1, "a 1 b\n");
    assert_writes("%d%%", 50, "50%");
    assert_writes("%%%d%%%%", 50, "%50%%");
    assert_writes("\\t\\\"%d\\\"\\\\n", 1, "\t\"1\"\\n");
    assert_writes("\\a\\b\\e\\f\\r\\v%d", 1, "\a\b\033\f\r\v1");
    assert_int_equal(print_formats_add(formats, "100%%\\n", 0, &strings, &error),
                     print_formats_add(formats, "100%%\\n", 0, &strings, &error));
}

static void strings_come_along(void **state)
{
    char longest[129];
    char marked[sizeof longest + 4];

    (void)state;
    assert_writes_string("<%s>", 0x20000000, "hello", "<hello>");
    assert_writes_string("<%s>", 0x20000000, "", "<>");
    assert_writes_string("<%8s>", 0x20000000, "hello", "<   hello>");
    assert_writes_string("<%-8s>", 0x20000000, "hello", "<hello   >");
    assert_writes_string("<%.3s>", 0x20000000, "canned", "<can>");
    assert_writes_string("<%s>", 0x1000, NO_STRING,
                         "<<error: Cannot access memory at address 0x1000>>");
    assert_writes_string("<%.3s>", 0x1000, NO_STRING,
                         "<<error: Cannot access memory at address 0x1000>>");
    assert_writes_string("<%s>", 0, NO_STRING, "<(null)>");
    assert_writes_string("%s", 0x20000000, "%n%s%d", "%n%s%d");
    memset(longest, 'x', 128);
    longest[128] = 0;
    assert_writes_string("%s", 0x20000000, longest + 1, longest + 1);
    assert_writes_string("%.128s", 0x20000000, longest, longest);
    assert_writes_string("%.2s", 0x20000000, longest, "xx");
    snprintf(marked, sizeof marked, "%s...!", longest);
    assert_writes_string("%s!", 0x20000000, longest, marked);
    assert_writes_string("%.129s!", 0x20000000, longest, marked);
}

static void values_go_to_their_conversions(void **state)
{
    const int id = print_formats_add(formats, "%d %s %llx %s %c", 5, &strings, &error);

    (void)state;
    assert_in_range(id, 0, 0xffff);
    assert_int_equal(strings, 0xa);
    begin((uint32_t)id, 0, 5, strings);
    add_value(7);
    add_value(0x20000000);
    add_value(UINT64_C(0x100000002));
    add_value(0x30);
    add_value('z');
    add_string("first");
    add_string(NO_STRING);
    write();
    assert_string_equal(text, "7 first 100000002 <error: Cannot access memory at address 0x30> z");
}

static void what_could_do_harm_is_refused(void **state)
{
    (void)state;
    assert_refused("%n", 1, "conversion other than");
    assert_refused("%f", 1, "conversion other than");
    assert_refused("%a", 1, "conversion other than");
    assert_refused("%5$d", 1, "conversion other than");
    assert_refused("%'d", 1, "conversion other than");
    assert_refused("%*d", 2, "write the number");
    assert_refused("%.*d", 2, "write the number");
    assert_refused("%ls", 1, "size");
    assert_refused("%lc", 1, "size");
    assert_refused("%lp", 1, "size");
    assert_refused("%hs", 1, "size");
    assert_refused("%Lu", 1, "conversion other than");
    assert_refused("%lld%lll", 2, "conversion other than");
    assert_refused("%", 1, "ends within");
    assert_refused("%-", 1, "ends within");
    assert_refused("%5", 1, "ends within");
    assert_refused("%5.", 1, "ends within");
    assert_refused("%ll", 1, "ends within");
    assert_refused("%256d", 1, "beyond 255");
    assert_refused("%.256d", 1, "beyond 255");
    assert_refused("%4294967297d", 1, "beyond 255");
    assert_refused("%0s", 1, "flag");
    assert_refused("%#d", 1, "flag");
    assert_refused("%#u", 1, "flag");
    assert_refused("% x", 1, "flag");
    assert_refused("%+u", 1, "flag");
    assert_refused("%0c", 1, "flag");
    assert_refused("%#p", 1, "flag");
    assert_refused("%.2c", 1, "precision");
    assert_refused("%.2p", 1, "precision");
    assert_refused("\\q", 0, "escape");
    assert_refused("\\0", 0, "escape");
    assert_refused("\\", 0, "escape");
}

static void the_number_of_values_must_be_right(void **state)
{
    (void)state;
    assert_refused("%d", 0, "wants 1 values, and 0 are given");
    assert_refused("%d", 2, "wants 1 values, and 2 are given");
    assert_refused("", 1, "wants 0 values");
    assert_refused("%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d", 17, "more than 16");
    assert_int_equal(
        print_formats_add(formats, "%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s", 16, &strings, &error), 0);
    assert_int_equal(strings, 0xffff);
}

static void the_same_format_keeps_its_number(void **state)
{
    (void)state;
    assert_int_equal(print_formats_add(formats, "a", 0, &strings, &error), 0);
    assert_int_equal(print_formats_add(formats, "b", 0, &strings, &error), 1);
    assert_int_equal(print_formats_add(formats, "a", 0, &strings, &error), 0);
    assert_refused("a", 1, "wants 0");
    assert_int_equal(print_formats_add(formats, "c", 0, &strings, &error), 2);
}

static void there_is_room_for_so_many(void **state)
{
    char format[1026];

    (void)state;
    memset(format, 'x', sizeof format - 1);
    format[1025] = 0;
    assert_refused(format, 0, "longer than 1024");
    format[1024] = 0;
    for (int i = 0; i < 1024; i++) {
        sprintf(format, "%d", i);
        assert_int_equal(print_formats_add(formats, format, 0, &strings, &error), i);
    }
    assert_refused("one more", 0, "detach and attach again");
    assert_int_equal(print_formats_add(formats, "77", 0, &strings, &error), 77);
}

static void what_does_not_fit_together_is_said(void **state)
{
    (void)state;
    assert_int_equal(print_formats_add(formats, "%d", 1, &strings, &error), 0);
    begin(1, 0, 1, 0);
    add_value(1);
    write();
    assert_string_equal(text, "<a print that no dprintf of this session asked for>\n");
    begin(0, 0, 0, 0);
    write();
    assert_string_equal(text, "<a print that no dprintf of this session asked for>\n");
    begin(0, 0, 1, 1);
    add_value(1);
    add_string("x");
    write();
    assert_string_equal(text, "<a print that no dprintf of this session asked for>\n");
}

static void losses_are_told_first(void **state)
{
    (void)state;
    assert_int_equal(print_formats_add(formats, "%d\\n", 1, &strings, &error), 0);
    begin(0, 3, 1, 0);
    add_value(1);
    write();
    assert_string_equal(text,
                        "<3 prints are lost: they came faster than they could be passed on>\n1\n");
}

static void text_that_is_too_long_is_cut(void **state)
{
    (void)state;
    assert_int_equal(print_formats_add(formats, "abc%dghi%5d|", 2, &strings, &error), 0);
    begin(0, 0, 2, 0);
    add_value(123456);
    add_value(1);
    for (size_t size = 1; size < 24; size++) {
        char *cut = malloc(size);

        assert_int_equal(print_formats_write(formats, payload, cut, size),
                         size < 20 ? size - 1 : 18);
        assert_int_equal(strlen(cut), size < 20 ? size - 1 : 18);
        assert_memory_equal(cut, "abc123456ghi    1|", strlen(cut));
        free(cut);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(integers_have_the_programs_sizes),
        TEST(flags_width_and_precision_work),
        TEST(what_stands_around_conversions_is_kept),
        TEST(strings_come_along),
        TEST(values_go_to_their_conversions),
        TEST(what_could_do_harm_is_refused),
        TEST(the_number_of_values_must_be_right),
        TEST(the_same_format_keeps_its_number),
        TEST(there_is_room_for_so_many),
        TEST(what_does_not_fit_together_is_said),
        TEST(losses_are_told_first),
        TEST(text_that_is_too_long_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
