/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every packet that the bridge knows, with the exact bytes of its reply and what it makes Core 3
 * do; attach, and the ways to leave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "registers.h"
#include "rsp.h"
#include "rsp_fixture.h"
#include "rsp_packet.h"

#define PC client.core3.regs[15]

/* The expedited registers of a fresh program that only PC distinguishes. */
/* Registers of a program that "monitor resume" has set going. */
#define RUNS                                                                                       \
    "E.the program runs, and GDB does not know: stop it with \"monitor halt\", or join it with "   \
    "\"continue\""

#define REGS_AT(pc)                                                                                \
    "00:00000000;01:00000000;02:00000000;03:00000000;04:00000000;05:00000000;06:00000000;"         \
    "07:00000000;08:00000000;09:00000000;0a:00000000;0b:00000000;0c:00000000;0d:00000000;"         \
    "0e:00000000;0f:" pc ";19:d3010000;"

/* --- Connection ---------------------------------------------------------------------------- */

static void attach_clears_breakpoints_and_halts(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.state = AMPGDB_STATE_RUNNING;
    client.core3.breaks = 3;
    client_attach_with_acks(&client);
    core3_did(&client, "own;clear_breaks;halt;");
    expect_nothing(&client);
}

/* GDB once greeted whoever attached with "Program received signal SIGINT". */
static void halt_of_attach_is_no_signal(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.state = AMPGDB_STATE_RUNNING;
    client_attach(&client);
    check(&client, "?", "T05thread:1;core:3;" REGS_AT("00000020"));
    check(&client, "?", "T02thread:1;core:3;" REGS_AT("00000020"));
}

static void halt_after_a_resume_is_a_signal(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.state = AMPGDB_STATE_RUNNING;
    client_attach(&client);
    client_send(&client, "vCont;c");
    client_feed(&client, "\x03", 1);
    session_poll(client.session);
    client.len = 0;
    check(&client, "?", "T02thread:1;core:3;" REGS_AT("04000020"));
}

static void question_tells_why_the_program_halted_before(void **state)
{
    (void)state;
    client_init(&client);
    fake_stop(&client.core3, AMPGDB_STOP_UNDEFINED, 0, 0);
    client_attach(&client);
    client.core3.log[0] = 0;
    check(&client, "?", "T04thread:1;core:3;" REGS_AT("00000020"));
    core3_did(&client, "");
}

/* The program runs on for a moment after the order. */
static void attach_waits_for_the_stop(void **state)
{
    (void)state;
    client_init(&client);
    client.core3.state = AMPGDB_STATE_RUNNING;
    client.core3.hides = 9;
    client_attach(&client);
    assert_int_equal(client.core3.hides, 0);
    check(&client, "?", "T05thread:1;core:3;" REGS_AT("00000020"));
}

/* A stop that nobody took, of a program that is halted at attach, once came up at the next resume:
 * GDB then showed a running program as stopped. */
static void stale_stop_does_not_answer_a_resume(void **state)
{
    (void)state;
    client_init(&client);
    fake_stop(&client.core3, AMPGDB_STOP_STEP, 0, 0);
    client_attach(&client);
    fake_stop(&client.core3, AMPGDB_STOP_BKPT, 0, 0);
    client_send(&client, "vCont;c");
    session_poll(client.session);
    expect_nothing(&client);
}

static void acks_until_they_are_given_up(void **state)
{
    (void)state;
    client_init(&client);
    client_attach_with_acks(&client);
    client_feed(&client, "$qC#b4", 6);
    expect_bytes(&client, "+$QC1#c5");
    client_feed(&client, "$qC#b5", 6);
    expect_bytes(&client, "-");
    client_feed(&client, "-", 1);
    expect_bytes(&client, "$QC1#c5");
    client_feed(&client, "$QStartNoAckMode#b0", 19);
    expect_bytes(&client, "+$OK#9a");
    client_feed(&client, "+$qC#b4", 7);
    expect_bytes(&client, "$QC1#c5");
    client_feed(&client, "$qC#b5-", 7);
    expect_nothing(&client);
}

static void dialogue_may_be_cut_anywhere(void **state)
{
    static const char wire[] = "+$qC#b4+$X20000000,3:\x01}]\x03#51+\x03$?#3f$m20000000,3#4e";
    static uint8_t whole[4096];
    size_t len;

    (void)state;
    client_init(&client);
    client_attach_with_acks(&client);
    client_feed(&client, wire, sizeof wire - 1);
    len = client.len;
    assert_in_range(len, 100, sizeof whole);
    memcpy(whole, client.bytes, len);
    assert_memory_equal(whole + len - 10, "$017d03#5f", 10);
    client_leave(&client);
    for (size_t cut = 1; cut < sizeof wire - 1; cut++) {
        client_init(&client);
        client_attach_with_acks(&client);
        client_feed(&client, wire, cut);
        client_feed(&client, wire + cut, sizeof wire - 1 - cut);
        assert_int_equal(client.len, len);
        assert_memory_equal(client.bytes, whole, len);
        client_leave(&client);
    }
}

static void oversized_packet_is_refused_and_survived(void **state)
{
    static char big[RSP_PACKET_SIZE + 2];

    (void)state;
    memset(big, 'm', sizeof big - 1);
    client_init(&client);
    client_attach_with_acks(&client);
    client_send(&client, "qC");
    expect_bytes(&client, "+$QC1#c5");
    client_send(&client, big);
    expect_bytes(&client, "+$E16#ac");
    client_send(&client, "qC");
    expect_bytes(&client, "+$QC1#c5");
}

