/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See qtest.h.
 */
#include "qtest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_S 2
#define LINES_MAX 64 /* before the reply: QEMU may report interrupts in between */

static int no_machine(const char *path, struct error *error)
{
    return error_set(error, -HOST_EFAIL,
                     "there is no virtual Pi behind %s (%s): start one with make sim", path,
                     strerror(errno));
}

static int connect_to(const char *path, struct error *error)
{
    const struct timeval timeout = {.tv_sec = TIMEOUT_S};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof address.sun_path)
        return error_set(error, -HOST_EFAIL,
                         "the socket's name %s is too long for Linux (107 bytes): put the virtual "
                         "Pi in a directory with a shorter name",
                         path);
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return no_machine(path, error);
    /* The send timeout also bounds connect() while QEMU serves somebody else (unix(7)). */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        no_machine(path, error);
        close(fd);
        return -HOST_EFAIL;
    }
    return fd;
}

static int send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        bytes += sent;
        len -= (size_t)sent;
    }
    return 0;
}

/* One line without its newline, cut at the buffer's size; 0, or -1 with errno (0: end of file). */
static int read_line(FILE *stream, char *line, size_t size)
{
    size_t len = 0;
    int c;

    errno = 0;
    while ((c = getc(stream)) != EOF && c != '\n')
        if (len + 1 < size)
            line[len++] = (char)c;
    line[len] = '\0';
    return c == EOF ? -1 : 0;
}

static int read_reply(FILE *stream, const char *path, char reply[QTEST_REPLY_MAX],
                      struct error *error)
{
    char line[QTEST_REPLY_MAX];

    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (read_line(stream, line, sizeof line) < 0)
            return error_set(error, -HOST_EFAIL,
                             "the virtual Pi behind %s does not answer (%s): start it again with "
                             "make sim",
                             path, errno ? strerror(errno) : "connection closed");
        if (strncmp(line, "OK", 2) == 0) {
            strcpy(reply, line[2] == ' ' ? line + 3 : line + 2);
            return 0;
        }
        if (strncmp(line, "FAIL", 4) == 0)
            break;
    }
    return error_set(
        error, -HOST_EFAIL,
        "QEMU behind %s refused a command ('%s'): is it the virtual Pi of this version?", path,
        line);
}

int qtest_command(const char *socket_path, const char *line, size_t len,
                  char reply[QTEST_REPLY_MAX], struct error *error)
{
    const int fd = connect_to(socket_path, error);
    FILE *stream;
    int result;

    if (fd < 0)
        return fd;
    stream = fdopen(fd, "r");
    if (!stream || send_all(fd, line, len) < 0)
        result = no_machine(socket_path, error);
    else
        result = read_reply(stream, socket_path, reply, error);
    if (stream)
        fclose(stream);
    else
        close(fd);
    return result;
}
