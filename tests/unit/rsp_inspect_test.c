/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a client is told about a program that stands still: the signal and the sentence of each
 * stop, registers beyond the core's own, and which exceptions are caught.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp_fixture.h"

#define WRITE 0x93800046u /* HSR: data abort, translation fault level 2, write */
#define READ  0x93800006u
#define REGS                                                                                       \
    "00:00000000;01:00000000;02:00000000;03:00000000;04:00000000;05:00000000;06:00000000;"         \
    "07:00000000;08:00000000;09:00000000;0a:00000000;0b:00000000;0c:00000000;0d:00000000;"         \
    "0e:00000000;0f:04000020;19:d3010000;"

/* --- Stops --------------------------------------------------------------------------------- */

static void stop(uint32_t reason, uint32_t address, uint32_t syndrome)
{
    client.core3.regs[AMPGDB_REG_PC] = FAKE_BASE;
    client_send(&client, "vCont;c");
    fake_stop(&client.core3, reason, address, syndrome);
    session_poll(client.session);
}

/* clang-format off */
static const struct {
    uint32_t reason, syndrome;
    const char *signal;
    bool is_told; /* with a sentence */
} stops[] = {
    {AMPGDB_STOP_RESET, 0, "05", false},
    {AMPGDB_STOP_HALT, 0, "02", false},
    {AMPGDB_STOP_STEP, 0, "05", false},
    {AMPGDB_STOP_SW_BREAK, 0, "05", false},
    {AMPGDB_STOP_HW_BREAK, 0, "05", false},
    {AMPGDB_STOP_BKPT, 0, "05", true},
    {AMPGDB_STOP_RETURNED, 0, "05", true},
    {AMPGDB_STOP_UNDEFINED, 0, "04", true},
    {AMPGDB_STOP_SVC, 0, "0c", true},
    {AMPGDB_STOP_PREFETCH, 0x005, "0b", true},
    {AMPGDB_STOP_PREFETCH, 0x008, "0b", true},
    {AMPGDB_STOP_DATA, 0x805, "0b", true},
    {AMPGDB_STOP_DATA, 0x801, "0a", true},
    {AMPGDB_STOP_DATA, 0x401, "0b", true},
    {AMPGDB_STOP_DATA, 0xa21, "0a", true},
    {AMPGDB_STOP_DATA, 0x201, "0b", true},
    {AMPGDB_STOP_IRQ, 0, "05", true},
    {AMPGDB_STOP_FIQ, 0, "05", true},
    {AMPGDB_STOP_S2_FETCH, 0x80000005, "0b", true},
    {AMPGDB_STOP_S2_DATA, WRITE, "0b", true},
    {AMPGDB_STOP_S2_DATA, 0x93800061, "0a", true}, /* alignment, found by stage 2's memory type */
    {AMPGDB_STOP_LOCAL, WRITE, "0b", true},
    {AMPGDB_STOP_SMC, 0, "04", true},
    {AMPGDB_STOP_HVC, 0, "04", true},
    {AMPGDB_STOP_SYSREG, 0, "04", true},
    {AMPGDB_STOP_ABORT, 0x11, "0b", true},
    {AMPGDB_STOP_VECTORS, 0, "0b", true},
    {AMPGDB_STOP_UNKNOWN, 0, "05", true},
    {AMPGDB_STOP_AGENT, AMPGDB_EFAULT, "05", true},
};
/* clang-format on */

static void each_stop_has_its_signal_and_is_told_if_nobody_asked_for_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        char reply[512];
        char sentence[64];

        stop(stops[i].reason, 0x1000, stops[i].syndrome);
        snprintf(sentence, sizeof sentence, "stop %u <1000&%x>\n", stops[i].reason,
                 stops[i].syndrome);
        expect_console(&client, stops[i].is_told ? sentence : "");
        snprintf(reply, sizeof reply, "T%sthread:1;core:3;" REGS, stops[i].signal);
        expect_packet(&client, reply);
        expect_nothing(&client);
    }
}

static void set_watch(uint32_t type, uint32_t addr, uint32_t len)
{
    char packet[64];

    snprintf(packet, sizeof packet, "Z%u,%x,%x", type, addr, len);
    check(&client, packet, "OK");
}

static void expect_watch(uint32_t address, uint32_t hsr, const char *name)
{
    char reply[512];

    stop(AMPGDB_STOP_WATCH, address, hsr);
    expect_console(&client, "");
    snprintf(reply, sizeof reply, "T05thread:1;core:3;%s:%08x;" REGS, name, address);
    expect_packet(&client, reply);
    expect_nothing(&client);
}