static void unknown_packets_get_the_empty_reply(void **state)
{
    static const char *const packets[] = {
        "",
        "vMustReplyEmpty",
        "qTStatus",
        "qOffsets",
        "qSymbol::",
        "qL1200",
        "vFile:setfs:0",
        "QNonStop:1",
        "qXfer:auxv:read::0,10",
        "x0,4",
        "qCRC:0,4",
        "gg",
        "c20000000",
        "s20000000",
        "??",
        "!1",
        "k1",
        "qfThreadInfo,1",
        "qsThreadInfo,1",
        "QStartNoAckModeAgain",
        "vRun",
        "\xff\xfe",
        "qSupportedOrNot",
        "vAttach;1",
        "qThreadExtraInfo,1",
        "QThreadEvents:1",
        "vCtrlC",
        "b57600",
    };

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        check(&client, packets[i], "");
    check(&client, "vCont?1", "E16");
    core3_did(&client, "");
}

/* --- Queries ------------------------------------------------------------------------------- */

static void supported_names_our_features(void **state)
{
    const char *features = "PacketSize=10000;QStartNoAckMode+;qXfer:features:read+;"
                           "qXfer:threads:read+;swbreak+;hwbreak+;vContSupported+;"
                           "ConditionalBreakpoints+;BreakpointCommands+";

    (void)state;
    check(&client, "qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;xmlRegisters=i386",
          features);
    check(&client, "qSupported", features);
    check(&client, "qSupported:", features);
    check(&client, "qSupported:;;;=;swbreak", features);
}

static void thread_queries(void **state)
{
    (void)state;
    check(&client, "qC", "QC1");
    check(&client, "qfThreadInfo", "m1");
    check(&client, "qsThreadInfo", "l");
    check(&client, "T1", "OK");
    check(&client, "Tp1.1", "OK");
    check(&client, "T2", "E16");
    check(&client, "Hg0", "OK");
    check(&client, "Hgp0.0", "OK");
    check(&client, "Hc-1", "OK");
    check(&client, "Hcp1.-1", "OK");
    check(&client, "Hg2", "E16");
    check(&client, "qAttached", "1");
    check(&client, "qAttached:1", "1");
    check(&client, "!", "OK");
}

static void target_xml_comes_in_parts(void **state)
{
    char document[32768] = "";
    size_t len = 0;

    (void)state;
    for (bool more = true; more;) {
        char request[64];
        size_t part;

        snprintf(request, sizeof request, "qXfer:features:read:target.xml:%zx,100", len);
        client_send(&client, request);
        more = client.bytes[1] == 'm';
        part = client.len - 5;
        memcpy(document + len, client.bytes + 2, part);
        len += part;
        client.len = 0;
    }
    assert_string_equal(document, registers_xml());
    assert_non_null(strstr(document, "<architecture>arm</architecture>"));
    assert_non_null(strstr(document, "<osabi>none</osabi>"));
    assert_non_null(strstr(document, "name=\"cpsr\" bitsize=\"32\" regnum=\"25\""));
    check(&client, "qXfer:features:read:target.xml:ffffffff,100", "l");
    check(&client, "qXfer:features:read:target.xml:0,0", "m");
    check(&client, "qXfer:features:read:other.xml:0,100", "E16");
}

static void threads_xml_tells_the_stop(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_S2_DATA, 0x1000, 7);
    session_poll(client.session);
    client.len = 0;
    check(&client, "qXfer:threads:read::0,1000",
          "l<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" core=\"3\" name=\"Core 3\">"
          "stop 14 &lt;1000&amp;7&gt;</thread>\n</threads>\n");
}

/* --- Registers ----------------------------------------------------------------------------- */

static void registers_are_read(void **state)
{
    (void)state;
    client.core3.regs[0] = 0x11223344;
    client.core3.regs[13] = 0x2fff0000;
    check(&client, "g",
          "44332211"
          "000000000000000000000000000000000000000000000000000000000000000000000000"
          "000000000000000000000000"
          "0000ff2f"
          "00000000"
          "00000020"
          "d3010000");
    check(&client, "p0", "44332211");
    check(&client, "pf", "00000020");
    check(&client, "p19", "d3010000");
    check(&client, "p10", "E16");
    check(&client, "p18", "E16");
    check(&client, "p3b", "E16");
    check(&client, "pffffffff", "E16");
}

static void registers_are_written(void **state)
{
    (void)state;
    check(&client, "P0=78563412", "OK");
    check(&client, "Pd=00f0ff2f", "OK");
    check(&client, "P19=13000060", "OK");
    core3_did(&client, "reg0=12345678;reg13=2ffff000;reg16=60000013;");
    check(&client, "P10=00000000", "E16");
    check(&client, "P0=7856341", "E16");
    check(&client, "P0=785634120", "E16");
    core3_did(&client, "");
}

static void all_registers_are_written(void **state)
{
    char request[2 + 17 * 8] = "G";

    (void)state;
    for (unsigned i = 0; i < 17; i++)
        snprintf(request + 1 + 8 * i, 9, "%02x000000", i + 1);
    check(&client, request, "OK");
    for (unsigned i = 0; i < 17; i++)
        assert_int_equal(client.core3.regs[i], i + 1);
    client.core3.log[0] = 0;
    request[1 + 17 * 8 - 1] = 0;
    check(&client, request, "E16");
    core3_did(&client, "");
}

static void pc_with_bit_0_means_thumb(void **state)
{
    (void)state;
    check(&client, "Pf=00010020", "OK");
    core3_did(&client, "reg15=20000100;");
    check(&client, "Pf=01010020", "OK");
    core3_did(&client, "reg15=20000100;reg16=1f3;");
}

/* --- Memory -------------------------------------------------------------------------------- */

static void memory_is_read(void **state)
{
    (void)state;
    memcpy(client.core3.ram + 0x1fffc, "\x01\x23\x45\x67", 4);
    check(&client, "m2001fffc,4", "01234567");
    check(&client, "m2001fffd,1", "23");
    check(&client, "m2001fffc,8", "01234567");
    check(&client, "m20020000,4", "E0e");
    check(&client, "m0,4", "E0e");
    check(&client, "mfffffffc,4", "E0e");
    check(&client, "m20000000,0", "E16");
    check(&client, "m20000000,4,", "E16");
}

