/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Watchpoints, conditions and dprintfs as GDB 13 sends them: what Core 3 is told, what the client
 * reads, and when it reads what Core 3 has printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rsp.h"
#include "rsp_fixture.h"

/* --- Watchpoints --------------------------------------------------------------------------- */

static void watchpoints_of_any_length_are_set_and_cleared(void **state)
{
    (void)state;
    check(&client, "Z2,20000100,4", "OK");
    check(&client, "Z3,20000101,1", "OK");
    check(&client, "Z4,20000200,100", "OK");
    check(&client, "Z2,0,ffffffff", "OK");
    check(&client, "Z2,fffffffc,4", "OK");
    core3_did(&client, "set_break 2,20000100,4;set_break 3,20000101,1;set_break 4,20000200,256;"
                       "set_break 2,0,4294967295;set_break 2,fffffffc,4;");
    check(&client, "z4,20000200,100", "OK");
    check(&client, "z4,20000200,100", "OK");
    core3_did(&client, "clear_break 4,20000200,256;");
}

static void what_is_watched_is_known(void **state)
{
    char packet[32];

    (void)state;
    check(&client, "Z2,20000100,4", "OK");
    check(&client, "Z2,20000100,4", "OK");
    check(&client, "Z4,20000102,10", "OK");
    check(&client, "Z1,20000100,4", "OK");
    assert_int_equal(rsp_watch_types(client.session, 0x200000ff), 0);
    assert_int_equal(rsp_watch_types(client.session, 0x20000100), 1 << 2);
    assert_int_equal(rsp_watch_types(client.session, 0x20000103), 1 << 2 | 1 << 4);
    assert_int_equal(rsp_watch_types(client.session, 0x20000104), 1 << 4);
    assert_int_equal(rsp_watch_types(client.session, 0x20000112), 0);
    check(&client, "z2,20000100,4", "OK");
    assert_int_equal(rsp_watch_types(client.session, 0x20000103), 1 << 4);
    for (unsigned i = 0; i < 2 * RSP_WATCHES_MAX; i++) {
        snprintf(packet, sizeof packet, "Z3,%x,1", i);
        check(&client, packet, "OK");
        assert_int_equal(rsp_watch_types(client.session, i), 1 << 3);
        packet[0] = 'z';
        check(&client, packet, "OK");
    }
}

static void no_watchpoint_left_says_so_and_all_else_works(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FAKE_BREAKS; i++)
        check(&client, (const char[]){'Z', '2', ',', '1' + (char)i, '0', ',', '4', 0}, "OK");
    check(&client, "Z2,1000,4", "E1c");
    assert_int_equal(rsp_watch_types(client.session, 0x1000), 0);
    check(&client, "z2,10,4", "OK");
    check(&client, "Z2,1000,4", "OK");
}

/* --- Conditions and commands --------------------------------------------------------------- */

#define TRUE_CODE "X3,220127"
#define TRUE_BYTES                                                                                 \
    "03000000"                                                                                     \
    "22012700"

static void conditions_go_to_core3(void **state)
{
    (void)state;
    check(&client, "Z0,20000100,4;" TRUE_CODE, "OK");
    core3_did(&client, "set_break 0,20000100,4 1+0:" TRUE_BYTES ";");
    check(&client, "Z1,20000100,3;" TRUE_CODE "X1,27", "OK");
    core3_did(&client, "set_break 1,20000100,3 2+0:" TRUE_BYTES "0100000027000000;");
    check(&client, "Z1,20000104,2;" TRUE_CODE ";X4,26001927", "OK"); /* as the manual has it */
    core3_did(&client, "set_break 1,20000104,2 2+0:" TRUE_BYTES "0400000026001027;");
}

static void a_new_condition_replaces_the_old(void **state)
{
    (void)state;
    check(&client, "Z0,20000100,4;" TRUE_CODE, "OK");
    check(&client, "Z0,20000100,4;X1,27", "OK");
    core3_did(&client, "set_break 0,20000100,4 1+0:" TRUE_BYTES ";"
                       "set_break 0,20000100,4 1+0:0100000027000000;");
}

