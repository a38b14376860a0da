/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/breakpoints.h and patches.h over a fake memory and a fake debug unit: what is planted, what
 * the debugger is shown, and that the program's own bytes always come back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "breakpoints.h"
#include "debug_unit.h"
#include "memory.h"
#include "patches.h"

#define BASE  0x20000000u
#define SIZE  0x1000u
#define ARM   AMPGDB_BREAK_KIND_ARM
#define THUMB AMPGDB_BREAK_KIND_THUMB
#define SOFT  AMPGDB_BREAK_SOFTWARE
#define HARD  AMPGDB_BREAK_HARDWARE

static uint8_t ram[SIZE];
static uint32_t writable; /* bytes from BASE */
static struct {
    uint32_t addr;
    int armed, thumb;
} unit[DEBUG_UNIT_BREAKPOINTS_MAX];

/* --- fakes of memory.h and debug_unit.h --- */

static int reach(uint32_t addr, uint32_t len, uint32_t limit)
{
    if (addr < BASE || addr - BASE >= limit)
        return -AMPGDB_EFAULT;
    return (int)(len < limit - (addr - BASE) ? len : limit - (addr - BASE));
}

int memory_read(uint32_t addr, void *bytes, uint32_t len)
{
    const int got = reach(addr, len, SIZE);

    if (got > 0)
        memcpy(bytes, ram + (addr - BASE), (size_t)got);
    return got;
}

int memory_write(uint32_t addr, const void *bytes, uint32_t len)
{
    const int put = reach(addr, len, writable);

    if (put > 0)
        memcpy(ram + (addr - BASE), bytes, (size_t)put);
    return put;
}

uint32_t debug_unit_breakpoints(void)
{
    return DEBUG_UNIT_BREAKPOINTS_MAX;
}

void debug_unit_arm(uint32_t index, uint32_t addr, bool thumb)
{
    assert_in_range(index, 0, DEBUG_UNIT_BREAKPOINTS_MAX - 1);
    unit[index].addr = addr;
    unit[index].thumb = thumb;
    unit[index].armed = 1;
}

void debug_unit_disarm(uint32_t index)
{
    assert_in_range(index, 0, DEBUG_UNIT_BREAKPOINTS_MAX - 1);
    unit[index].armed = 0;
}

/* --- helpers --- */

static int fresh(void **state)
{
    (void)state;
    writable = SIZE;
    breakpoints_init();
    breakpoints_clear_all();
    breakpoints_uncatch();
    breakpoints_replant(BASE + 8);
    breakpoints_replant(BASE + 16);
    for (uint32_t i = 0; i < SIZE; i++)
        ram[i] = (uint8_t)(i * 7 + i / 256);
    memset(unit, 0, sizeof unit);
    return 0;
}

static void assert_untouched(void)
{
    for (uint32_t i = 0; i < SIZE; i++)
        if (ram[i] != (uint8_t)(i * 7 + i / 256))
            fail_msg("byte %u was not put back", i);
}

static uint32_t word_at(uint32_t addr)
{
    uint32_t word;

    memcpy(&word, ram + (addr - BASE), 4);
    return word;
}

static int armed(uint32_t addr)
{
    int count = 0;

    for (unsigned i = 0; i < DEBUG_UNIT_BREAKPOINTS_MAX; i++)
        count += unit[i].armed && unit[i].addr == addr;
    return count;
}

/* Without actions. */
static int set(uint32_t type, uint32_t addr, uint32_t kind)
{
    const struct ampgdb_break new = {type, addr, kind, 0, 0};

    return breakpoints_set(&new, NULL, 0);
}

/* With a condition that is the constant truth. */
static int set_if(uint32_t type, uint32_t addr, uint32_t kind, uint32_t truth)
{
    const struct ampgdb_break new = {type, addr, kind, 1, 0};
    const uint32_t code[2] = {3, 0x270022u | truth << 8}; /* const8 truth, end */

    return breakpoints_set(&new, code, 2);
}

static int hit(uint32_t addr)
{
    uint32_t bad_addr;

    return breakpoints_hit(addr, NULL, &bad_addr);
}

static int is_patched(uint32_t addr)
{
    return ram[addr - BASE] != (uint8_t)((addr - BASE) * 7 + (addr - BASE) / 256);
}

