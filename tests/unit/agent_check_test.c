/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Agent code from a client: sound code comes out with registers, formats and jumps rewritten; code
 * that could do anything but end in order is refused with a reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent_check.h"
#include "ampgdb/agent.h"
#include "ampgdb/message.h"

static struct print_formats *formats;
static struct error error;
static uint8_t out[AMPGDB_AGENT_CODE_MAX];

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

/* Bytes as digits, blanks between them. Exactly as long as needed, for the sanitizer. */
static uint8_t *bytes_of(const char *digits, size_t *len)
{
    uint8_t *bytes = malloc(strlen(digits) / 2 + 1);

    *len = 0;
    for (; *digits; digits++) {
        char pair[3] = {digits[0], digits[1], 0};

        if (*digits == ' ')
            continue;
        bytes[(*len)++] = (uint8_t)strtoul(pair, NULL, 16);
        digits++;
    }
    return realloc(bytes, *len ? *len : 1);
}

static int check_digits(const char *digits)
{
    size_t len;
    uint8_t *in = bytes_of(digits, &len);
    const int result = agent_check(in, len, out, formats, &error);

    free(in);
    return result;
}

static void accepts(const char *in, const char *expected)
{
    size_t len;
    uint8_t *bytes = bytes_of(expected, &len);
    const int result = check_digits(in);

    if (result < 0)
        fail_msg("%s: %s", in, error.text);
    assert_int_equal(result, len);
    assert_memory_equal(out, bytes, len);
    free(bytes);
}

static void accepts_as_it_is(const char *in)
{
    accepts(in, in);
}

static void refuses(const char *in, const char *because)
{
    if (check_digits(in) != -AMPGDB_EAGENT)
        fail_msg("%s is accepted", in);
    if (!strstr(error.text, because))
        fail_msg("%s: \"%s\" is not in \"%s\"", in, because, error.text);
}

/* GDB 13.1 ("maint agent-eval"): i == 100000, a local; a && *p == 120; $cpsr & 32 */
static void what_gdb_compiles_is_accepted(void **state)
{
    (void)state;
    accepts_as_it_is("26 000b 22 04 02 22 f4 16 08 02 19 16 20 24 000186a0 13 27");
    accepts_as_it_is("24 2000108c 19 16 20 20 000e 21 0023 24 20001094 19 17 22 78 13 20 001e "
                     "21 0023 22 01 21 0025 22 00 27");
    accepts("26 0019 2a 20 22 20 2a 20 0f 27", "26 0010 2a 20 22 20 2a 20 0f 27");
}

static void every_opcode_is_known(void **state)
{
    static const char *const with_two[] = {"02", "03", "04", "05", "06", "07", "08", "09", "0a",
                                           "0b", "0f", "10", "11", "13", "14", "15", "2b"};
    static const char *const with_one[] = {"0e", "12", "16 08", "17", "18",
                                           "19", "1a", "28",    "29", "2a 40"};
    char code[64];

    (void)state;
    for (size_t i = 0; i < sizeof with_two / sizeof with_two[0]; i++) {
        snprintf(code, sizeof code, "22 01 23 0002 %s 27", with_two[i]);
        accepts_as_it_is(code);
        snprintf(code, sizeof code, "22 01 %s 27", with_two[i]);
        refuses(code, "takes more from its stack than is there, at byte 2");
    }
    for (size_t i = 0; i < sizeof with_one / sizeof with_one[0]; i++) {
        snprintf(code, sizeof code, "25 0102030405060708 %s 27", with_one[i]);
        accepts_as_it_is(code);
        snprintf(code, sizeof code, "%s 27", with_one[i]);
        refuses(code, "takes more from its stack than is there, at byte 0");
    }
    accepts_as_it_is("22 01 28 28 33 27");
    refuses("22 01 28 33 27", "takes more");
    accepts_as_it_is("27");
}

