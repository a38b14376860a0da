/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/service.h: requests of a hostile or confused host are refused whole, before anything is
 * done. GDB and the bridge never send most of these, so no other test would notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "breakpoints.h"
#include "code.h"
#include "guest.h"
#include "mmu.h"
#include "patches.h"
#include "regs.h"
#include "run.h"
#include "service.h"
#include "shared.h"
#include "watchpoints.h"

static struct frame frame;
static struct layout layout;
static struct program program;
static struct ampgdb_message pending, sent;
static uint32_t pending_payload[AMPGDB_PAYLOAD_WORDS], sent_payload[AMPGDB_PAYLOAD_WORDS];
static bool ring_is_full;
static int calls; /* of anything that would have an effect */
static struct last {
    uint32_t type, addr, kind, last_word;
    bool is_watchpoint, breakpoints_cleared, watchpoints_cleared;
} last;
static struct ampgdb_resume resumed;

/* --- the rest of the stub --- */

bool shared_receive(struct ampgdb_message *message, uint32_t *payload)
{
    if (!pending.words)
        return false;
    *message = pending;
    memcpy(payload, pending_payload, sizeof pending_payload);
    pending.words = 0;
    return true;
}

bool shared_send(const struct ampgdb_message *message, const uint32_t *payload)
{
    if (ring_is_full)
        return false;
    sent = *message;
    memcpy(sent_payload, payload, 4 * (message->words - AMPGDB_MESSAGE_WORDS));
    return true;
}

void shared_state(uint32_t state)
{
    (void)state;
}

void shared_stop(const struct ampgdb_stop *stop)
{
    (void)stop;
}

uint32_t regs_read(const struct frame *from, uint32_t number)
{
    (void)from;
    return 100 + number;
}

bool regs_is_program_psr(uint32_t psr)
{
    return (psr & 0x1F) != 0x1A;
}

int regs_write(struct frame *to, uint32_t number, uint32_t value)
{
    (void)to;
    (void)value;
    calls++;
    (void)number;
    return 0;
}

int patches_read_memory(uint32_t addr, void *bytes, uint32_t len)
{
    memset(bytes, 0xAA, len);
    calls++;
    return addr == 0 ? -AMPGDB_EFAULT : (int)len;
}

int patches_write_memory(uint32_t addr, const void *bytes, uint32_t len)
{
    (void)addr;
    (void)bytes;
    calls++;
    return (int)len;
}

int breakpoints_set(const struct ampgdb_break *new, const uint32_t *code, uint32_t words)
{
    calls++;
    last = (struct last){new->type, new->address, new->kind, words ? code[words - 1] : 0,
                         .is_watchpoint = false};
    return 0;
}

int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind)
{
    calls++;
    last = (struct last){type, addr, kind, 0, .is_watchpoint = false};
    return 0;
}

void breakpoints_clear_all(void)
{
    calls++;
    last.breakpoints_cleared = true;
}

int watchpoints_set(uint32_t type, uint32_t addr, uint32_t len)
{
    calls++;
    last = (struct last){type, addr, len, 0, .is_watchpoint = true};
    return -AMPGDB_ENOSPC;
}

int watchpoints_clear(uint32_t type, uint32_t addr, uint32_t len)
{
    calls++;
    last = (struct last){type, addr, len, 0, .is_watchpoint = true};
    return 0;
}

void watchpoints_clear_all(void)
{
    calls++;
    last.watchpoints_cleared = true;
}

uint32_t code_at(const struct frame *of)
{
    return of->pc + 0x1000;
}

void guest_catch(uint32_t mask)
{
    calls++;
    last.type = mask;
}

void guest_reset(struct frame *of, const struct layout *in, uint32_t entry)
{
    (void)of;
    (void)in;
    (void)entry;
    calls++;
}

bool guest_has_lost_vectors(const struct frame *of)
{
    (void)of;
    return false;
}

uint32_t guest_vectors(void)
{
    return 0;
}

void mmu_protect(const struct layout *of)
{
    (void)of;
    calls++;
}