static void memory_is_written(void **state)
{
    (void)state;
    check(&client, "M20000010,3:0a0bfF", "OK");
    assert_memory_equal(client.core3.ram + 0x10, "\x0a\x0b\xff", 3);
    check(&client, "X20000020,0:", "OK");
    check(&client, "M20000020,0:", "OK");
    client_send_bytes(&client, "X20000020,5:a}]}\x03\x03,", 19);
    expect_bytes(&client, "$OK#9a");
    assert_memory_equal(client.core3.ram + 0x20, "a}#\x03,", 5);
    core3_did(&client, "write 20000010,3;write 20000020,5;");
    check(&client, "M0,1:00", "E0e");
    check(&client, "X2001fffe,4:abcd", "E0e");
}

static void longest_read_is_cut_to_the_packet(void **state)
{
    (void)state;
    client_send(&client, "m20000000,10000");
    assert_int_equal(client.len, 1 + RSP_PACKET_SIZE + 3);
    client.len = 0;
    client_send(&client, "m20000000,7fff");
    assert_int_equal(client.len, 1 + RSP_PACKET_SIZE - 2 + 3);
    client.len = 0;
    client_send(&client, "m20000000,ffffffff");
    expect_bytes(&client, "$E16#ac");
}

static void longest_write_fits(void **state)
{
    static char packet[RSP_PACKET_SIZE];
    const uint32_t len = RSP_PACKET_SIZE - 15;

    (void)state;
    memset(packet, 'z', sizeof packet);
    memcpy(packet, "X20000000,fff1:", 15);
    client_send_bytes(&client, packet, sizeof packet);
    expect_bytes(&client, "$OK#9a");
    assert_int_equal(client.core3.ram[len - 1], 'z');
    assert_int_equal(client.core3.ram[len], 0);
}

static void small_reads_come_from_the_cache_while_halted(void **state)
{
    unsigned before;

    (void)state;
    check(&client, "m20000000,4", "00000000");
    before = client.core3.requests;
    check(&client, "m20000004,4", "00000000");
    check(&client, "m200000fe,2", "0000");
    assert_int_equal(client.core3.requests, before);
    /* the longest that is kept, and one that is longer */
    client_send(&client, "m20001000,400");
    before = client.core3.requests;
    client_send(&client, "m20001000,400");
    assert_int_equal(client.core3.requests, before);
    client_send(&client, "m20002000,401");
    client_send(&client, "m20002000,401");
    assert_int_equal(client.core3.requests, before + 2);
    client.len = 0;
    /* a write, a step and a stop drop it */
    check(&client, "M20000004,1:77", "OK");
    check(&client, "m20000004,2", "7700");
    client.core3.ram[4] = 0x88;
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, "m20000004,2", "8800");
}

static void devices_and_virtual_addresses_are_never_cached(void **state)
{
    (void)state;
    check(&client, "m3f200034,4", "00000000");
    client.core3.device[0x34] = 1;
    check(&client, "m3f200034,4", "01000000");
    client.core3.program_flags = AMPGDB_PROGRAM_MMU;
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, "m20000000,1", "00");
    client.core3.ram[0] = 9;
    check(&client, "m20000000,1", "09");
}

/* --- Breakpoints --------------------------------------------------------------------------- */

static void breakpoints_are_set_and_cleared(void **state)
{
    unsigned requests;

    (void)state;
    check(&client, "Z0,20000100,4", "OK");
    check(&client, "Z0,20000102,2", "OK");
    check(&client, "Z1,20000104,3", "OK");
    check(&client, "Z0,20000100,4", "OK");
    check(&client, "z0,20000100,4", "OK");
    check(&client, "z0,20000100,4", "OK");
    core3_did(&client, "set_break 0,20000100,4;set_break 0,20000102,2;set_break 1,20000104,3;"
                       "clear_break 0,20000100,4;");
    requests = client.core3.requests;
    check(&client, "Z1,20000102,4", "OK"); /* never hit: there is nothing to tell Core 3 */
    check(&client, "z1,20000102,4", "OK");
    check(&client, "Z1,20000103,2", "OK");
    check(&client, "z1,20000101,3", "OK");
    assert_int_equal(client.core3.requests, requests);
    core3_did(&client, "");
    check(&client, "Z0,20000102,4", "OK"); /* Core 3's to refuse */
    check(&client, "Z1,20000102,3", "OK");
    check(&client, "Z2,20000103,2", "OK");
    core3_did(&client, "set_break 0,20000102,4;set_break 1,20000102,3;set_break 2,20000103,2;");
    check(&client, "Z5,20000100,4", "");
    check(&client, "z5,20000100,4", "");
    check(&client, "Z0,20000100,5", "E16");
    check(&client, "Z0,20000100,1", "E16");
    core3_did(&client, "");
}

static void no_breakpoint_left_says_so(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FAKE_BREAKS; i++)
        check(&client,
              (const char[]){'Z', '1', ',', (char)('a' + (int)i % 6), '0' + (char)(i / 6), '0', ',',
                             '4', 0},
              "OK");
    check(&client, "Z1,1000,4", "E1c");
}

/* --- Resume and stop ----------------------------------------------------------------------- */

static void step_reports_all_registers(void **state)
{
    (void)state;
    check(&client, "vCont?", "vCont;c;C;s;S;r");
    client_send(&client, "vCont;s:1;c");
    expect_nothing(&client);
    assert_true(session_is_waiting(client.session));
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;" REGS_AT("04000020"));
    assert_false(session_is_waiting(client.session));
    session_poll(client.session);
    expect_nothing(&client);
    core3_did(&client, "step;");
}

