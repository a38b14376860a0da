/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A client that looks on while another one debugs. An IDE's live watch is one: it reads memory of a
 * program that runs, twice a second, and must neither halt it nor take from the debugger what is
 * the debugger's: the stop it waits for, and what the program prints meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp_client.h"

#define SENTENCE                                                                                   \
    "this connection only observes: the client that connected first is the debugger, and nothing " \
    "here can change, move or stop the program"

static struct rsp_client debugger;
static struct rsp_client observer; /* its core3 is not used */
static unsigned freed;

static bool has_no_memory; /* tests.mk, WRAPPED */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return has_no_memory ? NULL : __real_calloc(count, size);
}

static void note_freed(void *context)
{
    assert_ptr_equal(context, &debugger);
    assert_false(debugger.core3.owned);
    assert_int_equal(debugger.len, 0); /* the client has not heard of it */
    freed++;
}

static void observe(void)
{
    struct error error;

    client_init(&observer);
    assert_int_equal(session_observe(&observer.session, debugger.session, &observer.config, &error),
                     0);
    client_send(&observer, "QStartNoAckMode");
    expect_bytes(&observer, "+$OK#9a");
}

static int attach(void **state)
{
    (void)state;
    freed = 0;
    client_init(&debugger);
    debugger.config.freed = note_freed;
    client_attach(&debugger);
    observe();
    return 0;
}

static int leave(void **state)
{
    (void)state;
    if (observer.session)
        client_leave(&observer);
    if (debugger.session)
        client_leave(&debugger);
    return 0;
}

/* The debugger's program runs, and the debugger waits. */
static void run(void)
{
    client_send(&debugger, "vCont;c");
    expect_nothing(&debugger);
    core3_did(&debugger, "continue;");
}

static void monitor(const char *command)
{
    char packet[256] = "qRcmd,";

    for (size_t i = 0; command[i]; i++)
        sprintf(packet + strlen(packet), "%02x", (unsigned)command[i]);
    client_send(&observer, packet);
}

/* --- Looking ------------------------------------------------------------------------------- */

static void memory_is_live_while_the_program_runs(void **state)
{
    (void)state;
    check(&observer, "m20000100,4", "00000000");
    run();
    for (unsigned i = 1; i < 4; i++) {
        char expected[16];

        debugger.core3.ram[0x100] = (uint8_t)i;
        snprintf(expected, sizeof expected, "%02x000000", i);
        check(&observer, "m20000100,4", expected);
    }
    assert_int_equal(debugger.core3.state, AMPGDB_STATE_RUNNING);
    core3_did(&debugger, "");
}

static void memory_is_as_the_debugger_has_just_written_it(void **state)
{
    (void)state;
    check(&observer, "m20000100,4", "00000000");
    check(&debugger, "M20000100,4:12345678", "OK");
    check(&observer, "m20000100,4", "12345678");
    check(&observer, "m0,4", "E0e");
}

static void registers_are_of_the_last_stop_while_the_program_runs(void **state)
{
    (void)state;
    debugger.core3.regs[7] = 0xdeadbeef;
    check(&observer, "p7", "efbeadde");
    debugger.core3.regs[AMPGDB_REG_PC] = FAKE_BASE;
    fake_stop(&debugger.core3, AMPGDB_STOP_HALT, 0, 0);
    debugger.core3.regs[7] = 1; /* written since the stop */
    check(&observer, "p7", "01000000");
    check(&observer, "p60", "00000000");
    run();
    check(&observer, "p7", "efbeadde");
    client_send(&observer, "g");
    assert_memory_equal(observer.bytes + 1 + 7 * 8, "efbeadde", 8);
    observer.len = 0;
    check(&observer, "p60", "xxxxxxxx"); /* a system register: not of the stop */
}

/* The stub obeys, answers, and then tells the window that the program runs. */
static void program_that_has_just_been_resumed_is_one_that_runs(void **state)
{
    (void)state;
    debugger.core3.regs[7] = 0xdeadbeef;
    fake_stop(&debugger.core3, AMPGDB_STOP_HALT, 0, 0);
    run();
    debugger.core3.regs[7] = 1;
    debugger.core3.seems_halted = true;
    check(&observer, "p7", "efbeadde");
    check(&observer, "p60", "xxxxxxxx");
    client_send(&observer, "g");
    assert_memory_equal(observer.bytes + 1 + 7 * 8, "efbeadde", 8);
    observer.len = 0;
    client_send(&observer, "?");
    assert_memory_equal(observer.bytes, "$T05thread:1;core:3;00:", 23);
    observer.len = 0;
    assert_int_equal(debugger.core3.state, AMPGDB_STATE_RUNNING);
    core3_did(&debugger, "");
}

