/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Clients that come, go, vanish, and do not read: the real server in a process of its own, with a
 * fake Core 3, over real sockets and pipes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "backoff.h"
#include "connection.h"
#include "fake_core3.h"
#include "server.h"

#define PATIENCE_MS 5000

static struct {
    pid_t pid;
    int input; /* of the server's standard descriptors, our ends */
    int output;
    int errors;
    uint16_t port;
} server;

/* --- Kit ----------------------------------------------------------------------------------- */

/* What Core 3 is like in the next server; and how it is served. */
static struct {
    unsigned own_takes_ms;
    bool is_dead;
    bool has_record;
    bool post_mortem;
    const char *notice;
    bool is_locked;    /* by another process, from the start */
    unsigned locks_in; /* when the server has let go of it so many times, first at its start */
    bool is_left;      /* there is no stub for those who do not start one */
    bool no_signals;
    bool no_waiting;
    bool prints; /* whenever the program runs */
    const char *trace;
    uint32_t deadly; /* an address whose reader loses Core 3 */
} wish;

/* tests.mk, WRAPPED */
int __real_signalfd(int fd, const sigset_t *set, int flags);
int __wrap_signalfd(int fd, const sigset_t *set, int flags);
int __wrap_signalfd(int fd, const sigset_t *set, int flags)
{
    errno = EMFILE;
    return wish.no_signals ? -1 : __real_signalfd(fd, set, flags);
}

int __real_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *time,
                 const sigset_t *set);
int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *time,
                 const sigset_t *set);
int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *time, const sigset_t *set)
{
    errno = ENOMEM;
    return wish.no_waiting ? -1 : __real_ppoll(fds, count, time, set);
}

static bool has_no_memory;

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
    return has_no_memory ? NULL : __real_realloc(old, size);
}

/* In the child: ends with the status that main() would give. */
static _Noreturn void run_server(enum on_disconnect on_disconnect, bool stdio)
{
    struct server_config config = {
        .on_disconnect = on_disconnect, .stdio = stdio, .post_mortem = wish.post_mortem};
    struct error error;
    int result;

    listener_parse(&config.listen, ":0", &error);
    if (wish.trace)
        trace_open(&config.trace, wish.trace, &error);
    core3_open(&config.core3, NULL, &error);
    config.core3->own_takes_ms = wish.own_takes_ms;
    config.core3->locked_by_another = wish.is_locked;
    config.core3->locks_in = wish.locks_in;
    config.core3->is_left = wish.is_left;
    config.core3->never_starts = wish.is_dead;
    config.core3->has_record = wish.has_record;
    config.core3->notice = wish.notice;
    config.core3->prints_while_running = wish.prints;
    config.core3->deadly = wish.deadly;
    result = server_run(&config, &error);
    if (result)
        fprintf(stderr, "%s\nheld by %s\n", error.text, config.core3->holder);
    if (core3_is_owned(config.core3)) {
        fprintf(stderr, "Core 3 is still owned\n");
        result = -1;
    }
    core3_close(config.core3);
    _exit(result ? 1 : 0);
}

static void start(enum on_disconnect on_disconnect, bool stdio)
{
    int in[2];
    int out[2];
    int err[2];

    assert_int_equal(pipe(in) | pipe(out) | pipe(err), 0);
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test be killed */
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        for (int fd = 3; fd < 32; fd++)
            close(fd);
        run_server(on_disconnect, stdio);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    server.input = in[1];
    server.output = out[0];
    server.errors = err[0];
}

/* Reads until text has come, and fails with what came instead; *got is all of it. */
static void await_text(int fd, const char *text, char *got, size_t size)
{
    const int64_t deadline = clock_now() + (int64_t)PATIENCE_MS * 1000000;
    size_t len = 0;

    got[0] = 0;
    while (!strstr(got, text)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        ssize_t more = -1;

        if (clock_now() < deadline && poll(&ready, 1, PATIENCE_MS) == 1)
            more = read(fd, got + len, size - 1 - len);
        if (more <= 0)
            fail_msg("waited for \"%s\", got \"%s\"", text, got);
        len += (size_t)more;
        got[len] = 0;
    }
}

static void expect_text(int fd, const char *text)
{
    char got[8192];

    await_text(fd, text, got, sizeof got);
}

/* The other side has closed: nothing follows. */
static void expect_end(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    char byte;

    assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
    assert_true(read(fd, &byte, 1) <= 0);
}