static void a_watchpoint_is_named_as_the_client_set_it(void **state)
{
    (void)state;
    set_watch(AMPGDB_WATCH_WRITE, 0x20001000, 4);
    set_watch(AMPGDB_WATCH_READ, 0x20002000, 0x100);
    set_watch(AMPGDB_WATCH_ACCESS, 0x20003000, 1);
    set_watch(AMPGDB_WATCH_ACCESS, 0x200020FF, 1);
    expect_watch(0x20001003, WRITE, "watch");
    expect_watch(0x20002080, READ, "rwatch");
    expect_watch(0x20003000, READ, "awatch");
    expect_watch(0x20003000, WRITE, "awatch");
    expect_watch(0x200020FF, READ, "rwatch");
    expect_watch(0x200020FF, WRITE, "awatch");
}

/* --- Registers ----------------------------------------------------------------------------- */

static void registers_are_read_by_their_numbers(void **state)
{
    uint32_t *regs = client.core3.regs;

    (void)state;
    regs[AMPGDB_REG_D0] = 0x11223344;
    regs[AMPGDB_REG_D0 + 1] = 0x55667788;
    regs[AMPGDB_REG_D0 + 62] = 1;
    regs[AMPGDB_REG_D0 + 63] = 2;
    regs[AMPGDB_REG_FPSCR] = 3;
    regs[AMPGDB_REG_SP_USR] = 4;
    regs[AMPGDB_REG_SPSR_FIQ] = 5;
    regs[AMPGDB_REG_SCTLR] = 6;
    regs[AMPGDB_REG_FPEXC] = 7;
    regs[AMPGDB_REG_CNTPCT] = 8;
    regs[AMPGDB_REG_CNTPCT + 1] = 9;
    check(&client, "p1a", "4433221188776655");
    check(&client, "p39", "0100000002000000");
    check(&client, "p3a", "03000000");
    check(&client, "p40", "04000000");
    check(&client, "p55", "05000000");
    check(&client, "p60", "06000000");
    check(&client, "p6c", "07000000");
    check(&client, "p70", "0800000009000000");
    check(&client, "p3b", "E16");
    check(&client, "p1a,", "E16");
    check(&client, "p7b", "E16");
}

static void registers_are_written_whole(void **state)
{
    (void)state;
    check(&client, "P1b=0102030405060708", "OK");
    check(&client, "P3a=00000003", "OK");
    check(&client, "P42=00f0ff2f", "OK");
    check(&client, "P6b=00010020", "OK");
    core3_did(&client,
              "reg41=4030201;reg42=8070605;reg103=3000000;reg19=2ffff000;reg116=20000100;");
    check(&client, "P1b=01020304", "E16");
    check(&client, "P1b=010203040506070800", "E16");
    check(&client, "P42=00f0ff2f00000000", "E16");
    core3_did(&client, "");
}

static void what_cannot_be_written_is_refused_before_core_3_is_asked(void **state)
{
    static const char *const packets[] = {
        "P6d=00000000", "P6e=00000000", "P6f=00000000", "P70=0000000000000000",
        "P78=00000000", "P79=00000000", "P7a=00000000",
    };
    const unsigned requests = client.core3.requests;

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        check(&client, packets[i], "E16");
    assert_int_equal(client.core3.requests, requests);
}

/* The same address means other memory after that. */
static void a_system_register_makes_the_cache_forget(void **state)
{
    (void)state;
    check(&client, "m20000100,1", "00");
    client.core3.ram[0x100] = 1; /* as if by other tables */
    check(&client, "m20000100,1", "00");
    check(&client, "P42=00000000", "OK");
    check(&client, "m20000100,1", "00");
    check(&client, "P62=00400020", "OK"); /* ttbr0 */
    check(&client, "m20000100,1", "01");
    client.core3.program_flags = AMPGDB_PROGRAM_MMU;
    check(&client, "P60=01000000", "OK"); /* sctlr */
    check(&client, "m20000100,1", "01");
    client.core3.ram[0x100] = 2; /* with tables, nothing is remembered */
    check(&client, "m20000100,1", "02");
}

static void fault_registers(uint32_t reason, uint32_t syndrome, const char *address,
                            const char *status)
{
    char text[16];

    stop(reason, 0x12345678, syndrome);
    client.len = 0;
    snprintf(text, sizeof text, "%02x000000", reason);
    check(&client, "p78", text);
    check(&client, "p79", address);
    check(&client, "p7a", status);
}