int run_resume(struct frame *of, const struct ampgdb_resume *how, struct ampgdb_stop *stop)
{
    (void)of;
    calls++;
    resumed = *how;
    stop->reason = AMPGDB_STOP_STEP;
    return how->how == AMPGDB_RESUME_STEP ? RUN_STOP : RUN_GO;
}

void run_cancel(void)
{
}

/* --- helpers --- */

static int fresh(void **state)
{
    (void)state;
    memset(&program, 0, sizeof program);
    memset(&sent, 0, sizeof sent);
    program.frame = &frame;
    program.layout = &layout;
    memset(&last, 0, sizeof last);
    layout.allow = 0;
    ring_is_full = false;
    calls = 0;
    return 0;
}

/* A request with this payload; the reply's status. */
static int ask(uint32_t type, uint32_t words, const uint32_t *payload)
{
    pending = (struct ampgdb_message){AMPGDB_MESSAGE_WORDS + words, type, 7, 0};
    memcpy(pending_payload, payload, 4 * words);
    assert_true(service_one(&program));
    assert_int_equal(sent.type, type | AMPGDB_MSG_REPLY);
    assert_int_equal(sent.tag, 7);
    return sent.status;
}

#define ASK(type, ...)                                                                             \
    ask(type, sizeof((const uint32_t[]){__VA_ARGS__}) / 4, (const uint32_t[]){__VA_ARGS__})

/* --- tests --- */

static void types_that_do_not_exist_are_refused(void **state)
{
    static const uint32_t types[] = {0, 14, 0x40, 0x7FFFFFFF};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_int_equal(ASK(types[i], 1, 2, 3), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
}

static void requests_that_are_too_short_are_refused(void **state)
{
    (void)state;
    for (uint32_t type = AMPGDB_MSG_PING; type <= AMPGDB_MSG_CATCH; type++)
        if (type != AMPGDB_MSG_CLEAR_BREAKS && type != AMPGDB_MSG_HALT)
            assert_int_equal(ask(type, 0, pending_payload), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, 0, 4, 4, 0), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_CLEAR_BREAK, 0, 4), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, 0, 0), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
}

static void a_running_program_has_no_registers_and_is_not_resumed(void **state)
{
    (void)state;
    program.running = true;
    assert_int_equal(ASK(AMPGDB_MSG_READ_REGS, 0, 1), -AMPGDB_EBUSY);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, 0, 1, 0), -AMPGDB_EBUSY);
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, AMPGDB_RESUME_CONTINUE, 0, 0), -AMPGDB_EBUSY);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_READ_MEM, 4, 4), 4);
    assert_true(program.running);
}

static void registers_outside_the_table_are_refused(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_READ_REGS, AMPGDB_REG_COUNT, 1), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_READ_REGS, 1, 0xFFFFFFFF), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_READ_REGS, 0, AMPGDB_REG_COUNT + 1), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, 0, 2, 1), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_READ_REGS, 0, AMPGDB_REG_COUNT), 0);
    assert_int_equal(sent.words, AMPGDB_MESSAGE_WORDS + AMPGDB_REG_COUNT);
    assert_int_equal(sent_payload[AMPGDB_REG_COUNT - 1], 100 + AMPGDB_REG_COUNT - 1);
}

static void registers_are_written_all_or_none(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, AMPGDB_REG_CPSR - 1, 2, 0, 0x1DA), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, AMPGDB_REG_CPSR - 1, 2, 0, 0x1D3), 0);
}

static void memory_lengths_are_checked_against_message_and_limit(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_READ_MEM, 4, AMPGDB_DATA_MAX + 1), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_READ_MEM, 4, 0xFFFFFFFF), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_MEM, 4, 5, 0), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_MEM, 4, 0xFFFFFFFF, 0), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_READ_MEM, 4, AMPGDB_DATA_MAX), AMPGDB_DATA_MAX);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_MEM, 4, 4, 0), 4);
    assert_int_equal(ASK(AMPGDB_MSG_READ_MEM, 0, 4), -AMPGDB_EFAULT);
    assert_int_equal(sent.words, AMPGDB_MESSAGE_WORDS);
}