static void all_ways_to_resume(void **state)
{
    static const struct {
        const char *packet;
        const char *did;
    } rows[] = {
        {"vCont;s", "step;"},
        {"vCont;S05:1", "step deliver;"},
        {"vCont;S00:1", "step;"},
        {"s", "step;"},
        {"S0b", "step deliver;"},
        {"S00", "step;"},
        {"vCont;s:p1.1;c:p1.-1", "step;"},
        {"vCont;s:-1", "step;"},
        {"vCont;c", "continue;"},
        {"vCont;C0b", "continue deliver;"},
        {"vCont;C00", "continue;"},
        {"c", "continue;"},
        {"C02", "continue deliver;"},
        {"C00", "continue;"},
        {"vCont;s:2;c", "continue;"},
        {"vCont;C0b:2;c", "continue;"},
        {"vCont;c:1;s", "continue;"},
        {"vCont;s:0", "step;"},
        {"vCont;r20000010,20000020", "range 20000010,20000020;"},
        {"vCont;r20000010,20000010:1;c", "range 20000010,20000010;"},
        {"vCont;r0,ffffffff:p1.1;c:p1.-1", "range 0,ffffffff;"},
        {"vCont;r20000010,20000020:2;s", "step;"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        client_send(&client, rows[i].packet);
        core3_did(&client, rows[i].did);
        expect_nothing(&client);
        if (client.core3.state == AMPGDB_STATE_RUNNING)
            fake_stop(&client.core3, AMPGDB_STOP_STEP, 0, 0);
        session_poll(client.session);
        assert_memory_equal(client.bytes, "$T05", 4);
        client.len = 0;
    }
}

/* There is one thread, and others are nobody's. */
static void leftmost_action_for_our_thread_is_done(void **state)
{
    (void)state;
    client_send(&client, "vCont;c:2;s:1;c");
    core3_did(&client, "step;");
    session_poll(client.session);
    client.len = 0;
    client_send(&client, "vCont;s:1;c:2");
    core3_did(&client, "step;");
    session_poll(client.session);
    client.len = 0;
    check(&client, "vCont;c:2", "E16");
}

static void break_reasons_only_for_those_who_asked(void **state)
{
    (void)state;
    check(&client, "Z0,20000010,4", "OK");
    check(&client, "Z1,20000020,4", "OK");
    client_send(&client, "c");
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;" REGS_AT("10000020"));
    client_send(&client, "qSupported:swbreak+;hwbreak+");
    client.len = 0;
    client_send(&client, "c");
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;hwbreak:;" REGS_AT("20000020"));
    PC = 0x20000000;
    client_send(&client, "c");
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;swbreak:;" REGS_AT("10000020"));
    expect_nothing(&client);
}

static void every_reason_has_its_signal(void **state)
{
    static const struct {
        uint32_t reason;
        uint32_t syndrome;
        const char *signal;
    } rows[] = {
        {AMPGDB_STOP_HALT, 0, "T02"},      {AMPGDB_STOP_STEP, 0, "T05"},
        {AMPGDB_STOP_SW_BREAK, 0, "T05"},  {AMPGDB_STOP_HW_BREAK, 0, "T05"},
        {AMPGDB_STOP_BKPT, 0, "T05"},      {AMPGDB_STOP_RETURNED, 0, "T05"},
        {AMPGDB_STOP_UNDEFINED, 0, "T04"}, {AMPGDB_STOP_SVC, 0, "T0c"},
        {AMPGDB_STOP_PREFETCH, 5, "T0b"},  {AMPGDB_STOP_DATA, 5, "T0b"},
        {AMPGDB_STOP_DATA, 0x001, "T0a"},  {AMPGDB_STOP_DATA, 0x801, "T0a"},
        {AMPGDB_STOP_DATA, 0x401, "T0b"},  {AMPGDB_STOP_DATA, 0x221, "T0a"},
        {AMPGDB_STOP_DATA, 0x021, "T0a"},  {AMPGDB_STOP_DATA, 0x205, "T0b"},
        {AMPGDB_STOP_IRQ, 0, "T05"},       {AMPGDB_STOP_FIQ, 0, "T05"},
        {AMPGDB_STOP_S2_FETCH, 0, "T0b"},  {AMPGDB_STOP_S2_DATA, 0, "T0b"},
        {AMPGDB_STOP_LOCAL, 0, "T0b"},     {AMPGDB_STOP_SMC, 0, "T04"},
        {AMPGDB_STOP_HVC, 0, "T04"},       {AMPGDB_STOP_SYSREG, 0, "T04"},
        {AMPGDB_STOP_ABORT, 0, "T0b"},     {AMPGDB_STOP_VECTORS, 0, "T0b"},
        {AMPGDB_STOP_UNKNOWN, 0, "T05"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sentence[64] = "";

        client_send(&client, "c");
        fake_stop(&client.core3, rows[i].reason, 0x1000, rows[i].syndrome);
        session_poll(client.session);
        if (rows[i].reason >= AMPGDB_STOP_BKPT)
            snprintf(sentence, sizeof sentence, "stop %u <1000&%x>\n", rows[i].reason,
                     rows[i].syndrome);
        expect_console(&client, sentence);
        assert_memory_equal(client.bytes + 1, rows[i].signal, 3);
        client.len = 0;
    }
}

static void ctrl_c_halts_a_running_program(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    session_poll(client.session);
    client_feed(&client, "\x03", 1);
    session_poll(client.session);
    core3_did(&client, "continue;halt;");
    expect_packet(&client, "T02thread:1;core:3;" REGS_AT("04000020"));
    client_feed(&client, "\x03\x03", 2);
    session_poll(client.session);
    expect_nothing(&client);
    core3_did(&client, "");
}

static void ctrl_c_that_crosses_a_stop_gives_one_reply(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_STEP, 0, 0);
    client_feed(&client, "\x03", 1);
    session_poll(client.session);
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;" REGS_AT("04000020"));
    expect_nothing(&client);
}

/* GDB shows its user no stop under a condition that is false, and goes on. */
static void ctrl_c_that_came_while_the_program_stood_still_stops_the_next_resume(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    session_poll(client.session);
    client.len = 0;
    client_feed(&client, "\x03", 1);
    expect_nothing(&client);
    core3_did(&client, "continue;");
    check(&client, "vCont;s:1", "T02thread:1;core:3;" REGS_AT("04000020"));
    core3_did(&client, "");
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;");
}

static void ctrl_c_that_comes_after_the_stop_but_before_its_reply_is_not_lost(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    client_feed(&client, "\x03", 1); /* so that the last stop that was told is of this kind */
    session_poll(client.session);
    client.core3.regs[AMPGDB_REG_PC] = FAKE_BASE;
    client.len = 0;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    client_feed(&client, "\x03", 1);
    session_poll(client.session);
    client.len = 0;
    check(&client, "vCont;c", "T02thread:1;core:3;" REGS_AT("04000020"));
}

/* It once waited there for a stop much later, and was taken for one of that time. */
static void ctrl_c_before_a_program_that_runs_is_joined_stops_it(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    session_poll(client.session);
    client_feed(&client, "\x03", 1);
    client_send(&client, "qRcmd,726573756d65"); /* resume */
    client.len = 0;
    check(&client, "vCont;c", "T02thread:1;core:3;" REGS_AT("08000020"));
    core3_did(&client, "continue;continue;halt;");
}

/* GDB sends its user's "interrupt" also while the program stands still. */
static void ctrl_c_long_after_a_stop_is_for_nothing(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    session_poll(client.session);
    client.len = 0;
    client.session->told_at -= 2000000001;
    client_feed(&client, "\x03", 1);
    client_send(&client, "vCont;c");
    expect_nothing(&client);
}

static void ctrl_c_is_forgotten_with_the_program_it_was_meant_for(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    session_poll(client.session);
    client_feed(&client, "\x03", 1);
    client_send(&client, "qRcmd,72657365742068616c74"); /* reset halt */
    client.len = 0;
    client_send(&client, "vCont;c");
    expect_nothing(&client);
}

static void impossible_step_ends_where_it_began(void **state)
{
    (void)state;
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_EDECODE;
    client_send(&client, "vCont;s");
    expect_console(&client, "Core 3 refuses\n");
    expect_packet(&client, "T04thread:1;core:3;" REGS_AT("00000020"));
    expect_nothing(&client);
    assert_false(session_is_waiting(client.session));
}

/* A program at an address where no registers can be read: the step has no stop to report. */
static void impossible_step_without_registers_is_an_error(void **state)
{
    (void)state;
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_EDECODE;
    client.core3.fail_then = -AMPGDB_EFAULT;
    check(&client, "vCont;s", "E0e");
}

/* One of each kind that is neither a "g" nor another that needs the program halted. */
#define REST                                                                                       \
    "m20000000,4", "X20000000,1:a", "M20000000,1:00", "vCont?", "vCont;c", "vRun;",                \
        "Z0,20000100,4", "z0,20000100,4", "?", "!", "Hg0", "T1", "c", "C05", "s", "S05", "R00",    \
        "qSupported:x+", "QStartNoAckMode", "qAttached", "qC", "qfThreadInfo", "qsThreadInfo",     \
        "qXfer:features:read:target.xml:0,9", "qXfer:threads:read::0,9", "qRcmd,68616c74"
#define ALL_REGS                                                                                   \
    "00000000000000000000000000000000000000000000000000000000000000000000"                         \
    "00000000000000000000000000000000000000000000000000000000000000010060"

static void waiting_client_gets_nothing_but_its_stop(void **state)
{
    static const char *const packets[] = {"g", "G" ALL_REGS, "p0", "P0=00000000", REST};

    (void)state;
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;");
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        check(&client, packets[i], "E10");
    core3_did(&client, "");
    assert_true(session_is_waiting(client.session));
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;" REGS_AT("04000020"));
    expect_nothing(&client);
}

/* --- Monitor ------------------------------------------------------------------------------- */

static void monitor(const char *command)
{
    char packet[600] = "qRcmd,";

    for (size_t i = 0; command[i]; i++)
        snprintf(packet + 6 + 2 * i, 3, "%02x", (uint8_t)command[i]);
    client_send(&client, packet);
}

/* Somewhere in what came back, all of it in one packet. */
static void expect_hex(const char *text)
{
    char digits[200] = "";

    for (size_t i = 0; text[i]; i++)
        snprintf(digits + 2 * i, 3, "%02x", (uint8_t)text[i]);
    assert_non_null(memmem(client.bytes, client.len, digits, strlen(digits)));
}

#define HELP "help        this list\n"

static void monitor_version_and_help(void **state)
{
    (void)state;
    monitor("version");
    expect_console(&client, "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
    expect_bytes(&client, "$OK#9a");
    monitor("help");
    assert_true(client.len > 200);
    assert_memory_equal(client.bytes + client.len - 6, "$OK#9a", 6);
    expect_hex(HELP);
}

static void monitor_unknown_command_lists_the_known(void **state)
{
    (void)state;
    monitor("\nrtt\r\nstart \x01\x7f now");
    assert_memory_equal(client.bytes + client.len - 7, "$E01#a6", 7);
    client.len -= 7;
    expect_hex("Unknown command \"rtt start ?? now\". There are:\n");
    expect_hex(HELP);
    client.len = 0;
    monitor("");
    assert_memory_equal(client.bytes + client.len - 7, "$E01#a6", 7);
    client.len = 0;
    monitor("a long command a long command a long command a long command a long command a long "
            "command a long command a long command a long command a long command a long command ");
    assert_memory_equal(client.bytes + client.len - 7, "$E01#a6", 7);
}

static void monitor_resets(void **state)
{
    (void)state;
    client.core3.entry = 0x20000041;
    monitor("reset halt");
    expect_console(&client, "Core 3 is reset and halted at 0x20000040. GDB shows old registers "
                            "until \"maintenance flush register-cache\".\n");
    expect_bytes(&client, "$OK#9a");
    core3_did(&client, "reset 20000041;");
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, "p78", "02000000"); /* AMPGDB_STOP_STEP */
    client.core3.log[0] = 0;
    monitor(" reset  init ");
    client.len = 0;
    check(&client, "p78", "00000000");
    core3_did(&client, "reset 20000041;");
    client.len = 0;
    monitor("reset");
    expect_bytes(&client, "$OK#9a");
    core3_did(&client, "reset 20000041;continue;");
    monitor("reset run");
    core3_did(&client, "reset 20000041;continue;");
}

/* GDB does not know that the program runs; it must not be told lies, and its next continue or
 * step must do what it says. */
static void monitor_resume_and_halt(void **state)
{
    (void)state;
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    core3_did(&client, "continue;");
    assert_false(session_is_waiting(client.session));
    check(&client, "g", RUNS);
    check(&client, "m20000000,1", "00");
    monitor("halt");
    expect_bytes(&client, "$OK#9a");
    core3_did(&client, "halt;");
    check(&client, "pf", "04000020");
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;");
    fake_stop(&client.core3, AMPGDB_STOP_HALT, 0, 0);
    session_poll(client.session);
    expect_packet(&client, "T02thread:1;core:3;" REGS_AT("08000020"));
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    client_send(&client, "C0b"); /* there is no exception to deliver */
    core3_did(&client, "continue;");
    fake_stop(&client.core3, AMPGDB_STOP_HALT, 0, 0);
    session_poll(client.session);
    expect_packet(&client, "T02thread:1;core:3;" REGS_AT("0c000020"));
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    client_send(&client, "vCont;s");
    core3_did(&client, "continue;halt;step;");
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;" REGS_AT("14000020"));
}

static void running_program_hides_its_registers_and_nothing_else(void **state)
{
    static const char *const registers[] = {"g", "G" ALL_REGS, "p0", "P0=00000000"};
    static const char *const rest[] = {REST};

    monitor("resume");
    client.len = 0;
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
        check(&client, registers[i], RUNS);
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        client_leave(&client);
        attach(state);
        monitor("resume");
        client.len = 0;
        client_send(&client, rest[i]);
        assert_true(client.len < 3 || memcmp(client.bytes, "$E.", 3) != 0);
    }
    client.len = 0;
}