/* 22 07 22 00 22 00 34 01 0005 "%d\n" 00 27, the escape as the user typed it */
#define PRINT_CODE                                                                                 \
    "22072200220034010005"                                                                         \
    "25645c6e00"                                                                                   \
    "27"
#define PRINT_BYTES                                                                                \
    "0d000000"                                                                                     \
    "220722002200"                                                                                 \
    "340000010000"                                                                                 \
    "27000000"

static void commands_go_to_core3_without_their_format(void **state)
{
    (void)state;
    check(&client, "Z0,20000100,4;cmds:0,X10," PRINT_CODE, "OK");
    core3_did(&client, "set_break 0,20000100,4 0+1:" PRINT_BYTES ";");
    check(&client, "Z1,20000104,4;" TRUE_CODE ";cmds:1,X10," PRINT_CODE TRUE_CODE, "OK");
    core3_did(&client, "set_break 1,20000104,4 1+2:" TRUE_BYTES PRINT_BYTES TRUE_BYTES ";");
}

#define REMEDY                                                                                     \
    "; GDB itself can evaluate it, after \"set breakpoint condition-evaluation host\" or \"set "   \
    "dprintf-style gdb\"\n"

static void refuse(const char *packet, const char *sentence)
{
    char text[512];

    snprintf(text, sizeof text, "no breakpoint at 0x20000100: %s" REMEDY, sentence);
    check(&client, packet, "E01");
    core3_did(&client, "");
    assert_string_equal(client.log, text);
    client.log[0] = 0;
}

static void code_that_cannot_be_evaluated_is_refused_with_a_sentence(void **state)
{
    (void)state;
    refuse("Z0,20000100,4;X1,0e",
           "an agent expression takes more from its stack than is there, at byte 0");
    refuse("Z0,20000100,4;X1,0e" TRUE_CODE,
           "an agent expression takes more from its stack than is there, at byte 0");
    refuse("Z0,20000100,4;" TRUE_CODE "X4,26001a27",
           "$d0 cannot be used in a condition or a dprintf: only registers of Core 3 that are one "
           "word wide can");
    client_send(&client, "s");
    expect_console(&client,
                   "no breakpoint at 0x20000100: an agent expression takes more from its stack "
                   "than is there, at byte 0" REMEDY
                   "no breakpoint at 0x20000100: $d0 cannot be used in a condition or a dprintf: "
                   "only registers of Core 3 that are one word wide can" REMEDY);
}

static void the_same_refusal_is_told_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        check(&client, "Z0,20000100,4;X3,220122", "E01");
    client_send(&client, "s");
    expect_console(&client, "no breakpoint at 0x20000100: an agent expression ends within an "
                            "instruction, at byte 3" REMEDY);
}

/* So many bytes of condition: constants that are thrown away again. */
static void add_condition(char *packet, unsigned bytes)
{
    packet += strlen(packet);
    packet += sprintf(packet, "X%x,", bytes);
    for (; bytes > 3; bytes -= 3)
        packet += sprintf(packet, "220129");
    for (; bytes > 0; bytes--)
        packet += sprintf(packet, "27");
}

static void code_of_one_breakpoint_is_limited(void **state)
{
    static char packet[0x8000];

    (void)state;
    strcpy(packet, "Z0,20000100,4;");
    for (unsigned i = 0; i < 4; i++)
        add_condition(packet, 1020);
    check(&client, packet, "OK");
    client.core3.log[0] = 0;
    strcat(packet, "X1,27");
    refuse(packet, "its conditions and dprintfs compile to more than 4096 bytes");
    strcpy(packet, "Z0,20000100,4;");
    add_condition(packet, 1025);
    refuse(packet, "a condition or a dprintf compiles to more than 1024 bytes: make it shorter");
}

static void the_largest_packet_of_conditions_is_survived(void **state)
{
    static char packet[RSP_PACKET_SIZE];
    size_t len;

    (void)state;
    strcpy(packet, "Z0,20000100,4;");
    for (len = strlen(packet); len + 5 < sizeof packet; len += 5)
        strcpy(packet + len, "X1,27");
    refuse(packet, "its conditions and dprintfs compile to more than 4096 bytes");
    check(&client, "qC", "QC1");
}

