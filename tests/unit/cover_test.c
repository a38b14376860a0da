/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/cover.h: known shapes, and random objects against everything that registers could do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "cover.h"

#define READ  ACCESS_READ
#define WRITE ACCESS_WRITE
#define BOTH  (ACCESS_READ | ACCESS_WRITE)

static struct cover_object objects[COVER_OBJECTS];
static uint32_t count;
static struct cover_register registers[4];

static int fresh(void **state)
{
    (void)state;
    count = 0;
    memset(registers, 0xA5, sizeof registers);
    return 0;
}

static void add(uint32_t addr, uint32_t len, uint32_t how)
{
    objects[count++] = (struct cover_object){addr, addr + (len - 1), how};
}

static int find(uint32_t available)
{
    return cover_find(objects, count, registers, available);
}

static bool covers(const struct cover_register *reg, uint32_t addr, uint32_t how)
{
    if (!(reg->how & how))
        return false;
    if (reg->size_log2)
        return addr >> reg->size_log2 == reg->addr >> reg->size_log2;
    return addr / 8 == reg->addr / 8 && (reg->select >> addr % 8 & 1);
}

static uint32_t waste_of(const struct cover_register *reg)
{
    const uint32_t bytes =
        reg->size_log2 ? 1u << reg->size_log2 : (uint32_t)__builtin_popcount(reg->select);
    uint32_t waste = 0;

    for (uint32_t i = 0; i < (reg->size_log2 ? bytes : 8); i++)
        for (uint32_t how = READ; how <= WRITE; how++) {
            bool wanted = false;

            for (uint32_t j = 0; j < count; j++)
                wanted |= (objects[j].how & how) && reg->addr + i >= objects[j].first &&
                          reg->addr + i <= objects[j].last;
            waste += covers(reg, reg->addr + i, how) && !wanted;
        }
    return waste;
}

/* What debug_unit.h promises the core, and that no wanted byte is left out. Returns the waste. */
static uint32_t check(int used)
{
    uint32_t waste = 0;

    for (int i = 0; i < used; i++) {
        const struct cover_register *reg = &registers[i];
        const uint32_t spread = reg->select / ((reg->select & -reg->select) | !reg->select);

        assert_in_range(reg->how, READ, BOTH);
        assert_int_equal(reg->addr % 8, 0);
        if (reg->size_log2) {
            assert_in_range(reg->size_log2, 4, 31);
            assert_int_equal(reg->addr & ((1u << reg->size_log2) - 1), 0);
        } else {
            assert_int_not_equal(reg->select, 0);
            assert_int_equal(spread & (spread + 1), 0); /* adjacent */
        }
        waste += waste_of(reg);
    }
    for (uint32_t j = 0; j < count; j++)
        for (uint32_t addr = objects[j].first;; addr++) {
            for (uint32_t how = READ; how <= WRITE; how++) {
                bool covered = !(objects[j].how & how);

                for (int i = 0; i < used; i++)
                    covered |= covers(&registers[i], addr, how);
                if (!covered)
                    fail_msg("byte 0x%x of object %u is not covered", addr, j);
            }
            if (addr == objects[j].last)
                break;
        }
    return waste;
}

static void expect_exact(int used)
{
    assert_int_equal(find(4), used);
    assert_int_equal(check(used), 0);
}

static void test_a_word_takes_one_register(void **state)
{
    (void)state;
    add(0x20000004, 4, WRITE);
    expect_exact(1);
    assert_int_equal(registers[0].addr, 0x20000000);
    assert_int_equal(registers[0].select, 0xF0);
    assert_int_equal(registers[0].size_log2, 0);
    assert_int_equal(registers[0].how, WRITE);
}

static void test_any_bytes_of_a_doubleword_take_one(void **state)
{
    (void)state;
    for (uint32_t first = 0; first < 8; first++)
        for (uint32_t len = 1; first + len <= 8; len++) {
            count = 0;
            add(0x20000000 + first, len, READ);
            expect_exact(1);
        }
}