static void the_last_stop_is_in_registers(void **state)
{
    (void)state;
    check(&client, "p78", "00000000");
    check(&client, "p79", "xxxxxxxx");
    check(&client, "p7a", "00000000");
    fault_registers(AMPGDB_STOP_SW_BREAK, 0, "xxxxxxxx", "00000000");
    fault_registers(AMPGDB_STOP_UNDEFINED, 0, "xxxxxxxx", "00000000");
    fault_registers(AMPGDB_STOP_SVC, 0, "xxxxxxxx", "00000000");
    fault_registers(AMPGDB_STOP_DATA, 0x801, "78563412", "01000000");
    fault_registers(AMPGDB_STOP_DATA, 0x805, "78563412", "02000000");
    fault_registers(AMPGDB_STOP_PREFETCH, 0x00F, "78563412", "05000000");
    fault_registers(AMPGDB_STOP_S2_DATA, WRITE, "78563412", "02000000");
    fault_registers(AMPGDB_STOP_S2_FETCH, 0x8000000F, "78563412", "05000000");
    fault_registers(AMPGDB_STOP_LOCAL, 0x9380004F, "78563412", "05000000");
    fault_registers(AMPGDB_STOP_ABORT, 0x92000011, "xxxxxxxx", "08000000");
    fault_registers(AMPGDB_STOP_VECTORS, 0, "78563412", "00000000");
    fault_registers(AMPGDB_STOP_WATCH, WRITE, "78563412", "00000000");
    fault_registers(AMPGDB_STOP_AGENT, AMPGDB_EFAULT, "78563412", "00000000");
    fault_registers(AMPGDB_STOP_AGENT, AMPGDB_EAGENT, "xxxxxxxx", "00000000");
}

/* --- Caught exceptions --------------------------------------------------------------------- */

static void monitor(const char *command)
{
    char packet[600] = "qRcmd,";

    for (size_t i = 0; command[i]; i++)
        snprintf(packet + 6 + 2 * i, 3, "%02x", (uint8_t)command[i]);
    client_send(&client, packet);
}

static void expect_monitor(const char *command, const char *text, const char *reply)
{
    monitor(command);
    expect_console(&client, text);
    expect_packet(&client, reply);
    expect_nothing(&client);
}

static void exceptions_are_caught_one_by_one(void **state)
{
    (void)state;
    expect_monitor("catch", "caught exceptions: none\n", "OK");
    core3_did(&client, "");
    expect_monitor("catch undef", "caught exceptions: undef\n", "OK");
    expect_monitor("catch dabort on", "caught exceptions: undef dabort\n", "OK");
    expect_monitor(" catch  svc   on ", "caught exceptions: undef svc dabort\n", "OK");
    expect_monitor("catch pabort", "caught exceptions: undef svc pabort dabort\n", "OK");
    expect_monitor("catch undef off", "caught exceptions: svc pabort dabort\n", "OK");
    expect_monitor("catch undef off", "caught exceptions: svc pabort dabort\n", "OK");
    expect_monitor("catch", "caught exceptions: svc pabort dabort\n", "OK");
    core3_did(&client, "catch 1;catch 9;catch b;catch f;catch e;");
    expect_monitor("status",
                   "Core 3: halted, stop 0 <0&0>\n"
                   "entry: 0x20000000 (ARM)\n"
                   "program RAM: 0x20000000-0x2fffffff, 0x30100000-0x3b3fffff\n"
                   "MMU off, D-cache off\n"
                   "stub: ABI 2, 5 hardware breakpoints, 4 watchpoint registers\n"
                   "caught exceptions: svc pabort dabort\n",
                   "OK");
}

static void other_words_are_answered_with_the_usage(void **state)
{
    static const char *const commands[] = {
        "catch all", "catch on", "catch svc maybe", "catch svc on off", "catch undef,svc",
    };

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        expect_monitor(commands[i], "Usage: catch [undef|svc|pabort|dabort [on|off]]\n", "E01");
    core3_did(&client, "");
}

static void only_catch_takes_words(void **state)
{
    static const char *const commands[] = {"halt now", "reset halt now", "catchsvc", "statusquo"};

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        monitor(commands[i]);
        assert_memory_equal(client.bytes, "$O556e6b6e6f776e", 16); /* Unknown */
        assert_memory_equal(client.bytes + client.len - 7, "$E01#a6", 7);
        client.len = 0;
    }
    core3_did(&client, "");
}

static void what_core_3_refuses_is_not_taken_for_caught(void **state)
{
    (void)state;
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_ENOSPC;
    expect_monitor("catch svc", "Core 3 refuses\n", "E01");
    expect_monitor("catch", "caught exceptions: none\n", "OK");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, attach, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_stop_has_its_signal_and_is_told_if_nobody_asked_for_it),
        TEST(a_watchpoint_is_named_as_the_client_set_it),
        TEST(registers_are_read_by_their_numbers),
        TEST(registers_are_written_whole),
        TEST(what_cannot_be_written_is_refused_before_core_3_is_asked),
        TEST(a_system_register_makes_the_cache_forget),
        TEST(the_last_stop_is_in_registers),
        TEST(exceptions_are_caught_one_by_one),
        TEST(other_words_are_answered_with_the_usage),
        TEST(only_catch_takes_words),
        TEST(what_core_3_refuses_is_not_taken_for_caught),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
