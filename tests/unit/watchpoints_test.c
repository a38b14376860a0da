/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/watchpoints.h over a fake debug unit: what is armed when, and which accesses hit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "cover.h"
#include "debug_unit.h"
#include "watchpoints.h"

#define BASE   0x20000000u
#define W      AMPGDB_WATCH_WRITE
#define R      AMPGDB_WATCH_READ
#define A      AMPGDB_WATCH_ACCESS
#define STRB   0xE5C21000u /* strb r1, [r2] */
#define STR    0xE5821000u /* str r1, [r2] */
#define LDR    0xE5921000u /* ldr r1, [r2] */
#define LDM4   0xE8920078u /* ldm r2, {r3-r6} */
#define SWP    0xE1031092u /* swp r1, r2, [r3] */
#define T_STRH 0xFFFF8011u /* strh r1, [r2] */
#define T_LDRD 0x2300E9D4u /* ldrd r2, r3, [r4] */
#define PSR_T  0x20u

static struct {
    uint32_t type, addr, size_log2, select; /* type 0: off */
} unit[DEBUG_UNIT_WATCHPOINTS_MAX];
static uint32_t writes;

/* --- the fake of debug_unit.h --- */

uint32_t debug_unit_watchpoints(void)
{
    return DEBUG_UNIT_WATCHPOINTS_MAX;
}

void debug_unit_watch(uint32_t index, uint32_t type, uint32_t addr, uint32_t size_log2,
                      uint32_t select)
{
    assert_in_range(index, 0, DEBUG_UNIT_WATCHPOINTS_MAX - 1);
    assert_in_range(type, W, A);
    unit[index].type = type;
    unit[index].addr = addr;
    unit[index].size_log2 = size_log2;
    unit[index].select = select;
    writes++;
}

void debug_unit_unwatch(uint32_t index)
{
    assert_in_range(index, 0, DEBUG_UNIT_WATCHPOINTS_MAX - 1);
    unit[index].type = 0;
    writes++;
}

/* --- helpers --- */

static int fresh(void **state)
{
    (void)state;
    watchpoints_init();
    watchpoints_replant();
    memset(unit, 0, sizeof unit);
    writes = 0;
    return 0;
}

static uint32_t armed(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < DEBUG_UNIT_WATCHPOINTS_MAX; i++)
        count += unit[i].type != 0;
    return count;
}

static void set(uint32_t type, uint32_t addr, uint32_t len)
{
    assert_int_equal(watchpoints_set(type, addr, len), 0);
}

static void clear(uint32_t type, uint32_t addr, uint32_t len)
{
    assert_int_equal(watchpoints_clear(type, addr, len), 0);
}

static bool hit_in(uint32_t psr, uint32_t hdfar, uint32_t code, uint32_t *addr)
{
    const struct frame frame = {.hdfar = hdfar, .cpsr = psr};

    return watchpoints_hit(&frame, code, addr);
}

static void expect_hit(uint32_t hdfar, uint32_t code, uint32_t where)
{
    uint32_t addr = 0;

    assert_true(hit_in(0, hdfar, code, &addr));
    assert_int_equal(addr, where);
}

static void expect_miss(uint32_t hdfar, uint32_t code)
{
    uint32_t addr;

    assert_false(hit_in(0, hdfar, code, &addr));
}

/* --- set and clear --- */

static void test_a_word_is_armed_and_disarmed(void **state)
{
    (void)state;
    assert_int_equal(watchpoints_hardware(), 4);
    set(W, BASE + 4, 4);
    assert_int_equal(armed(), 1);
    assert_int_equal(unit[0].type, W);
    assert_int_equal(unit[0].addr, BASE);
    assert_int_equal(unit[0].size_log2, 0);
    assert_int_equal(unit[0].select, 0xF0);
    clear(W, BASE + 4, 4);
    assert_int_equal(armed(), 0);
}

static void test_the_types_reach_the_unit(void **state)
{
    (void)state;
    set(R, BASE, 4);
    assert_int_equal(unit[0].type, R);
    clear(R, BASE, 4);
    set(A, BASE, 4);
    assert_int_equal(unit[0].type, A);
}

