/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * How GDB's "load" is recognised, and how a program starts over with its original data.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp_fixture.h"

/* --- what of libc may fail (tests.mk, WRAPPED) --- */

static size_t too_many_bytes; /* 0: no number of them */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return size == too_many_bytes ? NULL : __real_malloc(size);
}

#define CPSR client.core3.regs[AMPGDB_REG_CPSR]

/* The program stopped with this CPSR, and the client was told. */
static void stopped_with(uint32_t cpsr)
{
    CPSR = cpsr;
    client_send(&client, "g");
    client.len = 0;
    client.core3.log[0] = 0;
}

/* --- Load, with a PC ------------------------------------------------------------------------ */

/* GDB's "load" ends with PC alone, and then puts its stale CPSR back with T adjusted. The new
 * program once started in the mode, and with the masks, that the old one had died in. */
static void load_gives_a_fresh_cpu(void **state)
{
    (void)state;
    stopped_with(0x60000110);
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "M20000100,2:0102", "OK");
    check(&client, "Pf=00000020", "OK");
    check(&client, "P19=10010060", "OK");
    core3_did(&client, "write 20000000,4;write 20000100,2;reset 20000000;allow 0;"
                       "remember 20000000:20000000,4;20000100,2;");
    assert_int_equal(CPSR, 0x1d3);
}

/* GDB never sends a PC with bit 0. An entry in Thumb that was loaded a second time once started in
 * ARM state, and one at 2 modulo 4 two bytes early. */
static void thumb_load_says_nothing_when_gdb_knows_of_thumb_already(void **state)
{
    (void)state;
    stopped_with(0x60000130);
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=02000020", "OK");
    core3_did(&client, "write 20000000,4;reset 20000003;allow 0;remember 20000003:20000000,4;");
}

static void thumb_load_after_an_arm_program_comes_with_a_cpsr(void **state)
{
    (void)state;
    stopped_with(0x60000110);
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    check(&client, "P19=30010060", "OK");
    core3_did(&client, "write 20000000,4;reset 20000000;allow 0;remember 20000000:20000000,4;"
                       "reset 20000001;allow 0;remember 20000001:20000000,4;");
    assert_int_equal(CPSR, 0x1f3);
}

/* Whatever told GDB of a CPSR, or it us: a load after that comes without one. */
static void each_way_to_tell_a_cpsr_counts(void **state)
{
    static const char all[] =
        "G"
        "00000000000000000000000000000000000000000000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000030010060";
    static const struct {
        uint32_t cpsr; /* that GDB knows of before */
        const char *packet;
        const char *reply;
    } rows[] = {
        {0x60000110, "p19", "30010060"}, {0x60000110, "P19=3f010000", "OK"},
        {0x60000110, all, "OK"},         {0x60000130, "p0", "00000000"},
        {0x60000130, "pf", "00000020"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        client_leave(&client);
        attach(state);
        stopped_with(rows[i].cpsr);
        CPSR = 0x60000130;
        check(&client, rows[i].packet, rows[i].reply);
        check(&client, "X20000000,4:abcd", "OK");
        client.core3.log[0] = 0;
        check(&client, "Pf=00000020", "OK");
        core3_did(&client, "reset 20000001;allow 0;remember 20000001:20000000,4;");
    }
}

/* "monitor reset halt" changes T, and GDB does not know. */
static void what_gdb_was_told_counts_and_not_what_is(void **state)
{
    (void)state;
    stopped_with(0x60000130);
    client_send(&client, "qRcmd,72657365742068616c74");
    client.len = 0;
    assert_int_equal(CPSR, 0x1d3);
    client.core3.log[0] = 0;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "write 20000000,4;reset 20000001;allow 0;remember 20000001:20000000,4;");
}

static void pc_with_bit_0_is_thumb(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=01000020", "OK");
    core3_did(&client, "write 20000000,4;reset 20000001;allow 0;remember 20000001:20000000,4;");
}

/* "set $pc" after a patch by hand once reset the CPU, and made the patch the program. */
static void pc_in_memory_that_was_looked_at_is_no_load(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "m20000000,4", "61626364");
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "write 20000000,4;reg15=20000000;");
    client.core3.log[0] = 0;
    check(&client, "X20000004,4:efgh", "OK");
    check(&client, "Pf=04000020", "OK");
    core3_did(&client, "write 20000004,4;reset 20000004;allow 0;remember 20000004:20000004,4;");
}

