/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Core 3 is lost, before a client attaches or under it: how it is noticed, what the client is told,
 * and what it still can read. A session that just ended once left GDB with "Remote connection
 * closed" and nothing to look at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "backoff.h"
#include "rsp_fixture.h"

static unsigned fails_in; /* the fails_in-th calloc() from now on; 0: none. tests.mk, WRAPPED */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails_in > 0 && --fails_in == 0 ? NULL : __real_calloc(count, size);
}

#define VERDICT                                                                                    \
    "Core 3 is lost: Core 3 is lost. This is a post-mortem: only memory and the last registers "   \
    "can be read\n"

#define REGS                                                                                       \
    "00:00000000;01:00000000;02:00000000;03:00000000;04:00000000;05:00000000;06:00000000;"         \
    "07:efbeadde;08:00000000;09:00000000;0a:00000000;0b:00000000;0c:00000000;0d:00000000;"         \
    "0e:00000000;0f:40000020;19:d3010000;"
#define ABORTED "T06thread:1;core:3;" REGS

/* What the stub has published of the program, before it died. */
static void leave_record(void)
{
    client.core3.regs[7] = 0xdeadbeef;
    client.core3.regs[AMPGDB_REG_PC] = FAKE_BASE + 0x40;
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    client.core3.has_stop = false;
    client.core3.regs[7] = 0; /* it ran on */
    client.core3.has_record = true;
}

static int attach_with_record(void **state)
{
    attach(state);
    leave_record();
    return 0;
}

static void die(void)
{
    client.core3.fail_in = 1;
    client.core3.fail_with = -HOST_ELOST;
}

/* The session is a post-mortem, with a client that knows. */
static int attach_and_die(void **state)
{
    attach_with_record(state);
    die();
    client_send(&client, "vCont;c");
    client.len = 0;
    client.core3.log[0] = 0;
    client.core3.requests = 0;
    client.log[0] = 0;
    return 0;
}

static int open_session(struct error *error)
{
    return session_open(&client.session, &client.core3, "me", &client.config, error);
}

/* --- Noticed ------------------------------------------------------------------------------- */

static void waiting_client_is_told_and_stays(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    die();
    session_poll(client.session);
    expect_console(&client, VERDICT);
    expect_packet(&client, ABORTED);
    expect_nothing(&client);
    assert_string_equal(client.log, VERDICT);
    assert_false(session_is_over(client.session));
    assert_false(session_is_waiting(client.session));
    assert_false(client.core3.owned);
    session_poll(client.session);
    expect_nothing(&client);
}

static void any_request_may_find_out(void **state)
{
    static const char *const packets[] = {
        "g",
        "p0",
        "P0=00000000",
        "m20000000,4",
        "m0,4",
        "M20000000,1:00",
        "X20000000,1:a",
        "Z0,20000000,4",
        "z0,20000000,4",
        "?",
        "D",
        "vKill;1",
        "Pf=00000020",
        "qRcmd,68616c74",
        "qRcmd,7265736574",
        "Pf=01000020",
        "k",
        "R00",
        "vRun;",
    };

    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        attach_with_record(state);
        die();
        client_send(&client, packets[i]);
        expect_console(&client, packets[i][0] == 'q' ? "Core 3 is lost\n" : "");
        expect_packet(&client, "E01");
        expect_nothing(&client);
        assert_false(session_is_over(client.session));
        assert_string_equal(client.log, VERDICT);
        check(&client, "p7", "efbeadde");
        client_leave(&client);
        assert_false(client.core3.owned);
    }
}

/* Others are the client's own mistakes. */
static void each_failure_of_the_ring_is_a_loss(void **state)
{
    static const int failures[] = {-HOST_EFAIL, -HOST_ELOST, -AMPGDB_ECORRUPT};

    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        attach_with_record(state);
        client.core3.fail_in = 1;
        client.core3.fail_with = failures[i];
        check(&client, "g", "E01");
        assert_true(session_is_post_mortem(client.session));
        client_leave(&client);
    }
}