/* A new PC once reset a program that "monitor resume" had set going. */
static void running_program_is_read_live_and_not_reset(void **state)
{
    (void)state;
    check(&client, "m20000000,1", "00");
    monitor("resume");
    client.len = 0;
    client.core3.ram[0] = 1;
    check(&client, "m20000000,1", "01");
    client.core3.ram[0] = 2;
    check(&client, "m20000000,1", "02");
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", RUNS);
    core3_did(&client, "continue;write 20000000,4;");
}

static void stop_after_monitor_resume_is_found(void **state)
{
    (void)state;
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    fake_stop(&client.core3, AMPGDB_STOP_UNDEFINED, 0, 0);
    session_poll(client.session);
    expect_nothing(&client);
    check(&client, "pf", "04000020");
    check(&client, "?", "T04thread:1;core:3;" REGS_AT("04000020"));
    monitor("resume");
    client.len = 0;
    check(&client, "?", "T02thread:1;core:3;" REGS_AT("08000020"));
}

/* GDB sends breakpoints, and then continues: the program that ran meanwhile was once set going from
 * the breakpoint that it had met in between, and nobody heard of it. */
static void stop_after_monitor_resume_is_what_a_continue_waits_for(void **state)
{
    (void)state;
    monitor("resume");
    expect_bytes(&client, "$OK#9a");
    check(&client, "Z0,20000004,4", "OK");
    fake_stop(&client.core3, AMPGDB_STOP_SW_BREAK, 0, 0);
    client.core3.log[0] = 0;
    client_send(&client, "vCont;c");
    session_poll(client.session);
    expect_packet(&client, "T05thread:1;core:3;" REGS_AT("04000020"));
    core3_did(&client, "");
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;");
}