static void cpsr_is_the_clients_again_after_a_resume(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    client_send(&client, "vCont;s:1");
    session_poll(client.session);
    client.len = 0;
    client.core3.log[0] = 0;
    check(&client, "P19=10000060", "OK");
    core3_did(&client, "reg16=60000010;");
}

static void pc_elsewhere_is_no_load(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=04000020", "OK");
    core3_did(&client, "write 20000000,4;reg15=20000004;");
    /* ... nor what was written before the program ran */
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    client.core3.log[0] = 0;
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "reg15=20000000;");
}

/* Once every CPSR up to the next resume was taken for GDB's stale one, answered OK and dropped. */
static void cpsr_that_a_user_sets_after_a_load_counts(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    check(&client, "m20000000,4", "61626364");
    client.core3.log[0] = 0;
    check(&client, "P19=13010080", "OK");
    core3_did(&client, "reg16=80000113;");
}

/* GDB's own is in the packet after the PC. */
static void cpsr_that_comes_later_than_gdbs_is_a_users(void **state)
{
    (void)state;
    stopped_with(0x60000110);
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    check(&client, "qC", "QC1");
    client.core3.log[0] = 0;
    check(&client, "P19=30010060", "OK");
    check(&client, "P19=10010060", "OK");
    core3_did(&client, "reg16=60000130;reg16=60000110;");
}

/* GDB need not look at anything before "set $cpsr" directly after a load. */
static void cpsr_with_other_bits_than_the_old_one_is_a_users(void **state)
{
    (void)state;
    stopped_with(0x60000110);
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    client.core3.log[0] = 0;
    check(&client, "P19=1f010000", "OK");
    core3_did(&client, "reg16=11f;");
}

static void second_pc_after_a_load_is_no_load(void **state)
{
    (void)state;
    check(&client, "X20000000,40:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "OK");
    check(&client, "Pf=00000020", "OK");
    check(&client, "Pf=10000020", "OK");
    core3_did(&client, "write 20000000,40;reset 20000000;allow 0;"
                       "remember 20000000:20000000,40;reg15=20000010;");
}

/* A full set of ranges, one of them a device's. */
static void load_is_remembered_without_devices(void **state)
{
    (void)state;
    check(&client, "X3f200000,4:abcd", "OK");
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "X20000100,1:a", "OK");
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "write 3f200000,4;write 20000000,4;write 20000100,1;reset 20000000;allow 0;"
                       "remember 20000000:20000000,4;20000100,1;");
}

/* A refused word once lay beside the program, made one piece with it, and kept all
 * of it from being remembered. */
static void load_is_remembered_without_what_was_refused(void **state)
{
    (void)state;
    check(&client, "M1ffffffc,4:00000000", "E0e");
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "write 20000000,4;reset 20000000;allow 0;remember 20000000:20000000,4;");
}

/* --- Load, without a PC -------------------------------------------------------------------- */

#define CODE_17 "X20000000,11:0123456789abcdefg"

/* GDB leaves the PC out when it believes that it has the right value already. The program then once
 * started on the CPU of its predecessor, and "run" did not know it. */
static void load_without_a_pc_shows_at_the_resume(void **state)
{
    (void)state;
    CPSR = 0x60000110;
    check(&client, CODE_17, "OK");
    client_send(&client, "vCont;c");
    core3_did(&client,
              "write 20000000,11;reset 20000000;allow 0;remember 20000000:20000000,11;continue;");
    assert_int_equal(CPSR, 0x1d3);
}

static void thumb_load_without_a_pc_stays_thumb(void **state)
{
    (void)state;
    stopped_with(0x60000130);
    check(&client, CODE_17, "OK");
    client_send(&client, "vCont;s");
    core3_did(&client,
              "write 20000000,11;reset 20000001;allow 0;remember 20000001:20000000,11;step;");
}

static void thumb_load_over_a_thumb_program_shows_at_the_resume(void **state)
{
    (void)state;
    stopped_with(0x60000130);
    check(&client, CODE_17, "OK");
    check(&client, "Pf=00000020", "OK");
    client.core3.log[0] = 0;
    check(&client, CODE_17, "OK");
    client_send(&client, "vCont;s");
    core3_did(&client,
              "write 20000000,11;reset 20000001;allow 0;remember 20000001:20000000,11;step;");
}

/* What is half taken in is not started, nor written to. */
static void load_that_cannot_be_taken_in_stays_where_it_is(void **state)
{
    static const char *const packets[] = {"vCont;c", "X20000010,1:X", "P0=07000000"};

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        client_leave(&client);
        attach(state);
        check(&client, CODE_17, "OK");
        client.core3.log[0] = 0;
        client.core3.fail_in = 2; /* PC, reset */
        client.core3.fail_with = -AMPGDB_EFAULT;
        check(&client, packets[i], "E0e");
        core3_did(&client, "");
    }
}