static void fill_registers(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(set(HARD, BASE + 0x400 + 4 * i, ARM), 0);
}

/* --- tests --- */

static void arm_bkpt_is_planted_and_taken_out(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    assert_int_equal(word_at(BASE + 8) & 0xFFF000F0u, 0xE1200070u); /* A8.8.24, A1 */
    assert_true(breakpoints_has_software(BASE + 8));
    assert_int_equal(breakpoints_clear(SOFT, BASE + 8, ARM), 0);
    assert_false(breakpoints_has_software(BASE + 8));
    assert_untouched();
}

static void both_thumb_kinds_plant_one_halfword(void **state)
{
    (void)state;
    for (uint32_t kind = THUMB; kind <= AMPGDB_BREAK_KIND_THUMB2; kind++) {
        assert_int_equal(set(SOFT, BASE + 6, kind), 0);
        assert_int_equal(ram[7], 0xBE); /* A8.8.24, T1 */
        assert_int_equal(ram[8], (uint8_t)(8 * 7));
        assert_int_equal(breakpoints_clear(SOFT, BASE + 6, kind), 0);
        assert_untouched();
    }
}

static void setting_and_clearing_twice_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE, ARM), 0);
    assert_int_equal(set(SOFT, BASE, ARM), 0);
    assert_int_equal(breakpoints_clear(SOFT, BASE, ARM), 0);
    assert_int_equal(breakpoints_clear(SOFT, BASE, ARM), 0);
    assert_untouched();
}

static void kinds_types_and_addresses_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE, 0), -AMPGDB_EINVAL);
    assert_int_equal(set(SOFT, BASE, 5), -AMPGDB_EINVAL);
    assert_int_equal(set(2, BASE, ARM), -AMPGDB_EINVAL);
    assert_int_equal(set(SOFT, BASE + 2, ARM), -AMPGDB_EINVAL);
    assert_int_equal(set(SOFT, BASE + 1, THUMB), -AMPGDB_EINVAL);
    assert_int_equal(breakpoints_clear(SOFT, BASE, 7), -AMPGDB_EINVAL);
    assert_untouched();
}

static void breakpoints_that_would_share_bytes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE + 4, ARM), 0);
    assert_int_equal(set(SOFT, BASE + 6, THUMB), -AMPGDB_EINVAL);
    breakpoints_clear_all();
    assert_int_equal(set(SOFT, BASE + 6, THUMB), 0);
    assert_int_equal(set(SOFT, BASE + 4, ARM), -AMPGDB_EINVAL);
    breakpoints_clear_all();
    assert_untouched();
}

static void memory_that_cannot_be_patched_is_an_error_and_takes_no_slot(void **state)
{
    (void)state;
    writable = 0x100;
    for (uint32_t i = 0; i < 2 * BREAKPOINTS_SOFTWARE; i++)
        assert_int_equal(set(SOFT, BASE + 0x200, ARM), -AMPGDB_EFAULT);
    assert_int_equal(set(SOFT, BASE - 4, ARM), -AMPGDB_EFAULT);
    assert_int_equal(set(SOFT, BASE, ARM), 0);
}

static void at_least_64_fit_and_the_next_is_refused(void **state)
{
    (void)state;
    assert_true(BREAKPOINTS_SOFTWARE >= 64);
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++)
        assert_int_equal(set(SOFT, BASE + 4 * i, ARM), 0);
    assert_int_equal(set(SOFT, BASE + 0x800, ARM), -AMPGDB_ENOSPC);
    assert_int_equal(breakpoints_clear(SOFT, BASE + 4, ARM), 0);
    assert_int_equal(set(SOFT, BASE + 0x800, ARM), 0);
    breakpoints_clear_all();
    assert_untouched();
}

static void all_registers_but_one_are_the_debuggers(void **state)
{
    const uint32_t count = breakpoints_hardware();

    (void)state;
    assert_int_equal(count, DEBUG_UNIT_BREAKPOINTS_MAX - 1);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(set(HARD, BASE + 4 * i, ARM), 0);
    assert_int_equal(set(HARD, BASE + 0x100, ARM), -AMPGDB_ENOSPC);
    assert_int_equal(set(HARD, BASE, ARM), 0); /* again: no change */
    breakpoints_arm_step(BASE + 0x200, true);
    assert_int_equal(armed(BASE + 0x200), 1);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(armed(BASE + 4 * i), 1);
    assert_int_equal(breakpoints_clear(HARD, BASE, ARM), 0);
    assert_int_equal(set(HARD, BASE + 0x100, THUMB), 0);
    assert_untouched();
}