static void opcodes_for_others_are_refused(void **state)
{
    static const uint8_t others[] = {0x00, 0x01, 0x0c, 0x0d, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
                                     0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x35, 0x80, 0xff};
    char code[64];

    (void)state;
    for (size_t i = 0; i < sizeof others; i++) {
        char says[32];

        snprintf(code, sizeof code, "22 01 22 01 %02x 00 00 27", others[i]);
        snprintf(says, sizeof says, "opcode 0x%02x", others[i]);
        refuses(code, says);
    }
    refuses("22 01 27 0c", "opcode 0x0c"); /* never reached, but not ours either */
}

static void operands_must_be_whole(void **state)
{
    static const char *const cut[] = {"16",        "20 00", "21",      "22",           "23 01",
                                      "24 010203", "25 01", "26 00",   "2a",           "32",
                                      "34",        "34 00", "34 0000", "34 00 0002 00"};
    char code[64];

    (void)state;
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        snprintf(code, sizeof code, "22 01 28 %s", cut[i]);
        refuses(code, "ends within an instruction");
    }
}

static void code_must_end(void **state)
{
    (void)state;
    refuses("", "run past its end");
    refuses("22 01", "run past its end");
    refuses("22 01 20 0006 27 22 01", "run past its end");
    refuses("22 01 20 0006 27 29", "takes more");
    refuses("21 0000", "never ends");
    refuses("21 0000 27", "never ends");
    accepts_as_it_is("22 01 20 0000 27"); /* whether it ever falls through is Core 3's matter */
    accepts_as_it_is("27 22 01");
}

static void jumps_go_to_instructions(void **state)
{
    (void)state;
    accepts_as_it_is("21 0003 27");
    accepts_as_it_is("22 00 20 0008 22 01 27 22 02 27");
    refuses("21 0002 27", "jumps to byte 2");
    refuses("21 0004 27", "jumps to byte 4");
    refuses("21 ffff 27", "jumps to byte 65535");
    refuses("27 21 0002", "jumps to byte 2"); /* reached or not */
    refuses("22 00 20 0001 27", "jumps to byte 1");
}

static void the_stack_is_checked_on_every_path(void **state)
{
    (void)state;
    /* one path leaves a value, the other none; what follows takes one, or does not */
    refuses("22 01 20 0008 22 05 29 29 27", "takes more from its stack than is there, at byte 8");
    accepts_as_it_is("22 01 20 0007 22 05 27");
    refuses("22 01 20 0007 22 05 29 27", "takes more from its stack than is there, at byte 7");
    /* a loop that takes one each time, and one that leaves one each time */
    refuses("22 01 22 01 22 01 29 22 00 20 0006 27", "takes more");
    refuses("22 01 22 00 20 0000 27", "more than 32 values");
    accepts_as_it_is("22 01 29 22 00 20 0000 27");
}

static void the_stack_has_its_size(void **state)
{
    char code[256] = "";

    (void)state;
    for (unsigned i = 0; i < AMPGDB_AGENT_STACK; i++)
        strcat(code, "2201 ");
    strcat(code, "27");
    accepts_as_it_is(code);
    code[strlen(code) - 2] = 0;
    strcat(code, "28 27");
    refuses(code, "more than 32 values");
}

static void pick_needs_what_it_picks(void **state)
{
    (void)state;
    accepts_as_it_is("22 01 32 00 27");
    accepts_as_it_is("22 01 22 02 32 01 29 29 29 27");
    refuses("22 01 22 02 32 01 29 29 29 29 27", "takes more");
    refuses("22 01 22 02 32 02 27", "takes more");
    refuses("22 01 32 ff 27", "takes more");
    refuses("32 00 27", "takes more");
}

static void extensions_are_from_1_to_64_bits(void **state)
{
    (void)state;
    accepts_as_it_is("22 01 16 01 2a 01 16 40 2a 40 27");
    refuses("22 01 16 00 27", "from 0 bits");
    refuses("22 01 16 41 27", "from 65 bits");
    refuses("22 01 2a 00 27", "from 0 bits");
    refuses("22 01 2a ff 27", "from 255 bits");
}