/* A CPSR alone: the old program was ARM, the new one is Thumb and starts at the same place. */
static void thumb_load_over_an_arm_program_comes_with_a_cpsr(void **state)
{
    (void)state;
    stopped_with(0x60000110);
    check(&client, CODE_17, "OK");
    check(&client, "P19=30010060", "OK");
    client_send(&client, "vCont;s");
    core3_did(&client,
              "write 20000000,11;reset 20000001;allow 0;remember 20000001:20000000,11;step;");
}

/* A call or "set $r0" right after the load: what it writes must not be lost at the resume. */
static void cpsr_of_a_user_says_nothing_of_the_entry(void **state)
{
    (void)state;
    stopped_with(0x1d3);
    check(&client, CODE_17, "OK");
    check(&client, "P19=3f010000", "OK");
    core3_did(&client, "write 20000000,11;reset 20000000;allow 0;remember 20000000:20000000,11;"
                       "reg16=13f;");
}

/* "load", "set $r0", "set $cpsr": the first of them has ended the load. */
static void cpsr_after_another_register_of_a_user_is_a_users(void **state)
{
    (void)state;
    stopped_with(0x1d3);
    check(&client, CODE_17, "OK");
    check(&client, "P0=07000000", "OK");
    check(&client, "P19=f3010000", "OK");
    core3_did(&client, "write 20000000,11;reset 20000000;allow 0;remember 20000000:20000000,11;"
                       "reg0=7;reg16=1f3;");
}

static void registers_written_after_a_load_without_a_pc_stay(void **state)
{
    (void)state;
    check(&client, CODE_17, "OK");
    check(&client, "P0=07000000", "OK");
    check(&client, "Pf=40000020", "OK");
    client_send(&client, "vCont;c");
    core3_did(&client,
              "write 20000000,11;reset 20000000;allow 0;remember 20000000:20000000,11;reg0=7;"
              "reg15=20000040;continue;");
}

static void all_registers_written_after_a_load_without_a_pc_stay(void **state)
{
    char request[2 + 17 * 8] = "G";

    (void)state;
    check(&client, CODE_17, "OK");
    client.core3.log[0] = 0;
    for (unsigned i = 0; i < 17; i++)
        snprintf(request + 1 + 8 * i, 9, "%02x000000", i);
    check(&client, request, "OK");
    client_send(&client, "vCont;c");
    assert_memory_equal(client.core3.log, "reset 20000000;allow 0;remember ", 32);
    assert_int_equal(client.core3.regs[5], 5);
}

/* The overlap was once taken for a change to half a load: "run" brought the poked word back. */
static void assert_remembered_whole(const char *poke, const char *look, const char *rest)
{
    check(&client, CODE_17, "OK");
    check(&client, "X20000100,4:aaaa", "OK");
    check(&client, "Pf=00000020", "OK");
    check(&client, poke, "OK");
    if (look)
        check(&client, look, "62626262");
    client.core3.log[0] = 0;
    check(&client, CODE_17, "OK");
    check(&client, rest, "OK");
    check(&client, "Pf=00000020", "OK");
}

static void load_over_what_was_poked_and_looked_at_is_remembered_whole(void **state)
{
    (void)state;
    assert_remembered_whole("X20000100,4:bbbb", "m20000100,4", "X20000100,4:cccc");
    core3_did(&client, "write 20000000,11;write 20000100,4;reset 20000000;allow 0;"
                       "remember 20000000:20000000,11;20000100,4;");
}

static void load_over_what_was_poked_is_remembered_whole(void **state)
{
    (void)state;
    assert_remembered_whole("X20000100,4:bbbb", NULL, "X20000100,4:cccc");
    core3_did(&client, "write 20000000,11;write 20000100,4;reset 20000000;allow 0;"
                       "remember 20000000:20000000,11;20000100,4;");
}

#define WHOLE "remember 20000000:20000000,11;20000100,8;20000200,4;"

/* Both without a PC: the second one's small piece once ended it, and what came after was lost. */
static void load_that_follows_a_load_is_remembered_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        client.core3.log[0] = 0;
        check(&client, CODE_17, "OK");
        check(&client, "X20000100,8:abcdefgh", "OK");
        check(&client, "X20000200,4:abcd", "OK");
    }
    client_send(&client, "vCont;c");
    core3_did(&client,
              "reset 20000000;allow 0;" WHOLE "write 20000000,11;write 20000100,8;write 20000200,4;"
              "reset 20000000;allow 0;" WHOLE "continue;");
}