static void monitor_status(void **state)
{
    (void)state;
    monitor("status");
    expect_console(&client, "Core 3: halted, stop 0 <0&0>\n"
                            "entry: 0x20000000 (ARM)\n"
                            "program RAM: 0x20000000-0x2fffffff, 0x30100000-0x3b3fffff\n"
                            "MMU off, D-cache off\n"
                            "stub: ABI 2, 5 hardware breakpoints, 4 watchpoint registers\n"
                            "caught exceptions: none\n");
    expect_bytes(&client, "$OK#9a");
    monitor("resume");
    client.len = 0;
    monitor("status");
    assert_non_null(memmem(client.bytes, client.len, "72756e6e696e67", 14));
}

static void monitor_status_names_thumb_and_caches(void **state)
{
    (void)state;
    client.core3.entry = FAKE_BASE + 0x21;
    client.core3.program_flags = AMPGDB_PROGRAM_MMU | AMPGDB_PROGRAM_DCACHE;
    monitor("status");
    expect_hex("entry: 0x20000020 (Thumb)\n");
    expect_hex("MMU on, D-cache on");
}

/* The registers may be other ones than GDB knows of, and "stepi" is how an IDE makes it ask. */
static void monitor_gdb_sync_makes_the_next_step_none(void **state)
{
    (void)state;
    fake_stop(&client.core3, AMPGDB_STOP_BKPT, 0, 0);
    monitor("gdb_sync");
    expect_bytes(&client, "$OK#9a");
    check(&client, "vCont;s:1", "T05thread:1;core:3;" REGS_AT("00000020"));
    check(&client, "p78", "02000000"); /* AMPGDB_STOP_STEP */
    core3_did(&client, "");
    client_send(&client, "vCont;s:1");
    session_poll(client.session);
    core3_did(&client, "step;");
    monitor("gdb_sync");
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, AMPGDB_STOP_BKPT, 0, 0);
    session_poll(client.session);
    client_send(&client, "vCont;s:1");
    core3_did(&client, "continue;step;");
    session_poll(client.session);
    client.len = 0;
}