static void what_does_not_exist_cannot_be_allowed(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_ALLOW, 2), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_ALLOW, AMPGDB_ALLOW_DMA), 0);
    assert_int_equal(layout.allow, AMPGDB_ALLOW_DMA);
    assert_int_equal(calls, 1);
}

static void registers_that_cannot_be_written_are_refused_before_others_are(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, AMPGDB_REG_READ_ONLY - 1, 2, 0, 0), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, AMPGDB_REG_CNTPCT_HIGH, 1, 0), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, AMPGDB_REG_READ_ONLY - 1, 1, 0), 0);
    assert_int_equal(calls, 1);
}

static void breakpoints_come_with_their_code(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, AMPGDB_BREAK_SOFTWARE, 8, 4, 0, 0), 0);
    assert_int_equal(last.last_word, 0);
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, AMPGDB_BREAK_HARDWARE, 8, 4, 1, 0, 3, 77), 0);
    assert_int_equal(last.last_word, 77);
    assert_int_equal(last.addr, 8);
    assert_false(last.is_watchpoint);
    assert_int_equal(ASK(AMPGDB_MSG_CLEAR_BREAK, AMPGDB_BREAK_HARDWARE, 8, 4), 0);
    assert_false(last.is_watchpoint);
}

static void watchpoints_are_set_and_cleared_elsewhere(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, AMPGDB_WATCH_WRITE, 9, 256, 0, 0), -AMPGDB_ENOSPC);
    assert_true(last.is_watchpoint);
    assert_int_equal(last.addr, 9);
    assert_int_equal(last.kind, 256);
    assert_int_equal(ASK(AMPGDB_MSG_CLEAR_BREAK, AMPGDB_WATCH_ACCESS, 9, 256), 0);
    assert_true(last.is_watchpoint);
    assert_int_equal(ASK(AMPGDB_MSG_CLEAR_BREAKS, 0), 0);
    assert_true(last.breakpoints_cleared && last.watchpoints_cleared);
}

static void watchpoints_take_no_code(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, AMPGDB_WATCH_WRITE, 9, 4, 1, 0), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, AMPGDB_WATCH_WRITE, 9, 4, 0, 1), -AMPGDB_EINVAL);
    assert_int_equal(ASK(AMPGDB_MSG_SET_BREAK, AMPGDB_WATCH_WRITE, 9, 4, 0, 0, 1), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
}

static void what_does_not_exist_cannot_be_caught(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_CATCH, AMPGDB_CATCH_ALL + 1), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(ASK(AMPGDB_MSG_CATCH, AMPGDB_CATCH_SVC), 0);
    assert_int_equal(last.type, AMPGDB_CATCH_SVC);
}

static void resuming_in_a_way_that_does_not_exist_is_refused(void **state)
{
    static const struct ampgdb_resume bad[] = {
        {3, 0, 0}, {0x200, 0, 0}, {0x103, 0, 0}, {AMPGDB_RESUME_CONTINUE, 0, 4},
        {1, 4, 4}, {2, 8, 4},     {0x101, 4, 8}, {0xFFFFFFFF, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ASK(AMPGDB_MSG_RESUME, bad[i].how, bad[i].start, bad[i].end),
                         -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
    assert_false(program.running);
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, AMPGDB_RESUME_CONTINUE, 0, 0), 0);
    assert_true(program.running);
}

static void a_range_and_a_delivery_are_passed_on(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, AMPGDB_RESUME_RANGE | AMPGDB_RESUME_DELIVER, 8, 16), 0);
    assert_int_equal(resumed.how, AMPGDB_RESUME_RANGE | AMPGDB_RESUME_DELIVER);
    assert_int_equal(resumed.start, 8);
    assert_int_equal(resumed.end, 16);
}

static void a_step_that_is_over_at_once_is_told(void **state)
{
    const struct ampgdb_stop *stop = (const struct ampgdb_stop *)sent_payload;

    (void)state;
    frame.pc = 0x20;
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, AMPGDB_RESUME_STEP, 0, 0), 0);
    assert_false(program.running);
    assert_true(service_one(&program));
    assert_int_equal(sent.type, AMPGDB_MSG_STOPPED);
    assert_int_equal(stop->reason, AMPGDB_STOP_STEP);
    assert_int_equal(stop->instruction, 0x1020);
    frame.pc = 0;
}

