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
#include "guest.h"
#include "mmu.h"
#include "regs.h"
#include "run.h"
#include "service.h"
#include "shared.h"

static struct frame frame;
static struct layout layout;
static struct program program;
static struct ampgdb_message pending, sent;
static uint32_t pending_payload[AMPGDB_PAYLOAD_WORDS], sent_payload[AMPGDB_PAYLOAD_WORDS];
static bool ring_is_full;
static int calls; /* of anything that would have an effect */

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

int breakpoints_read_memory(uint32_t addr, void *bytes, uint32_t len)
{
    memset(bytes, 0xAA, len);
    calls++;
    return addr == 0 ? -AMPGDB_EFAULT : (int)len;
}

int breakpoints_write_memory(uint32_t addr, const void *bytes, uint32_t len)
{
    (void)addr;
    (void)bytes;
    calls++;
    return (int)len;
}

int breakpoints_set(uint32_t type, uint32_t addr, uint32_t kind)
{
    (void)type;
    (void)addr;
    (void)kind;
    calls++;
    return 0;
}

int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind)
{
    return breakpoints_set(type, addr, kind);
}

void breakpoints_clear_all(void)
{
    calls++;
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

int run_resume(struct frame *of, uint32_t how, uint32_t *reason)
{
    (void)of;
    (void)reason;
    calls++;
    return how == AMPGDB_RESUME_STEP ? RUN_STOP : RUN_GO;
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
    static const uint32_t types[] = {0, 13, 0x40, 0x7FFFFFFF};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_int_equal(ASK(types[i], 1, 2, 3), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
}

static void requests_that_are_too_short_are_refused(void **state)
{
    (void)state;
    for (uint32_t type = AMPGDB_MSG_PING; type <= AMPGDB_MSG_ALLOW; type++)
        if (type != AMPGDB_MSG_CLEAR_BREAKS && type != AMPGDB_MSG_HALT)
            assert_int_equal(ask(type, 0, pending_payload), -AMPGDB_EINVAL);
    assert_int_equal(calls, 0);
}

static void a_running_program_has_no_registers_and_is_not_resumed(void **state)
{
    (void)state;
    program.running = true;
    assert_int_equal(ASK(AMPGDB_MSG_READ_REGS, 0, 1), -AMPGDB_EBUSY);
    assert_int_equal(ASK(AMPGDB_MSG_WRITE_REGS, 0, 1, 0), -AMPGDB_EBUSY);
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, AMPGDB_RESUME_CONTINUE), -AMPGDB_EBUSY);
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

static void resuming_in_a_way_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, 2), -AMPGDB_EINVAL);
    assert_false(program.running);
    assert_int_equal(ASK(AMPGDB_MSG_RESUME, AMPGDB_RESUME_CONTINUE), 0);
    assert_true(program.running);
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
    assert_int_equal(sent_payload[3 + 15], 100 + 15);
    assert_true(service_one(&program));
    assert_int_equal(sent.tag, 9);
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
        cmocka_unit_test_setup(resuming_in_a_way_that_does_not_exist_is_refused, fresh),
        cmocka_unit_test_setup(a_stop_is_told_when_the_host_reads_again_and_before_all_else, fresh),
        cmocka_unit_test_setup(a_reset_tells_no_stop, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