/* "load", "set $pc = other": other was once taken for the entry. */
static void pc_set_after_a_load_without_a_pc_is_not_the_entry(void **state)
{
    (void)state;
    check(&client, CODE_17, "OK");
    check(&client, "m20000004,4", "34353637");
    check(&client, "Pf=04000020", "OK");
    core3_did(&client, "write 20000000,11;reset 20000000;allow 0;remember 20000000:20000000,11;"
                       "reg15=20000004;");
}

/* "load", "run": what was loaded before once came back. */
static void load_without_a_pc_is_what_starts_over(void **state)
{
    (void)state;
    check(&client, CODE_17, "OK");
    client.core3.log[0] = 0;
    client_send(&client, "vRun;");
    core3_did(&client, "reset 20000000;allow 0;remember 20000000:20000000,11;reload;"
                       "reset 20000000;");
    client.len = 0;
    check(&client, "X20000000,12:0123456789abcdefgh", "OK");
    client.core3.log[0] = 0;
    client_send(&client, "k");
    assert_non_null(strstr(client.core3.log, "remember 20000000:20000000,12;"));
}

/* "set var" right after the load once became part of the original data. */
static void memory_changed_after_a_load_without_a_pc_is_not_original(void **state)
{
    (void)state;
    check(&client, CODE_17, "OK");
    check(&client, "X20000010,1:X", "OK");
    check(&client, "X20000000,2:yz", "OK");
    client_send(&client, "vCont;c");
    core3_did(&client, "write 20000000,11;reset 20000000;allow 0;remember 20000000:20000000,11;"
                       "write 20000010,1;write 20000000,2;continue;");
}

static void load_that_was_canceled_is_spoken_of_once(void **state)
{
    (void)state;
    client.core3.regs[AMPGDB_REG_PC] = 0x20000100;
    check(&client, CODE_17, "OK");
    client_send(&client, "vCont;c");
    expect_console(&client, "the program goes on where it stood, over new code: if that is of a "
                            "load that was canceled, load it again\n");
    fake_stop(&client.core3, AMPGDB_STOP_STEP, 0, 0);
    session_poll(client.session);
    client.len = 0;
    client_send(&client, "vCont;c");
    expect_nothing(&client);
}

/* The new program once ran in the midst of the old one, without a word. */
static void load_over_a_program_that_runs_halts_it_at_its_entry(void **state)
{
    (void)state;
    client_send(&client, "qRcmd,726573756d65"); /* resume */
    client.len = 0;
    check(&client, CODE_17, "OK");
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;reset 20000000;write 20000000,11;reset 20000000;allow 0;"
                       "remember 20000000:20000000,11;continue;");
}

/* Its tables once sent the new program to other addresses, or were overwritten on the way. */
static void load_over_a_program_with_its_mmu_on_turns_that_off(void **state)
{
    (void)state;
    client.core3.program_flags = AMPGDB_PROGRAM_MMU;
    client.core3.regs[AMPGDB_REG_PC] = 0x20000100;
    check(&client, "X20000100,14:0123456789abcdef0123", "OK"); /* data */
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, CODE_17, "OK");
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "write 20000100,14;step;reset 20000000;write 20000000,11;reset 20000000;"
                       "allow 0;remember 20000000:20000000,11;");
}

static void patch_and_data_do_not_disturb_a_program_that_runs(void **state)
{
    (void)state;
    client_send(&client, "qRcmd,726573756d65");
    client.len = 0;
    check(&client, "X20000000,10:0123456789abcdef", "OK");
    check(&client, "X20000001,11:0123456789abcdefg", "OK");
    core3_did(&client, "continue;write 20000000,10;write 20000001,11;");
}

static void patches_side_by_side_are_no_load_of_a_program_that_runs(void **state)
{
    (void)state;
    client_send(&client, "qRcmd,726573756d65");
    client.len = 0;
    check(&client, "X20000000,10:0123456789abcdef", "OK");
    check(&client, "X20000010,10:0123456789abcdef", "OK");
    check(&client, "X20000008,1:X", "OK");
    core3_did(&client, "continue;write 20000000,10;write 20000010,10;write 20000008,1;");
}

