/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/deadline.h: waiting ends, not before its time; and it does not burn a processor meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "deadline.h"

static uint64_t ns_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void a_deadline_ends_after_its_time(void **state)
{
    const uint64_t start = ns_of(CLOCK_MONOTONIC);
    struct deadline deadline;

    (void)state;
    deadline_start(&deadline, 20);
    while (deadline_wait(&deadline))
        ;
    assert_true(ns_of(CLOCK_MONOTONIC) - start >= 20000000u);
}

static void there_are_many_looks_before_the_first_sleep(void **state)
{
    struct deadline deadline;

    (void)state;
    deadline_start(&deadline, 0);
    for (unsigned i = 0; i < 1000; i++)
        assert_true(deadline_wait(&deadline));
    while (deadline_wait(&deadline))
        ;
}

static void whoever_was_held_up_until_the_end_looks_once_more(void **state)
{
    struct deadline deadline;
    uint32_t sleep_ns;

    (void)state;
    deadline_start(&deadline, 60000);
    sleep_ns = deadline.sleep_ns;
    while (deadline.sleep_ns == sleep_ns)
        assert_true(deadline_wait(&deadline));
    deadline.end_ns = 0; /* passes before it waits again */
    assert_true(deadline_wait(&deadline));
    assert_false(deadline_wait(&deadline));
}

static void a_long_wait_is_mostly_sleep(void **state)
{
    const uint64_t start = ns_of(CLOCK_PROCESS_CPUTIME_ID);
    struct deadline deadline;

    (void)state;
    deadline_start(&deadline, 200);
    while (deadline_wait(&deadline))
        ;
    assert_true(ns_of(CLOCK_PROCESS_CPUTIME_ID) - start < 50000000u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_ends_after_its_time),
        cmocka_unit_test(there_are_many_looks_before_the_first_sleep),
        cmocka_unit_test(whoever_was_held_up_until_the_end_looks_once_more),
        cmocka_unit_test(a_long_wait_is_mostly_sleep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