static void monitor_failure_gives_the_reason(void **state)
{
    (void)state;
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_EINVAL;
    monitor("reset halt");
    expect_console(&client, "Core 3 refuses\n");
    expect_bytes(&client, "$E01#a6");
}

/* --- Leave --------------------------------------------------------------------------------- */

static void detach_resumes_and_disowns_before_its_reply(void **state)
{
    (void)state;
    check(&client, "Z0,20000100,4", "OK");
    client.core3.log[0] = 0;
    check(&client, "D", "OK");
    core3_did(&client, "clear_breaks;continue;disown;");
    assert_true(session_is_over(client.session));
    client_leave(&client);
    core3_did(&client, "");
}

static void detach_while_running_lets_it_run(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    client.core3.log[0] = 0;
    check(&client, "D;1", "OK");
    core3_did(&client, "clear_breaks;disown;");
}

static void vanished_client_leaves_the_program_as_told(void **state)
{
    static const struct {
        enum on_disconnect what;
        bool running;
        const char *did;
    } rows[] = {
        {ON_DISCONNECT_KEEP, false, "clear_breaks;disown;"},
        {ON_DISCONNECT_KEEP, true, "clear_breaks;disown;"},
        {ON_DISCONNECT_RUN, false, "clear_breaks;continue;disown;"},
        {ON_DISCONNECT_RUN, true, "clear_breaks;disown;"},
        {ON_DISCONNECT_HALT, false, "clear_breaks;halt;disown;"},
        {ON_DISCONNECT_HALT, true, "clear_breaks;halt;disown;"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        client_init(&client);
        client.config.on_disconnect = rows[i].what;
        client_attach(&client);
        if (rows[i].running)
            client_send(&client, "vCont;c");
        client.core3.log[0] = 0;
        client_leave(&client);
        core3_did(&client, rows[i].did);
    }
}

static void kill_stops_the_program_at_its_start(void **state)
{
    (void)state;
    client.config.on_disconnect = ON_DISCONNECT_RUN;
    client_leave(&client);
    client_init(&client);
    client.config.on_disconnect = ON_DISCONNECT_RUN;
    client_attach(&client);
    client_send(&client, "vCont;c");
    client.core3.log[0] = 0;
    client_send(&client, "k");
    expect_nothing(&client);
    core3_did(&client, "clear_breaks;reset 20000000;");
    assert_true(session_is_over(client.session));
    client_leave(&client);
    core3_did(&client, "clear_breaks;disown;");
}

static void kill_ends_a_wait_and_is_forgotten_at_the_resume(void **state)
{
    (void)state;
    client_leave(&client);
    client_init(&client);
    client.config.on_disconnect = ON_DISCONNECT_HALT;
    client_attach(&client);
    client_send(&client, "vCont;c");
    check(&client, "vKill;1", "OK");
    assert_false(session_is_waiting(client.session));
    check(&client, "m20000000,1", "00");
    client_send(&client, "vCont;c");
    client.core3.log[0] = 0;
    client_leave(&client);
    core3_did(&client, "clear_breaks;halt;disown;");
}

static void vkill_answers_and_extended_clients_restart(void **state)
{
    (void)state;
    check(&client, "!", "OK");
    check(&client, "vKill;1", "OK");
    core3_did(&client, "clear_breaks;reset 20000000;");
    assert_false(session_is_over(client.session));
    client_send(&client, "k");
    assert_false(session_is_over(client.session));
    client.core3.log[0] = 0;
    client_send(&client, "R0");
    expect_nothing(&client);
    core3_did(&client, "reset 20000000;");
    assert_string_equal(client.log, "the program starts with its data as it is now: nothing was "
                                    "loaded\n");
    check(&client, "?", "T05thread:1;core:3;" REGS_AT("00000020"));
}

static void stop_of_the_bridge_ends_a_wait(void **state)
{
    (void)state;
    client_send(&client, "vCont;c");
    session_stop(client.session, "the bridge ends");
    expect_console(&client, "the bridge ends\n");
    expect_bytes(&client, "$W00#b7");
    assert_true(session_is_over(client.session));
    assert_false(session_is_waiting(client.session));
}

static void a_long_sentence_comes_in_parts(void **state)
{
    char text[2600] = "";

    (void)state;
    for (size_t i = 0; i < sizeof text - 2; i++)
        text[i] = (char)('!' + i % 89);
    client_send(&client, "vCont;c");
    session_stop(client.session, text);
    strcat(text, "\n");
    expect_console(&client, text);
}

/* --- Core 3 refuses ------------------------------------------------------------------------ */

/* Whatever request fails, and however, the client gets some answer and no other state is lost. */
static void refusals_do_not_end_the_session(void **state)
{
    static const char *const packets[] = {"g", "m3f200000,4", "Z0,20000000,4", "P0=00000000"};

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        client.core3.fail_in = 1;
        client.core3.fail_with = -AMPGDB_EFAULT;
        check(&client, packets[i], "E0e");
        assert_false(session_is_over(client.session));
    }
}

