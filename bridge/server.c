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

#include "backoff.h"
#include "connection.h"

#define DRAIN_MS   1000 /* for a client's last bytes */
#define HOLDER_MAX 128
#define INPUT_SIZE 0x10000

/* A client that has no answer for so long may have sent its packet again (GDB: after 2 s). */
#define LATE_NS INT64_C(1000000000)

struct server {
    const struct server_config *config;
    int signals;
    int listener; /* -1 with stdio */

    struct session *session; /* NULL: nobody is attached, and the rest has no meaning */
    struct connection connection;
    char client[64];
    struct backoff backoff; /* since the client waits for a stop */
    bool was_waiting;
    bool blocked;       /* by output that waited for the client, so that nothing was read */
    bool late;          /* nothing was read yet, and the client has had to wait for that */
    size_t input_start; /* bytes from the client that wait for their turn */
    size_t input_end;
    uint8_t input[INPUT_SIZE];

    bool ending;
};

static void say(const char *sentence)
{
    fprintf(stderr, "ampgdb-bridge: %s\n", sentence);
}

static void log_sentence(void *context, const char *sentence)
{
    (void)context;
    say(sentence);
}

static void send_bytes(void *context, const uint8_t *bytes, size_t len)
{
    struct server *server = context;

    connection_send(&server->connection, bytes, len);
}

/* --- Attach and leave ---------------------------------------------------------------------- */

/* The client on server->connection gets its session, or nothing. */
static int attach(struct server *server, struct error *error)
{
    const struct session_config config = {
        .on_disconnect = server->config->on_disconnect,
        .allow = server->config->allow,
        .post_mortem = server->config->post_mortem,
        .trace = server->config->trace,
        .send = send_bytes,
        .log = log_sentence,
        .context = server,
    };
    const int64_t begun = clock_now();
    char holder[HOLDER_MAX];
    int result;

    snprintf(holder, sizeof holder, "ampgdb-bridge (pid %d), client %s", (int)getpid(),
             server->client);
    trace_note(config.trace, TRACE_NOTE, holder);
    result = session_open(&server->session, server->config->core3, holder, &config, error);
    if (result) {
        connection_close(&server->connection);
        return result;
    }
    server->late = clock_now() - begun > LATE_NS;
    server->was_waiting = false;
    server->input_start = 0;
    server->input_end = 0;
    return 0;
}

static void leave(struct server *server)
{
    trace_note(server->config->trace, TRACE_NOTE, "client gone");
    session_close(server->session);
    server->session = NULL;
    connection_drain(&server->connection, DRAIN_MS);
    connection_close(&server->connection);
    if (server->config->stdio)
        server->ending = true;
}

static void accept_client(struct server *server)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    const int fd = accept4(server->listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
    char client[sizeof server->client];
    char sentence[256];
    struct error error;

    if (fd < 0)
        return; /* it was gone before we looked */
    listener_describe(&peer, client, sizeof client);
    if (server->session) {
        snprintf(sentence, sizeof sentence,
                 "refused client %s: client %s is attached, detach it first", client,
                 server->client);
        say(sentence);
        close(fd);
        return;
    }
    memcpy(server->client, client, sizeof client);
    connection_open_socket(&server->connection, fd);
    if (attach(server, &error))
        say(error.text);
}

/* --- One client ---------------------------------------------------------------------------- */

static bool has_input(const struct server *server)
{
    return server->input_start < server->input_end;
}

/* Packet by packet, each only after the reply to the one before is on its way: a client that sends
 * and does not read stops itself. */
static void serve_input(struct server *server)
{
    connection_flush(&server->connection);
    while (has_input(server) && !connection_is_pending(&server->connection) &&
           !server->connection.broken && !session_is_over(server->session)) {
        server->input_start += session_input(server->session, server->input + server->input_start,
                                             server->input_end - server->input_start);
        connection_flush(&server->connection);
    }
}

/* What a program prints without end must not keep us from the client's Ctrl-C: after output has
 * been in the way, reading comes first. */
static void watch_core3(struct server *server)
{
    const bool waiting = session_is_waiting(server->session);

    if (waiting && !server->was_waiting)
        backoff_start(&server->backoff);
    if (waiting && server->blocked)
        session_keep_up(server->session);
    else if (waiting)
        session_poll(server->session);
    server->was_waiting = session_is_waiting(server->session);
    connection_flush(&server->connection);
}