static void reads_show_what_belongs_there(void **state)
{
    uint8_t seen[12], expected[12];

    (void)state;
    memcpy(expected, ram + 2, sizeof expected);
    set(SOFT, BASE + 4, ARM);
    set(SOFT, BASE + 10, THUMB);
    assert_int_equal(patches_read_memory(BASE + 2, seen, sizeof seen), sizeof seen);
    assert_memory_equal(seen, expected, sizeof seen);
    assert_int_equal(patches_read_memory(BASE + 5, seen, 1), 1); /* one byte of the middle */
    assert_int_equal(seen[0], expected[3]);
}

static void writes_change_what_belongs_there_and_keep_the_breakpoint(void **state)
{
    const uint8_t fresh_code[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t seen[8];

    (void)state;
    set(SOFT, BASE + 4, ARM);
    const uint32_t bkpt = word_at(BASE + 4);

    assert_int_equal(patches_write_memory(BASE + 2, fresh_code, 8), 8);
    assert_int_equal(word_at(BASE + 4), bkpt);
    patches_read_memory(BASE + 2, seen, 8);
    assert_memory_equal(seen, fresh_code, 8);
    breakpoints_clear_all();
    assert_memory_equal(ram + 2, fresh_code, 8);
}

static void code_that_the_program_put_over_a_breakpoint_stays(void **state)
{
    (void)state;
    set(SOFT, BASE + 4, ARM);
    memset(ram + 4, 0x55, 4);
    breakpoints_clear(SOFT, BASE + 4, ARM);
    assert_int_equal(word_at(BASE + 4), 0x55555555);
}

static void lifting_takes_both_kinds_out_and_replanting_brings_them_back(void **state)
{
    const uint32_t original = word_at(BASE + 8);

    (void)state;
    set(SOFT, BASE + 8, ARM);
    set(HARD, BASE + 8, ARM);
    breakpoints_lift(BASE + 8);
    assert_int_equal(word_at(BASE + 8), original);
    assert_int_equal(armed(BASE + 8), 0);
    breakpoints_replant(BASE + 8);
    assert_int_not_equal(word_at(BASE + 8), original);
    assert_int_equal(armed(BASE + 8), 1);
    breakpoints_replant(BASE + 8); /* once is enough */
    breakpoints_clear_all();
    assert_untouched();
}

static void a_write_while_lifted_does_not_replant(void **state)
{
    const uint32_t fresh_code = 0x11223344;

    (void)state;
    set(SOFT, BASE + 8, ARM);
    breakpoints_lift(BASE + 8);
    patches_write_memory(BASE + 8, &fresh_code, 4);
    assert_int_equal(word_at(BASE + 8), fresh_code);
    breakpoints_replant(BASE + 8);
    assert_int_not_equal(word_at(BASE + 8), fresh_code);
    breakpoints_clear_all();
    assert_int_equal(word_at(BASE + 8), fresh_code);
}

static void a_breakpoint_cleared_while_lifted_does_not_come_back(void **state)
{
    (void)state;
    set(SOFT, BASE + 8, ARM);
    breakpoints_lift(BASE + 8);
    breakpoints_clear(SOFT, BASE + 8, ARM);
    breakpoints_replant(BASE + 8);
    assert_untouched();
}

static void with_actions_a_free_register_is_taken(void **state)
{
    (void)state;
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_untouched();
    assert_int_equal(armed(BASE + 8), 1);
    assert_true(breakpoints_has_software(BASE + 8));
    assert_false(breakpoints_has_hardware(BASE + 8));
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_int_equal(armed(BASE + 8), 1);
    assert_int_equal(breakpoints_clear(SOFT, BASE + 8, ARM), 0);
    assert_int_equal(armed(BASE + 8), 0);
    fill_registers(breakpoints_hardware()); /* all are free again */
}

static void without_a_free_register_memory_is_patched(void **state)
{
    (void)state;
    fill_registers(breakpoints_hardware());
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_true(is_patched(BASE + 8));
    assert_int_equal(hit(BASE + 8), ACTIONS_GO_ON);
    breakpoints_clear_all();
    assert_untouched();
}

static void a_hardware_breakpoint_gets_its_register_back(void **state)
{
    (void)state;
    fill_registers(breakpoints_hardware() - 2);
    assert_int_equal(set_if(SOFT, BASE + 8, THUMB, 0), 0);
    assert_int_equal(set_if(SOFT, BASE + 16, ARM, 1), 0);
    assert_int_equal(set(HARD, BASE + 0x600, ARM), 0);
    assert_int_equal(set(HARD, BASE + 0x604, ARM), 0);
    assert_int_equal(set(HARD, BASE + 0x608, ARM), -AMPGDB_ENOSPC);
    assert_int_equal(armed(BASE + 0x600), 1);
    assert_int_equal(armed(BASE + 0x604), 1);
    assert_int_equal(armed(BASE + 8), 0);
    assert_int_equal(armed(BASE + 16), 0);
    assert_true(is_patched(BASE + 8) && is_patched(BASE + 16));
    assert_int_equal(hit(BASE + 8), ACTIONS_GO_ON); /* actions went with them */
    assert_int_equal(hit(BASE + 16), ACTIONS_STOP);
    breakpoints_clear_all();
    assert_untouched();
}

static void a_breakpoint_that_cannot_be_patched_keeps_its_register(void **state)
{
    (void)state;
    writable = 0x100;
    fill_registers(breakpoints_hardware() - 2);
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_int_equal(set_if(SOFT, BASE + 0x200, ARM, 0), 0);
    assert_int_equal(set(HARD, BASE + 0x600, ARM), 0);
    assert_int_equal(armed(BASE + 0x200), 1);
    assert_true(is_patched(BASE + 8));
    assert_int_equal(set(HARD, BASE + 0x604, ARM), -AMPGDB_ENOSPC);
    assert_int_equal(armed(BASE + 0x200), 1);
}

static void a_register_is_not_taken_for_memory_that_is_not_there(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2 * ACTIONS_MAX; i++)
        assert_int_equal(set_if(SOFT, BASE - 4, ARM, 0), -AMPGDB_EFAULT);
    assert_int_equal(set_if(SOFT, BASE, ARM, 0), 0);
    fill_registers(breakpoints_hardware());
}