static void section_that_ends_at_the_entry_does_not_halt_a_program_that_runs(void **state)
{
    (void)state;
    check(&client, "X20000020,4:abcd", "OK");
    check(&client, "Pf=20000020", "OK");
    client_send(&client, "qRcmd,726573756d65");
    client.len = 0;
    client.core3.log[0] = 0;
    check(&client, "X2000000f,11:0123456789abcdefg", "OK");
    core3_did(&client, "write 2000000f,11;");
    check(&client, "X20000010,11:0123456789abcdefg", "OK");
    core3_did(&client, "reset 20000020;write 20000010,11;");
}

static void patch_is_no_load(void **state)
{
    (void)state;
    check(&client, "X20000000,10:0123456789abcdef", "OK");
    client_send(&client, "vCont;c");
    core3_did(&client, "write 20000000,10;continue;");
}

/* "restore" over the code in which the program stands, and to other places. */
static void data_elsewhere_is_no_load(void **state)
{
    (void)state;
    check(&client, "X20000100,14:0123456789abcdef0123", "OK");
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, CODE_17, "OK");
    client_send(&client, "vCont;s");
    core3_did(&client, "write 20000100,14;step;write 20000000,11;step;");
}

/* --- A load that fails --------------------------------------------------------------------- */

#define NOT_STARTED                                                                                \
    "the program does not start, because its load has failed: load it again, or \"monitor reset "  \
    "halt\" to start what lies in RAM\n"
#define NOT_OURS                                                                                   \
    "0x10000000 cannot be written, it belongs to Linux; a program's RAM begins at 0x20000000: "    \
    "link it there (-Ttext 0x20000000)\n"
#define REFUSED_17 "X10000000,11:0123456789abcdefg"

/* A program for the other kind of board: GDB said "Load failed", and "continue" ran what lay in the
 * RAM. */
static void failed_load_is_explained_and_does_not_start(void **state)
{
    (void)state;
    client_send(&client, "qRcmd,72657365742068616c74");
    client.len = 0;
    client.core3.log[0] = 0;
    check(&client, REFUSED_17, "E0e");
    client_send(&client, "vCont;c");
    expect_console(&client, NOT_OURS NOT_STARTED);
    expect_packet(&client, "E01");
    core3_did(&client, "");
    client_send(&client, "qRcmd,726573756d65"); /* monitor resume */
    expect_console(&client, NOT_STARTED);
    expect_packet(&client, "E01");
    core3_did(&client, "");
}

static void failed_load_does_not_start_over(void **state)
{
    (void)state;
    check(&client, CODE_17, "OK");
    check(&client, REFUSED_17, "E0e");
    client.core3.log[0] = 0;
    check(&client, "vRun;", "E16");
    core3_did(&client, "");
    assert_string_equal(client.log, NOT_OURS NOT_STARTED);
}

static void reset_or_a_load_that_succeeds_ends_it(void **state)
{
    (void)state;
    for (unsigned reset = 0; reset < 2; reset++) {
        check(&client, CODE_17, "OK");
        check(&client, REFUSED_17, "E0e");
        if (reset) {
            client_send(&client, "qRcmd,72657365742068616c74");
            client.len = 0;
        } else {
            check(&client, CODE_17, "OK");
            check(&client, "Pf=00000020", "OK");
        }
        client.core3.log[0] = 0;
        client_send(&client, "vCont;s");
        core3_did(&client, "step;");
        session_poll(client.session);
        client.len = 0;
    }
}

/* "restore" to a wrong place, in the midst of a program. */
static void data_that_cannot_be_written_stops_nobody(void **state)
{
    (void)state;
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, REFUSED_17, "E0e");
    check(&client, "X10000000,10:0123456789abcdef", "E0e");
    client.core3.log[0] = 0;
    client_send(&client, "vCont;c");
    expect_console(&client, NOT_OURS);
    core3_did(&client, "continue;");
    assert_string_equal(client.log, NOT_OURS);
}

static void data_that_cannot_be_written_under_a_program_that_runs_is_not_a_load(void **state)
{
    (void)state;
    client_send(&client, "qRcmd,726573756d65");
    client.len = 0;
    check(&client, REFUSED_17, "E0e");
    assert_string_equal(client.log, "");
}

/* Its first section is there, and the program stands somewhere else. */
static void load_that_fails_in_the_midst_of_a_program_does_not_start(void **state)
{
    (void)state;
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, CODE_17, "OK");
    check(&client, REFUSED_17, "E0e");
    client_send(&client, "vCont;c");
    expect_console(&client, NOT_OURS NOT_STARTED);
    expect_packet(&client, "E01");
}

/* --- Nothing was loaded -------------------------------------------------------------------- */

static void attach_to_empty_core(void)
{
    client_leave(&client);
    client_init(&client);
    client.core3.has_nothing = true;
    client_attach(&client);
    client.core3.log[0] = 0;
}