static void start_network(enum on_disconnect on_disconnect)
{
    char got[256];
    unsigned port;

    start(on_disconnect, false);
    await_text(server.output, "\n", got, sizeof got);
    assert_int_equal(sscanf(got, "Listening on port %u\n", &port), 1);
    server.port = (uint16_t)port;
}

static int dial(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons(server.port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static void put(int fd, const char *wire)
{
    assert_int_equal(write(fd, wire, strlen(wire)), strlen(wire));
}

static void ask(int fd, const char *wire, const char *reply)
{
    put(fd, wire);
    expect_text(fd, reply);
}

#define DENIED "+$E.this connection only observes"

/* Connect, and be what one is to be. The log says who came. */
static int dial_debugger(void)
{
    const int fd = dial();

    ask(fd, "$X20000000,0:#70", "+$OK#9a");
    put(fd, "+");
    return fd;
}

static int dial_observer(void)
{
    const int fd = dial();

    ask(fd, "$X20000000,0:#70", DENIED);
    put(fd, "+");
    return fd;
}

static void set_to_reset(int fd)
{
    const struct linger abort_on_close = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_on_close, sizeof abort_on_close);
}

static int64_t cpu_ms(void)
{
    char path[64];
    char line[1024];
    unsigned long user;
    unsigned long system;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)server.pid);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_int_equal(sscanf(strrchr(line, ')') + 2,
                            "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
                     2);
    return (int64_t)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

/* Waits for the end of the server and returns its exit status. */
static int await_exit(void)
{
    const int64_t deadline = clock_now() + (int64_t)PATIENCE_MS * 1000000;
    const struct timespec pause = {.tv_nsec = 1000000};
    int status = 0;

    while (waitpid(server.pid, &status, WNOHANG) == 0) {
        if (clock_now() > deadline)
            fail_msg("the server did not end");
        nanosleep(&pause, NULL);
    }
    server.pid = 0;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int clean_up(void **state)
{
    (void)state;
    if (server.pid > 0) {
        kill(server.pid, SIGKILL);
        waitpid(server.pid, NULL, 0);
    }
    close(server.input);
    close(server.output);
    close(server.errors);
    memset(&server, 0, sizeof server);
    memset(&wish, 0, sizeof wish);
    return 0;
}

/* --- Cases --------------------------------------------------------------------------------- */

static void client_is_served_and_can_come_back(void **state)
{
    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    for (unsigned i = 0; i < 20; i++) {
        const int fd = dial();

        ask(fd, "$?#3f", "+$T05thread:1;");
        ask(fd, "+$qC#b4", "$QC1#c5");
        close(fd); /* at once a next one: VS Code restarts like this */
    }
    kill(server.pid, SIGTERM);
    assert_int_equal(await_exit(), 0);
}

static void further_clients_observe_while_the_first_debugs(void **state)
{
    int debugger;
    int observers[2];
    int impatient;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    expect_text(server.errors, " is the debugger\n");
    ask(debugger, "$vCont;c#a8", "+");
    for (unsigned i = 0; i < 2; i++) {
        observers[i] = dial_observer();
        expect_text(server.errors, " is the debugger\n"); /* "client A observes, client B is ..." */
    }
    impatient = dial();
    ask(impatient, "$qC#b4$qAttached#8f", "+$QC1#c5+$1#31");
    close(impatient);
    for (unsigned i = 0; i < 20; i++)
        ask(observers[i % 2], "+$m20000000,4#4f", "+$00000000#80");
    ask(observers[0], "+$vCont;c#a8", "$E01#a6");
    close(observers[0]);
    ask(observers[1], "+$m20000000,4#4f", "+$00000000#80");
    ask(debugger, "\x03", "$T02thread:1;");
    close(observers[1]);
    close(debugger);
}

/* Its name is in the log and in the answer to whatever it says first. */
static void one_too_many_is_told_why(void **state)
{
    int observers[4];
    int debugger;
    int more[2];

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    for (unsigned i = 0; i < 4; i++)
        observers[i] = dial_observer();
    for (unsigned i = 0; i < 2; i++) {
        more[i] = dial();
        expect_text(server.errors,
                    "there are as many observers as there can be, detach one first\n");
    }
    expect_end(more[1]); /* no place is left */
    ask(more[0], "$qC#b4", "+$E.there are as many observers as there can be, detach one first#");
    expect_end(more[0]);
    ask(debugger, "$qC#b4", "$QC1#c5");
    close(observers[2]);
    observers[2] = dial_observer();
    for (unsigned i = 0; i < 4; i++) {
        ask(observers[i], "$m20000000,4#4f", "+$00000000#80");
        close(observers[i]);
    }
    for (unsigned i = 0; i < 2; i++)
        close(more[i]);
    close(debugger);
}

static void end_of_an_observer_is_nothing_to_the_debugger(void **state)
{
    int debugger;

    (void)state;
    start_network(ON_DISCONNECT_HALT); /* which is for debuggers */
    debugger = dial_debugger();
    ask(debugger, "$vCont;c#a8", "+");
    for (unsigned i = 0; i < 12; i++) {
        const int fd = dial_observer();

        if (i % 4 == 0)
            ask(fd, "$D#44", "+$OK#9a");
        if (i % 4 == 1)
            put(fd, "$k#6b");
        if (i % 4 == 2)
            set_to_reset(fd);
        close(fd);
    }
    ask(debugger, "\x03", "$T02thread:1;");
    close(debugger);
}

static void debugger_leaves_and_the_next_client_is_the_debugger(void **state)
{
    static const char *const goodbyes[][2] = {{"$D#44", "+$OK#9a"}, {"$k#6b", "+"}, {"", ""}};
    int observer;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    for (unsigned i = 0; i < 3; i++) {
        const int fd = dial_debugger();

        if (i == 0)
            observer = dial_observer();
        ask(fd, goodbyes[i][0], goodbyes[i][1]);
        if (i < 2)
            expect_end(fd);
        close(fd);
        for (unsigned j = 0; j < 3; j++)
            ask(observer, "$m20000000,4#4f", "+$00000000#80");
        ask(observer, "$X20000000,0:#70", DENIED); /* it is not promoted */
    }
    close(observer);
    close(dial_debugger());
}

/* Somebody else has taken Core 3 in between. */
static void client_that_cannot_attach_is_told_why(void **state)
{
    int second;
    int fd;

    (void)state;
    wish.is_locked = true;
    start(ON_DISCONNECT_KEEP, false);
    expect_text(server.errors, "belongs to somebody else\n");
    assert_int_equal(await_exit(), 1);
    clean_up(state);
    wish.locks_in = 1;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    expect_text(server.errors, "Core 3 belongs to somebody else\n");
    second = dial();
    expect_end(second); /* nobody waits for more than one of them */
    close(second);
    ask(fd, "$qC#b4", "+$E.Core 3 belongs to somebody else#");
    expect_end(fd);
    close(fd);
}

/* Between two debuggers it is free for a moment. */
static void observers_leave_when_core3_is_somebody_elses(void **state)
{
    (void)state;
    for (wish.locks_in = 2; wish.locks_in < 4; wish.locks_in++) {
        const unsigned locks_in = wish.locks_in;
        int debugger;
        int observer;

        start_network(ON_DISCONNECT_KEEP);
        debugger = dial_debugger();
        observer = dial_observer();
        ask(debugger, "$D#44", "+$OK#9a");
        close(debugger);
        if (locks_in == 3) {
            ask(observer, "$m20000000,4#4f", "+$00000000#80");
            debugger = dial();
            ask(debugger, "$qC#b4", "+$E.Core 3 belongs to somebody else#");
            close(debugger);
        }
        expect_end(observer);
        expect_text(server.errors, "has to leave: Core 3 belongs to somebody else\n");
        close(observer);
        clean_up(state);
        wish.locks_in = locks_in;
    }
}

/* The next debugger starts one. */
static void observers_leave_when_the_stub_has_gone_with_the_debugger(void **state)
{
    (void)state;
    wish.is_left = true;
    start_network(ON_DISCONNECT_KEEP);
    for (unsigned i = 0; i < 2; i++) {
        const int debugger = dial_debugger();
        const int observer = dial_observer();

        ask(debugger, "$D#44", "+$OK#9a");
        expect_end(observer);
        expect_text(server.errors, "has to leave: there is no stub on Core 3 any more\n");
        close(observer);
        close(debugger);
    }
    kill(server.pid, SIGTERM);
    assert_int_equal(await_exit(), 0);
}

/* VS Code closes without a word and is back 0.6 s later; here it is at once, and in every state. */
static void whoever_comes_after_an_unclean_end_is_the_debugger(void **state)
{
    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    for (unsigned i = 0; i < 64; i++) {
        const int fd = dial_debugger();

        if (i & 1)
            set_to_reset(fd);
        if (i & 2)
            ask(fd, "$vCont;c#a8", "+");
        if (i & 4) /* what it sent last is not read yet */
            put(fd, "$m20000000,8000#e3$m20000000,8000#e3$qC#b4");
        if (i & 8)
            put(fd, "$m20000000,8000");
        if (i & 16)
            shutdown(fd, SHUT_WR); /* half closed, and still there */
        else
            close(fd);
        close(dial_debugger());
        if (i & 16)
            close(fd);
    }
}

/* It reads nothing and has closed its side: its replies are in the way of noticing it. */
static void whoever_comes_after_one_that_hung_up_with_replies_waiting_is_the_debugger(void **state)
{
    const int64_t begun = clock_now();
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial_debugger();
    ask(fd, "$QStartNoAckMode#b0", "$OK#9a");
    for (unsigned i = 0; i < 200; i++)
        put(fd, "$m20000000,8000#e3");
    shutdown(fd, SHUT_WR);
    close(dial_debugger());
    assert_true(clock_now() - begun < INT64_C(4000000000));
    close(fd);
}

/* So that it finds all that comes meanwhile at the same time. */
static void freeze_server(void)
{
    kill(server.pid, SIGSTOP);
    assert_int_equal(waitpid(server.pid, NULL, WUNTRACED), server.pid);
}

/* What was written is with the server's side, which has acknowledged it; also the end, if that was
 * sent. On a busy machine a write returns before its bytes have arrived (tcp(7), TCP_INFO). */
static void await_delivery(int fd)
{
    const int64_t deadline = clock_now() + (int64_t)PATIENCE_MS * 1000000;
    const struct timespec pause = {.tv_nsec = 100000};
    struct tcp_info info;
    socklen_t len = sizeof info;
    int left = -1;

    do {
        if (clock_now() > deadline)
            fail_msg("%d bytes not delivered, TCP state %u", left, info.tcpi_state);
        nanosleep(&pause, NULL);
        assert_int_equal(ioctl(fd, SIOCOUTQ, &left), 0);
        assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    } while (left > 0 || info.tcpi_state == TCP_FIN_WAIT1);
}

/* Behind more than the server reads at once. */
static void last_packet_of_a_client_that_hangs_up_is_done(void **state)
{
    static char wire[0x10000 + 32];
    int fd;

    (void)state;
    memset(wire, '+', 0x10000);
    strcpy(wire + 0x10000, "$vCont;c#a8$k#6b");
    start_network(ON_DISCONNECT_RUN);
    fd = dial_debugger();
    freeze_server();
    put(fd, wire);
    shutdown(fd, SHUT_WR);
    await_delivery(fd);
    close(fd);
    fd = dial();
    put(fd, "$?#3f");
    kill(server.pid, SIGCONT);
    expect_text(fd, "$T05thread:1;");
    ask(fd, "+$?#3f", "$T05thread:1;"); /* reset; 02 is of one that we have halted */
    close(fd);
}

/* How often a trace has what, before it has mark. */
static unsigned count_before(const char *path, const char *mark, const char *what)
{
    char line[256];
    unsigned found = 0;
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) && !strstr(line, mark))
        found += strstr(line, what) != NULL;
    fclose(file);
    return found;
}