static void a_condition_that_comes_later_moves_it_to_a_register(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    assert_true(is_patched(BASE + 8));
    assert_int_equal(hit(BASE + 8), ACTIONS_STOP);
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_untouched();
    assert_int_equal(armed(BASE + 8), 1);
    assert_int_equal(hit(BASE + 8), ACTIONS_GO_ON);
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0); /* none again */
    assert_int_equal(hit(BASE + 8), ACTIONS_STOP);
}

static void the_same_address_in_the_other_state_is_refused(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    assert_int_equal(set(SOFT, BASE + 8, THUMB), -AMPGDB_EINVAL);
    assert_int_equal(set(HARD, BASE + 12, THUMB), 0);
    assert_int_equal(set(HARD, BASE + 12, ARM), -AMPGDB_EINVAL);
    assert_int_equal(set(HARD, BASE + 12, AMPGDB_BREAK_KIND_THUMB2), 0);
}

static void a_hardware_breakpoint_where_no_instruction_is_takes_no_register(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2 * DEBUG_UNIT_BREAKPOINTS_MAX; i++)
        assert_int_equal(set(HARD, BASE + 0x10 * i + 2, ARM), 0);
    assert_int_equal(set(HARD, BASE + 1, THUMB), 0);
    assert_false(breakpoints_has_hardware(BASE + 2));
    assert_int_equal(breakpoints_clear(HARD, BASE + 2, ARM), 0);
    fill_registers(breakpoints_hardware());
}

static void registers_hide_no_overlap(void **state)
{
    (void)state;
    assert_int_equal(set_if(SOFT, BASE + 4, ARM, 0), 0);
    assert_int_equal(set_if(SOFT, BASE + 6, THUMB, 0), -AMPGDB_EINVAL);
}

