/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/layout.h: a board gets the layout its RAM has room for, and never one that Linux sits on: on
 * some kernels /dev/mem would let us overwrite Linux itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layout.h"

static struct layout layout;
static struct error error;

static void a_gigabyte_board_has_the_large_layout(void **state)
{
    (void)state;
    assert_int_equal(layout_choose(&layout, 0x3B400000, 0x20000000, &error), 0);
    assert_int_equal(layout.program_base, 0x20000000);
    assert_int_equal(layout.window, 0x30000000);
    assert_int_equal(layout.ram_end, 0x3B400000);
}

static void a_smaller_board_has_the_small_layout(void **state)
{
    (void)state;
    assert_int_equal(layout_choose(&layout, 0x1B400000, 0x10000000, &error), 0);
    assert_int_equal(layout.program_base, 0x10000000);
    assert_int_equal(layout.window, 0x18000000);
    assert_int_equal(layout.ram_end, 0x1B400000);
}

static void the_end_is_a_whole_block(void **state)
{
    (void)state;
    assert_int_equal(layout_choose(&layout, 0x3B7FFFFF, 0, &error), 0);
    assert_int_equal(layout.ram_end, 0x3B600000);
}

static void the_large_layout_needs_its_whole_window(void **state)
{
    (void)state;
    assert_int_equal(layout_choose(&layout, 0x30200000, 0, &error), 0);
    assert_int_equal(layout.window, 0x30000000);
    assert_int_equal(layout_choose(&layout, 0x301FFFFF, 0, &error), 0);
    assert_int_equal(layout.window, 0x18000000);
}

static void too_little_ram_is_refused(void **state)
{
    static const uint32_t ends[] = {0, 1, 0x10000000, 0x18000000, 0x181FFFFF};

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        assert_int_equal(layout_choose(&layout, ends[i], 0, &error), -HOST_EFAIL);
        assert_non_null(strstr(error.text, "too low for a window at 0x18000000: use a Pi with 512 "
                                           "MiB or more, and a smaller gpu_mem in config.txt"));
    }
    assert_non_null(strstr(error.text, "the RAM ends at 0x181fffff, "));
}

static void ram_that_linux_uses_is_refused(void **state)
{
    (void)state;
    assert_int_equal(layout_choose(&layout, 0x3B400000, 0x20000001, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text,
                           "Linux uses the RAM up to 0x20000001, also the program's from "
                           "0x20000000 on: put maxcpus=3 mem=512M into the kernel's command line "
                           "(make sdcard does it), and restart the Pi"));
    assert_int_equal(layout_choose(&layout, 0x1B400000, 0x1B400000, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "put maxcpus=3 mem=256M into"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gigabyte_board_has_the_large_layout),
        cmocka_unit_test(a_smaller_board_has_the_small_layout),
        cmocka_unit_test(the_end_is_a_whole_block),
        cmocka_unit_test(the_large_layout_needs_its_whole_window),
        cmocka_unit_test(too_little_ram_is_refused),
        cmocka_unit_test(ram_that_linux_uses_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