static void a_halt_forgets_what_the_last_stop_said(void **state)
{
    const struct ampgdb_stop *stop = (const struct ampgdb_stop *)sent_payload;

    (void)state;
    program.running = true;
    memset(&program.stop, 0xEE, sizeof program.stop);
    assert_int_equal(ASK(AMPGDB_MSG_HALT, 0), 0);
    assert_true(service_one(&program));
    assert_int_equal(stop->reason, AMPGDB_STOP_HALT);
    assert_int_equal(stop->address | stop->syndrome | stop->physical | stop->caught, 0);
    assert_int_equal(stop->instruction, 0x1000);
}

static void a_stop_is_told_when_the_host_reads_again_and_before_all_else(void **state)
{
    (void)state;
    program.running = true;
    service_halt(&program);
    ring_is_full = true;
    assert_false(service_one(&program));
    ring_is_full = false;
    pending = (struct ampgdb_message){AMPGDB_MESSAGE_WORDS, AMPGDB_MSG_HALT, 9, 0};
    assert_true(service_one(&program));
    assert_int_equal(sent.type, AMPGDB_MSG_STOPPED);
    assert_int_equal(((const struct ampgdb_stop *)sent_payload)->regs[15], 100 + 15);
    assert_true(service_one(&program));
    assert_int_equal(sent.tag, 9);
    assert_false(service_one(&program));
}

static void a_stop_that_nobody_read_is_forgotten_by_a_resume(void **state)
{
    (void)state;
    program.running = true;
    service_halt(&program);
    ring_is_full = true;
    pending = (struct ampgdb_message){AMPGDB_MESSAGE_WORDS + AMPGDB_RESUME_WORDS, AMPGDB_MSG_RESUME,
                                      9, 0};
    memset(pending_payload, 0, sizeof pending_payload);
    assert_true(service_one(&program));
    assert_true(program.running);
    ring_is_full = false;
    assert_false(service_one(&program));
}

static void a_reset_tells_no_stop(void **state)
{
    (void)state;
    program.running = true;
    assert_int_equal(ASK(AMPGDB_MSG_RESET, 0x20000000), 0);
    assert_false(program.running);
    assert_false(service_one(&program));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(types_that_do_not_exist_are_refused, fresh),
        cmocka_unit_test_setup(requests_that_are_too_short_are_refused, fresh),
        cmocka_unit_test_setup(a_running_program_has_no_registers_and_is_not_resumed, fresh),
        cmocka_unit_test_setup(registers_outside_the_table_are_refused, fresh),
        cmocka_unit_test_setup(registers_are_written_all_or_none, fresh),
        cmocka_unit_test_setup(memory_lengths_are_checked_against_message_and_limit, fresh),
        cmocka_unit_test_setup(what_does_not_exist_cannot_be_allowed, fresh),
        cmocka_unit_test_setup(registers_that_cannot_be_written_are_refused_before_others_are,
                               fresh),
        cmocka_unit_test_setup(breakpoints_come_with_their_code, fresh),
        cmocka_unit_test_setup(watchpoints_are_set_and_cleared_elsewhere, fresh),
        cmocka_unit_test_setup(watchpoints_take_no_code, fresh),
        cmocka_unit_test_setup(what_does_not_exist_cannot_be_caught, fresh),
        cmocka_unit_test_setup(a_range_and_a_delivery_are_passed_on, fresh),
        cmocka_unit_test_setup(a_step_that_is_over_at_once_is_told, fresh),
        cmocka_unit_test_setup(a_halt_forgets_what_the_last_stop_said, fresh),
        cmocka_unit_test_setup(resuming_in_a_way_that_does_not_exist_is_refused, fresh),
        cmocka_unit_test_setup(a_stop_is_told_when_the_host_reads_again_and_before_all_else, fresh),
        cmocka_unit_test_setup(a_stop_that_nobody_read_is_forgotten_by_a_resume, fresh),
        cmocka_unit_test_setup(a_reset_tells_no_stop, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