static void observer_that_floods_leaves_others_their_turns(void **state)
{
    char path[] = "/tmp/rsp_server_XXXXXX";
    char flood[6 * 500 + 16] = "";
    int debugger;
    int first;
    int second;

    (void)state;
    close(mkstemp(path));
    wish.trace = path;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    first = dial_observer();
    second = dial_observer();
    for (unsigned i = 0; i < 500; i++)
        strcpy(flood + 6 * i, "$qC#b4");
    strcat(flood, "$qAttached#8f");
    freeze_server();
    put(first, flood);
    put(second, "$qAttached#8f");
    await_delivery(second);
    kill(server.pid, SIGCONT);
    expect_text(second, "+$1#31");
    expect_text(first, "+$1#31"); /* its own turns come by themselves */
    ask(debugger, "$qfThreadInfo#bb", "$m1#9e");
    assert_in_range(count_before(path, ") qAttached", ") qC"), 0, 4);
    assert_int_equal(count_before(path, ") qAttached", "# [observer 127.0.0.1:"), 2);
    unlink(path);
    close(second);
    close(first);
    close(debugger);
}

static void death_that_an_observer_finds_is_told_to_the_debugger(void **state)
{
    int debugger;
    int observers[2];

    (void)state;
    wish.deadly = FAKE_BASE + 0x100;
    wish.has_record = true;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    for (unsigned i = 0; i < 2; i++)
        observers[i] = dial_observer();
    ask(debugger, "$vCont;c#a8", "+");
    ask(observers[0], "$m20000100,4#50", "+$E01#a6");
    for (unsigned i = 0; i < 2; i++)
        expect_end(observers[i]);
    expect_text(debugger, "$T06thread:1;");
    expect_text(server.errors, "has to leave: Core 3 is lost\n");
    for (unsigned i = 0; i < 2; i++)
        close(observers[i]);
    observers[0] = dial_observer(); /* of the post-mortem */
    ask(observers[0], "$m20000100,4#50", "+$00000000#80");
    close(observers[0]);
    ask(debugger, "$m20000100,4#50", "+$00000000#80");
    close(debugger);
}