/* GDB asks by a write of no bytes whether we know that packet. */
static void empty_core_is_not_started_by_who_leaves(void **state)
{
    (void)state;
    attach_to_empty_core();
    check(&client, "X20000000,0:", "OK");
    check(&client, "m20000000,4", "00000000");
    check(&client, "D", "OK");
    core3_did(&client, "clear_breaks;disown;");
    assert_string_equal(client.log, "Core 3 stays halted: nothing was loaded yet\n");
}

static void empty_core_runs_if_it_is_told_to(void **state)
{
    (void)state;
    attach_to_empty_core();
    client_send(&client, "vCont;s");
    expect_console(&client, "nothing that ampgdb knows of was loaded: what runs is whatever the "
                            "RAM holds\n");
    session_poll(client.session);
    client.len = 0;
    check(&client, "D", "OK");
    core3_did(&client, "step;clear_breaks;continue;disown;");
}

static void core_that_the_client_has_changed_is_not_empty(void **state)
{
    static const char *const packets[] = {
        "X20000000,4:abcd", "P0=00000000",
        "G"
        "00000000000000000000000000000000000000000000000000000000000000000000"
        "000000000000000000000000000000000000000000000000000000000000d3010000",
        "qRcmd,72657365742068616c74", /* reset halt */
    };

    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        attach_to_empty_core();
        client_send(&client, packets[i]);
        client.len = 0;
        client.core3.log[0] = 0;
        check(&client, "D", "OK");
        core3_did(&client, "clear_breaks;continue;disown;");
        assert_string_equal(client.log, "");
    }
}

/* --- Start over ---------------------------------------------------------------------------- */

#define REGS_AT_START                                                                              \
    "00:00000000;01:00000000;02:00000000;03:00000000;04:00000000;05:00000000;06:00000000;"         \
    "07:00000000;08:00000000;09:00000000;0a:00000000;0b:00000000;0c:00000000;0d:00000000;"         \
    "0e:00000000;0f:00000020;19:d3010000;"

static void load(void)
{
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "Pf=00000020", "OK");
    client.core3.log[0] = 0;
}

/* A program that counts in a variable once began a second "run" where the first had ended. */
static void run_brings_the_original_data_back(void **state)
{
    (void)state;
    load();
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.core3.ram[0] = 'x'; /* the program does that */
    client.len = 0;
    check(&client, "M20000001,1:79", "OK");
    client.core3.log[0] = 0;
    check(&client, "vRun;626c696e6b;2d78", "T05thread:1;core:3;" REGS_AT_START);
    core3_did(&client, "reload;reset 20000000;");
    check(&client, "m20000000,4", "61626364");
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;");
    expect_nothing(&client);
}

/* A patch over the entry was undone by the run. */
static void what_was_written_before_a_run_is_no_load(void **state)
{
    (void)state;
    load();
    client_send(&client, "vCont;s");
    session_poll(client.session);
    client.len = 0;
    check(&client, CODE_17, "OK");
    client_send(&client, "vRun;");
    client.len = 0;
    client.core3.log[0] = 0;
    client_send(&client, "vCont;c");
    core3_did(&client, "continue;");
}

static void each_section_gets_its_own_data_back(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    check(&client, "X20000100,3:efg", "OK");
    check(&client, "Pf=00000020", "OK");
    client_send(&client, "vRun;");
    client.len = 0;
    check(&client, "m20000000,4", "61626364");
    check(&client, "m20000100,3", "656667");
}

static void restart_brings_the_original_data_back(void **state)
{
    (void)state;
    load();
    client.core3.ram[0] = 'x';
    client_send(&client, "R00");
    expect_nothing(&client);
    check(&client, "m20000000,4", "61626364");
}

static void monitor_reset_keeps_ram(void **state)
{
    (void)state;
    load();
    client.core3.ram[0] = 'x';
    client_send(&client, "qRcmd,72657365742068616c74");
    client.len = 0;
    check(&client, "m20000000,1", "78");
    core3_did(&client, "reset 20000000;");
}

/* The sentence has to wait for a moment in which the client takes text. */
static void run_without_a_copy_resets_and_says_so_at_the_resume(void **state)
{
    (void)state;
    check(&client, "vRun;", "T05thread:1;core:3;" REGS_AT_START);
    core3_did(&client, "reset 20000000;");
    client_send(&client, "vCont;c");
    expect_console(&client, "the program starts with its data as it is now: nothing was loaded\n");
    expect_nothing(&client);
    assert_string_equal(client.log,
                        "the program starts with its data as it is now: nothing was loaded\n");
}