static void question_halts_nothing(void **state)
{
    (void)state;
    run();
    client_send(&observer, "?");
    assert_memory_equal(observer.bytes, "$T05thread:1;core:3;00:", 23);
    observer.len = 0;
    assert_int_equal(debugger.core3.state, AMPGDB_STATE_RUNNING);
    core3_did(&debugger, "");
}

/* GDB would take it for an event of its own, and a breakpoint that it knows nothing of. */
static void question_tells_no_reason(void **state)
{
    (void)state;
    check(&observer, "qSupported:swbreak+;hwbreak+",
          "PacketSize=10000;QStartNoAckMode+;"
          "qXfer:features:read+;qXfer:threads:read+;"
          "swbreak+;hwbreak+;vContSupported+;"
          "ConditionalBreakpoints+;BreakpointCommands+");
    run();
    debugger.core3.regs[0] = 0x77;
    fake_stop(&debugger.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    client_send(&observer, "?");
    assert_memory_equal(observer.bytes, "$T05thread:1;core:3;00:77000000;", 32);
    observer.len = 0;
    fake_stop(&debugger.core3, AMPGDB_STOP_DATA, 0x1000, 5);
    client_send(&observer, "?");
    assert_memory_equal(observer.bytes, "$T05thread:1;core:3;00:77000000;", 32);
    observer.len = 0;
}

static void threads_xml_follows_the_program(void **state)
{
    (void)state;
    run();
    client_send(&observer, "qXfer:threads:read::0,1000");
    assert_non_null(memmem(observer.bytes, observer.len, ">running<", 9));
    observer.len = 0;
    fake_stop(&debugger.core3, AMPGDB_STOP_HALT, 0, 0);
    client_send(&observer, "qXfer:threads:read::0,1000");
    assert_null(memmem(observer.bytes, observer.len, ">running<", 9));
    observer.len = 0;
}

static void monitor_status_follows_the_program(void **state)
{
    (void)state;
    run();
    monitor("status");
    assert_non_null(memmem(observer.bytes, observer.len, "72756e6e696e67", 14)); /* "running" */
    assert_null(memmem(observer.bytes, observer.len, "636175676874", 12));       /* "caught" */
    assert_memory_equal(observer.bytes + observer.len - 6, "$OK#9a", 6);
    observer.len = 0;
    monitor("version");
    expect_console(&observer, "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&observer, "$OK#9a");
    monitor("help");
    assert_memory_equal(observer.bytes + observer.len - 6, "$OK#9a", 6);
    observer.len = 0;
}

/* The scripts of IDEs say them, whoever attaches. */
static void words_about_a_probe_are_no_error(void **state)
{
    static const char *const commands[] = {"init",   "adapter speed 1000", "adapter_khz 1000",
                                           "poll",   "reset_config none",  "sleep 200",
                                           "targets"};

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        monitor(commands[i]);
        expect_console(&observer, "Nothing to do: there is no probe that must be set up.\n");
        expect_bytes(&observer, "$OK#9a");
    }
    monitor("arm semihosting enable");
    expect_console(&observer, "There is no semihosting: nobody answers a program that calls it.\n");
    expect_bytes(&observer, "$OK#9a");
}

static void queries_are_answered(void **state)
{
    (void)state;
    check(&observer, "qAttached", "1");
    check(&observer, "qfThreadInfo", "m1");
    check(&observer, "qsThreadInfo", "l");
    check(&observer, "qXfer:features:read:target.xml:0,5", "m<?xml");
}

/* --- What is the debugger's ---------------------------------------------------------------- */

static void look_at_everything(void)
{
    static const char *const packets[] = {
        "m20000000,4", "g", "p60", "?", "qXfer:threads:read::0,9", "qRcmd,737461747573"};

    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        client_send(&observer, packets[i]);
    session_poll(observer.session);
    session_keep_up(observer.session);
    observer.len = 0;
}

static void stop_is_left_to_the_debugger(void **state)
{
    (void)state;
    run();
    fake_stop(&debugger.core3, AMPGDB_STOP_DATA, 0x1000, 5);
    debugger.core3.state = AMPGDB_STATE_RUNNING; /* the state word comes behind the message */
    look_at_everything();
    expect_nothing(&debugger);
    debugger.core3.state = AMPGDB_STATE_HALTED;
    look_at_everything();
    session_poll(debugger.session);
    assert_non_null(memmem(debugger.bytes, debugger.len, "$T0bthread:1;", 13));
    debugger.len = 0;
}

static void prints_are_left_to_the_debugger(void **state)
{
    (void)state;
    run();
    fake_print(&debugger.core3, (uint32_t[AMPGDB_PRINT_WORDS]){0}, AMPGDB_PRINT_WORDS);
    look_at_everything();
    assert_int_equal(debugger.core3.prints, 1);
}

static void all_that_acts_is_refused(void **state)
{
    static const char *const packets[] = {
        "X20000000,0:",  "M20000000,1:00", "P0=00000000",   "Pf=00000020",
        "G00",           "Z0,20000000,4",  "Z1,20000000,4", "Z2,20000000,4",
        "z0,20000000,4", "vRun;",          "vKill;1",
    };
    unsigned before;

    (void)state;
    for (unsigned running = 0; running < 2; running++) {
        before = debugger.core3.requests;
        for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
            check(&observer, packets[i], "E." SENTENCE);
        client_send(&observer, "R00");
        client_feed(&observer, "\x03", 1);
        expect_nothing(&observer);
        assert_int_equal(debugger.core3.requests, before);
        core3_did(&debugger, "");
        if (!running)
            run();
    }
    assert_int_equal(debugger.core3.state, AMPGDB_STATE_RUNNING);
}

#define DENIED                                                                                     \
    "an observer cannot change anything: another client debugs, or did when this one came; end "   \
    "that session, then begin this one anew\n"

/* Of a "load" GDB tells no more than that it failed. */
static void refusal_is_explained_once_and_as_soon_as_text_is_legal(void **state)
{
    (void)state;
    check(&observer, "X20000000,0:", "E." SENTENCE);
    check(&observer, "X20000000,0:", "E." SENTENCE);
    assert_string_equal(observer.log, DENIED);
    monitor("version");
    expect_console(&observer, DENIED "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&observer, "$OK#9a");
    check(&observer, "X20000000,0:", "E." SENTENCE);
    client_send(&observer, "vCont;c"); /* whose own refusal says the same */
    expect_console(&observer, SENTENCE "\n");
    expect_bytes(&observer, "$E01#a6");
    monitor("version");
    expect_console(&observer, "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&observer, "$OK#9a");
}

static void resuming_is_refused_aloud(void **state)
{
    static const char *const packets[] = {"vCont;c", "vCont;s:1", "c", "s", "C05", "S05"};

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        client_send(&observer, packets[i]);
        expect_console(&observer, SENTENCE "\n");
        expect_bytes(&observer, "$E01#a6");
        assert_false(session_is_waiting(observer.session));
    }
    check(&observer, "vCont?", "vCont;c;C;s;S;r");
    core3_did(&debugger, "");
}

static void monitor_that_acts_is_refused_aloud(void **state)
{
    static const char *const commands[] = {"halt",      "resume",     "reset",
                                           "reset run", "reset halt", "reset init",
                                           "catch svc", "catch",      "gdb_sync"};

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        monitor(commands[i]);
        expect_console(&observer, SENTENCE "\n");
        expect_bytes(&observer, "$E01#a6");
    }
    core3_did(&debugger, "");
}

/* --- Leaving ------------------------------------------------------------------------------- */

static void leaving_changes_nothing(void **state)
{
    (void)state;
    run();
    check(&observer, "D;1", "OK");
    assert_true(session_is_over(observer.session));
    client_leave(&observer);
    observe();
    client_send(&observer, "k");
    expect_nothing(&observer);
    assert_true(session_is_over(observer.session));
    client_leave(&observer);
    observe();
    check(&observer, "!", "OK");
    client_send(&observer, "k");
    assert_false(session_is_over(observer.session));
    client_leave(&observer); /* without a word */
    core3_did(&debugger, "");
    assert_true(debugger.core3.owned);
    assert_int_equal(debugger.core3.state, AMPGDB_STATE_RUNNING);
    assert_int_equal(freed, 0);
}

static void stop_of_the_bridge_ends_an_observer_silently(void **state)
{
    (void)state;
    session_stop(observer.session, "the end");
    expect_nothing(&observer);
    assert_true(session_is_over(observer.session));
}

static void core_is_free_for_observers_before_the_debugger_hears_it(void **state)
{
    (void)state;
    check(&debugger, "D", "OK");
    assert_int_equal(freed, 1);
    client_leave(&debugger);
    assert_int_equal(freed, 1);
    leave(state);
    attach(state);
    client_leave(&debugger); /* without a word */
    assert_int_equal(freed, 1);
}

/* Whoever took Core 3 over keeps it. */
static void end_of_a_detached_session_takes_nothing_from_others(void **state)
{
    (void)state;
    check(&debugger, "D", "OK");
    debugger.core3.owned = true;
    client_leave(&debugger);
    assert_true(debugger.core3.owned);
    check(&observer, "m20000000,4", "00000000");
}

/* --- When Core 3 dies ---------------------------------------------------------------------- */

#define VERDICT                                                                                    \
    "Core 3 is lost: Core 3 is lost. This is a post-mortem: only memory and the last registers "   \
    "can be read\n"

static void lose(void)
{
    debugger.core3.deadly = FAKE_BASE + 0x40;
    assert_int_equal(session_loss(observer.session), 0);
    check(&observer, "m20000040,4", "E01");
    assert_int_equal(session_loss(observer.session), -HOST_ELOST);
    assert_false(session_is_post_mortem(debugger.session));
    session_note_loss(debugger.session, session_loss(observer.session));
    assert_true(session_is_post_mortem(debugger.session));
    assert_false(debugger.core3.owned);
}

static void loss_is_told_to_a_debugger_that_waits(void **state)
{
    (void)state;
    run();
    lose();
    expect_console(&debugger, VERDICT);
    assert_memory_equal(debugger.bytes, "$T06", 4);
    assert_false(session_is_waiting(debugger.session));
    debugger.len = 0;
}

static void loss_is_told_to_a_halted_debugger_when_it_may_be(void **state)
{
    (void)state;
    lose();
    expect_nothing(&debugger); /* nothing is legal now */
    assert_string_equal(debugger.log, VERDICT);
    client_send(&debugger, "qRcmd,76657273696f6e");
    expect_console(&debugger, VERDICT "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&debugger, "$OK#9a");
}

static void observer_of_a_post_mortem_sees_what_is_left(void **state)
{
    (void)state;
    debugger.core3.last.regs[7] = 0xdeadbeef;
    lose();
    client_leave(&observer);
    debugger.core3.requests = 0;
    debugger.core3.ram[0] = 0x5a;
    debugger.core3.state = AMPGDB_STATE_RUNNING; /* as it was when it died */
    debugger.core3.last.regs[7] = 1;             /* not of the stop that the debugger sees */
    observe();
    assert_true(session_is_post_mortem(observer.session));
    check(&observer, "m20000000,2", "5a00");
    check(&observer, "p7", "efbeadde");
    client_send(&observer, "g");
    assert_int_equal(observer.len, 1 + 17 * 8 + 3);
    observer.len = 0;
    check(&observer, "P0=00000000", "E." SENTENCE);
    monitor("status");
    assert_memory_equal(observer.bytes, "$O436f72652033206973206c6f7374", 30); /* Core 3 is lost */
    observer.len = 0;
    assert_int_equal(debugger.core3.requests, 0);
}

/* --- Refused ------------------------------------------------------------------------------- */

static void whoever_is_refused_is_told_in_answer(void **state)
{
    struct error error;

    (void)state;
    client_leave(&observer);
    assert_int_equal(session_refuse(&observer.session, "no room", &observer.config, &error), 0);
    expect_nothing(&observer);
    client_feed(&observer, "+", 1);
    assert_false(session_is_over(observer.session));
    client_send(&observer, "qSupported:x+");
    expect_bytes(&observer, "+$E.no room#2d");
    assert_true(session_is_over(observer.session));
    client_send(&observer, "m20000000,4");
    expect_nothing(&observer);
    client_leave(&observer);
    core3_did(&debugger, "");
}

static void no_memory_is_an_error(void **state)
{
    struct error error;
    int result;

    (void)state;
    client_leave(&observer);
    has_no_memory = true;
    result = session_observe(&observer.session, debugger.session, &observer.config, &error);
    has_no_memory = false;
    assert_int_equal(result, -HOST_EFAIL);
    assert_string_equal(error.text, "no memory for another session");
    has_no_memory = true;
    result = session_refuse(&observer.session, "no", &observer.config, &error);
    has_no_memory = false;
    assert_int_equal(result, -HOST_EFAIL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, attach, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_is_live_while_the_program_runs),
        TEST(memory_is_as_the_debugger_has_just_written_it),
        TEST(registers_are_of_the_last_stop_while_the_program_runs),
        TEST(program_that_has_just_been_resumed_is_one_that_runs),
        TEST(question_halts_nothing),
        TEST(question_tells_no_reason),
        TEST(threads_xml_follows_the_program),
        TEST(monitor_status_follows_the_program),
        TEST(words_about_a_probe_are_no_error),
        TEST(queries_are_answered),
        TEST(stop_is_left_to_the_debugger),
        TEST(prints_are_left_to_the_debugger),
        TEST(all_that_acts_is_refused),
        TEST(refusal_is_explained_once_and_as_soon_as_text_is_legal),
        TEST(resuming_is_refused_aloud),
        TEST(monitor_that_acts_is_refused_aloud),
        TEST(leaving_changes_nothing),
        TEST(stop_of_the_bridge_ends_an_observer_silently),
        TEST(core_is_free_for_observers_before_the_debugger_hears_it),
        TEST(end_of_a_detached_session_takes_nothing_from_others),
        TEST(loss_is_told_to_a_debugger_that_waits),
        TEST(loss_is_told_to_a_halted_debugger_when_it_may_be),
        TEST(observer_of_a_post_mortem_sees_what_is_left),
        TEST(whoever_is_refused_is_told_in_answer),
        TEST(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