/* "monitor resume" has set it going. */
static void program_that_nobody_waits_for_may_be_lost(void **state)
{
    (void)state;
    client_send(&client, "qRcmd,726573756d65");
    client.len = 0;
    die();
    check(&client, "g", "E01");
    assert_string_equal(client.log, VERDICT);
    check(&client, "p7", "efbeadde");
}

/* Its reply is no stop. */
static void detach_of_a_client_that_waits_may_find_out(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    die();
    check(&client, "D", "E01");
    assert_false(session_is_waiting(client.session));
}

/* Text is legal while the client waits, and no reply to "g". */
static void last_words_are_for_a_client_that_waits(void **state)
{
    (void)state;
    fake_print(&client.core3, (uint32_t[AMPGDB_PRINT_WORDS]){0}, AMPGDB_PRINT_WORDS);
    die();
    check(&client, "g", "E01");
}

static void resume_that_finds_out_ends_with_the_death(void **state)
{
    static const char *const packets[] = {"vCont;s", "vCont;c", "c", "s"};

    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        attach_with_record(state);
        die();
        client_send(&client, packets[i]);
        expect_console(&client, VERDICT);
        expect_packet(&client, ABORTED);
        expect_nothing(&client);
        client_leave(&client);
    }
}

static void ctrl_c_may_find_out(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    die();
    client_feed(&client, "\x03", 1);
    expect_console(&client, VERDICT);
    expect_packet(&client, ABORTED);
    expect_nothing(&client);
}

/* Without a word from the client, and while nothing else happens, silence is noticed by asking. */
static void silence_is_noticed_within_3_seconds(void **state)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t before;
    int64_t last;         /* poll */
    int64_t previous = 0; /* one, after which it was not noticed yet */

    (void)state;
    client_send(&client, "vCont;c");
    before = last = clock_now();
    client.core3.state = AMPGDB_STATE_RUNNING;
    client.core3.has_stop = false;
    client.core3.is_silent = true;
    while (session_is_waiting(client.session)) {
        nanosleep(&pause, NULL);
        previous = last;
        last = clock_now();
        session_poll(client.session);
    }
    assert_int_equal(client.core3.pings, 1); /* which the real one answers within 2 more seconds */
    assert_true(last - before >= INT64_C(400000000) && previous - before < INT64_C(1000000000));
    expect_console(&client, VERDICT);
    expect_packet(&client, ABORTED);
}

/* Each costs the program about 30 us. */
static void pings_are_rare(void **state)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    const int64_t before = clock_now();

    (void)state;
    client_send(&client, "vCont;c");
    while (clock_now() - before < INT64_C(1900000000)) {
        session_poll(client.session);
        nanosleep(&pause, NULL);
    }
    assert_in_range(client.core3.pings, 1, 3);
    assert_true(session_is_waiting(client.session));
    fake_stop(&client.core3, AMPGDB_STOP_HALT, 0, 0);
    session_poll(client.session);
    assert_false(session_is_waiting(client.session));
}

/* --- A post-mortem ------------------------------------------------------------------------- */

static void last_registers_and_memory_are_read(void **state)
{
    (void)state;
    memcpy(client.core3.ram + 0x100, "\x01\x23", 2);
    check(&client, "m20000100,2", "0123");
    client.core3.ram[0x100] = 7; /* never from the cache: who knows who writes there */
    check(&client, "m20000100,2", "0723");
    check(&client, "m2001fffe,4", "0000");
    check(&client, "m0,4", "E0e");
    check(&client, "m3f200034,4", "E0e");
    check(&client, "p7", "efbeadde");
    check(&client, "pf", "40000020");
    check(&client, "p19", "d3010000");
    check(&client, "g",
          "00000000000000000000000000000000000000000000000000000000efbeadde"
          "00000000000000000000000000000000000000000000000000000000"
          "40000020d3010000");
    check(&client, "?", ABORTED);
    client_send(&client, "qSupported:swbreak+;hwbreak+");
    client.len = 0;
    check(&client, "?", ABORTED); /* the breakpoint of the last stop was long ago */
    assert_int_equal(client.core3.requests, 0);
}