/* Or "run" would start another program than the one that was loaded. */
static void program_that_is_not_remembered_is_not_replaced_by_an_older_one(void **state)
{
    (void)state;
    load();
    client.core3.refuses_image = true;
    check(&client, "X20000000,4:ABCD", "OK");
    check(&client, "Pf=00000020", "OK");
    client_send(&client, "vRun;");
    core3_did(&client, "write 20000000,4;reset 20000000;allow 0;forget;reset 20000000;");
    client.len = 0;
    client_send(&client, "qRcmd,76657273696f6e");
    expect_console(&client,
                   "\"run\" will not bring back this program's original data, because the disk is "
                   "full; load it again instead\n"
                   "the program starts with its data as it is now: nothing was loaded\n"
                   "ampgdb-bridge " AMPGDB_VERSION ", stub ABI 2\n");
}

/* Pieces by the dozen: the next bytes are too far away to be counted in. */
static void load_in_too_many_pieces_is_not_remembered(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 33; i++) {
        char packet[64];

        snprintf(packet, sizeof packet, "X2000%x,4:abcd", 0x100 * i + 0x1000);
        check(&client, packet, "OK");
    }
    client.core3.log[0] = 0;
    check(&client, "Pf=00100020", "OK");
    core3_did(&client, "reset 20001000;allow 0;forget;");
    assert_non_null(strstr(client.log, "because it lies in more than 32 pieces"));
}

static void program_whose_memory_cannot_be_read_back_is_not_remembered(void **state)
{
    (void)state;
    check(&client, "X20000000,4:abcd", "OK");
    client.core3.fail_in = 4; /* reset, registers, allow, this */
    client.core3.fail_with = -AMPGDB_EFAULT;
    client.core3.log[0] = 0;
    check(&client, "Pf=00000020", "OK");
    core3_did(&client, "reset 20000000;allow 0;forget;");
    assert_non_null(strstr(client.log, "because its memory at 0x20000000 cannot be read back"));
}

static void run_that_fails_says_so(void **state)
{
    (void)state;
    load();
    client.core3.fail_in = 1;
    client.core3.fail_with = -AMPGDB_EINVAL;
    check(&client, "vRun;", "E16");
    core3_did(&client, "");
    assert_string_equal(client.log, "the program cannot start over: reload fails\n");
}

static void assert_not_remembered(const char *because)
{
    char sentence[256];

    snprintf(sentence, sizeof sentence,
             "\"run\" will not bring back this program's original data, because %s; load it again "
             "instead\n",
             because);
    assert_string_equal(client.log, sentence);
    assert_false(client.core3.has_image);
}

static void program_outside_the_ram_is_not_remembered(void **state)
{
    (void)state;
    check(&client, "X3f200000,4:abcd", "OK");
    check(&client, "Pf=0000203f", "OK");
    assert_not_remembered("it is not in the program's RAM");
}

/* Where there is no memory, but nobody knows until it was read. */
static void program_that_is_read_back_in_part_is_not_remembered(void **state)
{
    (void)state;
    client.core3.swallows = true;
    check(&client, "X2001fffc,8:abcdefgh", "OK");
    check(&client, "Pf=fcff0120", "OK");
    assert_not_remembered("its memory at 0x2001fffc cannot be read back");
}

/* Two far away from each other become one when there are no more to keep apart. */
static void load_of_many_mebibytes_is_not_remembered(void **state)
{
    char packet[64];

    (void)state;
    client.core3.swallows = true;
    for (uint32_t i = 0; i < 63; i++) {
        snprintf(packet, sizeof packet, "X%x,1:a", 0x40000000 + i * 0x3000000);
        check(&client, packet, "OK");
    }
    check(&client, "X20000000,1:a", "OK");
    check(&client, "X21ffff00,1:a", "OK");
    check(&client, "Pf=00000020", "OK");
    assert_not_remembered("it has more than 16 MiB");
}

static void load_of_16_mebibytes_is_not_too_large(void **state)
{
    char packet[64];

    (void)state;
    client.core3.swallows = true;
    for (uint32_t i = 0; i < 63; i++) {
        snprintf(packet, sizeof packet, "X%x,1:a", 0x40000000 + i * 0x3000000);
        check(&client, packet, "OK");
    }
    check(&client, "X20000000,1:a", "OK");
    check(&client, "X20ffffff,1:a", "OK");
    check(&client, "Pf=00000020", "OK");
    assert_not_remembered("its memory at 0x20000000 cannot be read back");
}

