/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/core3.h against the machine of fake_machine.h: Core 3 is brought up or the reason is named,
 * whoever lives there already is not overwritten, and whatever the other side answers, or does not
 * answer, the caller gets a sentence and never a hang, a crash or invented data.
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

#include "ampgdb/agent.h"
#include "core3.h"
#include "fake_machine.h"

#define BASE 0x20000000u

static struct core3 *core3;
static struct error error;
static struct ampgdb_stop stop;
static const struct ampgdb_resume go_on = {.how = AMPGDB_RESUME_CONTINUE};

/* --- what of libc may fail (tests.mk, WRAPPED) --- */

static bool has_no_memory;
static unsigned random_number_that_fails; /* the first, the second...; 0: none */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return has_no_memory ? NULL : __real_calloc(count, size);
}

ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
    if (random_number_that_fails > 0 && --random_number_that_fails == 0)
        return -1;
    return __real_getrandom(bytes, size, flags);
}

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    strcpy(error.text, "");
    return core3_open(&core3, "fake", &error);
}

static int set_up_owned(void **state)
{
    set_up(state);
    return core3_own(core3, "core3_test", &error);
}

static int tear_down(void **state)
{
    (void)state;
    core3_close(core3);
    unlink(fake.physmem.lock_path);
    return 0;
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in '%s'", part, text);
}

static void assert_not_owned(int code, const char *because)
{
    assert_int_equal(core3_own(core3, "core3_test", &error), code);
    assert_says(error.text, because);
    assert_false(core3_is_owned(core3));
}

static char notice[sizeof error.text]; /* of the last replacement */

static void assert_replaced(const char *because)
{
    const unsigned boots = fake.boots;

    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(fake.boots, boots + 1);
    assert_non_null(core3_notice(core3));
    snprintf(notice, sizeof notice, "%s", core3_notice(core3));
    assert_says(notice, because);
    assert_says(core3_notice(core3), "; a new stub was started, and nothing runs on Core 3 now");
    assert_int_equal(core3_ping(core3), 0);
    core3_disown(core3);
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_null(core3_notice(core3));
}

static void assert_lost(const char *because)
{
    assert_int_equal(core3_ping(core3), -HOST_ELOST);
    assert_says(core3_explain(core3, -HOST_ELOST), because);
}

/* --- bring-up and ownership --- */

static void owning_starts_a_stub(void **state)
{
    struct core3_info info;

    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_true(core3_is_owned(core3));
    assert_int_equal(fake.boots, 1);
    assert_int_equal(fake.code_phys, 0x30001000);
    assert_int_equal(fake.code_words, 3);
    assert_int_equal(fake.mapped_phys, 0x30080000);
    assert_int_equal(fake_header()->boot_base, BASE);
    assert_int_equal(fake_header()->boot_ram_end, FAKE_RAM_END);
    assert_int_equal(fake_header()->reserved0[3], 0);
    core3_info(core3, &info);
    assert_int_equal(info.program_base, BASE);
    assert_int_equal(info.window, 0x30000000);
    assert_int_equal(info.upper_base, 0x30100000);
    assert_int_equal(info.ram_end, FAKE_RAM_END);
    assert_int_equal(info.hw_breakpoints, 5);
    assert_int_equal(info.hw_watchpoints, 4);
    assert_int_equal(info.state, AMPGDB_STATE_HALTED);
}

static void each_start_has_its_own_nonce(void **state)
{
    uint32_t first;

    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    first = fake_header()->boot_nonce;
    assert_int_not_equal(first, 0);
    core3_close(core3);
    set_up(state);
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_not_equal(fake_header()->boot_nonce, first);
}

static void a_resident_stub_is_used_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    assert_false(core3_is_owned(core3));
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(fake.boots, 1);
    assert_int_equal(fake.code_words, 3);
}

static void a_header_left_from_before_a_reboot_proves_nothing(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    fake.stub_runs = false;
    fake.mailbox_ctl = 0;
    fake.core = FAKE_FIRMWARE_HYP;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(fake.boots, 2);
}

static void without_memory_nothing_is_opened(void **state)
{
    struct core3 *second;

    (void)state;
    has_no_memory = true;
    assert_int_equal(core3_open(&second, "fake", &error), -HOST_EFAIL);
    has_no_memory = false;
    assert_string_equal(error.text, "out of memory");
}

/* The nonce of the start, the first tag, the nonce of the first ping. */
static void without_random_numbers_nothing_is_owned(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 3; i++) {
        random_number_that_fails = i;
        assert_true(core3_own(core3, "core3_test", &error) < 0);
        assert_string_equal(error.text, "the kernel gives no random numbers (getrandom)");
        assert_false(core3_is_owned(core3));
        tear_down(state);
        set_up(state);
    }
}

static void a_second_owner_is_told_the_first(void **state)
{
    struct core3 *second;

    (void)state;
    assert_int_equal(core3_own(core3, "ampgdb-bridge, client 127.0.0.1:4711", &error), 0);
    assert_int_equal(core3_open(&second, "fake", &error), 0);
    assert_int_equal(core3_own(second, "loadmetal", &error), -HOST_ELOCKED);
    assert_string_equal(error.text,
                        "Core 3 is in use by ampgdb-bridge, client 127.0.0.1:4711: let it "
                        "finish, or detach its debugger, then try again");
    assert_int_equal(core3_ping(core3), 0);
    core3_disown(core3);
    assert_int_equal(core3_own(second, "loadmetal", &error), 0);
    core3_close(second);
}

static void disown_now(struct fake *machine)
{
    machine->meddle = NULL;
    core3_disown(core3);
}

static void one_who_is_done_in_a_moment_turns_nobody_away(void **state)
{
    struct core3 *second;

    (void)state;
    assert_int_equal(core3_own(core3, "loadmetal status", &error), 0);
    assert_int_equal(core3_open(&second, "fake", &error), 0);
    fake.meddle = disown_now;
    assert_int_equal(core3_own(second, "loadmetal", &error), 0);
    core3_close(second);
}

static void a_start_address_that_nobody_took_means_nobody_waits(void **state)
{
    (void)state;
    fake.mailbox3 = 0x20000000;
    fake.core = FAKE_BUSY;
    assert_not_owned(-HOST_ELOST,
                     "a start address (0x20000000) lies in Core 3's mailbox 3 and nobody "
                     "takes it, so Core 3 is not waiting for work: was a program "
                     "started there without ampgdb? Reboot the Pi");
    assert_int_equal(fake.code_words, 0);
    assert_int_equal(fake_header()->magic, 0x5A5A5A5A);
}