static void test_an_aligned_array_takes_one(void **state)
{
    (void)state;
    for (uint32_t log2 = 3; log2 <= 20; log2++) {
        count = 0;
        add(0x20300000, 1u << log2, BOTH);
        expect_exact(1);
    }
}

static void test_the_largest_block(void **state)
{
    (void)state;
    add(0x20000000, 0x10000000, WRITE);
    assert_int_equal(find(4), 1);
    assert_int_equal(registers[0].addr, 0x20000000);
    assert_int_equal(registers[0].size_log2, 28);
    add(0x30000000, 0x10000000, WRITE);
    assert_int_equal(find(4), 2);
    assert_int_equal(find(1), -AMPGDB_ENOSPC);
    add(0, 0xFFFFFFFF, WRITE);
    assert_int_equal(find(4), -AMPGDB_ENOSPC);
}

static void test_the_last_byte_of_all(void **state)
{
    (void)state;
    add(0xFFFFFFFF, 1, WRITE);
    add(0, 1, WRITE);
    expect_exact(2);
}

static void test_edges_are_cut_exactly(void **state)
{
    (void)state;
    add(0x20000006, 4, WRITE); /* two doublewords */
    expect_exact(2);
    count = 0;
    add(0x20000007, 10, WRITE); /* a byte, a doubleword, a byte */
    expect_exact(3);
    count = 0;
    add(0x20000001, 30, WRITE); /* 1..7, 8..15, 16..23, 24..30 */
    expect_exact(4);
}

static void test_four_arrays_at_once(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        add(0x20000000 + i * 0x1100, 256, i % 2 ? READ : WRITE);
    expect_exact(4);
}

static void test_arrays_that_touch_share_one(void **state)
{
    (void)state;
    add(0x20000000, 256, WRITE);
    add(0x20000100, 256, WRITE);
    expect_exact(1);
    assert_int_equal(registers[0].size_log2, 9);
}

static void test_objects_in_one_doubleword_share_it(void **state)
{
    (void)state;
    add(0x20000000, 2, WRITE);
    add(0x20000002, 2, WRITE);
    expect_exact(1);
    add(0x20000001, 2, WRITE); /* inside both */
    expect_exact(1);
}

static void test_objects_apart_in_a_doubleword_share_nothing(void **state)
{
    (void)state;
    add(0x20000000, 1, WRITE);
    add(0x20000002, 1, WRITE);
    expect_exact(2);
    assert_int_equal(find(1), -AMPGDB_ENOSPC); /* it would hit what lies between */
}

static void test_both_directions_of_one_object_take_one(void **state)
{
    (void)state;
    add(0x20000000, 4, WRITE);
    add(0x20000000, 4, READ);
    expect_exact(1);
    assert_int_equal(registers[0].how, BOTH);
}

static void test_neighbours_of_other_directions_take_two(void **state)
{
    (void)state;
    add(0x20000000, 4, READ);
    add(0x20000004, 4, WRITE);
    expect_exact(2);
    assert_int_equal(find(1), 1); /* one must do: both directions of both */
    assert_int_equal(check(1), 8);
}

/* Cutting the array where the word lies would take five. */
static void test_a_read_word_inside_a_written_array(void **state)
{
    (void)state;
    add(0x20000000, 64, WRITE);
    add(0x20000018, 4, READ);
    expect_exact(2);
}

static void test_a_direction_between_another_one(void **state)
{
    (void)state;
    add(0x20000000, 2, READ);
    add(0x20000002, 3, WRITE);
    add(0x20000005, 3, READ);
    expect_exact(3);
}

static void test_the_least_waste_with_what_is_free(void **state)
{
    (void)state;
    add(0x20000001, 30, WRITE);
    assert_int_equal(find(3), 3);
    assert_int_equal(check(3), 1); /* 0..15 or 16..31 whole, the other edge exact */
    assert_int_equal(find(2), 1);  /* a second one would change nothing */
    assert_int_equal(check(1), 2);
}