static void registers_get_the_stubs_numbers(void **state)
{
    char expected[16];

    (void)state;
    accepts("26 0000 27", "26 0000 27");
    accepts("26 000f 27", "26 000f 27");
    accepts("26 0019 27", "26 0010 27"); /* cpsr */
    snprintf(expected, sizeof expected, "26%04x27", AMPGDB_REG_FPSCR);
    accepts("26 003a 27", expected);
    refuses("26 0010 27", "an unknown register cannot be used");
    refuses("26 ffff 27", "an unknown register");
    refuses("26 001a 27", "$d0 cannot be used");
    refuses("26 0070 27", "$cntpct cannot be used");
    refuses("26 0078 27", "$stop_reason cannot be used");
}

/* dprintf main,"%d %s\n",x,s and dprintf main,"hi" */
static void formats_stay_here(void **state)
{
    (void)state;
    accepts("24 20000100 22 05 22 00 22 00 34 02 0008 25 64 20 25 73 5c 6e 00 27",
            "24 20000100 22 05 22 00 22 00 34 0000 02 0002 27");
    accepts("22 00 22 00 34 00 0003 68 69 00 27", "22 00 22 00 34 0001 00 0000 27");
    accepts("24 20000100 22 05 22 00 22 00 34 02 0008 25 64 20 25 73 5c 6e 00 27",
            "24 20000100 22 05 22 00 22 00 34 0000 02 0002 27");
    refuses("22 00 22 00 34 01 0003 25 64 00 27", "takes more");
    refuses("22 00 34 00 0003 68 69 00 27", "takes more");
    refuses("22 00 22 00 22 00 34 01 0003 25 66 00 27", "conversion other than");
    refuses("22 00 22 00 34 02 0003 25 64 00 27", "wants 1 values, and 2 are given");
    refuses("22 00 22 00 34 00 0000 27", "does not end where it says");
    refuses("22 00 22 00 34 00 0002 68 69 27", "does not end where it says");
    refuses("22 00 22 00 34 00 0003 68 00 00 27", "does not end where it says");
}

/* What stands behind a format moves, and jumps with it. */
static void jumps_follow_what_has_moved(void **state)
{
    (void)state;
    accepts("22 01 20 000a 22 00 21 0019 22 00 22 00 34 00 0005 61 62 63 64 00 22 07 27",
            "22 01 20 000a 22 00 21 0016 22 00 22 00 34 0000 00 0000 22 07 27");
    refuses("22 01 20 000e 22 00 21 0019 22 00 22 00 34 00 0005 61 62 63 64 00 22 07 27",
            "takes more"); /* to the print, without its two values */
    refuses("22 01 20 000f 22 00 21 0019 22 00 22 00 34 00 0005 61 62 63 64 00 22 07 27",
            "jumps to byte 15");
}

static void length_is_limited(void **state)
{
    static uint8_t code[0x10000];

    (void)state;
    for (size_t i = 0; i < sizeof code - 2; i += 3)
        memcpy(code + i, "\x22\x01\x29", 3);
    code[1023] = AMPGDB_AGENT_END;
    assert_int_equal(agent_check(code, 1024, out, formats, &error), 1024);
    code[1023] = AMPGDB_AGENT_CONST8;
    assert_int_equal(agent_check(code, 1027, out, formats, &error), -AMPGDB_EAGENT);
    assert_non_null(strstr(error.text, "more than 1024 bytes"));
    assert_int_equal(agent_check(code, sizeof code - 1, out, formats, &error), -AMPGDB_EAGENT);
    assert_int_equal(agent_check(code, sizeof code, out, formats, &error), -AMPGDB_EAGENT);
    assert_non_null(strstr(error.text, "65536 bytes long"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_gdb_compiles_is_accepted),
        TEST(every_opcode_is_known),
        TEST(opcodes_for_others_are_refused),
        TEST(operands_must_be_whole),
        TEST(code_must_end),
        TEST(jumps_go_to_instructions),
        TEST(the_stack_is_checked_on_every_path),
        TEST(the_stack_has_its_size),
        TEST(pick_needs_what_it_picks),
        TEST(extensions_are_from_1_to_64_bits),
        TEST(registers_get_the_stubs_numbers),
        TEST(formats_stay_here),
        TEST(jumps_follow_what_has_moved),
        TEST(length_is_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