static void an_address_that_is_not_taken_is_taken_back(void **state)
{
    (void)state;
    fake.core = FAKE_BUSY;
    fake_header()->state = AMPGDB_STATE_NONE;
    fake_header()->progress = AMPGDB_PROGRESS_NONE;
    assert_not_owned(-HOST_ELOST,
                     "Core 3 never took the start address from its mailbox 3: is Linux running "
                     "with maxcpus=3, and was no program started on Core 3 without ampgdb since "
                     "the last reboot? Otherwise reboot the Pi");
    assert_int_equal(fake.mailbox3, 0);
    assert_int_equal(fake_header()->magic, 0x5A5A5A5A);
    assert_int_equal(fake_header()->boot_nonce, 0x5A5A5A5A);
}

static const char refusal[] =
    "Core 3 arrived in Supervisor mode (CPSR 0x600001d3), but the stub needs HYP mode: use the "
    "Pi's own current firmware with a 32-bit kernel (arm_64bit=0, and no kernel_old=1 or armstub= "
    "in config.txt), then reboot";

static void a_refusal_of_an_earlier_start_is_remembered(void **state)
{
    (void)state;
    fake.core = FAKE_FIRMWARE_SVC;
    assert_not_owned(-HOST_ELOST, refusal);
    assert_string_equal(error.text, refusal);
    assert_not_owned(-HOST_ELOST, "Core 3 does not take a new start address; what an earlier start "
                                  "left: Core 3 arrived in Supervisor mode");
    assert_says(error.text, "; reboot the Pi");
}

static void a_stub_that_gets_stuck_says_how_far_it_came(void **state)
{
    (void)state;
    fake.core = FAKE_STUCK;
    assert_not_owned(-HOST_ELOST, "the stub got stuck on Core 3 after turning its MMU on, while "
                                  "setting up debugging and stage 2 (progress 3 of 5): please "
                                  "report this; reboot the Pi");
}

static void a_stub_that_never_reports_is_not_mistaken_for_one_not_taken(void **state)
{
    (void)state;
    fake.core = FAKE_VANISHED;
    assert_not_owned(-HOST_ELOST, "Core 3 took the start address, but its start got no further for "
                                  "2000 ms (progress 0, epoch 0x00000000 for 0x");
    assert_says(error.text, "): its memory at 0x30000000 may belong to somebody else (gpu_mem, "
                            "mem=); correct that and reboot the Pi");
}

static void a_panic_at_boot_is_decoded(void **state)
{
    (void)state;
    fake.core = FAKE_BOOT_PANIC;
    assert_not_owned(-HOST_ELOST,
                     "the stub on Core 3 failed: boot words that make no sense (code 2) "
                     "at stub+0x0");
    assert_says(error.text, "; please report this; reboot the Pi");
    assert_true(fake.looks < 5);
}

static void a_stub_of_another_version_is_named_and_replaced(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_null(core3_notice(core3));
    core3_disown(core3);
    fake_header()->abi_version = 77;
    assert_replaced("the stub on Core 3 was of another version (ABI 77, this program speaks 2)");
    assert_int_equal(fake.parks, 1);
}

static void a_replaced_stub_need_not_be_awake(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    core3_disown(core3);
    fake.mailbox3 = 0x20004000; /* the program's: gone with it */
    fake_header()->abi_version = 77;
    assert_replaced("ABI 77");
    assert_int_equal(fake.mailbox3, 0);
}

static void a_stub_that_does_not_hand_the_core_back_means_a_reboot(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    fake.is_stuck = true;
    fake_header()->abi_version = 77;
    assert_not_owned(-HOST_ELOST, "ABI 77");
    assert_says(error.text, "; it does not hand Core 3 back either (waited 400 ms), so there is no "
                            "way to replace it: reboot the Pi");
    assert_int_equal(fake.mailbox3, 0);
    assert_int_equal(fake.code_words, 3);
    assert_null(core3_notice(core3));
}

static void somebody_elses_program_is_left_alone(void **state)
{
    (void)state;
    fake.mailbox_ctl = FAKE_DOORBELL;
    assert_not_owned(-HOST_ELOST,
                     "something else than ampgdb's stub runs on Core 3, or its window was "
                     "overwritten (its mailbox 1 is a FIQ, but the header at "
                     "0x30080000 is not ours: 0x5a5a5a5a): reboot the Pi");
    assert_int_equal(fake.code_words, 0);
    assert_int_equal(fake_header()->magic, 0x5A5A5A5A);
}

static void a_resident_stub_that_is_silent_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    fake.is_silent = true;
    assert_replaced(
        "did not answer within 2000 ms (state halted, asleep 0, to_stub 5 words waiting, "
        "to_host 0, 0 stray messages): its stub hangs, perhaps in an access to a "
        "device that never finished");
}

static void vanish(struct fake *machine)
{
    machine->is_gone = true;
}

static void a_machine_that_goes_away_while_parking_is_named(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    fake.is_silent = true;
    fake.meddle = vanish;
    assert_not_owned(-HOST_EFAIL, "the machine is gone");
}

static void leave_panic(void)
{
    fake_header()->panic = (struct ampgdb_panic){.code = AMPGDB_PANIC_TRAP,
                                                 .pc = 0x1234,
                                                 .hsr = 0x97830005,
                                                 .hdfar = 0xDEAD0000,
                                                 .vector = 4};
    fake_header()->state = AMPGDB_STATE_PANIC;
    fake.stub_runs = false;
}

static void a_parked_panic_is_told_and_replaced(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    leave_panic();
    fake.mailbox_ctl = 0;
    fake.core = FAKE_FIRMWARE_HYP;
    assert_replaced("stub+0x1234");
    assert_int_equal(fake.parks, 0);
}

static void a_panic_that_did_not_park_is_decoded_and_its_record_kept(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    leave_panic();
    assert_not_owned(-HOST_ELOST, "the stub on Core 3 failed: an exception of its own (code 1) at "
                                  "stub+0x1234, LR 0x00000000, CPSR 0x00000000, vector 4");
    assert_says(error.text, "HSR 0x97830005 (data abort of the stub), HDFAR 0xdead0000");
    assert_says(error.text, "reboot the Pi");
    assert_int_equal(fake_header()->panic.pc, 0x1234);
}