static void test_the_fewest_of_equal_waste(void **state)
{
    (void)state;
    add(0x20000001, 14, WRITE);
    assert_int_equal(find(1), 1);
    assert_int_equal(check(1), 2);
    expect_exact(2);
    count = 0;
    add(0x20000000, 32, BOTH);
    expect_exact(1);
    count = 0;
    add(0x20000012, 44, WRITE); /* 18..31 and 32..61: the last two bytes are not worth two more */
    assert_int_equal(find(4), 3);
    assert_int_equal(check(3), 2);
}

static void test_more_objects_than_registers(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5; i++)
        add(0x20000000 + i * 16, 4, WRITE);
    assert_int_equal(find(4), -AMPGDB_ENOSPC);
    assert_int_equal(registers[0].addr, 0xA5A5A5A5); /* untouched */
}

static void test_no_block_far_beyond_the_object(void **state)
{
    (void)state;
    add(0x200FFFF0, 32, WRITE); /* across a MiB: one register would have to cover two MiB */
    expect_exact(2);
    assert_int_equal(find(1), -AMPGDB_ENOSPC);
    count = 0;
    add(0x20000FFC, 8, WRITE); /* across a page: 8 KiB */
    assert_int_equal(find(1), -AMPGDB_ENOSPC);
    count = 0;
    add(0x200007FC, 8, WRITE); /* across half a page: 4 KiB */
    assert_int_equal(find(1), 1);
    count = 0;
    add(0x20000FFC, 0x1000, WRITE); /* 8 KiB for 4 */
    assert_int_equal(find(1), 1);
}

static void test_nothing_takes_none(void **state)
{
    (void)state;
    expect_exact(0);
}

/* --- against everything: masks of 16 bytes and 2 directions --- */

#define BYTES 16u

static uint32_t places[512]; /* what one register can cover: reads in the low half, writes above */
static uint32_t place_count;

static void list_places(void)
{
    uint32_t spans[80], n = 0;

    for (uint32_t word = 0; word < BYTES; word += 8)
        for (uint32_t first = 0; first < 8; first++)
            for (uint32_t len = 1; first + len <= 8; len++)
                spans[n++] = ((1u << len) - 1u) << (word + first);
    spans[n++] = 0xFFFF;
    place_count = 0;
    for (uint32_t i = 0; i < n; i++) {
        places[place_count++] = spans[i];
        places[place_count++] = spans[i] << BYTES;
        places[place_count++] = spans[i] | spans[i] << BYTES;
    }
}

static uint32_t wanted_mask(void)
{
    uint32_t mask = 0;

    for (uint32_t j = 0; j < count; j++)
        for (uint32_t i = objects[j].first; i <= objects[j].last; i++)
            mask |= (objects[j].how & READ ? 1u << i : 0) |
                    (objects[j].how & WRITE ? 1u << (BYTES + i) : 0);
    return mask;
}

/* The least waste by brute force, counted per register; ~0u when it cannot be done. */
static uint32_t brute(uint32_t wanted, uint32_t missing, uint32_t available)
{
    uint32_t best = ~0u;

    if (!missing)
        return 0;
    if (!available)
        return ~0u;
    for (uint32_t i = 0; i < place_count; i++) {
        if (!(places[i] & (missing & -missing)))
            continue;

        const uint32_t rest = brute(wanted, missing & ~places[i], available - 1);

        if (rest == ~0u)
            continue;

        const uint32_t waste = rest + (uint32_t)__builtin_popcount(places[i] & ~wanted);

        if (waste < best)
            best = waste;
    }
    return best;
}