static void test_four_arrays_at_once_and_no_fifth(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        set(W, BASE + i * 0x200, 256);
    assert_int_equal(armed(), 4);
    assert_int_equal(unit[3].size_log2, 8);
    writes = 0;
    assert_int_equal(watchpoints_set(W, BASE + 0x1000, 1), -AMPGDB_ENOSPC);
    assert_int_equal(writes, 0);
    expect_miss(BASE + 0x1000, STRB);
    expect_hit(BASE + 0x210, STRB, BASE + 0x210);
    clear(W, BASE + 0x200, 256);
    set(W, BASE + 0x1000, 1);
    assert_int_equal(armed(), 4);
}

static void test_an_unaligned_object_makes_room_for_others(void **state)
{
    (void)state;
    set(W, BASE + 1, 30);
    assert_int_equal(armed(), 4);
    set(W, BASE + 0x100, 4);
    assert_int_equal(armed(), 4);
    set(W, BASE + 0x200, 4);
    set(W, BASE + 0x300, 4);
    assert_int_equal(armed(), 4);
    assert_int_equal(watchpoints_set(W, BASE + 0x400, 4), -AMPGDB_ENOSPC);
    clear(W, BASE + 0x100, 4);
    clear(W, BASE + 0x200, 4);
    clear(W, BASE + 0x300, 4);
    assert_int_equal(armed(), 4); /* exact again */
    assert_int_equal(unit[0].size_log2, 0);
}

static void test_twice_is_once(void **state)
{
    (void)state;
    set(W, BASE, 4);
    writes = 0;
    set(W, BASE, 4);
    assert_int_equal(writes, 0);
    clear(W, BASE, 4);
    assert_int_equal(armed(), 0);
    clear(W, BASE, 4);
    assert_int_equal(armed(), 0);
}

static void test_one_object_of_two_types(void **state)
{
    (void)state;
    set(W, BASE, 4);
    set(R, BASE, 4);
    assert_int_equal(armed(), 1);
    assert_int_equal(unit[0].type, A);
    clear(W, BASE, 4);
    assert_int_equal(armed(), 1);
    assert_int_equal(unit[0].type, R);
    expect_miss(BASE, STR);
    expect_hit(BASE, LDR, BASE);
}

static void test_objects_in_one_doubleword(void **state)
{
    (void)state;
    set(W, BASE, 2);
    set(W, BASE + 2, 2);
    assert_int_equal(armed(), 1);
    clear(W, BASE, 2);
    assert_int_equal(armed(), 1);
    assert_int_equal(unit[0].select, 0x0C);
}

/* Without its middle the rest would need more registers than there are: covered it stays. */
static void test_clear_never_uncovers(void **state)
{
    (void)state;
    set(W, BASE, 4);
    set(W, BASE + 4, 4);
    set(W, BASE + 8, 4);
    set(W, BASE + 0x100, 4);
    set(W, BASE + 0x200, 4);
    set(W, BASE + 0x300, 4);
    assert_int_equal(armed(), 4);
    clear(W, BASE + 4, 4);
    assert_int_equal(armed(), 4);
    expect_hit(BASE, STR, BASE);
    expect_hit(BASE + 8, STR, BASE + 8);
    expect_miss(BASE + 4, STR);
    clear(W, BASE + 0x300, 4);
    assert_int_equal(armed(), 4);
    clear(W, BASE + 0x200, 4);
    assert_int_equal(armed(), 3);
}

static void test_what_does_not_exist(void **state)
{
    (void)state;
    assert_int_equal(watchpoints_set(AMPGDB_BREAK_HARDWARE, BASE, 4), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_set(A + 1, BASE, 4), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_set(W, BASE, 0), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_set(W, 0, 0), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_set(W, 0xFFFFFFFF, 2), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_clear(W, BASE, 0), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_clear(A + 1, BASE, 4), -AMPGDB_EINVAL);
    assert_int_equal(watchpoints_set(W, 2, 0xFFFFFFFF), -AMPGDB_EINVAL);
    assert_int_equal(armed(), 0);
}

static void test_the_table_has_an_end(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COVER_OBJECTS; i++)
        set(W, BASE + i, 4);
    assert_int_equal(watchpoints_set(W, BASE + 1, 1), -AMPGDB_ENOSPC);
    watchpoints_clear_all();
    assert_int_equal(armed(), 0);
    expect_miss(BASE, STR);
    set(W, BASE + 1, 1);
}