static void a_stub_with_other_memory_is_refused(void **state)
{
    static const size_t words[] = {offsetof(struct ampgdb_header, program_base) / 4,
                                   offsetof(struct ampgdb_header, window) / 4,
                                   offsetof(struct ampgdb_header, ram_end) / 4};

    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const uint32_t before = fake.shared[words[i]];

        core3_disown(core3);
        fake.shared[words[i]] = 0xFFE00000;
        assert_not_owned(-HOST_ELOST, "the stub on Core 3 uses other memory (base 0x");
        assert_says(error.text, ") than this board has (0x20000000, 0x30000000, 0x3b400000): was "
                                "gpu_mem changed? Reboot the Pi");
        fake.shared[words[i]] = before;
        assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    }
}

static void a_machine_that_is_gone_is_named(void **state)
{
    (void)state;
    fake.is_gone = true;
    assert_not_owned(-HOST_EFAIL, "the machine is gone");
}

static void stale_messages_are_dropped(void **state)
{
    const struct ampgdb_message stale = {AMPGDB_MESSAGE_WORDS, AMPGDB_MSG_PING | AMPGDB_MSG_REPLY,
                                         17, 0};

    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    fake_send(&stale, NULL);
    fake_stop(AMPGDB_STOP_STEP, 0);
    fake_send(&stale, NULL);
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    fake_header()->to_host_tail -= 3; /* a predecessor died in the middle of writing it */
    core3_disown(core3);
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
}

static void put_address_back(struct fake *machine)
{
    if (fake_header()->progress > AMPGDB_PROGRESS_NONE)
        machine->mailbox3 = 0x30001000;
}

static void an_address_left_by_whoever_took_it_does_not_hide_the_cause(void **state)
{
    (void)state;
    fake.core = FAKE_STUCK;
    fake.meddle = put_address_back;
    assert_not_owned(-HOST_ELOST, "progress 3 of 5");
    assert_int_equal(fake.mailbox3, 0);
}

/* --- owning as is, and looking --- */

static void owning_as_is_starts_nothing(void **state)
{
    (void)state;
    assert_int_equal(core3_own_as_is(core3, "core3_test", &error), 0);
    assert_true(core3_is_owned(core3));
    assert_int_equal(fake.boots, 0);
    assert_int_equal(fake.code_words, 0);
    assert_int_equal(fake.mailbox3, 0);
    assert_lost("no stub");
    core3_disown(core3);
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    assert_int_equal(core3_own_as_is(core3, "core3_test", &error), 1);
    assert_int_equal(core3_ping(core3), 0);
    assert_int_equal(fake.boots, 1);
}

static void owning_as_is_replaces_nothing(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    core3_disown(core3);
    fake.is_silent = true;
    assert_int_equal(core3_own_as_is(core3, "core3_test", &error), -HOST_ELOST);
    assert_says(error.text, "did not answer");
    assert_says(error.text, "; the next attach, load or stop replaces the stub");
    assert_false(core3_is_owned(core3));
    fake_header()->abi_version = 77;
    assert_int_equal(core3_own_as_is(core3, "core3_test", &error), -HOST_ELOST);
    assert_says(error.text, "ABI 77");
    fake_header()->magic = 1;
    assert_int_equal(core3_own_as_is(core3, "core3_test", &error), -HOST_ELOST);
    assert_says(error.text, "something else");
    fake.is_gone = true;
    assert_int_equal(core3_own_as_is(core3, "core3_test", &error), -HOST_EFAIL);
    assert_int_equal(fake.parks, 0);
}

static void the_owner_can_be_asked_for(void **state)
{
    char holder[64] = "";
    FILE *lock;

    (void)state;
    assert_int_equal(core3_holder(core3, holder, sizeof holder), 0);
    assert_int_equal(core3_own(core3, "the bridge, client 1", &error), 0);
    assert_int_equal(core3_holder(core3, holder, sizeof holder), 1);
    assert_string_equal(holder, "the bridge, client 1");
    core3_disown(core3);
    assert_int_equal(core3_holder(core3, holder, sizeof holder), 0);
    lock = fopen(fake.physmem.lock_path, "w"); /* what a killed owner leaves */
    fputs("the dead", lock);
    fclose(lock);
    assert_int_equal(core3_holder(core3, holder, sizeof holder), 0);
}

static void the_addresses_are_known_before_owning(void **state)
{
    struct core3_info info;

    (void)state;
    core3_info(core3, &info);
    assert_int_equal(info.program_base, BASE);
    assert_int_equal(info.window, 0x30000000);
    assert_int_equal(info.upper_base, 0x30100000);
    assert_int_equal(info.ram_end, FAKE_RAM_END);
    assert_int_equal(fake.mailbox3, 0);
}

/* --- post-mortem --- */

static void unused_memory_is_no_record(void **state)
{
    (void)state;
    assert_int_equal(core3_examine(core3, &error), -HOST_ELOST);
    assert_string_equal(error.text, "the window at 0x30000000 holds no record of a stub that this "
                                    "program can read, and none is on Core 3");
    memset(fake.shared, 0, sizeof fake.shared);
    assert_int_equal(core3_examine(core3, &error), -HOST_ELOST);
    fake.mailbox_ctl = FAKE_DOORBELL;
    assert_int_equal(core3_examine(core3, &error), -HOST_ELOST);
    assert_says(error.text, "can read, though something is on Core 3: is it another version's?");
}

static void a_panic_can_be_examined_without_disturbing_it(void **state)
{
    struct core3_info info;

    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake_stop(AMPGDB_STOP_BKPT, 0x1234);
    core3_disown(core3);
    leave_panic();
    fake.mailbox_ctl = 0;
    fake.looks = 0;
    assert_int_equal(core3_examine(core3, &error), 0);
    assert_says(error.text, "stub+0x1234");
    assert_says(error.text,
                "; please report this; the next attach, load or stop replaces the stub");
    core3_info(core3, &info);
    assert_int_equal(info.state, AMPGDB_STATE_PANIC);
    assert_int_equal(info.ram_end, FAKE_RAM_END);
    assert_int_equal(info.hw_breakpoints, 5);
    core3_last_stop(core3, &stop);
    assert_int_equal(stop.address, 0x1234);
    assert_int_equal(fake.boots, 1);
    assert_int_equal(fake.looks, 0);
    assert_false(core3_is_owned(core3));
}

