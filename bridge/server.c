/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See server.h. One thread, one poll(): it sleeps until a descriptor is ready; only while a client
 * waits for a stop does it look at Core 3 by itself, because nothing else announces one.
 */
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "clients.h"

struct server {
    const struct server_config *config;
    int signals;
    int listener; /* -1 with stdio */
    struct clients clients;
};

static void say(const char *sentence)
{
    fprintf(stderr, "ampgdb-bridge: %s\n", sentence);
}

static void accept_client(struct server *server)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    const int fd = accept4(server->listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
    char name[64];

    if (fd < 0)
        return; /* it was gone before we looked */
    listener_describe(&peer, name, sizeof name);
    clients_reap(&server->clients);
    clients_admit(&server->clients, fd, name);
}

/* --- Waiting ------------------------------------------------------------------------------- */

enum { ON_SIGNAL, ON_LISTENER, ON_CLIENTS, FDS = ON_CLIENTS + CLIENT_FDS * CLIENTS_MAX };

/* For how long, in nanoseconds; -1 for ever. */
static int64_t patience(const struct server *server)
{
    int64_t least = -1;

    for (unsigned i = 0; i < CLIENTS_MAX; i++) {
        const int64_t ns = client_patience(&server->clients.each[i]);

        if (ns >= 0 && (least < 0 || ns < least))
            least = ns;
    }
    return least;
}

static int wait_for_work(struct server *server, struct pollfd *fds, struct error *error)
{
    const int64_t ns = patience(server);
    const struct timespec timeout = {.tv_sec = (time_t)(ns / 1000000000),
                                     .tv_nsec = (long)(ns % 1000000000)};

    fds[ON_SIGNAL] = (struct pollfd){.fd = server->signals, .events = POLLIN};
    fds[ON_LISTENER] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        client_prepare(&server->clients.each[i], fds + ON_CLIENTS + CLIENT_FDS * i);
    if (ppoll(fds, FDS, ns < 0 ? NULL : &timeout, NULL) < 0) {
        memset(fds, 0, FDS * sizeof *fds);
        if (errno != EINTR)
            return error_set(error, -HOST_EFAIL, "cannot wait for clients: %s", strerror(errno));
    }
    return 0;
}

static void read_clients(struct server *server, const struct pollfd *fds)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (fds[ON_CLIENTS + CLIENT_FDS * i].revents)
            client_read(&server->clients.each[i]);
}

/* Whoever hangs up leaves before somebody else is accepted. */
static int serve(struct server *server, struct error *error)
{
    struct pollfd fds[FDS];

    do {
        const int result = wait_for_work(server, fds, error);

        if (result)
            return result;
        if (fds[ON_SIGNAL].revents) {
            clients_stop(&server->clients, "ampgdb-bridge was told to end");
            return 0;
        }
        read_clients(server, fds);
        clients_serve(&server->clients);
        if (fds[ON_LISTENER].revents)
            accept_client(server);
    } while (!server->config->stdio || !clients_is_empty(&server->clients));
    return 0;
}

/* --- Start and end ------------------------------------------------------------------------- */

/* Signals that end us come through a descriptor, so that none is lost between a check and a wait.
 * SIGHUP is the end of the terminal, over ssh also of the connection; under nohup it is ignored and
 * stays so. */
static int open_signals(struct error *error)
{
    struct sigaction hangup;
    sigset_t set;
    int fd;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (fd < 0)
        return error_set(error, -HOST_EFAIL, "cannot watch for signals: %s", strerror(errno));
    return fd;
}

static void say_post_mortem(const char *cause)
{
    say(cause);
    say("serving a post-mortem: GDB can read memory and the last registers");
}

/* Without owning Core 3, which might replace the stub that we are to look at. */
static int try_post_mortem(struct server *server, struct error *error)
{
    const int result = session_find_record(server->config->core3, error);

    if (!result)
        say_post_mortem(error->text);
    return result;
}

/* Bring the stub up before anybody can ask for it, and let go of it again. If it cannot be had,
 * what it left can be looked at, and each client that attaches is a new attempt. */
static int try_core3(struct server *server, struct error *error)
{
    char holder[HOLDER_MAX];
    struct error verdict;
    int result;

    clients_holder(holder, "starting", "");
    result = core3_own(server->config->core3, holder, error);
    if (!result) {
        if (core3_notice(server->config->core3))
            say(core3_notice(server->config->core3));
        core3_disown(server->config->core3);
    }
    if (result == -HOST_ELOST && session_find_record(server->config->core3, &verdict) == 0) {
        say_post_mortem(error->text);
        result = 0;
    }
    return result;
}

static int serve_network(struct server *server, struct error *error)
{
    uint16_t port;
    int result;

    server->listener = listener_open(&server->config->listen, &port, error);
    if (server->listener < 0)
        return server->listener;
    result =
        server->config->post_mortem ? try_post_mortem(server, error) : try_core3(server, error);
    if (!result) {
        printf("Listening on port %u\n", port);
        fflush(stdout);
        result = serve(server, error);
    }
    close(server->listener);
    return result;
}

static int serve_stdio(struct server *server, struct error *error)
{
    int result;

    server->listener = -1;
    result = clients_admit_stdio(&server->clients, error);
    return result ? result : serve(server, error);
}

int server_run(const struct server_config *config, struct error *error)
{
    static struct server server; /* too large for a stack in a small image */
    int result;

    memset(&server, 0, sizeof server);
    server.config = config;
    server.clients.config = config;
    server.signals = open_signals(error);
    if (server.signals < 0)
        return server.signals;
    result = config->stdio ? serve_stdio(&server, error) : serve_network(&server, error);
    close(server.signals);
    return result;
}