/* The debugger does not wait, and has asked for nothing. */
static void death_that_an_observer_finds_is_in_the_log_at_once(void **state)
{
    int debugger;
    int observer;

    (void)state;
    wish.deadly = FAKE_BASE + 0x100;
    wish.has_record = true;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    observer = dial_observer();
    ask(observer, "$m20000100,4#50", "+$E01#a6");
    expect_text(server.errors, "Core 3 is lost: Core 3 is lost. This is a post-mortem");
    close(observer);
    ask(debugger, "$?#3f", "+$T06thread:1;");
    close(debugger);
}

static void death_that_the_debugger_finds_ends_observers(void **state)
{
    int debugger;
    int observer;

    (void)state;
    wish.deadly = FAKE_BASE + 0x100;
    wish.has_record = true;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    observer = dial_observer();
    ask(debugger, "$m20000100,4#50", "+$E01#a6");
    expect_end(observer);
    close(observer);
    close(debugger);
}

static void death_without_a_debugger_ends_observers(void **state)
{
    int debugger;
    int observers[2];

    (void)state;
    wish.deadly = FAKE_BASE + 0x100;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    for (unsigned i = 0; i < 2; i++)
        observers[i] = dial_observer();
    ask(debugger, "$D#44", "+$OK#9a");
    ask(observers[0], "$m20000100,4#50", "+$E01#a6");
    for (unsigned i = 0; i < 2; i++) {
        expect_end(observers[i]);
        close(observers[i]);
    }
    close(debugger);
}