static void what_else_the_window_tells_is_a_verdict(void **state)
{
    (void)state;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(core3_examine(core3, &error), 0); /* by an owner, too */
    assert_string_equal(error.text, "a stub is on Core 3 (state halted); whether it still answers "
                                    "was not asked");
    assert_int_equal(core3_ping(core3), 0);
    core3_disown(core3);
    fake.mailbox_ctl = 0;
    assert_int_equal(core3_examine(core3, &error), 0);
    assert_string_equal(error.text, "no stub is on Core 3: this is what the last one left (state "
                                    "halted), perhaps before a reboot; the next attach, load or "
                                    "stop replaces the stub");
    fake_header()->abi_version = AMPGDB_ABI_VERSION + 1;
    assert_int_equal(core3_examine(core3, &error), -HOST_ELOST);
    fake.is_gone = true;
    assert_int_equal(core3_examine(core3, &error), -HOST_ELOST);
    assert_says(error.text, "the machine is gone");
}

static void a_start_that_failed_can_be_examined(void **state)
{
    (void)state;
    fake.core = FAKE_BOOT_PANIC;
    assert_not_owned(-HOST_ELOST, "boot words");
    assert_int_equal(core3_examine(core3, &error), 0);
    assert_says(error.text, "boot words");
    fake_reset();
    fake.core = FAKE_FIRMWARE_SVC;
    assert_not_owned(-HOST_ELOST, "Supervisor");
    assert_int_equal(core3_examine(core3, &error), 0);
    assert_says(error.text, "Supervisor");
}

/* --- requests --- */

static void registers_are_read_and_written(void **state)
{
    const uint32_t new[] = {7, 8};
    uint32_t values[AMPGDB_REG_COUNT];

    (void)state;
    assert_int_equal(core3_write_regs(core3, AMPGDB_REG_PC, 2, new), 0);
    assert_int_equal(core3_read_regs(core3, 0, AMPGDB_REG_COUNT, values), 0);
    assert_int_equal(values[14], 0x100E);
    assert_int_equal(values[15], 7);
    assert_int_equal(values[16], 8);
    assert_int_equal(values[17], 0x1011);
}

static void permissions_are_passed_on(void **state)
{
    (void)state;
    assert_int_equal(core3_allow(core3, AMPGDB_ALLOW_DMA), 0);
    assert_int_equal(fake.allowed, AMPGDB_ALLOW_DMA);
    assert_int_equal(core3_allow(core3, 0), 0);
    assert_int_equal(fake.allowed, 0);
}

static void registers_that_do_not_exist_are_not_asked_for(void **state)
{
    uint32_t values[AMPGDB_REG_COUNT + 1] = {0};

    (void)state;
    fake.is_silent = true;
    assert_int_equal(core3_read_regs(core3, 0, AMPGDB_REG_COUNT + 1, values), -AMPGDB_EINVAL);
    assert_int_equal(core3_read_regs(core3, AMPGDB_REG_COUNT, 1, values), -AMPGDB_EINVAL);
    assert_int_equal(core3_read_regs(core3, 1, 0xFFFFFFFF, values), -AMPGDB_EINVAL);
    assert_int_equal(core3_write_regs(core3, 5, AMPGDB_REG_COUNT, values), -AMPGDB_EINVAL);
}

static void memory_of_any_length_comes_back(void **state)
{
    static const uint32_t lens[] = {0,
                                    1,
                                    2,
                                    3,
                                    4,
                                    5,
                                    AMPGDB_DATA_MAX - 1,
                                    AMPGDB_DATA_MAX,
                                    AMPGDB_DATA_MAX + 1,
                                    2 * AMPGDB_DATA_MAX + 3};

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        uint8_t *out = malloc(lens[i] + 1);
        uint8_t *in = malloc(lens[i] + 1);

        for (uint32_t j = 0; j < lens[i]; j++)
            out[j] = (uint8_t)(j * 7 + i);
        memset(fake.ram, 0xEE, sizeof fake.ram);
        in[lens[i]] = 0x99;
        assert_int_equal(core3_write_mem(core3, BASE + 5, out, lens[i]), lens[i]);
        assert_memory_equal(fake.ram + 5, out, lens[i]);
        assert_int_equal(fake.ram[4], 0xEE);
        assert_int_equal(fake.ram[5 + lens[i]], 0xEE);
        assert_int_equal(core3_read_mem(core3, BASE + 5, in, lens[i]), lens[i]);
        assert_memory_equal(in, out, lens[i]);
        assert_int_equal(in[lens[i]], 0x99);
        free(out);
        free(in);
    }
}

static void memory_up_to_a_bad_address_is_counted(void **state)
{
    static uint8_t bytes[2 * AMPGDB_DATA_MAX];
    const uint32_t end = BASE + FAKE_RAM_BYTES;

    (void)state;
    assert_int_equal(core3_read_mem(core3, end - 10, bytes, 20), 10);
    assert_int_equal(core3_write_mem(core3, end - 10, bytes, 20), 10);
    assert_int_equal(core3_read_mem(core3, end - AMPGDB_DATA_MAX, bytes, sizeof bytes),
                     AMPGDB_DATA_MAX);
    assert_int_equal(core3_read_mem(core3, end, bytes, 1), -AMPGDB_EFAULT);
    assert_int_equal(core3_write_mem(core3, 0, bytes, 4), -AMPGDB_EFAULT);
    assert_int_equal(core3_read_mem(core3, 0xFFFFFFFC, bytes, sizeof bytes), -AMPGDB_EFAULT);
    assert_int_equal(core3_ping(core3), 0);
}

static int set_break(uint32_t addr)
{
    const struct ampgdb_break new = {AMPGDB_BREAK_HARDWARE, addr, AMPGDB_BREAK_KIND_ARM, 0, 0};

    return core3_set_break(core3, &new, NULL, 0);
}

static void assert_asked(uint32_t type, const uint32_t *payload, uint32_t words)
{
    assert_int_equal(fake.request.header.type, type);
    assert_int_equal(fake.request.header.words, AMPGDB_MESSAGE_WORDS + words);
    assert_memory_equal(fake.request.payload, payload, 4 * words);
}

