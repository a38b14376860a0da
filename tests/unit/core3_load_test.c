/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The parts of host/core3.h that change the program's memory, against fake_machine.h: a load stands
 * for the whole image or for nothing that could be started, a reload brings the original data back,
 * and without a stub the RAM is reached in words of 32 bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core3.h"
#include "fake_machine.h"
#include "image.h"

#define BASE     0x20000000u
#define BSS      (BASE + 0x5000)
#define BSS_SIZE (AMPGDB_DATA_MAX + 100)

static struct core3 *core3;
static struct error error;
static const struct ampgdb_resume go_on = {.how = AMPGDB_RESUME_CONTINUE};

static uint8_t code[AMPGDB_DATA_MAX + 10];
static const uint8_t data[] = {1, 2, 3};
static struct image image;

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    strcpy(error.text, "");
    for (size_t i = 0; i < sizeof code; i++)
        code[i] = (uint8_t)(i * 13 + 1);
    image = (struct image){
        .entry = BASE + 0x20,
        .segment_count = 2,
        .segments = {{BASE, code, sizeof code, 0}, {BSS, data, sizeof data, BSS_SIZE}},
    };
    return core3_open(&core3, "fake", &error);
}

static int set_up_owned(void **state)
{
    set_up(state);
    return core3_own(core3, "core3_load_test", &error);
}

static int tear_down(void **state)
{
    (void)state;
    core3_close(core3);
    unlink(fake.physmem.lock_path);
    unlink(fake.physmem.image_path);
    return 0;
}

static void assert_says(const char *part)
{
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in '%s'", part, error.text);
}

static void assert_loaded(void)
{
    static const uint8_t zeros[BSS_SIZE];
    struct core3_info info;

    assert_memory_equal(fake.ram, code, sizeof code);
    assert_memory_equal(fake.ram + (BSS - BASE), data, sizeof data);
    assert_memory_equal(fake.ram + (BSS - BASE) + sizeof data, zeros, sizeof zeros);
    core3_info(core3, &info);
    assert_int_equal(info.state, AMPGDB_STATE_HALTED);
    assert_int_equal(info.entry, BASE + 0x20);
}

/* --- load --- */

static void a_load_writes_and_clears_and_stands_at_the_entry(void **state)
{
    (void)state;
    memset(fake.ram, 0xEE, sizeof fake.ram);
    assert_int_equal(core3_load(core3, &image, &error), 0);
    assert_loaded();
    assert_int_equal(fake.ram[sizeof code], 0xEE);
    assert_int_equal(fake.ram[BSS - BASE - 1], 0xEE);
    assert_int_equal(fake.ram[BSS - BASE + sizeof data + BSS_SIZE], 0xEE);
}