static void core3_may_refuse_too(void **state)
{
    (void)state;
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_ENOSPC;
    check(&client, "Z0,20000100,4;" TRUE_CODE, "E1c");
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_EAGENT;
    check(&client, "Z0,20000100,4;" TRUE_CODE, "E01");
}

/* --- Prints -------------------------------------------------------------------------------- */

static void set_dprintf(void)
{
    check(&client, "Z0,20000100,4;cmds:0,X10," PRINT_CODE, "OK");
    client.core3.log[0] = 0;
}

static void print(uint32_t value)
{
    fake_print(&client.core3, (uint32_t[]){0, 0, 1, 0, value, 0}, 6);
}

static void run(void)
{
    client.core3.breaks = 0; /* the fake would stop at the dprintf */
    client_send(&client, "c");
    assert_int_equal(client.core3.state, AMPGDB_STATE_RUNNING);
}

static void prints_reach_a_client_that_waits(void **state)
{
    (void)state;
    set_dprintf();
    run();
    expect_nothing(&client);
    print(1);
    print(2);
    session_poll(client.session);
    expect_console(&client, "1\n2\n");
    expect_nothing(&client);
    assert_true(session_is_waiting(client.session));
    session_poll(client.session);
    expect_nothing(&client);
}

static void prints_come_before_the_stop_that_follows_them(void **state)
{
    (void)state;
    set_dprintf();
    run();
    print(7);
    fake_stop(&client.core3, AMPGDB_STOP_HALT, 0, 0);
    session_poll(client.session);
    expect_console(&client, "7\n");
    assert_memory_equal(client.bytes, "$T02", 4);
}

static void prints_without_end_come_in_turns(void **state)
{
    size_t first;

    (void)state;
    set_dprintf();
    run();
    print(123456789);
    client.core3.prints_for_ever = true;
    session_poll(client.session);
    first = client.len;
    assert_in_range(first, 131000, 133000);
    fake_stop(&client.core3, AMPGDB_STOP_HALT, 0, 0);
    session_poll(client.session); /* the stop has come, but not everything before it */
    assert_int_equal(client.len, 2 * first);
    assert_true(session_is_waiting(client.session));
    client.core3.prints = 0;
    client.len = 0;
    session_poll(client.session);
    assert_memory_equal(client.bytes, "$T02", 4);
}

/* As many as fill one part of the text, and then no more: nothing comes twice. */
static void prints_that_end_with_a_part_come_once(void **state)
{
    char text[41 * 201 + 1];

    (void)state;
    check(&client, "Z0,20000100,4;cmds:0,X13,2207220022003401000825323030645c6e0027", "OK");
    run();
    for (unsigned i = 0; i < 41; i++) {
        print(i);
        snprintf(text + i * 201, 202, "%200u\n", i);
    }
    session_poll(client.session);
    expect_console(&client, text);
    expect_nothing(&client);
}

/* Of an earlier session; they do not keep the next one from coming. */
static void prints_without_end_do_not_stop_an_attach(void **state)
{
    (void)state;
    client_leave(&client);
    client_init(&client);
    print(1);
    client.core3.prints_for_ever = true;
    client_attach(&client);
    client.core3.prints = 0;
}

static void prints_wait_for_a_client_that_does_not(void **state)
{
    (void)state;
    set_dprintf();
    print(5);
    check(&client, "qC", "QC1");
    session_poll(client.session);
    expect_nothing(&client);
    client_send(&client, "s");
    expect_console(&client, "5\n");
    session_poll(client.session);
    assert_memory_equal(client.bytes, "$T05", 4);
    client.len = 0;
    print(6);
    client_send(&client, "qRcmd,68616c74"); /* halt */
    expect_console(&client, "6\n");
    expect_packet(&client, "OK");
}