/* What they show is of the Core 3 that was lost. */
static void observers_of_a_post_mortem_leave_when_core3_is_in_use_again(void **state)
{
    int debugger;
    int observer;

    (void)state;
    wish.deadly = FAKE_BASE + 0x100;
    wish.has_record = true;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    ask(debugger, "$m20000100,4#50", "+$E01#a6");
    observer = dial_observer();
    ask(debugger, "$D#44", "+$OK#9a");
    ask(observer, "$m20000080,4#57", "+$00000000#80");
    close(debugger);
    debugger = dial();
    expect_end(observer);
    expect_text(server.errors, "has to leave: what it observes is no more");
    close(observer);
    close(debugger);
}

/* And does not take Core 3 over for them before. */
static void sigterm_ends_observers_too(void **state)
{
    int64_t begun;
    int debugger;
    int observer;

    (void)state;
    wish.own_takes_ms = 2000;
    start_network(ON_DISCONNECT_KEEP);
    debugger = dial_debugger();
    observer = dial_observer();
    ask(debugger, "$vCont;c#a8", "+");
    begun = clock_now();
    kill(server.pid, SIGTERM);
    expect_text(debugger, "$W00#b7");
    expect_end(debugger);
    expect_end(observer);
    assert_int_equal(await_exit(), 0);
    assert_true(clock_now() - begun < (int64_t)wish.own_takes_ms * 1000000);
    close(observer);
    close(debugger);
}

static void detach_closes_and_the_next_client_finds_it_running(void **state)
{
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    ask(fd, "$D#44", "+$OK#9a");
    expect_end(fd);
    close(fd);
    fd = dial();
    ask(fd, "$?#3f", "$T05thread:1;");
    ask(fd, "+$?#3f", "$T02thread:1;");
    close(fd);
}

static void ctrl_c_reaches_a_running_program(void **state)
{
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    ask(fd, "$vCont;c#a8", "+");
    ask(fd, "\x03", "$T02thread:1;");
    close(fd);
}