static void a_load_stops_what_runs_and_lifts_its_breakpoints(void **state)
{
    struct ampgdb_stop stop;

    (void)state;
    assert_int_equal(core3_set_break(core3,
                                     &(struct ampgdb_break){AMPGDB_BREAK_HARDWARE, BASE, 4, 0, 0},
                                     NULL, 0),
                     0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    assert_int_equal(core3_load(core3, &image, &error), 0);
    assert_loaded();
    assert_int_equal(fake.breaks, 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
}

static void an_image_that_does_not_fit_stops_nobody(void **state)
{
    static const uint32_t bad[] = {BASE - 4, 0x30000000 - 2, 0x30100000 - 4, FAKE_RAM_END - 2,
                                   0xFFFFFFFE};
    struct core3_info info;

    (void)state;
    memset(fake.ram, 0xEE, sizeof fake.ram);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        image.segments[1].addr = bad[i];
        assert_int_equal(core3_load(core3, &image, &error), -HOST_EFAIL);
        assert_says("not in the program's RAM");
        assert_int_equal(core3_remember(core3, &image, &error), -HOST_EFAIL);
    }
    image.segments[1].addr = BSS;
    image.segments[1].zero_bytes = 0xFFFFFFFF;
    assert_int_equal(core3_load(core3, &image, &error), -HOST_EFAIL);
    image.segments[1].zero_bytes = 0;
    image.entry = 0x30000000;
    assert_int_equal(core3_load(core3, &image, &error), -HOST_EFAIL);
    assert_says("entry point 0x30000000");
    core3_info(core3, &info);
    assert_int_equal(info.state, AMPGDB_STATE_RUNNING);
    assert_int_equal(fake.ram[0], 0xEE);
}

static void a_load_that_fails_leaves_nothing_to_start(void **state)
{
    struct core3_info info;
    uint32_t entry;

    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake.fails_at = BSS + 50;
    assert_int_equal(core3_load(core3, &image, &error), -HOST_EFAIL);
    assert_says("cannot write to 0x20005032: there is no such memory");
    core3_info(core3, &info);
    assert_int_equal(info.state, AMPGDB_STATE_HALTED);
    assert_int_equal(core3_loaded_entry(core3, &entry, &error), -HOST_EFAIL);
    assert_says("nothing was loaded");
    assert_int_equal(core3_reload(core3, &error), -HOST_EFAIL);
    assert_says("load a program first");
}

static bool note_the_file(struct fake *machine, struct fake_message *reply)
{
    (void)reply;
    if (machine->request.header.type == AMPGDB_MSG_WRITE_MEM)
        assert_int_equal(access(machine->physmem.image_path, F_OK), -1);
    return true;
}

/* Whoever is killed in the middle of a load leaves nothing that another would start. */
static void what_was_kept_goes_before_the_first_byte_is_written(void **state)
{
    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    fake.tamper = note_the_file;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    fake.tamper = NULL;
    assert_int_equal(core3_reload(core3, &error), 0);
}

static void a_lost_core_is_not_loaded(void **state)
{
    (void)state;
    fake.is_silent = true;
    assert_int_equal(core3_load(core3, &image, &error), -HOST_ELOST);
    assert_says("cannot stop the program on Core 3: Core 3 did not answer");
}

static void a_program_that_cannot_be_kept_is_not_loaded(void **state)
{
    (void)state;
    strcpy(fake.physmem.image_path, "/nowhere/image");
    assert_int_equal(core3_load(core3, &image, &error), -HOST_EFAIL);
    assert_says("cannot keep the program for a restart in /nowhere/image: No such file");
}

/* --- reload --- */

static void a_reload_brings_the_original_data_back(void **state)
{
    uint32_t entry;

    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    assert_int_equal(core3_loaded_entry(core3, &entry, &error), 0);
    assert_int_equal(entry, BASE + 0x20);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    memset(fake.ram, 0xEE, sizeof fake.ram);
    assert_int_equal(core3_reload(core3, &error), 0);
    assert_loaded();
    assert_int_equal(core3_reload(core3, &error), 0);
}

static void another_process_can_reload(void **state)
{
    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    core3_close(core3);
    assert_int_equal(core3_open(&core3, "fake", &error), 0);
    assert_int_equal(core3_own(core3, "another", &error), 0);
    memset(fake.ram, 0xEE, sizeof fake.ram);
    assert_int_equal(core3_reload(core3, &error), 0);
    assert_loaded();
}

static void a_program_that_came_otherwise_can_be_remembered(void **state)
{
    (void)state;
    memset(fake.ram, 0xEE, sizeof fake.ram);
    assert_int_equal(core3_remember(core3, &image, &error), 0);
    assert_int_equal(fake.ram[0], 0xEE);
    assert_int_equal(core3_reload(core3, &error), 0);
    assert_loaded();
}

static void a_new_stub_starts_what_the_last_had_loaded_from_its_original_data_only(void **state)
{
    uint32_t entry;

    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    core3_disown(core3);
    fake_header()->abi_version = 77;
    assert_int_equal(core3_own(core3, "core3_load_test", &error), 0);
    assert_non_null(core3_notice(core3));
    assert_int_equal(core3_loaded_entry(core3, &entry, &error), -HOST_EFAIL);
    assert_says("the stub on Core 3 came up after the program was loaded");
    memset(fake.ram, 0xEE, sizeof fake.ram);
    assert_int_equal(core3_reload(core3, &error), 0);
    assert_loaded();
    assert_int_equal(core3_loaded_entry(core3, &entry, &error), 0);
    assert_int_equal(entry, BASE + 0x20);
}

static void what_is_forgotten_cannot_be_reloaded(void **state)
{
    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    core3_forget(core3);
    assert_int_equal(core3_reload(core3, &error), -HOST_EFAIL);
    assert_says("nothing was loaded yet");
}

static bool fail_the_second_reset(struct fake *machine, struct fake_message *reply)
{
    static unsigned resets;

    if (machine->request.header.type == AMPGDB_MSG_RESET && ++resets % 2 == 0)
        reply->header.status = -AMPGDB_EFAULT;
    return true;
}

static void a_load_whose_last_reset_fails_says_so(void **state)
{
    (void)state;
    fake.tamper = fail_the_second_reset;
    assert_int_equal(core3_load(core3, &image, &error), -HOST_EFAIL);
    assert_says("cannot prepare the program: there is no such memory for the program");
    fake.tamper = NULL;
}

static void a_reload_that_fails_leaves_nothing_to_start(void **state)
{
    uint32_t entry;

    (void)state;
    assert_int_equal(core3_load(core3, &image, &error), 0);
    fake.fails_at = BASE + 5;
    assert_int_equal(core3_reload(core3, &error), -HOST_EFAIL);
    assert_says("cannot write to 0x20000005");
    assert_int_equal(core3_loaded_entry(core3, &entry, &error), -HOST_EFAIL);
}

/* --- past the stub --- */

static void peek_reads_any_part_of_the_ram(void **state)
{
    static uint8_t bytes[FAKE_RAM_BYTES];

    (void)state;
    for (size_t i = 0; i < FAKE_RAM_BYTES; i++)
        fake.ram[i] = (uint8_t)(i * 31 + (i >> 8));
    for (uint32_t start = 0; start < 9; start++)
        for (uint32_t len = 0; len < 14; len++) {
            memset(bytes, 0xEE, sizeof bytes);
            assert_int_equal(core3_peek(core3, BASE + 4090 + start, bytes, len), len);
            assert_memory_equal(bytes, fake.ram + 4090 + start, len);
            assert_int_equal(bytes[len], 0xEE);
        }
    assert_int_equal(core3_peek(core3, BASE + 1, bytes, FAKE_RAM_BYTES - 1), FAKE_RAM_BYTES - 1);
    assert_memory_equal(bytes, fake.ram + 1, FAKE_RAM_BYTES - 1);
    assert_int_equal(fake.mappings, 0);
    assert_int_equal(fake.boots, 0);
}

static void peek_reads_nothing_but_the_programs_ram(void **state)
{
    static const uint32_t bad[] = {0, BASE - 1, 0x30000000, 0x300FFFFF, FAKE_RAM_END, 0xFFFFFFFF};
    uint8_t byte;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(core3_peek(core3, bad[i], &byte, 1), -AMPGDB_EFAULT);
    assert_int_equal(core3_peek(core3, 0x2FFFFFFF, &byte, 4), -HOST_EFAIL);
    assert_non_null(strstr(core3_explain(core3, -HOST_EFAIL), "does not map 0x2ffff000"));
}

static void place_writes_bytes_and_nothing_beside_them(bool with_stub)
{
    uint8_t before[32];
    uint8_t after[32];

    for (uint32_t start = 0; start < 6; start++)
        for (uint32_t len = 0; len < 11; len++) {
            for (size_t i = 0; i < sizeof before; i++)
                fake.ram[i] = before[i] = (uint8_t)(0x80 + i);
            memcpy(before + 4 + start, code, len);
            assert_int_equal(core3_place(core3, BASE + 4 + start, code, len, &error), 0);
            memcpy(after, fake.ram, sizeof after);
            assert_memory_equal(after, before, sizeof after);
        }
    assert_int_equal(core3_place(core3, BASE + 3, code, sizeof code, &error), 0);
    assert_memory_equal(fake.ram + 3, code, sizeof code);
    assert_int_equal(fake.ram[2], 0x82);
    assert_int_equal(fake.boots, with_stub);
    assert_int_equal(fake.mappings, 0);
}

static void place_works_without_a_stub(void **state)
{
    (void)state;
    assert_int_equal(core3_own_as_is(core3, "core3_load_test", &error), 0);
    place_writes_bytes_and_nothing_beside_them(false);
}

static void place_works_through_a_stub(void **state)
{
    (void)state;
    place_writes_bytes_and_nothing_beside_them(true);
    fake.fails_at = BASE + 5;
    assert_int_equal(core3_place(core3, BASE, code, 10, &error), -HOST_EFAIL);
    assert_says("cannot write to 0x20000005: there is no such memory");
    fake.is_silent = true;
    assert_int_equal(core3_place(core3, BASE, code, 10, &error), -HOST_ELOST);
    assert_says("did not answer");
}

static void place_writes_nothing_but_the_programs_ram(void **state)
{
    static const uint32_t bad[] = {0,          BASE - 1,         0x30000000 - 1,
                                   0x300FFFFF, FAKE_RAM_END - 1, 0xFFFFFFFF};

    (void)state;
    assert_int_equal(core3_own_as_is(core3, "core3_load_test", &error), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(core3_place(core3, bad[i], code, 2, &error), -HOST_EFAIL);
        assert_says("is not in the program's RAM (0x20000000 to 0x2fffffff and 0x30100000 to "
                    "0x3b3fffff): choose an address there");
    }
    assert_int_equal(core3_place(core3, BASE + FAKE_RAM_BYTES + 1, code, 2, &error), -HOST_EFAIL);
    assert_says("does not map");
    fake.is_gone = true;
    assert_int_equal(core3_place(core3, BASE, code, 4, &error), -HOST_EFAIL);
    assert_says("the machine is gone");
}

static void registers_are_reached_and_nothing_else(void **state)
{
    static const uint32_t bad[] = {0, BASE, 0x3EFFFFFC, 0x3F000001, 0x40001000, 0xFFFFFFFC};
    uint32_t value = 0;

    (void)state;
    assert_int_equal(core3_write_register(core3, 0x3F200034, 0x1234, &error), 0);
    assert_int_equal(core3_read_register(core3, 0x3F200034, &value, &error), 0);
    assert_int_equal(value, 0x1234);
    assert_int_equal(core3_write_register(core3, 0x400000BC, BASE, &error), 0);
    assert_int_equal(fake.mailbox3, BASE);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(core3_read_register(core3, bad[i], &value, &error), -HOST_EFAIL);
        assert_int_equal(core3_write_register(core3, bad[i], 1, &error), -HOST_EFAIL);
        assert_says(
            "is neither in the program's RAM nor a device register: those are at multiples of "
            "4 from 0x3f000000 to 0x40000ffc");
    }
    fake.is_gone = true;
    assert_int_equal(core3_read_register(core3, 0x3F200034, &value, &error), -HOST_EFAIL);
    assert_int_equal(core3_write_register(core3, 0x3F200034, 1, &error), -HOST_EFAIL);
}

