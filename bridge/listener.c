/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See listener.h. Addresses are numeric: resolving names would need shared libraries at run time,
 * which a static program in a small image does not have.
 */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_ADDR "127.0.0.1"
#define DEFAULT_PORT 3333
#define BACKLOG      8

static bool parse_port(const char *text, in_port_t *port)
{
    char *end;
    unsigned long value;

    if (*text < '0') /* strtoul() takes a sign and spaces */
        return false;
    value = strtoul(text, &end, 10);
    *port = htons((uint16_t)value);
    return *end == 0 && value <= 65535;
}

/* "addr" and "port" of text, which is "addr", "addr:port", ":port", "[addr]" or "[addr]:port". */
static bool split(char *text, const char **addr, const char **port)
{
    char *colon;

    if (*text == '[') {
        char *close = strchr(text, ']');

        if (!close || (close[1] != 0 && close[1] != ':'))
            return false;
        *close = 0;
        *addr = text + 1;
        *port = close[1] == ':' ? close + 2 : NULL;
        return true;
    }
    colon = strchr(text, ':');
    if (colon)
        *colon = 0;
    *addr = *text ? text : DEFAULT_ADDR;
    *port = colon ? colon + 1 : NULL;
    return true;
}

static bool fill_ipv4(struct listener_address *address, const char *addr, in_port_t port)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&address->socket;

    in->sin_family = AF_INET;
    in->sin_port = port;
    address->len = sizeof *in;
    if (inet_pton(AF_INET, addr, &in->sin_addr) != 1)
        return false;
    address->loopback = ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return true;
}

static bool fill_ipv6(struct listener_address *address, const char *addr, in_port_t port)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address->socket;

    in6->sin6_family = AF_INET6;
    in6->sin6_port = port;
    address->len = sizeof *in6;
    if (inet_pton(AF_INET6, addr, &in6->sin6_addr) != 1)
        return false;
    address->loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
    return true;
}

static bool parse(struct listener_address *address, char *text)
{
    const bool brackets = *text == '[';
    const char *addr;
    const char *port_text;
    in_port_t port = htons(DEFAULT_PORT);

    if (!split(text, &addr, &port_text) || (port_text && !parse_port(port_text, &port)))
        return false;
    if (strcmp(addr, "localhost") == 0)
        addr = DEFAULT_ADDR;
    return brackets ? fill_ipv6(address, addr, port) : fill_ipv4(address, addr, port);
}

int listener_parse(struct listener_address *address, const char *text, struct error *error)
{
    char copy[64];

    memset(address, 0, sizeof *address);
    if (strlen(text) < sizeof copy) {
        strcpy(copy, text);
        if (parse(address, copy))
            return 0;
    }
    return error_set(error, -HOST_EFAIL,
                     "cannot listen on \"%.64s\": write a numeric address and a port up to "
                     "65535, as in --listen 127.0.0.1:3333, :3333 or [::1]:3333",
                     text);
}

void listener_describe(const struct sockaddr_storage *socket, char *text, size_t size)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)socket;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)socket;
    char addr[INET6_ADDRSTRLEN] = "?";

    if (socket->ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &in6->sin6_addr, addr, sizeof addr);
        snprintf(text, size, "[%s]:%u", addr, ntohs(in6->sin6_port));
    } else {
        inet_ntop(AF_INET, &in->sin_addr, addr, sizeof addr);
        snprintf(text, size, "%s:%u", addr, ntohs(in->sin_port));
    }
}

static int explain(const struct listener_address *address, int cause, struct error *error)
{
    char text[64];
    const char *advice = "choose another address with --listen ADDR:PORT";

    listener_describe(&address->socket, text, sizeof text);
    if (cause == EADDRINUSE)
        advice = "another bridge may be running: end it, or choose another port with "
                 "--listen 127.0.0.1:PORT";
    else if (cause == EACCES)
        advice = "ports below 1024 are reserved: choose another with --listen 127.0.0.1:PORT";
    else if (cause == EADDRNOTAVAIL)
        advice = "this machine does not have that address: see \"ip address\"";
    return error_set(error, -HOST_EFAIL, "cannot listen on %s: %s; %s", text, strerror(cause),
                     advice);
}

int listener_open(const struct listener_address *address, uint16_t *port, struct error *error)
{
    const int on = 1;
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    const int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return explain(address, errno, error);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address->socket, address->len) != 0 ||
        listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
        const int cause = errno;

        close(fd);
        return explain(address, cause, error);
    }
    /* The port is at the same place in both families. */
    *port = ntohs(((const struct sockaddr_in *)&bound)->sin_port);
    return fd;
}
