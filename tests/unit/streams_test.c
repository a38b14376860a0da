/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Standard streams that whoever starts a program has closed, or sent to where there is no room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "streams.h"

#define STREAMS 3

static struct error error;
static int
    kept[STREAMS];      /* the test's own, which tell its failures: nothing asserts without them */
static bool is_missing; /* tests.mk, WRAPPED */

int __real_open(const char *path, int flags);
int __wrap_open(const char *path, int flags);
int __wrap_open(const char *path, int flags)
{
    errno = ENOENT;
    return is_missing ? -1 : __real_open(path, flags);
}

static void keep(void)
{
    fflush(stdout);
    for (int fd = 0; fd < STREAMS; fd++)
        kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, STREAMS);
}

static void restore(void)
{
    for (int fd = 0; fd < STREAMS; fd++) {
        dup2(kept[fd], fd);
        close(kept[fd]);
    }
    clearerr(stdout);
}

static void close_some(unsigned set)
{
    for (int fd = 0; fd < STREAMS; fd++)
        if (set & 1u << fd)
            close(fd);
}

/* Using it fails as it did. */
static void what_is_closed_is_occupied(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 1u << STREAMS; set++) {
        int modes[STREAMS];
        int result;
        int next;

        keep();
        close_some(set);
        result = streams_guard(&error);
        next = fcntl(kept[0], F_DUPFD, 0);
        for (int fd = 0; fd < STREAMS; fd++)
            modes[fd] = fcntl(fd, F_GETFL) & O_ACCMODE;
        close(next);
        restore();
        assert_int_equal(result, 0);
        assert_true(next >= STREAMS);
        for (int fd = 0; fd < STREAMS; fd++)
            if (set & 1u << fd)
                assert_int_equal(modes[fd], fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

static void a_machine_without_dev_null_is_told_so(void **state)
{
    (void)state;
    for (int fd = 0; fd < STREAMS; fd++) {
        int result;

        keep();
        close(fd);
        is_missing = true;
        result = streams_guard(&error);
        is_missing = false;
        restore();
        assert_int_equal(result, -HOST_EFAIL);
        assert_string_equal(error.text,
                            "cannot open /dev/null: No such file or directory: run this with it");
    }
}

/* Standard output goes to path until it is finished, or, at last, to another. */
static int print(const char *path, size_t lines, const char *another)
{
    int result;
    int fd;

    keep();
    fd = open(path, O_WRONLY);
    dup2(fd, STDOUT_FILENO);
    for (size_t i = 0; i < lines; i++)
        puts("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde");
    if (another) {
        close(fd);
        fd = open(another, O_WRONLY);
        dup2(fd, STDOUT_FILENO);
    }
    result = streams_finish(&error);
    close(fd);
    fd = open("/dev/null", O_WRONLY); /* for what is left */
    dup2(fd, STDOUT_FILENO);
    fflush(stdout);
    close(fd);
    restore();
    return result;
}

static void what_could_not_be_printed_is_told(void **state)
{
    (void)state;
    assert_int_equal(print("/dev/null", 1, NULL), 0);
    assert_int_equal(print("/dev/full", 1, NULL), -HOST_EFAIL);
    assert_string_equal(error.text, "it is done, but not all could be printed (No space left on "
                                    "device): let standard output go where there is room");
    assert_int_equal(print("/dev/full", 10000, "/dev/null"), -HOST_EFAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_closed_is_occupied),
        cmocka_unit_test(a_machine_without_dev_null_is_told_so),
        cmocka_unit_test(what_could_not_be_printed_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