static void program_without_room_for_a_copy_is_not_remembered(void **state)
{
    (void)state;
    check(&client, "X20000000,9:abcdefghi", "OK");
    too_many_bytes = 9;
    check(&client, "Pf=00000020", "OK");
    too_many_bytes = 0;
    assert_not_remembered("there is no memory left for a copy");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, attach, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(load_gives_a_fresh_cpu),
        TEST(thumb_load_says_nothing_when_gdb_knows_of_thumb_already),
        TEST(thumb_load_after_an_arm_program_comes_with_a_cpsr),
        TEST(each_way_to_tell_a_cpsr_counts),
        TEST(what_gdb_was_told_counts_and_not_what_is),
        TEST(pc_with_bit_0_is_thumb),
        TEST(pc_in_memory_that_was_looked_at_is_no_load),
        TEST(load_over_what_was_poked_and_looked_at_is_remembered_whole),
        TEST(load_over_what_was_poked_is_remembered_whole),
        TEST(load_that_follows_a_load_is_remembered_whole),
        TEST(pc_set_after_a_load_without_a_pc_is_not_the_entry),
        TEST(load_without_a_pc_is_what_starts_over),
        TEST(failed_load_is_explained_and_does_not_start),
        TEST(failed_load_does_not_start_over),
        TEST(reset_or_a_load_that_succeeds_ends_it),
        TEST(data_that_cannot_be_written_stops_nobody),
        TEST(data_that_cannot_be_written_under_a_program_that_runs_is_not_a_load),
        TEST(load_that_fails_in_the_midst_of_a_program_does_not_start),
        TEST(empty_core_is_not_started_by_who_leaves),
        TEST(empty_core_runs_if_it_is_told_to),
        TEST(core_that_the_client_has_changed_is_not_empty),
        TEST(cpsr_is_the_clients_again_after_a_resume),
        TEST(pc_elsewhere_is_no_load),
        TEST(cpsr_that_a_user_sets_after_a_load_counts),
        TEST(cpsr_that_comes_later_than_gdbs_is_a_users),
        TEST(cpsr_with_other_bits_than_the_old_one_is_a_users),
        TEST(second_pc_after_a_load_is_no_load),
        TEST(load_is_remembered_without_devices),
        TEST(load_is_remembered_without_what_was_refused),
        TEST(load_without_a_pc_shows_at_the_resume),
        TEST(thumb_load_without_a_pc_stays_thumb),
        TEST(thumb_load_over_a_thumb_program_shows_at_the_resume),
        TEST(load_that_cannot_be_taken_in_stays_where_it_is),
        TEST(thumb_load_over_an_arm_program_comes_with_a_cpsr),
        TEST(cpsr_of_a_user_says_nothing_of_the_entry),
        TEST(cpsr_after_another_register_of_a_user_is_a_users),
        TEST(registers_written_after_a_load_without_a_pc_stay),
        TEST(all_registers_written_after_a_load_without_a_pc_stay),
        TEST(memory_changed_after_a_load_without_a_pc_is_not_original),
        TEST(load_that_was_canceled_is_spoken_of_once),
        TEST(load_over_a_program_that_runs_halts_it_at_its_entry),
        TEST(load_over_a_program_with_its_mmu_on_turns_that_off),
        TEST(patch_and_data_do_not_disturb_a_program_that_runs),
        TEST(patches_side_by_side_are_no_load_of_a_program_that_runs),
        TEST(section_that_ends_at_the_entry_does_not_halt_a_program_that_runs),
        TEST(patch_is_no_load),
        TEST(data_elsewhere_is_no_load),
        TEST(run_brings_the_original_data_back),
        TEST(what_was_written_before_a_run_is_no_load),
        TEST(each_section_gets_its_own_data_back),
        TEST(restart_brings_the_original_data_back),
        TEST(monitor_reset_keeps_ram),
        TEST(run_without_a_copy_resets_and_says_so_at_the_resume),
        TEST(program_that_is_not_remembered_is_not_replaced_by_an_older_one),
        TEST(load_in_too_many_pieces_is_not_remembered),
        TEST(program_whose_memory_cannot_be_read_back_is_not_remembered),
        TEST(run_that_fails_says_so),
        TEST(program_outside_the_ram_is_not_remembered),
        TEST(program_that_is_read_back_in_part_is_not_remembered),
        TEST(load_of_many_mebibytes_is_not_remembered),
        TEST(load_of_16_mebibytes_is_not_too_large),
        TEST(program_without_room_for_a_copy_is_not_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
