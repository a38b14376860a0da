/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See owner.h.
 */
#include "owner.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file's text is somebody else's: only what can be printed, on one line. */
static void read_holder(int fd, char *text, size_t size)
{
    const ssize_t len = pread(fd, text, size - 1, 0);

    text[len > 0 ? len : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    for (char *c = text; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
    if (text[0] == '\0')
        strcpy(text, "another process");
}

static int refuse(int fd, const char *lock_path, struct error *error)
{
    char holder[160];

    if (errno != EWOULDBLOCK)
        return error_set(error, -HOST_EFAIL, "cannot lock %s: %s", lock_path, strerror(errno));
    read_holder(fd, holder, sizeof holder);
    return error_set(
        error, -HOST_ELOCKED,
        "Core 3 is in use by %s: let it finish, or detach its debugger, then try again", holder);
}

static int write_holder(int fd, const char *lock_path, const char *holder, struct error *error)
{
    const size_t len = strlen(holder);

    if (ftruncate(fd, 0) < 0 || pwrite(fd, holder, len, 0) != (ssize_t)len)
        return error_set(error, -HOST_EFAIL, "cannot write to %s: %s", lock_path, strerror(errno));
    return 0;
}

int owner_take(const char *lock_path, const char *holder, struct error *error)
{
    const int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    int result;

    if (fd < 0)
        return error_set(
            error, -HOST_EFAIL,
            "cannot open the lock file %s: %s: remove what is there, or let it be written",
            lock_path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        result = refuse(fd, lock_path, error);
    else
        result = write_holder(fd, lock_path, holder, error);
    if (result < 0) {
        close(fd);
        return result;
    }
    return fd;
}

void owner_drop(int fd)
{
    /* A failure changes nothing: the text only counts while the lock is held. */
    if (ftruncate(fd, 0) < 0)
        errno = 0;
    close(fd);
}

/* An owner in good health leaves no text behind; only what a killed one left must be told from an
 * owner's by the lock, which is then taken for a moment. */
int owner_look(const char *lock_path, char *text, size_t size)
{
    const int fd = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat stat;
    int result = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &stat) == 0 && stat.st_size > 0 && flock(fd, LOCK_SH | LOCK_NB) < 0) {
        read_holder(fd, text, size);
        result = 1;
    }
    close(fd);
    return result;
}
