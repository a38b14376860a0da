/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/owner.h: one owner at a time, who is named to the others, and a lock file that cannot be
 * had is a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "owner.h"

static char dir[64];
static char path[96];
static struct error error;

/* --- what of libc may fail (tests.mk, WRAPPED) --- */

static int flock_fails_with;
static bool truncation_fails;

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
    if (flock_fails_with == 0)
        return __real_flock(fd, operation);
    errno = flock_fails_with;
    return -1;
}

int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size)
{
    if (!truncation_fails)
        return __real_ftruncate(fd, size);
    errno = EIO;
    return -1;
}

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/owner_test.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/lock", dir);
    strcpy(error.text, "");
    flock_fails_with = 0;
    truncation_fails = false;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static void assert_refused(int code, const char *sentence)
{
    char whole[256];

    snprintf(whole, sizeof whole, sentence, path);
    assert_int_equal(owner_take(path, "me", &error), code);
    assert_string_equal(error.text, whole);
}

static void an_owner_is_named_to_the_next(void **state)
{
    char text[64];
    const mode_t mask = umask(0);
    const int fd = owner_take(path, "the bridge", &error);
    struct stat status;

    (void)state;
    umask(mask);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644); /* who looks need not be root */
    assert_refused(-HOST_ELOCKED, "Core 3 is in use by the bridge: let it finish, or detach its "
                                  "debugger, then try again");
    assert_int_equal(owner_look(path, text, sizeof text), 1);
    assert_string_equal(text, "the bridge");
    owner_drop(fd);
    assert_int_equal(owner_look(path, text, sizeof text), 0);
}

static void an_owner_without_a_name_is_another_process(void **state)
{
    const int fd = owner_take(path, "", &error);

    (void)state;
    assert_true(fd >= 0);
    assert_refused(-HOST_ELOCKED, "Core 3 is in use by another process: let it finish, or detach "
                                  "its debugger, then try again");
    owner_drop(fd);
}

static void a_name_is_shown_on_one_line_and_printable(void **state)
{
    const int fd = owner_take(path, "a\033b\nc", &error);

    (void)state;
    assert_refused(-HOST_ELOCKED, "Core 3 is in use by a?b: let it finish, or detach its debugger, "
                                  "then try again");
    owner_drop(fd);
}

static void a_lock_file_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    assert_int_equal(owner_take("/nowhere/lock", "me", &error), -HOST_EFAIL);
    assert_string_equal(
        error.text,
        "cannot open the lock file /nowhere/lock: No such file or directory: remove what "
        "is there, or let it be written");
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_refused(
        -HOST_EFAIL,
        "cannot open the lock file %s: Too many levels of symbolic links: remove what is "
        "there, or let it be written");
}

static void a_lock_that_cannot_be_taken_is_named(void **state)
{
    (void)state;
    flock_fails_with = ENOLCK;
    assert_refused(-HOST_EFAIL, "cannot lock %s: No locks available");
}

/* Whoever cannot be named does not own: the lock is free again. */
static void an_owner_that_cannot_be_written_down_is_none(void **state)
{
    int fd;

    (void)state;
    truncation_fails = true;
    assert_refused(-HOST_EFAIL, "cannot write to %s: Input/output error");
    truncation_fails = false;
    fd = owner_take(path, "me", &error);
    assert_true(fd >= 0);
    truncation_fails = true;
    owner_drop(fd);
    truncation_fails = false;
    fd = owner_take(path, "me", &error);
    assert_true(fd >= 0);
    owner_drop(fd);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_owner_is_named_to_the_next),
        TEST(an_owner_without_a_name_is_another_process),
        TEST(a_name_is_shown_on_one_line_and_printable),
        TEST(a_lock_file_that_cannot_be_opened_is_named),
        TEST(a_lock_that_cannot_be_taken_is_named),
        TEST(an_owner_that_cannot_be_written_down_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