#define OWNED(test) cmocka_unit_test_setup_teardown(test, set_up_owned, tear_down)
#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OWNED(a_load_writes_and_clears_and_stands_at_the_entry),
        OWNED(a_load_stops_what_runs_and_lifts_its_breakpoints),
        OWNED(an_image_that_does_not_fit_stops_nobody),
        OWNED(a_load_that_fails_leaves_nothing_to_start),
        OWNED(what_was_kept_goes_before_the_first_byte_is_written),
        OWNED(a_lost_core_is_not_loaded),
        OWNED(a_program_that_cannot_be_kept_is_not_loaded),
        OWNED(a_reload_brings_the_original_data_back),
        OWNED(another_process_can_reload),
        OWNED(a_program_that_came_otherwise_can_be_remembered),
        OWNED(a_new_stub_starts_what_the_last_had_loaded_from_its_original_data_only),
        OWNED(what_is_forgotten_cannot_be_reloaded),
        OWNED(a_load_whose_last_reset_fails_says_so),
        OWNED(a_reload_that_fails_leaves_nothing_to_start),
        FRESH(peek_reads_any_part_of_the_ram),
        FRESH(peek_reads_nothing_but_the_programs_ram),
        FRESH(place_works_without_a_stub),
        OWNED(place_works_through_a_stub),
        FRESH(place_writes_nothing_but_the_programs_ram),
        FRESH(registers_are_reached_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
