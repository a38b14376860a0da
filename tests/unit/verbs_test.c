/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * loader/verbs.h against the machine of fake_machine.h: what a Core 3 that refuses, lies or is
 * somebody else's makes of each verb. What they do when all is well is for tests/sim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "fake_machine.h"
#include "verbs.h"

#define BASE      0x20000000u
#define BASE_WORD "0x20000000"

static struct error error;
static char said[4096]; /* on standard output, by the last verb */

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    strcpy(error.text, "");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(fake.physmem.lock_path);
    unlink(fake.physmem.image_path);
    return 0;
}

/* Runs a verb with its words, NULL behind the last one, and keeps what it prints. */
static int run(verb_fn *verb, const char *const *words)
{
    struct arguments arguments = {.memory = "fake"};
    FILE *file = tmpfile();
    const int out = dup(STDOUT_FILENO);
    int result;

    assert_non_null(file);
    while (words[arguments.word_count]) {
        arguments.words[arguments.word_count] = words[arguments.word_count];
        arguments.word_count++;
    }
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    result = verb(&arguments, &error);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    return result;
}

#define RUN(verb, ...) run(verb, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void assert_said(const char *part)
{
    if (!strstr(said, part))
        fail_msg("'%s' is not in '%s'", part, said);
}

/* --- a stub that refuses one kind of request --- */

static uint32_t refused;

static bool refuse(struct fake *machine, struct fake_message *reply)
{
    if (machine->request.header.type == refused) {
        reply->header.status = -AMPGDB_EFAULT;
        reply->header.words = AMPGDB_MESSAGE_WORDS;
    }
    return true;
}

static void refuse_from_now_on(uint32_t type)
{
    refused = type;
    fake.tamper = refuse;
}

#define BECAUSE ": there is no such memory for the program"

static void a_program_that_cannot_be_started_is_named(void **state)
{
    (void)state;
    refuse_from_now_on(AMPGDB_MSG_RESUME);
    assert_int_equal(RUN(verb_start, BASE_WORD), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot start the program" BECAUSE);
    refuse_from_now_on(AMPGDB_MSG_ALLOW);
    assert_int_equal(RUN(verb_start, BASE_WORD), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot start the program" BECAUSE);
    assert_string_equal(said, "");
}

static void a_program_that_cannot_be_stopped_is_named(void **state)
{
    static const uint32_t requests[] = {AMPGDB_MSG_RESET, AMPGDB_MSG_CLEAR_BREAKS};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        refuse_from_now_on(requests[i]);
        assert_int_equal(RUN(verb_stop), -AMPGDB_EFAULT);
        assert_string_equal(error.text, "cannot stop the program on Core 3" BECAUSE);
        strcpy(error.text, "");
        assert_int_equal(RUN(verb_start, BASE_WORD), -AMPGDB_EFAULT);
        assert_string_equal(error.text, "cannot stop the program on Core 3" BECAUSE);
        assert_string_equal(said, "");
    }
}

static void memory_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    assert_int_equal(RUN(verb_devmem, "0x2000c000"), -HOST_EFAIL); /* no stub yet */
    assert_string_equal(error.text,
                        "cannot read the program's RAM: the kernel does not map 0x2000c000");
    assert_int_equal(RUN(verb_stop), 0);
    refuse_from_now_on(AMPGDB_MSG_READ_MEM);
    assert_int_equal(RUN(verb_devmem, BASE_WORD), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot read the program's RAM" BECAUSE);
    assert_int_equal(RUN(verb_peek, BASE_WORD), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot read 0x20000000" BECAUSE);
    assert_string_equal(said, "");
    refuse_from_now_on(AMPGDB_MSG_WRITE_MEM);
    assert_int_equal(RUN(verb_poke, BASE_WORD, "1"), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot write 0x20000000" BECAUSE);
}

/* The memory ends within what was asked for. */
static bool end_after_two_bytes(struct fake *machine, struct fake_message *reply)
{
    const uint32_t type = machine->request.header.type;

    if (type != AMPGDB_MSG_READ_MEM && type != AMPGDB_MSG_WRITE_MEM)
        return true;
    refused = machine->request.payload[1] == 4 ? 0 : type;
    reply->header.status = 2;
    return refuse(machine, reply);
}

static void half_a_word_is_none(void **state)
{
    (void)state;
    assert_int_equal(RUN(verb_stop), 0);
    fake.tamper = end_after_two_bytes;
    assert_int_equal(RUN(verb_peek, BASE_WORD), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot read 0x20000000" BECAUSE);
    assert_string_equal(said, "");
    assert_int_equal(RUN(verb_poke, BASE_WORD, "1"), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "cannot write 0x20000000" BECAUSE);
}

/* --- status --- */

static void status_shows_what_the_program_uses(void **state)
{
    (void)state;
    assert_int_equal(RUN(verb_status), 0);
    assert_said("owner:    nobody\nstub:     none; loadmetal or ampgdb-bridge start one\nRAM:");
    assert_int_equal(RUN(verb_start, "0x20000021"), 0);
    assert_string_equal(said, "running on Core 3, entered at 0x20000020 (Thumb)\n");
    fake_header()->program_flags = AMPGDB_PROGRAM_MMU;
    assert_int_equal(RUN(verb_status), 0);
    assert_said("program:  running\nentry:    0x20000020 (Thumb)\nMMU:      on, data cache off\n");
    fake_header()->program_flags = AMPGDB_PROGRAM_DCACHE;
    assert_int_equal(RUN(verb_status), 0);
    assert_said("MMU:      off, data cache on, or it was\n");
}

static void hold_lock(const char *text)
{
    const int fd = open(fake.physmem.lock_path, O_RDWR | O_CREAT, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(dup2(fd, 100), 100);
    close(fd);
}

/* It has the lock, and has not written down yet who it is. */
static void an_owner_who_was_faster_is_another_process(void **state)
{
    (void)state;
    assert_int_equal(RUN(verb_stop), 0);
    hold_lock("");
    assert_int_equal(RUN(verb_status), 0);
    close(100);
    assert_said("owner:    another process\nprogram:  halted");
}

static void a_header_that_is_no_record_is_not_shown(void **state)
{
    (void)state;
    hold_lock("the bridge");
    assert_int_equal(RUN(verb_status), -HOST_ELOST);
    close(100);
    assert_string_equal(error.text, "the window at 0x30000000 holds no record of a stub that this "
                                    "program can read, and none is on Core 3");
    assert_string_equal(said, "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_program_that_cannot_be_started_is_named),
        TEST(a_program_that_cannot_be_stopped_is_named),
        TEST(memory_that_cannot_be_read_is_named),
        TEST(half_a_word_is_none),
        TEST(status_shows_what_the_program_uses),
        TEST(an_owner_who_was_faster_is_another_process),
        TEST(a_header_that_is_no_record_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