/* To own a Core 3 that does not answer takes seconds. All that came meanwhile is the client's first
 * packet, once or more: its next one waits for our acknowledgement. Two replies would be one too
 * many for the rest of the session. */
static void drop_repeats(struct server *server)
{
    const uint8_t *last = memrchr(server->input, '$', server->input_end);

    if (last)
        server->input_start = (size_t)(last - server->input);
}

static void read_client(struct server *server)
{
    server->input_start = 0;
    server->input_end = connection_read(&server->connection, server->input, sizeof server->input);
    if (server->late)
        drop_repeats(server);
    server->late = false;
}

/* Until there is nothing to do but wait. */
static void serve_client(struct server *server)
{
    serve_input(server);
    watch_core3(server);
    connection_check_stall(&server->connection);
    if (session_is_over(server->session) || server->connection.broken)
        leave(server);
}

/* --- Waiting ------------------------------------------------------------------------------- */

/* For how long, in nanoseconds; -1 for ever. */
static int64_t patience(const struct server *server)
{
    if (!server->session)
        return -1;
    if (session_is_waiting(server->session))
        return backoff_pause(&server->backoff);
    if (connection_is_pending(&server->connection))
        return (int64_t)CONNECTION_STALL_MS * 1000000;
    return -1;
}

enum { ON_SIGNAL, ON_LISTENER, ON_INPUT, ON_OUTPUT, FDS };

/* Descriptors that nobody wants to hear of are -1: poll() would report a hang-up again and again.
 */
static void prepare(const struct server *server, struct pollfd *fds)
{
    const struct connection *connection = &server->connection;
    const bool pending = server->session && connection_is_pending(connection);
    const bool reads = server->session && !pending && !has_input(server);

    fds[ON_SIGNAL] = (struct pollfd){.fd = server->signals, .events = POLLIN};
    fds[ON_LISTENER] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    fds[ON_INPUT] = (struct pollfd){.fd = reads ? connection->in : -1, .events = POLLIN};
    fds[ON_OUTPUT] = (struct pollfd){.fd = pending ? connection->out : -1, .events = POLLOUT};
}

static int wait_for_work(struct server *server, struct pollfd *fds, struct error *error)
{
    const int64_t ns = patience(server);
    const struct timespec timeout = {.tv_sec = (time_t)(ns / 1000000000),
                                     .tv_nsec = (long)(ns % 1000000000)};

    prepare(server, fds);
    server->blocked = fds[ON_OUTPUT].fd >= 0;
    if (ppoll(fds, FDS, ns < 0 ? NULL : &timeout, NULL) < 0) {
        memset(fds, 0, FDS * sizeof *fds);
        if (errno != EINTR)
            return error_set(error, -HOST_EFAIL, "cannot wait for clients: %s", strerror(errno));
    }
    return 0;
}

static void end(struct server *server)
{
    if (server->session) {
        session_stop(server->session, "ampgdb-bridge was told to end");
        leave(server);
    }
    server->ending = true;
}

static int serve(struct server *server, struct error *error)
{
    struct pollfd fds[FDS];

    while (!server->ending) {
        const int result = wait_for_work(server, fds, error);

        if (result)
            return result;
        if (fds[ON_SIGNAL].revents) {
            end(server);
            break;
        }
        if (server->session && fds[ON_INPUT].revents)
            read_client(server);
        if (server->session)
            serve_client(server);
        if (fds[ON_LISTENER].revents)
            accept_client(server);
    }
    return 0;
}

/* --- Start and end ------------------------------------------------------------------------- */

/* Signals that end us come through a descriptor, so that none is lost between a check and a wait.
 */
static int open_signals(struct error *error)
{
    sigset_t set;
    int fd;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
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

    snprintf(holder, sizeof holder, "ampgdb-bridge (pid %d), starting", (int)getpid());
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
    strcpy(server->client, "on stdin");
    connection_open_stdio(&server->connection);
    result = attach(server, error);
    return result ? result : serve(server, error);
}

int server_run(const struct server_config *config, struct error *error)
{
    static struct server server; /* too large for a stack in a small image */
    int result;

    memset(&server, 0, sizeof server);
    server.config = config;
    server.signals = open_signals(error);
    if (server.signals < 0)
        return server.signals;
    result = config->stdio ? serve_stdio(&server, error) : serve_network(&server, error);
    close(server.signals);
    return result;
}