/* Reads little at a time until the text has come, however much is before it. */
static void read_slowly(int fd, const char *text)
{
    const int64_t deadline = clock_now() + (int64_t)4 * PATIENCE_MS * 1000000;
    const size_t len = strlen(text);
    char bytes[128 + 1] = ""; /* the last ones: the text may come in two pieces */

    while (!strstr(bytes, text)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        const size_t kept = strlen(bytes) < len ? strlen(bytes) : len;
        ssize_t more;

        if (clock_now() > deadline || poll(&ready, 1, PATIENCE_MS) != 1)
            fail_msg("waited for \"%s\"", text);
        memmove(bytes, bytes + strlen(bytes) - kept, kept);
        more = read(fd, bytes + kept, 64);
        if (more <= 0)
            fail_msg("the server has gone before \"%s\"", text);
        bytes[kept + (size_t)more] = 0;
    }
}

/* Over a narrow pipe: something always waits for the client, which reads all the time. */
static void ctrl_c_reaches_a_program_that_prints_without_end(void **state)
{
    (void)state;
    wish.prints = true;
    start(ON_DISCONNECT_KEEP, true);
    assert_true(fcntl(server.output, F_SETPIPE_SZ, 4096) >= 4096);
    put(server.input, "$QStartNoAckMode#b0");
    expect_text(server.output, "$OK#9a");
    put(server.input, "$vCont;c#a8");
    read_slowly(server.output, "$O3c61207072696e74"); /* "<a print": nobody's */
    put(server.input, "\x03");
    read_slowly(server.output, "$T02thread:1;");
    put(server.input, "$qC#b4");
    expect_text(server.output, "$QC1#c5");
}

/* An IDE whose server just closes shows a running program for ever. */
static void sigterm_tells_a_waiting_client(void **state)
{
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    ask(fd, "$vCont;c#a8", "+");
    kill(server.pid, SIGTERM);
    expect_text(fd, "$W00#b7");
    expect_end(fd);
    assert_int_equal(await_exit(), 0);
    close(fd);
}

static void sigint_ends_an_idle_server(void **state)
{
    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    kill(server.pid, SIGINT);
    assert_int_equal(await_exit(), 0);
}

/* CPU time of the server in a second. The same work costs more on a PC that others keep busy: the
 * best of a few measurements. */
static void assert_costs_at_most(int64_t ms)
{
    const struct timespec second = {.tv_sec = 1};
    int64_t least = INT64_MAX;

    for (unsigned i = 0; i < 3 && least > ms; i++) {
        const int64_t before = cpu_ms();
        int64_t used;

        nanosleep(&second, NULL); /* the span that is measured */
        used = cpu_ms() - before;
        least = used < least ? used : least;
    }
    assert_in_range(least, 0, ms);
}

static void waiting_costs_next_to_nothing(void **state)
{
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    assert_costs_at_most(10);
    fd = dial();
    ask(fd, "$?#3f", "$T05");
    assert_costs_at_most(10);
    ask(fd, "+$vCont;c#a8", "+");
    assert_costs_at_most(150); /* with the sanitizers */
    close(fd);
}

/* It asks for megabytes and reads nothing: it is stopped by itself, and the server still ends. */
static void client_that_does_not_read_holds_nobody_up(void **state)
{
    static char requests[64 * 1024];
    size_t len = 0;
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    while (len + 32 < sizeof requests)
        len += (size_t)snprintf(requests + len, 32, "$m20000000,8000#e3");
    put(fd, "$QStartNoAckMode#b0");
    for (unsigned i = 0; i < 4; i++)
        (void)!send(fd, requests, len, MSG_DONTWAIT);
    close(dial_observer()); /* so the server is not stuck */
    kill(server.pid, SIGTERM);
    assert_int_equal(await_exit(), 0);
    close(fd);
}

/* Far more replies than may wait for a client: they come when it reads. */
static void slow_reader_gets_everything(void **state)
{
    const size_t replies = 64;
    const size_t reply = 1 + 0x10000 + 3;
    static char bytes[65536];
    size_t got = 0;
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    ask(fd, "$QStartNoAckMode#b0", "$OK#9a");
    for (size_t i = 0; i < replies; i++)
        put(fd, "$m20000000,8000#e3");
    close(dial_observer()); /* the server has read all that, and is stopped */
    while (got < replies * reply) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        ssize_t more;

        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        more = read(fd, bytes, sizeof bytes);
        assert_true(more > 0);
        got += (size_t)more;
    }
    ask(fd, "$qC#b4", "$QC1#c5");
    close(fd);
}