static void bad_code_changes_nothing(void **state)
{
    const struct ampgdb_break new = {SOFT, BASE + 8, ARM, 2, 0};
    const uint32_t code[2] = {3, 0x270022};

    (void)state;
    assert_int_equal(breakpoints_set(&new, code, 2), -AMPGDB_EINVAL);
    assert_false(breakpoints_has_software(BASE + 8));
    assert_untouched();
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_int_equal(breakpoints_set(&new, code, 2), -AMPGDB_EINVAL);
    assert_int_equal(hit(BASE + 8), ACTIONS_GO_ON);
}

static void of_two_at_one_address_either_stops(void **state)
{
    (void)state;
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    assert_int_equal(set_if(HARD, BASE + 8, ARM, 0), 0);
    assert_int_equal(hit(BASE + 8), ACTIONS_GO_ON);
    assert_int_equal(set_if(HARD, BASE + 8, ARM, 1), 0);
    assert_int_equal(hit(BASE + 8), ACTIONS_STOP);
    assert_int_equal(set_if(HARD, BASE + 8, ARM, 0), 0);
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    assert_int_equal(hit(BASE + 8), ACTIONS_STOP);
}

static void a_catch_and_a_breakpoint_share_a_place(void **state)
{
    (void)state;
    assert_int_equal(breakpoints_catch(BASE + 8, false), 0);
    assert_true(is_patched(BASE + 8));
    assert_true(breakpoints_has_catch(BASE + 8));
    assert_false(breakpoints_has_software(BASE + 8));
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    breakpoints_uncatch();
    assert_false(breakpoints_has_catch(BASE + 8));
    assert_true(is_patched(BASE + 8));
    assert_int_equal(breakpoints_catch(BASE + 8, false), 0);
    breakpoints_clear_all();
    assert_true(is_patched(BASE + 8));
    assert_true(breakpoints_has_catch(BASE + 8));
    breakpoints_uncatch();
    assert_untouched();
}

static void catches_are_hidden_and_refused_like_breakpoints(void **state)
{
    const uint32_t original = word_at(BASE + 8);
    uint32_t seen;

    (void)state;
    assert_int_equal(breakpoints_catch(BASE + 8, false), 0);
    assert_int_equal(patches_read_memory(BASE + 8, &seen, 4), 4);
    assert_int_equal(seen, original);
    assert_int_equal(set(SOFT, BASE + 10, THUMB), -AMPGDB_EINVAL);
    assert_int_equal(set(SOFT, BASE + 16, ARM), 0);
    assert_int_equal(breakpoints_catch(BASE + 18, true), -AMPGDB_EINVAL);
    assert_int_equal(breakpoints_catch(BASE - 8, true), -AMPGDB_EFAULT);
    breakpoints_uncatch();
    assert_true(is_patched(BASE + 16));
}

static void a_lifted_catch_is_out_too(void **state)
{
    (void)state;
    assert_int_equal(breakpoints_catch(BASE + 8, true), 0);
    breakpoints_lift(BASE + 8);
    assert_untouched();
    breakpoints_replant(BASE + 8);
    assert_true(is_patched(BASE + 8));
}

static void two_places_are_lifted_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    assert_int_equal(set(HARD, BASE + 16, ARM), 0);
    breakpoints_lift(BASE + 8);
    breakpoints_lift(BASE + 16);
    assert_untouched();
    assert_int_equal(armed(BASE + 16), 0);
    breakpoints_replant(BASE + 8);
    assert_true(is_patched(BASE + 8));
    assert_int_equal(armed(BASE + 16), 0);
    breakpoints_replant(BASE + 16);
    assert_int_equal(armed(BASE + 16), 1);
}

static void what_is_set_at_a_lifted_place_waits(void **state)
{
    (void)state;
    breakpoints_lift(BASE + 8);
    assert_int_equal(breakpoints_catch(BASE + 8, false), 0);
    assert_untouched();
    breakpoints_uncatch();
    assert_int_equal(set(SOFT, BASE + 8, ARM), 0);
    assert_int_equal(set(HARD, BASE + 8, ARM), 0);
    assert_untouched();
    assert_int_equal(armed(BASE + 8), 0);
    breakpoints_replant(BASE + 8);
    assert_true(is_patched(BASE + 8));
    assert_int_equal(armed(BASE + 8), 1);
}

