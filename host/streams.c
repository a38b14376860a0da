/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See streams.h.
 */
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The lowest number that is free is taken, and those below are not free any more. */
int streams_guard(struct error *error)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return error_set(error, -HOST_EFAIL, "cannot open /dev/null: %s: run this with it",
                             strerror(errno));
    return 0;
}

int streams_finish(struct error *error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    return error_set(error, -HOST_EFAIL,
                     "it is done, but not all could be printed (%s): let standard output go where "
                     "there is room",
                     strerror(errno));
}