/* Nobody can be asked; but why Core 3 stopped last is known. */
static void other_registers_are_unavailable(void **state)
{
    (void)state;
    check(&client, "p1a", "xxxxxxxxxxxxxxxx"); /* d0 */
    check(&client, "p3a", "xxxxxxxx");         /* fpscr */
    check(&client, "p42", "xxxxxxxx");         /* sp_svc */
    check(&client, "p60", "xxxxxxxx");         /* sctlr */
    check(&client, "p70", "xxxxxxxxxxxxxxxx"); /* cntpct */
    check(&client, "p78", "03000000");         /* stop_reason */
    check(&client, "p79", "xxxxxxxx");         /* fault_address */
    check(&client, "p7a", "00000000");         /* fault_status */
    check(&client, "P60=00000000", "E01");
    assert_int_equal(client.core3.requests, 0);
}

static void queries_are_answered(void **state)
{
    (void)state;
    check(&client, "qC", "QC1");
    check(&client, "T1", "OK");
    check(&client, "Hg0", "OK");
    check(&client, "vCont?", "vCont;c;C;s;S;r");
    check(&client, "qXfer:threads:read::0,1000",
          "l<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" core=\"3\" name=\"Core 3\">"
          "Core 3 is lost: Core 3 is lost. This is a post-mortem: only memory and the last "
          "registers can be read</thread>\n</threads>\n");
    assert_int_equal(client.core3.requests, 0);
}

static void whatever_changes_something_is_refused(void **state)
{
    static const char *const packets[] = {
        "P0=00000000", "M20000000,1:00", "X20000000,0:", "X20000000,1:a",
        "G00",         "Z0,20000000,4",  "Z9",           "vRun;",
    };

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        check(&client, packets[i], "E01");
    core3_did(&client, "");
    assert_int_equal(client.core3.requests, 0);
}

static void whatever_resumes_is_refused_with_the_sentence(void **state)
{
    static const char *const packets[] = {"vCont;c", "vCont;s:1", "c", "s", "C05", "S05"};

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        client_send(&client, packets[i]);
        expect_console(&client, VERDICT);
        expect_packet(&client, "E01");
        expect_nothing(&client);
        assert_false(session_is_waiting(client.session));
    }
    assert_int_equal(client.core3.requests, 0);
}

/* GDB clears its breakpoints when it hears of the death, one by one, and complains of each. */
static void clearing_breakpoints_is_silently_done(void **state)
{
    (void)state;
    check(&client, "z0,20000000,4", "OK");
    check(&client, "z0,20000000", "E16");
    assert_int_equal(client.core3.requests, 0);
}

static void monitor(const char *command)
{
    char packet[600] = "qRcmd,";

    for (size_t i = 0; command[i]; i++)
        snprintf(packet + 6 + 2 * i, 3, "%02x", (uint8_t)command[i]);
    client_send(&client, packet);
}

static void monitor_tells_what_is_left(void **state)
{
    static const char *const refused[] = {"halt",       "resume",     "reset", "reset run",
                                          "reset halt", "reset init", "catch", "catch svc"};

    (void)state;
    monitor("status");
    expect_console(&client, VERDICT "last stop: stop 3 <0&0>\n"
                                    "entry: 0x20000000 (ARM)\n"
                                    "program RAM: 0x20000000-0x2fffffff, 0x30100000-0x3b3fffff\n"
                                    "MMU off, D-cache off\n"
                                    "stub: ABI 2, 5 hardware breakpoints, 4 watchpoint "
                                    "registers\n");
    expect_bytes(&client, "$OK#9a");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        monitor(refused[i]);
        expect_console(&client, VERDICT);
        expect_bytes(&client, "$E01#a6");
    }
    monitor("version");
    expect_console(&client, "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&client, "$OK#9a");
    assert_int_equal(client.core3.requests, 0);
}