static void breakpoints_are_passed_on_with_their_code(void **state)
{
    const struct ampgdb_break new = {AMPGDB_BREAK_SOFTWARE, BASE, AMPGDB_BREAK_KIND_ARM, 1, 1};
    const uint32_t code[] = {3, 0x270122, 1, 0x27};
    const uint32_t asked[] = {
        AMPGDB_BREAK_SOFTWARE, BASE, AMPGDB_BREAK_KIND_ARM, 1, 1, 3, 0x270122, 1, 0x27};
    uint32_t most[AMPGDB_AGENT_CODES_MAX / 4 + 1] = {0};
    unsigned requests;

    (void)state;
    assert_int_equal(core3_set_break(core3, &new, code, 4), 0);
    assert_asked(AMPGDB_MSG_SET_BREAK, asked, 9);
    assert_int_equal(set_break(BASE), 0);
    assert_asked(AMPGDB_MSG_SET_BREAK, (uint32_t[]){AMPGDB_BREAK_HARDWARE, BASE, 4, 0, 0}, 5);
    assert_int_equal(core3_set_break(core3, &new, most, AMPGDB_AGENT_CODES_MAX / 4), 0);
    requests = fake.doorbells;
    fake.request.header.words = 0;
    assert_int_equal(core3_set_break(core3, &new, most, AMPGDB_AGENT_CODES_MAX / 4 + 1),
                     -AMPGDB_EINVAL);
    assert_int_equal(fake.request.header.words, 0);
    assert_int_equal(fake.doorbells, requests);
}

static void ways_to_resume_are_passed_on(void **state)
{
    const struct ampgdb_resume step = {.how = AMPGDB_RESUME_STEP};
    const struct ampgdb_resume range = {AMPGDB_RESUME_RANGE | AMPGDB_RESUME_DELIVER, BASE,
                                        BASE + 8};

    (void)state;
    assert_int_equal(core3_resume(core3, &step), 0);
    assert_asked(AMPGDB_MSG_RESUME, (uint32_t[]){AMPGDB_RESUME_STEP, 0, 0}, 3);
    fake_stop(AMPGDB_STOP_STEP, 0);
    assert_int_equal(core3_resume(core3, &range), 0);
    assert_asked(AMPGDB_MSG_RESUME, (uint32_t[]){0x102, BASE, BASE + 8}, 3);
}

static void what_is_caught_is_passed_on(void **state)
{
    (void)state;
    assert_int_equal(core3_catch(core3, AMPGDB_CATCH_SVC | AMPGDB_CATCH_DATA), 0);
    assert_int_equal(fake.catch, 10);
    assert_int_equal(core3_catch(core3, 0), 0);
    assert_int_equal(fake.catch, 0);
}

static void a_refusal_of_the_stub_keeps_the_session(void **state)
{
    uint32_t value;

    (void)state;
    for (uint32_t i = 0; i < FAKE_BREAKS; i++)
        assert_int_equal(set_break(BASE), 0);
    assert_int_equal(set_break(BASE), -AMPGDB_ENOSPC);
    assert_says(core3_explain(core3, -AMPGDB_ENOSPC), "clear one");
    assert_int_equal(core3_clear_break(core3, AMPGDB_BREAK_HARDWARE, BASE, 4), 0);
    assert_int_equal(set_break(BASE), 0);
    assert_int_equal(core3_clear_breaks(core3), 0);
    assert_int_equal(fake.breaks, 0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    assert_int_equal(core3_read_regs(core3, 0, 1, &value), -AMPGDB_EBUSY);
    assert_int_equal(core3_halt(core3), 0);
    assert_int_equal(core3_read_regs(core3, 0, 1, &value), 0);
}

static void the_doorbell_is_rung_only_where_it_is_heard(void **state)
{
    (void)state;
    assert_int_equal(core3_ping(core3), 0);
    assert_int_equal(fake.doorbells, 0); /* awake and halted: it looks by itself */
    fake.sleeps = true;
    assert_int_equal(core3_ping(core3), 0);
    assert_int_equal(fake.doorbells, 0);
    assert_int_equal(core3_ping(core3), 0);
    assert_int_equal(fake.doorbells, 1);
    fake.sleeps = false;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    assert_int_equal(fake.doorbells, 2);
    assert_int_equal(core3_ping(core3), 0);
    assert_int_equal(fake.doorbells, 3);
}

/* --- stops --- */

static void a_stop_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    fake_stop(AMPGDB_STOP_S2_DATA, 0x1234);
    assert_int_equal(core3_poll_stop(core3, &stop), 1);
    assert_int_equal(stop.reason, AMPGDB_STOP_S2_DATA);
    assert_int_equal(stop.address, 0x1234);
    assert_int_equal(stop.regs[15], 0x20000040);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    core3_last_stop(core3, &stop);
    assert_int_equal(stop.address, 0x1234);
}

static void stop_now(struct fake *machine)
{
    machine->meddle = NULL;
    fake_stop(AMPGDB_STOP_BKPT, 0);
}

static void a_stop_that_arrives_before_a_reply_is_kept(void **state)
{
    uint8_t byte;

    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake.meddle = stop_now;
    assert_int_equal(core3_read_mem(core3, BASE, &byte, 1), 1);
    assert_int_equal(core3_poll_stop(core3, &stop), 1);
    assert_int_equal(stop.reason, AMPGDB_STOP_BKPT);
}

static void a_stop_from_before_owning_is_not_new(void **state)
{
    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    core3_disown(core3);
    fake.meddle = stop_now;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    core3_last_stop(core3, &stop);
    assert_int_equal(stop.reason, AMPGDB_STOP_BKPT);
}