static void test_lift_and_replant(void **state)
{
    (void)state;
    set(W, BASE, 4);
    watchpoints_lift();
    assert_int_equal(armed(), 0);
    watchpoints_lift();
    set(W, BASE + 0x100, 4);
    assert_int_equal(armed(), 0);
    clear(W, BASE, 4);
    assert_int_equal(armed(), 0);
    watchpoints_replant();
    assert_int_equal(armed(), 1);
    assert_int_equal(unit[0].addr, BASE + 0x100);
    writes = 0;
    watchpoints_replant();
    assert_int_equal(writes, 0);
}

/* --- hits --- */

static void test_bytes_beside_an_object_do_not_hit(void **state)
{
    (void)state;
    set(W, BASE + 4, 4);
    expect_miss(BASE + 3, STRB);
    expect_hit(BASE + 4, STRB, BASE + 4);
    expect_hit(BASE + 7, STRB, BASE + 7);
    expect_miss(BASE + 8, STRB);
    expect_miss(BASE, STR);
    expect_hit(BASE + 2, STR, BASE + 4); /* unaligned */
    expect_hit(BASE + 6, STR, BASE + 6);
}

static void test_direction(void **state)
{
    (void)state;
    set(W, BASE, 4);
    set(R, BASE + 0x100, 4);
    set(A, BASE + 0x200, 4);
    expect_miss(BASE, LDR);
    expect_hit(BASE, STR, BASE);
    expect_hit(BASE, SWP, BASE);
    expect_miss(BASE + 0x100, STR);
    expect_hit(BASE + 0x100, LDR, BASE + 0x100);
    expect_hit(BASE + 0x200, STR, BASE + 0x200);
    expect_hit(BASE + 0x200, LDR, BASE + 0x200);
}

/* A core may name the first byte of the access, or the first one watched. */
static void test_a_long_access(void **state)
{
    (void)state;
    set(R, BASE + 12, 2);
    expect_hit(BASE, LDM4, BASE + 12);
    expect_hit(BASE + 8, LDM4, BASE + 12);
    expect_hit(BASE + 12, LDM4, BASE + 12);
    expect_miss(BASE + 14, LDM4);
    set(R, BASE + 6, 1);
    expect_hit(BASE, LDM4, BASE + 6);
}

static void test_thumb(void **state)
{
    uint32_t addr = 0;

    (void)state;
    set(A, BASE + 6, 2);
    assert_true(hit_in(PSR_T, BASE + 6, T_STRH, &addr));
    assert_int_equal(addr, BASE + 6);
    assert_false(hit_in(PSR_T, BASE + 4, T_STRH, &addr));
    assert_true(hit_in(PSR_T, BASE, T_LDRD, &addr));
    assert_int_equal(addr, BASE + 6);
}

static void test_the_end_of_all_addresses(void **state)
{
    (void)state;
    assert_int_equal(watchpoints_set(W, 1, 0xFFFFFFFF), -AMPGDB_ENOSPC);
    set(W, 0xFFFFFFFE, 2);
    expect_hit(0xFFFFFFFF, STR, 0xFFFFFFFF);
    expect_hit(0xFFFFFFFC, STR, 0xFFFFFFFE);
    expect_miss(0, STR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_word_is_armed_and_disarmed, fresh),
        cmocka_unit_test_setup(test_the_types_reach_the_unit, fresh),
        cmocka_unit_test_setup(test_four_arrays_at_once_and_no_fifth, fresh),
        cmocka_unit_test_setup(test_an_unaligned_object_makes_room_for_others, fresh),
        cmocka_unit_test_setup(test_twice_is_once, fresh),
        cmocka_unit_test_setup(test_one_object_of_two_types, fresh),
        cmocka_unit_test_setup(test_objects_in_one_doubleword, fresh),
        cmocka_unit_test_setup(test_clear_never_uncovers, fresh),
        cmocka_unit_test_setup(test_what_does_not_exist, fresh),
        cmocka_unit_test_setup(test_the_table_has_an_end, fresh),
        cmocka_unit_test_setup(test_lift_and_replant, fresh),
        cmocka_unit_test_setup(test_bytes_beside_an_object_do_not_hit, fresh),
        cmocka_unit_test_setup(test_direction, fresh),
        cmocka_unit_test_setup(test_a_long_access, fresh),
        cmocka_unit_test_setup(test_thumb, fresh),
        cmocka_unit_test_setup(test_the_end_of_all_addresses, fresh),
    };

    return cmocka_run_group_tests_name("watchpoints", tests, NULL, NULL);
}