/* A client that did not wait when Core 3 died hears why at the first chance, once. */
static void sentence_comes_as_soon_as_it_is_legal(void **state)
{
    attach_with_record(state);
    die();
    check(&client, "g", "E01");
    monitor("version");
    expect_console(&client, VERDICT "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&client, "$OK#9a");
    client_leave(&client);
    attach_with_record(state);
    die();
    check(&client, "g", "E01");
    client_send(&client, "vCont;c");
    expect_console(&client, VERDICT);
    expect_bytes(&client, "$E01#a6");
}

static void all_ways_to_leave_work(void **state)
{
    static const struct {
        const char *packet;
        const char *reply; /* NULL: none */
        bool over;
    } rows[] = {
        {"D", "OK", true}, {"D;1", "OK", true},  {"vKill;1", "OK", false},
        {"k", NULL, true}, {"R00", NULL, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        attach_and_die(state);
        client_send(&client, rows[i].packet);
        if (rows[i].reply)
            expect_packet(&client, rows[i].reply);
        expect_nothing(&client);
        assert_int_equal(session_is_over(client.session), rows[i].over);
        client_leave(&client);
        core3_did(&client, "");
        assert_int_equal(client.core3.requests, 0);
    }
}

/* --- At attach ----------------------------------------------------------------------------- */

static void locked_core_turns_the_client_away(void **state)
{
    struct error error;

    (void)state;
    client_init(&client);
    leave_record();
    client.core3.locked_by_another = true;
    assert_int_equal(open_session(&error), -HOST_ELOCKED);
    assert_string_equal(error.text, "Core 3 belongs to somebody else");
}

static void dead_core_without_a_record_turns_the_client_away(void **state)
{
    struct error error;

    (void)state;
    client_init(&client);
    client.core3.never_starts = true;
    assert_int_equal(open_session(&error), -HOST_ELOST);
    assert_string_equal(error.text, "Core 3 is dead, says the fake");
    client.core3.has_record = true;
    client.core3.state = AMPGDB_STATE_REFUSED; /* a stub that never served */
    assert_int_equal(open_session(&error), -HOST_ELOST);
    client.core3.never_starts = false;
    client.core3.has_record = false;
    client.core3.state = AMPGDB_STATE_HALTED;
    die();
    assert_int_equal(open_session(&error), -HOST_ELOST);
    assert_string_equal(error.text, "Core 3 is lost");
    assert_false(core3_is_owned(&client.core3));
    assert_string_equal(client.log, "");
}

static void dead_core_with_a_record_gives_a_post_mortem(void **state)
{
    (void)state;
    client_init(&client);
    leave_record();
    client.core3.never_starts = true;
    client_attach(&client);
    assert_string_equal(client.log, "Core 3 is lost: Core 3 is dead, says the fake. This is a "
                                    "post-mortem: only memory and the last registers can be read"
                                    "\n");
    check(&client, "?", ABORTED);
    check(&client, "m20000000,1", "00");
    client_leave(&client);
    assert_int_equal(client.core3.requests, 0);
}

/* That it had halted before is no harmless reason for a client that comes now. */
static void dead_core_that_was_halted_last_is_dead(void **state)
{
    (void)state;
    client_init(&client);
    leave_record();
    client.core3.last.reason = AMPGDB_STOP_HALT;
    client.core3.never_starts = true;
    client_attach(&client);
    check(&client, "?", ABORTED);
    monitor("status");
    assert_memory_equal(client.bytes + client.len - 6, "$OK#9a", 6);
    client.len = 0;
}

static void program_that_never_halts_gives_a_post_mortem(void **state)
{
    (void)state;
    client_init(&client);
    leave_record();
    client.core3.state = AMPGDB_STATE_RUNNING;
    client.core3.never_halts = true;
    client_attach(&client);
    assert_non_null(strstr(client.log,
                           "Core 3 took the order to halt the program but never reported that it "
                           "stopped: its stub is broken; reboot the Pi"));
    assert_false(core3_is_owned(&client.core3));
    check(&client, "?", ABORTED);
}

static void without_memory_there_is_no_session(void **state)
{
    struct error error;

    (void)state;
    client_init(&client);
    for (unsigned i = 1; i <= 2; i++) {
        fails_in = i;
        assert_int_equal(open_session(&error), -HOST_EFAIL);
        assert_int_equal(fails_in, 0);
        assert_string_equal(error.text, "no memory for another session");
        assert_false(client.core3.owned);
    }
}

/* It is not dead, and what comes after is not asked. */
static void core_that_cannot_be_halted_turns_the_client_away(void **state)
{
    struct error error;

    (void)state;
    client_init(&client);
    client.config.allow = AMPGDB_ALLOW_DMA;
    client.core3.fail_in = 3; /* clear_breaks, catch, halt */
    client.core3.fail_with = -AMPGDB_EFAULT;
    assert_int_equal(open_session(&error), -AMPGDB_EFAULT);
    assert_string_equal(error.text, "Core 3 refuses");
    core3_did(&client, "own;clear_breaks;disown;");
}

static void post_mortem_on_request_does_not_touch_core_3(void **state)
{
    struct error error;

    (void)state;
    client_init(&client);
    client.config.post_mortem = true;
    assert_int_equal(open_session(&error), -HOST_ELOST);
    assert_string_equal(error.text, "the fake left no record");
    leave_record();
    client.core3.log[0] = 0;
    client_attach_with_acks(&client);
    core3_did(&client, "examine;");
    assert_non_null(
        strstr(client.log, "Core 3 is left alone: the fake's record. This is a post-mortem"));
    client_leave(&client);
    core3_did(&client, "");
    assert_int_equal(client.core3.requests, 0);
}

static void replaced_stub_is_told(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.notice = "the stub was replaced";
    client_attach(&client);
    assert_string_equal(client.log, "the stub was replaced\n");
}

#define BARE(name)  cmocka_unit_test_teardown(name, leave)
#define ALIVE(name) cmocka_unit_test_setup_teardown(name, attach_with_record, leave)
#define DEAD(name)  cmocka_unit_test_setup_teardown(name, attach_and_die, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALIVE(waiting_client_is_told_and_stays),
        BARE(any_request_may_find_out),
        BARE(each_failure_of_the_ring_is_a_loss),
        ALIVE(program_that_nobody_waits_for_may_be_lost),
        ALIVE(detach_of_a_client_that_waits_may_find_out),
        ALIVE(last_words_are_for_a_client_that_waits),
        BARE(resume_that_finds_out_ends_with_the_death),
        ALIVE(ctrl_c_may_find_out),
        ALIVE(silence_is_noticed_within_3_seconds),
        ALIVE(pings_are_rare),
        DEAD(last_registers_and_memory_are_read),
        DEAD(other_registers_are_unavailable),
        DEAD(queries_are_answered),
        DEAD(whatever_changes_something_is_refused),
        DEAD(whatever_resumes_is_refused_with_the_sentence),
        DEAD(clearing_breakpoints_is_silently_done),
        DEAD(monitor_tells_what_is_left),
        BARE(sentence_comes_as_soon_as_it_is_legal),
        BARE(all_ways_to_leave_work),
        BARE(locked_core_turns_the_client_away),
        BARE(dead_core_without_a_record_turns_the_client_away),
        BARE(dead_core_with_a_record_gives_a_post_mortem),
        BARE(dead_core_that_was_halted_last_is_dead),
        BARE(program_that_never_halts_gives_a_post_mortem),
        BARE(without_memory_there_is_no_session),
        BARE(core_that_cannot_be_halted_turns_the_client_away),
        BARE(post_mortem_on_request_does_not_touch_core_3),
        BARE(replaced_stub_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