static void a_register_given_back_while_lifted_stays_out(void **state)
{
    (void)state;
    fill_registers(breakpoints_hardware() - 1);
    assert_int_equal(set_if(SOFT, BASE + 8, ARM, 0), 0);
    breakpoints_lift(BASE + 8);
    assert_int_equal(set(HARD, BASE + 0x600, ARM), 0);
    assert_untouched();
    breakpoints_replant(BASE + 8);
    assert_true(is_patched(BASE + 8));
    assert_int_equal(armed(BASE + 8), 0);
    assert_int_equal(armed(BASE + 0x600), 1);
}

static void a_register_taken_for_a_lifted_place_is_off(void **state)
{
    (void)state;
    fill_registers(breakpoints_hardware() - 1);
    assert_int_equal(set_if(SOFT, BASE + 16, ARM, 0), 0);
    breakpoints_lift(BASE + 8);
    assert_int_equal(set(HARD, BASE + 8, ARM), 0);
    assert_int_equal(armed(BASE + 8), 0);
    assert_int_equal(armed(BASE + 16), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(arm_bkpt_is_planted_and_taken_out, fresh),
        cmocka_unit_test_setup(both_thumb_kinds_plant_one_halfword, fresh),
        cmocka_unit_test_setup(setting_and_clearing_twice_changes_nothing, fresh),
        cmocka_unit_test_setup(kinds_types_and_addresses_that_do_not_exist_are_refused, fresh),
        cmocka_unit_test_setup(breakpoints_that_would_share_bytes_are_refused, fresh),
        cmocka_unit_test_setup(memory_that_cannot_be_patched_is_an_error_and_takes_no_slot, fresh),
        cmocka_unit_test_setup(at_least_64_fit_and_the_next_is_refused, fresh),
        cmocka_unit_test_setup(all_registers_but_one_are_the_debuggers, fresh),
        cmocka_unit_test_setup(reads_show_what_belongs_there, fresh),
        cmocka_unit_test_setup(writes_change_what_belongs_there_and_keep_the_breakpoint, fresh),
        cmocka_unit_test_setup(code_that_the_program_put_over_a_breakpoint_stays, fresh),
        cmocka_unit_test_setup(lifting_takes_both_kinds_out_and_replanting_brings_them_back, fresh),
        cmocka_unit_test_setup(a_write_while_lifted_does_not_replant, fresh),
        cmocka_unit_test_setup(a_breakpoint_cleared_while_lifted_does_not_come_back, fresh),
        cmocka_unit_test_setup(with_actions_a_free_register_is_taken, fresh),
        cmocka_unit_test_setup(without_a_free_register_memory_is_patched, fresh),
        cmocka_unit_test_setup(a_hardware_breakpoint_gets_its_register_back, fresh),
        cmocka_unit_test_setup(a_breakpoint_that_cannot_be_patched_keeps_its_register, fresh),
        cmocka_unit_test_setup(a_register_is_not_taken_for_memory_that_is_not_there, fresh),
        cmocka_unit_test_setup(a_condition_that_comes_later_moves_it_to_a_register, fresh),
        cmocka_unit_test_setup(the_same_address_in_the_other_state_is_refused, fresh),
        cmocka_unit_test_setup(a_hardware_breakpoint_where_no_instruction_is_takes_no_register,
                               fresh),
        cmocka_unit_test_setup(registers_hide_no_overlap, fresh),
        cmocka_unit_test_setup(bad_code_changes_nothing, fresh),
        cmocka_unit_test_setup(of_two_at_one_address_either_stops, fresh),
        cmocka_unit_test_setup(a_catch_and_a_breakpoint_share_a_place, fresh),
        cmocka_unit_test_setup(catches_are_hidden_and_refused_like_breakpoints, fresh),
        cmocka_unit_test_setup(a_lifted_catch_is_out_too, fresh),
        cmocka_unit_test_setup(two_places_are_lifted_at_a_time, fresh),
        cmocka_unit_test_setup(what_is_set_at_a_lifted_place_waits, fresh),
        cmocka_unit_test_setup(a_register_given_back_while_lifted_stays_out, fresh),
        cmocka_unit_test_setup(a_register_taken_for_a_lifted_place_is_off, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