static void a_failure_to_leave_in_order_is_logged(void **state)
{
    (void)state;
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_EFAULT;
    client_leave(&client);
    assert_string_equal(client.log, "Core 3 refuses\n");
}

static void a_failure_to_leave_in_order_starts_and_halts_nothing(void **state)
{
    static const enum on_disconnect ways[] = {ON_DISCONNECT_RUN, ON_DISCONNECT_HALT};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        client_leave(&client);
        client_init(&client);
        client.config.on_disconnect = ways[i];
        client_attach(&client);
        client.core3.fail_in = 1;
        client.core3.fail_with = -AMPGDB_EFAULT;
        client.core3.log[0] = 0;
        client_leave(&client);
        core3_did(&client, "disown;");
        client_attach(&client);
    }
}

/* --- Trace --------------------------------------------------------------------------------- */

static void what_is_no_packet_is_noted_in_the_trace(void **state)
{
    static char big[RSP_PACKET_SIZE + 2];
    char path[] = "/tmp/rsp_session_XXXXXX";
    char text[16384];
    struct error error;
    FILE *file;

    (void)state;
    close(mkstemp(path));
    client_init(&client);
    assert_int_equal(trace_open(&client.config.trace, path, &error), 0);
    client_attach(&client);
    memset(big, 'm', sizeof big - 1);
    client_send(&client, big);
    client_feed(&client, "$qC#00\x03", 7);
    client_leave(&client);
    trace_close(client.config.trace);
    file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    unlink(path);
    assert_memory_equal(text,
                        "# ampgdb-bridge " AMPGDB_VERSION "; milliseconds, > from the client, "
                        "< to the client\n",
                        sizeof "# ampgdb-bridge " AMPGDB_VERSION "; milliseconds, > from the "
                               "client, < to the client\n" -
                            1);
    assert_non_null(strstr(text, " > QStartNoAckMode\n"));
    assert_non_null(strstr(text, " > [packet too long]\n"));
    assert_non_null(strstr(text, " > [bad checksum]\n"));
    assert_non_null(strstr(text, " > [Ctrl-C]\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, attach, leave)
#define BARE(name) cmocka_unit_test_teardown(name, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BARE(attach_clears_breakpoints_and_halts),
        BARE(halt_of_attach_is_no_signal),
        BARE(halt_after_a_resume_is_a_signal),
        BARE(question_tells_why_the_program_halted_before),
        BARE(stale_stop_does_not_answer_a_resume),
        BARE(acks_until_they_are_given_up),
        BARE(dialogue_may_be_cut_anywhere),
        BARE(oversized_packet_is_refused_and_survived),
        TEST(unknown_packets_get_the_empty_reply),
        TEST(supported_names_our_features),
        TEST(thread_queries),
        TEST(target_xml_comes_in_parts),
        TEST(threads_xml_tells_the_stop),
        TEST(registers_are_read),
        TEST(registers_are_written),
        TEST(all_registers_are_written),
        TEST(pc_with_bit_0_means_thumb),
        TEST(memory_is_read),
        TEST(memory_is_written),
        TEST(longest_read_is_cut_to_the_packet),
        TEST(longest_write_fits),
        TEST(small_reads_come_from_the_cache_while_halted),
        TEST(devices_and_virtual_addresses_are_never_cached),
        TEST(breakpoints_are_set_and_cleared),
        TEST(no_breakpoint_left_says_so),
        TEST(step_reports_all_registers),
        TEST(all_ways_to_resume),
        TEST(leftmost_action_for_our_thread_is_done),
        TEST(break_reasons_only_for_those_who_asked),
        TEST(every_reason_has_its_signal),
        TEST(ctrl_c_halts_a_running_program),
        TEST(ctrl_c_that_crosses_a_stop_gives_one_reply),
        TEST(ctrl_c_that_came_while_the_program_stood_still_stops_the_next_resume),
        TEST(ctrl_c_that_comes_after_the_stop_but_before_its_reply_is_not_lost),
        TEST(ctrl_c_before_a_program_that_runs_is_joined_stops_it),
        TEST(ctrl_c_long_after_a_stop_is_for_nothing),
        TEST(ctrl_c_is_forgotten_with_the_program_it_was_meant_for),
        TEST(impossible_step_ends_where_it_began),
        TEST(impossible_step_without_registers_is_an_error),
        TEST(waiting_client_gets_nothing_but_its_stop),
        TEST(monitor_version_and_help),
        TEST(monitor_unknown_command_lists_the_known),
        TEST(monitor_resets),
        TEST(monitor_resume_and_halt),
        TEST(running_program_hides_its_registers_and_nothing_else),
        TEST(running_program_is_read_live_and_not_reset),
        TEST(stop_after_monitor_resume_is_found),
        TEST(stop_after_monitor_resume_is_what_a_continue_waits_for),
        TEST(monitor_status),
        TEST(monitor_status_names_thumb_and_caches),
        TEST(monitor_failure_gives_the_reason),
        TEST(detach_resumes_and_disowns_before_its_reply),
        TEST(detach_while_running_lets_it_run),
        BARE(vanished_client_leaves_the_program_as_told),
        TEST(kill_stops_the_program_at_its_start),
        TEST(kill_ends_a_wait_and_is_forgotten_at_the_resume),
        TEST(vkill_answers_and_extended_clients_restart),
        TEST(a_long_sentence_comes_in_parts),
        TEST(a_failure_to_leave_in_order_starts_and_halts_nothing),
        TEST(monitor_gdb_sync_makes_the_next_step_none),
        BARE(attach_waits_for_the_stop),
        TEST(stop_of_the_bridge_ends_a_wait),
        TEST(refusals_do_not_end_the_session),
        TEST(a_failure_to_leave_in_order_is_logged),
        BARE(what_is_no_packet_is_noted_in_the_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