static void a_halt_brings_one_stop_and_none_when_halted(void **state)
{
    (void)state;
    assert_int_equal(core3_halt(core3), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    assert_int_equal(core3_halt(core3), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 1);
    assert_int_equal(stop.reason, AMPGDB_STOP_HALT);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
}

static void a_reset_forgets_the_stop_of_the_old_program(void **state)
{
    struct core3_info info;

    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake_stop(AMPGDB_STOP_BKPT, 0);
    assert_int_equal(core3_reset(core3, BASE + 1), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    core3_info(core3, &info);
    assert_int_equal(info.entry, BASE + 1);
    core3_last_stop(core3, &stop);
    assert_int_equal(stop.reason, AMPGDB_STOP_RESET);
}

static void a_resume_forgets_an_unread_stop(void **state)
{
    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake_stop(AMPGDB_STOP_BKPT, 0);
    assert_int_equal(core3_ping(core3), 0);
    assert_int_equal(core3_resume(core3, &go_on), 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
}

static void an_unknown_reason_becomes_unknown(void **state)
{
    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake_stop(AMPGDB_STOP_COUNT, 0);
    assert_int_equal(core3_poll_stop(core3, &stop), 1);
    assert_int_equal(stop.reason, AMPGDB_STOP_UNKNOWN);
    core3_last_stop(core3, &stop);
    assert_int_equal(stop.reason, AMPGDB_STOP_UNKNOWN);
}

static void the_last_stop_is_told_whole(void **state)
{
    struct ampgdb_stop *published = &fake_header()->stop;
    uint32_t *words = (uint32_t *)published;

    (void)state;
    for (uint32_t i = 0; i < sizeof *published / 4; i++)
        words[i] = 0x1000 + i;
    published->reason = AMPGDB_STOP_DATA;
    memset(&stop, 0, sizeof stop);
    core3_last_stop(core3, &stop);
    assert_memory_equal(&stop, published, sizeof stop);
}

/* --- prints --- */

static void print_now(uint32_t id)
{
    fake_print((uint32_t[]){id, 0, 1, 0, id + 1, 0}, 6);
}

static void assert_print(uint32_t id)
{
    const uint32_t expected[] = {id, 0, 1, 0, id + 1, 0};
    const uint32_t *payload;
    uint32_t words;

    assert_int_equal(core3_poll_print(core3, &payload, &words), 1);
    assert_int_equal(words, 6);
    assert_memory_equal(payload, expected, sizeof expected);
}

static void assert_no_print(void)
{
    const uint32_t *payload;
    uint32_t words;

    assert_int_equal(core3_poll_print(core3, &payload, &words), 0);
}

static void print_before_the_reply(struct fake *machine)
{
    machine->meddle = NULL;
    print_now(1);
    print_now(2);
    fake_stop(AMPGDB_STOP_BKPT, 0);
}

static void prints_are_kept_while_others_are_waited_for(void **state)
{
    uint8_t byte;

    (void)state;
    assert_no_print();
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake.meddle = print_before_the_reply;
    assert_int_equal(core3_read_mem(core3, BASE, &byte, 1), 1);
    assert_int_equal(core3_poll_stop(core3, &stop), 1);
    print_now(3);
    assert_int_equal(core3_poll_stop(core3, &stop), 0);
    assert_print(1);
    assert_print(2);
    assert_print(3);
    assert_no_print();
    print_now(4);
    assert_print(4);
}

static void prints_for_an_earlier_owner_are_dropped(void **state)
{
    (void)state;
    print_now(1);
    assert_int_equal(core3_ping(core3), 0);
    print_now(2);
    core3_disown(core3);
    fake.meddle = print_before_the_reply;
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_no_print();
}

static void last_words_are_told_after_a_death(void **state)
{
    const uint32_t *payload;
    uint32_t words;

    (void)state;
    print_now(1);
    assert_int_equal(core3_ping(core3), 0);
    fake.is_silent = true;
    assert_int_equal(core3_ping(core3), -HOST_ELOST);
    assert_print(1);
    assert_int_equal(core3_poll_print(core3, &payload, &words), -HOST_ELOST);
}

/* --- a stub that is silent, dead, somebody else's or hostile --- */

static void silence_is_described(void **state)
{
    (void)state;
    fake.is_silent = true;
    assert_lost("did not answer within 2000 ms (state halted, asleep 0, to_stub 5 words waiting");
    assert_int_equal(fake.looks, FAKE_LOOKS);
}

static void what_is_lost_stays_lost_without_waiting_again(void **state)
{
    uint8_t byte;

    (void)state;
    fake.is_silent = true;
    assert_lost("did not answer");
    fake.looks = 0;
    fake.is_silent = false;
    assert_int_equal(core3_read_mem(core3, BASE, &byte, 1), -HOST_ELOST);
    assert_int_equal(core3_resume(core3, &go_on), -HOST_ELOST);
    assert_int_equal(core3_poll_stop(core3, &stop), -HOST_ELOST);
    assert_int_equal(fake.looks, 0);
    assert_says(core3_explain(core3, -HOST_ELOST), "did not answer");
    core3_disown(core3);
    assert_says(core3_explain(core3, -HOST_ELOST), "did not answer");
    assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    assert_int_equal(core3_ping(core3), 0);
}

static void each_error_of_the_stub_has_its_sentence(void **state)
{
    static const struct {
        int error;
        const char *sentence;
    } known[] = {
        {-AMPGDB_EFAULT, "there is no such memory for the program"},
        {-AMPGDB_EINVAL, "the stub called a request malformed: please report this"},
        {-AMPGDB_EBUSY, "the program is running: halt it first"},
        {-AMPGDB_ENOSPC, "no breakpoint or watchpoint register is left for this: clear one first"},
        {-AMPGDB_EDECODE,
         "the instruction at PC cannot be stepped: set a breakpoint behind it and continue"},
        {-AMPGDB_EAGENT,
         "the condition or command of the breakpoint is none that Core 3 can evaluate"},
        {-AMPGDB_ERROR_COUNT, "unknown error"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_string_equal(core3_explain(core3, known[i].error), known[i].sentence);
}

static void nothing_is_asked_without_owning(void **state)
{
    (void)state;
    core3_disown(core3);
    assert_lost("does not own");
}

static void panic_now(struct fake *machine)
{
    machine->is_silent = true;
    fake_header()->panic.code = AMPGDB_PANIC_TRAP;
    fake_header()->panic.pc = 0x88;
    fake_header()->state = AMPGDB_STATE_PANIC;
}

static void a_panic_ends_the_waiting(void **state)
{
    (void)state;
    fake.meddle = panic_now;
    assert_lost("stub+0x88");
    assert_true(fake.looks < 5);
}

static void a_panic_while_the_program_runs_is_noticed(void **state)
{
    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    panic_now(&fake);
    assert_int_equal(core3_poll_stop(core3, &stop), -HOST_ELOST);
    assert_says(core3_explain(core3, -HOST_ELOST), "stub+0x88");
}

static void a_restart_by_somebody_else_is_noticed(void **state)
{
    (void)state;
    fake_header()->epoch++;
    fake.is_silent = true;
    assert_lost("the stub on Core 3 was started again by another process (epoch 0x");
    assert_says(core3_explain(core3, -HOST_ELOST), "): attach again");
    assert_true(fake.looks < 5);
}

static void a_doorbell_that_fails_is_passed_on(void **state)
{
    (void)state;
    assert_int_equal(core3_resume(core3, &go_on), 0);
    fake.is_gone = true;
    assert_lost("the machine is gone");
}

static bool wrong_tag(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.tag++;
    return true;
}

static bool wrong_type(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.type = AMPGDB_MSG_HALT | AMPGDB_MSG_REPLY;
    return true;
}

static bool wrong_status(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.status = -AMPGDB_ERROR_COUNT;
    return true;
}

static bool worst_status(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.status = INT32_MIN;
    return true;
}

static bool too_many_bytes(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.status++;
    return true;
}

static bool most_bytes(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.status = INT32_MAX;
    return true;
}

static bool no_bytes(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.status = 0;
    return true;
}

static bool too_few_words(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.words--;
    return true;
}

static bool too_many_words(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.words++;
    return true;
}

static bool a_monster(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.words = AMPGDB_MESSAGE_MAX + 1;
    return true;
}

static bool half_a_header(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    fake_send(&reply->header, reply->payload);
    fake_header()->to_host_head = fake_header()->to_host_tail + 2;
    return false;
}

static bool a_wild_head(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    (void)reply;
    fake_header()->to_host_head = fake_header()->to_host_tail + RING_WORDS + 1;
    return false;
}

static bool a_short_stop(struct fake *machine, struct fake_message *reply)
{
    const struct ampgdb_message event = {AMPGDB_MESSAGE_WORDS + 1, AMPGDB_MSG_STOPPED, 0, 0};

    (void)machine;
    fake_send(&event, reply->payload);
    return true;
}

static bool a_short_print(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    (void)reply;
    fake_print((uint32_t[]){1, 0, 1, 0, 5}, 5);
    return true;
}

static bool an_endless_string(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    (void)reply;
    fake_print((uint32_t[]){1, 0, 1, 1, 5, 0, 129}, 7);
    return true;
}

static bool a_flood(struct fake *machine, struct fake_message *reply)
{
    const struct ampgdb_message event = {AMPGDB_MESSAGE_WORDS, 0x77, 0, 0};

    (void)machine;
    (void)reply;
    for (uint32_t i = 0; i < RING_WORDS; i++)
        fake_send(&event, NULL);
    return false;
}

static bool nothing(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    (void)reply;
    return false;
}

#define BROKEN ": its stub is broken or from another version"

static const struct {
    bool (*tamper)(struct fake *machine, struct fake_message *reply);
    const char *says;
} lies[] = {
    {wrong_tag, "1 stray"},
    {wrong_type,
     "Core 3 sent an impossible reply (type 0x8000000a, status 8) to a memory read" BROKEN},
    {wrong_status, "an impossible reply (type 0x80000004, status -9) to a memory read" BROKEN},
    {worst_status, "impossible reply"},
    {too_many_bytes, "Core 3 claims 9 bytes done out of 8" BROKEN},
    {most_bytes, "2147483647 bytes done out of 8"},
    {no_bytes, "0 bytes done"},
    {too_few_words, "Core 3 sent a reply of 5 words instead of 6" BROKEN},
    {too_many_words, "reply of 7"},
    {a_monster, "Core 3's ring is corrupt (to_host: head 4"},
    {half_a_header, "): its stub is broken or something else writes to its window"},
    {a_wild_head, "corrupt"},
    {a_short_stop, "Core 3 sent a stop of 5 words instead of 27" BROKEN},
    {a_short_print, "print whose 5 words make no sense"},
    {an_endless_string, "print whose 7 words make no sense"},
    {a_flood, "stray messages"},
    {nothing, "did not answer"},
};

static void every_lie_is_caught_and_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t bytes[8];

        fake.tamper = lies[i].tamper;
        memset(bytes, 0x77, sizeof bytes);
        assert_int_equal(core3_read_mem(core3, BASE, bytes, sizeof bytes), -HOST_ELOST);
        assert_says(core3_explain(core3, -HOST_ELOST), lies[i].says);
        assert_int_equal(bytes[0], 0x77);
        fake.tamper = NULL;
        fake_header()->to_host_head = fake_header()->to_host_tail;
        core3_disown(core3);
        assert_int_equal(core3_own(core3, "core3_test", &error), 0);
    }
}

static void every_request_checks_the_length_of_its_reply(void **state)
{
    uint32_t values[2] = {0};

    (void)state;
    fake.tamper = too_many_words;
    for (unsigned i = 0; i < 9; i++) {
        int result = 0;

        switch (i) {
        case 0:
            result = core3_ping(core3);
            break;
        case 1:
            result = core3_read_regs(core3, 0, 2, values);
            break;
        case 2:
            result = core3_write_regs(core3, 0, 2, values);
            break;
        case 3:
            result = core3_write_mem(core3, BASE, values, 4);
            break;
        case 4:
            result = core3_halt(core3);
            break;
        case 5:
            result = core3_reset(core3, BASE);
            break;
        case 6:
            result = core3_catch(core3, 1);
            break;
        case 7:
            result = set_break(BASE);
            break;
        case 8:
            result = core3_resume(core3, &go_on);
            break;
        }
        assert_int_equal(result, -HOST_ELOST);
        assert_says(core3_explain(core3, result), "words instead of");
        fake.tamper = NULL;
        core3_disown(core3);
        assert_int_equal(core3_own(core3, "core3_test", &error), 0);
        fake.tamper = too_many_words;
    }
}

static void a_reply_to_another_tag_is_no_life(void **state)
{
    (void)state;
    fake.tamper = wrong_tag;
    core3_disown(core3);
    assert_replaced("stray");
}

static bool wrong_nonce(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->payload[0] ^= 1;
    return true;
}

static void an_echo_of_another_nonce_is_no_life(void **state)
{
    (void)state;
    fake.tamper = wrong_nonce;
    core3_disown(core3);
    assert_replaced("Core 3 answered a ping wrongly (nonce 0x");
    assert_says(notice, ", ABI 2 for 2): its stub is broken; a new");
}

static bool wrong_version(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->payload[1] = 7;
    return true;
}

static void an_echo_of_another_version_is_no_life(void **state)
{
    (void)state;
    fake.tamper = wrong_version;
    core3_disown(core3);
    assert_replaced(", ABI 7 for 2): its stub is broken");
}

static bool a_refusal(struct fake *machine, struct fake_message *reply)
{
    (void)machine;
    reply->header.status = -AMPGDB_EINVAL;
    return true;
}

static void a_refused_ping_is_no_life(void **state)
{
    (void)state;
    fake.tamper = a_refusal;
    assert_lost(
        "Core 3's stub refused a ping (-2); the next attach, load or stop replaces the stub");
}

static void a_panic_ends_the_waiting_for_room_in_the_ring(void **state)
{
    (void)state;
    fake.meddle = panic_now;
    fake.is_silent = true;
    fake_header()->to_stub_tail = fake_header()->to_stub_head - RING_WORDS;
    assert_lost("stub+0x88");
    assert_true(fake.looks < 5);
}

static void a_wild_tail_of_the_stub_is_caught(void **state)
{
    (void)state;
    fake_header()->to_stub_tail = fake_header()->to_stub_head + 1;
    assert_lost(
        "Core 3's ring is corrupt (to_stub: head 5, tail 6): its stub is broken or something "
        "else writes to its window");
}

static void a_full_ring_is_waited_for_and_then_given_up(void **state)
{
    (void)state;
    fake.is_silent = true;
    fake_header()->to_stub_tail = fake_header()->to_stub_head - RING_WORDS;
    assert_lost("did not answer");
    assert_int_equal(fake.looks, FAKE_LOOKS);
}

#define OWNED(test) cmocka_unit_test_setup_teardown(test, set_up_owned, tear_down)
#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(owning_starts_a_stub),
        FRESH(each_start_has_its_own_nonce),
        FRESH(a_resident_stub_is_used_as_it_is),
        FRESH(a_header_left_from_before_a_reboot_proves_nothing),
        FRESH(without_memory_nothing_is_opened),
        FRESH(without_random_numbers_nothing_is_owned),
        FRESH(a_second_owner_is_told_the_first),
        FRESH(one_who_is_done_in_a_moment_turns_nobody_away),
        FRESH(a_start_address_that_nobody_took_means_nobody_waits),
        FRESH(an_address_that_is_not_taken_is_taken_back),
        FRESH(a_refusal_of_an_earlier_start_is_remembered),
        FRESH(a_stub_that_gets_stuck_says_how_far_it_came),
        FRESH(a_stub_that_never_reports_is_not_mistaken_for_one_not_taken),
        FRESH(a_panic_at_boot_is_decoded),
        FRESH(a_stub_of_another_version_is_named_and_replaced),
        FRESH(a_replaced_stub_need_not_be_awake),
        FRESH(a_stub_that_does_not_hand_the_core_back_means_a_reboot),
        FRESH(somebody_elses_program_is_left_alone),
        FRESH(a_resident_stub_that_is_silent_is_replaced),
        FRESH(a_machine_that_goes_away_while_parking_is_named),
        FRESH(a_parked_panic_is_told_and_replaced),
        FRESH(a_panic_that_did_not_park_is_decoded_and_its_record_kept),
        FRESH(a_stub_with_other_memory_is_refused),
        FRESH(a_machine_that_is_gone_is_named),
        FRESH(stale_messages_are_dropped),
        FRESH(an_address_left_by_whoever_took_it_does_not_hide_the_cause),
        FRESH(owning_as_is_starts_nothing),
        FRESH(owning_as_is_replaces_nothing),
        FRESH(the_owner_can_be_asked_for),
        FRESH(the_addresses_are_known_before_owning),
        FRESH(unused_memory_is_no_record),
        FRESH(a_panic_can_be_examined_without_disturbing_it),
        FRESH(what_else_the_window_tells_is_a_verdict),
        FRESH(a_start_that_failed_can_be_examined),
        OWNED(permissions_are_passed_on),
        OWNED(registers_are_read_and_written),
        OWNED(registers_that_do_not_exist_are_not_asked_for),
        OWNED(memory_of_any_length_comes_back),
        OWNED(memory_up_to_a_bad_address_is_counted),
        OWNED(breakpoints_are_passed_on_with_their_code),
        OWNED(ways_to_resume_are_passed_on),
        OWNED(what_is_caught_is_passed_on),
        OWNED(a_refusal_of_the_stub_keeps_the_session),
        OWNED(the_doorbell_is_rung_only_where_it_is_heard),
        OWNED(a_stop_is_told_once),
        OWNED(a_stop_that_arrives_before_a_reply_is_kept),
        OWNED(a_stop_from_before_owning_is_not_new),
        OWNED(a_halt_brings_one_stop_and_none_when_halted),
        OWNED(a_reset_forgets_the_stop_of_the_old_program),
        OWNED(a_resume_forgets_an_unread_stop),
        OWNED(an_unknown_reason_becomes_unknown),
        OWNED(the_last_stop_is_told_whole),
        OWNED(prints_are_kept_while_others_are_waited_for),
        OWNED(prints_for_an_earlier_owner_are_dropped),
        OWNED(last_words_are_told_after_a_death),
        OWNED(silence_is_described),
        OWNED(what_is_lost_stays_lost_without_waiting_again),
        OWNED(each_error_of_the_stub_has_its_sentence),
        OWNED(nothing_is_asked_without_owning),
        OWNED(a_panic_ends_the_waiting),
        OWNED(a_panic_while_the_program_runs_is_noticed),
        OWNED(a_restart_by_somebody_else_is_noticed),
        OWNED(a_doorbell_that_fails_is_passed_on),
        OWNED(every_lie_is_caught_and_survived),
        OWNED(every_request_checks_the_length_of_its_reply),
        OWNED(a_reply_to_another_tag_is_no_life),
        OWNED(an_echo_of_another_nonce_is_no_life),
        OWNED(an_echo_of_another_version_is_no_life),
        OWNED(a_refused_ping_is_no_life),
        OWNED(a_panic_ends_the_waiting_for_room_in_the_ring),
        OWNED(a_wild_tail_of_the_stub_is_caught),
        OWNED(a_full_ring_is_waited_for_and_then_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