/* One object, so that nothing lies between; in every direction, with one and two registers. */
static void test_single_objects_against_brute_force(void **state)
{
    (void)state;
    list_places();
    for (uint32_t first = 0; first < BYTES; first++)
        for (uint32_t len = 1; first + len <= BYTES; len++)
            for (uint32_t available = 1; available <= 3; available++) {
                count = 0;
                add(first, len, WRITE);

                const int used = find(available);

                assert_in_range(used, 1, available);
                assert_int_equal(check(used), brute(wanted_mask(), wanted_mask(), available));
            }
}

static uint32_t random_below(uint32_t limit)
{
    static uint32_t seed = 1;

    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % limit;
}

/* Objects that touch each other, of different directions. */
static void test_mixed_objects_against_brute_force(void **state)
{
    (void)state;
    list_places();
    for (uint32_t round = 0; round < 4000; round++) {
        const uint32_t available = 1 + random_below(3);
        const uint32_t members = 1 + random_below(3);
        uint32_t next = random_below(4);

        count = 0;
        for (uint32_t i = 0; i < members && next < BYTES; i++) {
            const uint32_t len = 1 + random_below(BYTES - next > 6 ? 6 : BYTES - next);

            add(next, len, READ + random_below(3));
            next += random_below(len + 1);
        }

        const int used = find(available);
        const uint32_t least = brute(wanted_mask(), wanted_mask(), available);

        if (used < 0) {
            assert_int_equal(least, ~0u);
            continue;
        }
        if (check(used) != least)
            fail_msg("round %u: waste %u, %u was possible", round, check(used), least);
    }
}

/* Anything at all: what is promised to the core holds, and every byte is covered. */
static void test_random_objects_are_covered(void **state)
{
    uint32_t found = 0;

    (void)state;
    for (uint32_t round = 0; round < 20000; round++) {
        const uint32_t members = 1 + random_below(6);

        count = 0;
        for (uint32_t i = 0; i < members; i++)
            add(0x20000000 + random_below(600), 1 + random_below(80), READ + random_below(3));

        const int used = find(4);

        if (used < 0)
            continue;
        found++;
        check(used);
    }
    assert_in_range(found, 5000, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_word_takes_one_register, fresh),
        cmocka_unit_test_setup(test_any_bytes_of_a_doubleword_take_one, fresh),
        cmocka_unit_test_setup(test_an_aligned_array_takes_one, fresh),
        cmocka_unit_test_setup(test_the_largest_block, fresh),
        cmocka_unit_test_setup(test_the_last_byte_of_all, fresh),
        cmocka_unit_test_setup(test_edges_are_cut_exactly, fresh),
        cmocka_unit_test_setup(test_four_arrays_at_once, fresh),
        cmocka_unit_test_setup(test_arrays_that_touch_share_one, fresh),
        cmocka_unit_test_setup(test_objects_in_one_doubleword_share_it, fresh),
        cmocka_unit_test_setup(test_objects_apart_in_a_doubleword_share_nothing, fresh),
        cmocka_unit_test_setup(test_both_directions_of_one_object_take_one, fresh),
        cmocka_unit_test_setup(test_neighbours_of_other_directions_take_two, fresh),
        cmocka_unit_test_setup(test_a_read_word_inside_a_written_array, fresh),
        cmocka_unit_test_setup(test_a_direction_between_another_one, fresh),
        cmocka_unit_test_setup(test_the_least_waste_with_what_is_free, fresh),
        cmocka_unit_test_setup(test_the_fewest_of_equal_waste, fresh),
        cmocka_unit_test_setup(test_more_objects_than_registers, fresh),
        cmocka_unit_test_setup(test_no_block_far_beyond_the_object, fresh),
        cmocka_unit_test_setup(test_nothing_takes_none, fresh),
        cmocka_unit_test_setup(test_single_objects_against_brute_force, fresh),
        cmocka_unit_test_setup(test_mixed_objects_against_brute_force, fresh),
        cmocka_unit_test_setup(test_random_objects_are_covered, fresh),
    };

    return cmocka_run_group_tests_name("cover", tests, NULL, NULL);
}