static void output_is_bounded_and_stalls_are_noticed(void **state)
{
    static uint8_t bytes[CONNECTION_OUTPUT_MAX];
    struct connection connection;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    connection_open_socket(&connection, ends[0]);
    connection_send(&connection, bytes, sizeof bytes);
    connection_flush(&connection);
    assert_true(connection_is_pending(&connection));
    connection_check_stall(&connection);
    assert_false(connection.broken);
    connection.progressed -= (int64_t)CONNECTION_STALL_MS * 1000000 + 1;
    connection_check_stall(&connection);
    assert_true(connection.broken);
    connection_close(&connection);
    close(ends[1]);

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    connection_open_socket(&connection, ends[0]);
    connection_send(&connection, bytes, sizeof bytes);
    assert_false(connection.broken);
    connection_send(&connection, bytes, 1);
    assert_true(connection.broken);
    connection_close(&connection);
    close(ends[1]);
}

static void client_that_resets_is_noticed_while_it_waits(void **state)
{
    int fd;

    (void)state;
    start_network(ON_DISCONNECT_HALT);
    fd = dial();
    ask(fd, "$vCont;c#a8", "+");
    set_to_reset(fd);
    close(fd);
    close(dial_debugger());
}

static void output_that_finds_no_memory_ends_the_connection(void **state)
{
    struct connection connection = {.in = -1, .out = -1};

    (void)state;
    has_no_memory = true;
    connection_send(&connection, (const uint8_t *)"+", 1);
    has_no_memory = false;
    assert_true(connection.broken);
    assert_false(connection_is_pending(&connection));
}

static void a_kernel_that_refuses_is_named(void **state)
{
    (void)state;
    wish.no_signals = true;
    start(ON_DISCONNECT_KEEP, false);
    expect_text(server.errors, "cannot watch for signals: Too many open files\n");
    assert_int_equal(await_exit(), 1);
    clean_up(state);
    wish.no_waiting = true;
    start(ON_DISCONNECT_KEEP, false);
    expect_text(server.errors, "cannot wait for clients: Cannot allocate memory\n");
    assert_int_equal(await_exit(), 1);
}

static void busy_port_is_named(void **state)
{
    struct listener_address address;
    struct error error;
    char text[64];
    uint16_t port;
    int first;

    (void)state;
    assert_int_equal(listener_parse(&address, ":0", &error), 0);
    first = listener_open(&address, &port, &error);
    assert_true(first >= 0);
    snprintf(text, sizeof text, "127.0.0.1:%u", port);
    assert_int_equal(listener_parse(&address, text, &error), 0);
    assert_int_equal(listener_open(&address, &port, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, text));
    assert_non_null(strstr(error.text, "--listen 127.0.0.1:PORT"));
    close(first);
}

static void stdio_serves_one_client_and_ends(void **state)
{
    (void)state;
    start(ON_DISCONNECT_KEEP, true);
    put(server.input, "$qC#b4");
    expect_text(server.output, "+$QC1#c5");
    put(server.input, "$D#44");
    expect_text(server.output, "+$OK#9a");
    assert_int_equal(await_exit(), 0);
}

static void stdio_ends_with_its_input(void **state)
{
    char got[64];

    (void)state;
    start(ON_DISCONNECT_KEEP, true);
    put(server.input, "$qC#b4$k#6b");
    await_text(server.output, "$QC1#c5+", got, sizeof got);
    assert_string_equal(got, "+$QC1#c5+"); /* and no ready line */
    assert_int_equal(await_exit(), 0);
    clean_up(NULL);
    start(ON_DISCONNECT_KEEP, true);
    close(server.input);
    server.input = -1;
    assert_int_equal(await_exit(), 0);
}

/* GDB sends its first packet again after 2 s, and then took the second reply for the answer to its
 * next question. */
static void packet_that_was_repeated_during_a_slow_attach_is_answered_once(void **state)
{
    char got[64];
    int fd;

    (void)state;
    wish.own_takes_ms = 1100;
    start_network(ON_DISCONNECT_KEEP);
    fd = dial();
    put(fd, "+$qC#b4$qC#b4$qC#b4");
    await_text(fd, "$QC1#c5", got, sizeof got);
    ask(fd, "+$T1#85", "+$OK#9a");
    assert_string_equal(got, "+$QC1#c5");
    close(fd);
}