static void a_client_whose_output_is_stuck_is_told_nothing(void **state)
{
    unsigned requests;

    (void)state;
    set_dprintf();
    session_keep_up(client.session);
    run();
    print(1);
    fake_stop(&client.core3, AMPGDB_STOP_HALT, 0, 0);
    requests = client.core3.requests;
    session_keep_up(client.session);
    session_keep_up(client.session);
    assert_true(client.core3.requests > requests);
    expect_nothing(&client);
    assert_true(session_is_waiting(client.session));
    session_poll(client.session);
    expect_console(&client, "1\n");
    assert_memory_equal(client.bytes, "$T02", 4);
}

static void a_death_behind_stuck_output_is_told_later(void **state)
{
    (void)state;
    run();
    client.core3.fail_in = 1;
    client.core3.fail_with = -HOST_ELOST;
    session_keep_up(client.session);
    expect_nothing(&client);
    session_poll(client.session);
    expect_console(&client,
                   "Core 3 is lost: Core 3 is lost. This is a post-mortem: only memory and "
                   "the last registers can be read\n");
    assert_memory_equal(client.bytes, "$T06", 4);
}

static void last_prints_come_before_the_death(void **state)
{
    (void)state;
    set_dprintf();
    run();
    print(9);
    client.core3.fail_in = 1;
    client.core3.fail_with = -HOST_ELOST;
    session_poll(client.session);
    expect_console(&client, "9\nCore 3 is lost: Core 3 is lost. This is a post-mortem: only memory "
                            "and the last registers can be read\n");
    assert_memory_equal(client.bytes, "$T06", 4);
}

static void prints_for_an_earlier_client_are_dropped(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.state = AMPGDB_STATE_RUNNING;
    fake_print(&client.core3, (uint32_t[]){0, 0, 1, 0, 1, 0}, 6);
    client_attach(&client);
    set_dprintf();
    run();
    session_poll(client.session);
    expect_nothing(&client);
}

static void a_print_of_nobodys_is_said(void **state)
{
    (void)state;
    run();
    print(1);
    session_poll(client.session);
    expect_console(&client, "<a print that no dprintf of this session asked for>\n");
}

/* --- Catch --------------------------------------------------------------------------------- */

static void nothing_is_caught_for_those_who_have_not_asked(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.catch = AMPGDB_CATCH_SVC;
    client_attach_with_acks(&client);
    core3_did(&client, "own;clear_breaks;catch 0;halt;");
}

static void a_client_that_leaves_catches_nothing_any_more(void **state)
{
    (void)state;
    client.core3.catch = AMPGDB_CATCH_DATA;
    check(&client, "D", "OK");
    core3_did(&client, "clear_breaks;catch 0;continue;disown;");
    client_leave(&client);
    attach(state);
    client.core3.catch = AMPGDB_CATCH_DATA;
    client_leave(&client);
    core3_did(&client, "clear_breaks;catch 0;disown;");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, attach, leave)
#define BARE(name) cmocka_unit_test_teardown(name, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(watchpoints_of_any_length_are_set_and_cleared),
        TEST(what_is_watched_is_known),
        TEST(no_watchpoint_left_says_so_and_all_else_works),
        TEST(conditions_go_to_core3),
        TEST(a_new_condition_replaces_the_old),
        TEST(commands_go_to_core3_without_their_format),
        TEST(code_that_cannot_be_evaluated_is_refused_with_a_sentence),
        TEST(the_same_refusal_is_told_once),
        TEST(code_of_one_breakpoint_is_limited),
        TEST(the_largest_packet_of_conditions_is_survived),
        TEST(core3_may_refuse_too),
        TEST(prints_reach_a_client_that_waits),
        TEST(prints_come_before_the_stop_that_follows_them),
        TEST(prints_without_end_come_in_turns),
        TEST(prints_that_end_with_a_part_come_once),
        TEST(prints_without_end_do_not_stop_an_attach),
        TEST(prints_wait_for_a_client_that_does_not),
        TEST(a_client_whose_output_is_stuck_is_told_nothing),
        TEST(a_death_behind_stuck_output_is_told_later),
        TEST(last_prints_come_before_the_death),
        BARE(prints_for_an_earlier_client_are_dropped),
        TEST(a_print_of_nobodys_is_said),
        BARE(nothing_is_caught_for_those_who_have_not_asked),
        TEST(a_client_that_leaves_catches_nothing_any_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