static void dead_core_with_a_record_is_served_as_a_post_mortem(void **state)
{
    char got[1024];
    int fd;

    (void)state;
    wish.is_dead = true;
    wish.has_record = true;
    start_network(ON_DISCONNECT_KEEP);
    await_text(server.errors, "registers\n", got, sizeof got);
    assert_string_equal(got, "ampgdb-bridge: Core 3 is dead, says the fake\n"
                             "ampgdb-bridge: serving a post-mortem: GDB can read memory and the "
                             "last registers\n");
    fd = dial();
    ask(fd, "$?#3f", "+$T06thread:1;");
    expect_text(server.errors, "Core 3 is lost: Core 3 is dead, says the fake. This is a post");
    ask(fd, "+$D#44", "+$OK#9a");
    expect_end(fd);
    close(fd);
}

static void dead_core_without_a_record_is_not_served(void **state)
{
    char text[128];

    (void)state;
    wish.is_dead = true;
    start(ON_DISCONNECT_KEEP, false);
    snprintf(text, sizeof text,
             "Core 3 is dead, says the fake\nheld by ampgdb-bridge (pid %d), starting\n",
             (int)server.pid);
    expect_text(server.errors, text);
    assert_int_equal(await_exit(), 1);
}

static void post_mortem_on_request_is_served_beside_a_living_core(void **state)
{
    char got[1024];
    int fd;

    (void)state;
    wish.post_mortem = true;
    wish.has_record = true;
    start_network(ON_DISCONNECT_KEEP);
    await_text(server.errors, "registers\n", got, sizeof got);
    assert_string_equal(got, "ampgdb-bridge: the fake's record\n"
                             "ampgdb-bridge: serving a post-mortem: GDB can read memory and the "
                             "last registers\n");
    fd = dial();
    ask(fd, "$?#3f", "+$T06thread:1;");
    close(fd);
    clean_up(NULL);
    wish.post_mortem = true;
    start(ON_DISCONNECT_KEEP, false);
    expect_text(server.errors, "the fake left no record\n");
    assert_int_equal(await_exit(), 1);
}

static void replaced_stub_is_told_at_the_start(void **state)
{
    (void)state;
    wish.notice = "the stub was replaced";
    start_network(ON_DISCONNECT_KEEP);
    expect_text(server.errors, "ampgdb-bridge: the stub was replaced\n");
}

#define TEST(name) cmocka_unit_test_teardown(name, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(client_is_served_and_can_come_back),
        TEST(further_clients_observe_while_the_first_debugs),
        TEST(one_too_many_is_told_why),
        TEST(end_of_an_observer_is_nothing_to_the_debugger),
        TEST(debugger_leaves_and_the_next_client_is_the_debugger),
        TEST(client_that_cannot_attach_is_told_why),
        TEST(observers_leave_when_core3_is_somebody_elses),
        TEST(observers_leave_when_the_stub_has_gone_with_the_debugger),
        TEST(whoever_comes_after_an_unclean_end_is_the_debugger),
        TEST(whoever_comes_after_one_that_hung_up_with_replies_waiting_is_the_debugger),
        TEST(last_packet_of_a_client_that_hangs_up_is_done),
        TEST(observer_that_floods_leaves_others_their_turns),
        TEST(death_that_an_observer_finds_is_told_to_the_debugger),
        TEST(death_that_an_observer_finds_is_in_the_log_at_once),
        TEST(death_that_the_debugger_finds_ends_observers),
        TEST(death_without_a_debugger_ends_observers),
        TEST(observers_of_a_post_mortem_leave_when_core3_is_in_use_again),
        TEST(sigterm_ends_observers_too),
        TEST(detach_closes_and_the_next_client_finds_it_running),
        TEST(ctrl_c_reaches_a_running_program),
        TEST(ctrl_c_reaches_a_program_that_prints_without_end),
        TEST(sigterm_tells_a_waiting_client),
        TEST(sigint_ends_an_idle_server),
        TEST(waiting_costs_next_to_nothing),
        TEST(client_that_does_not_read_holds_nobody_up),
        TEST(slow_reader_gets_everything),
        cmocka_unit_test(output_is_bounded_and_stalls_are_noticed),
        TEST(client_that_resets_is_noticed_while_it_waits),
        cmocka_unit_test(output_that_finds_no_memory_ends_the_connection),
        TEST(a_kernel_that_refuses_is_named),
        cmocka_unit_test(busy_port_is_named),
        TEST(packet_that_was_repeated_during_a_slow_attach_is_answered_once),
        TEST(dead_core_with_a_record_is_served_as_a_post_mortem),
        TEST(dead_core_without_a_record_is_not_served),
        TEST(post_mortem_on_request_is_served_beside_a_living_core),
        TEST(replaced_stub_is_told_at_the_start),
        TEST(stdio_serves_one_client_and_ends),
        TEST(stdio_ends_with_its_input),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
