/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A hostile host: the stub's request parser behind a real ring whose every word comes from the
 * input. The rest of the stub is replaced by fakes that insist on what its headers promise them.
 *
 * The input is a list of 32-bit words: where the ring begins, then what is in it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ampgdb/message.h"
#include "ampgdb/ring.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static uint32_t head, tail, words[RING_WORDS];
static const struct ring ring = {&head, &tail, words};
static uint32_t expected_words; /* of payload in the next reply, by what the fakes were asked */
static uint32_t entropy;        /* changes what the fakes answer */

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* --- The rest of the stub --------------------------------------------------------------------- */

bool shared_receive(struct ampgdb_message *message, uint32_t *payload)
{
    const int got = ring_read(&ring, message, payload);

    if (got < 0)
        tail = head;
    expected_words = 0;
    return got > 0;
}

bool shared_send(const struct ampgdb_message *message, const uint32_t *payload)
{
    uint32_t sum = 0;

    require(message->words >= AMPGDB_MESSAGE_WORDS && message->words <= AMPGDB_MESSAGE_MAX);
    for (uint32_t i = 0; i < message->words - AMPGDB_MESSAGE_WORDS; i++)
        sum += payload[i]; /* all of it can be read, says the sanitizer */
    if (message->type == AMPGDB_MSG_STOPPED)
        return (sum + entropy) % 2;
    require(message->type & AMPGDB_MSG_REPLY && message->status > -AMPGDB_ERROR_COUNT);
    if (message->type == (AMPGDB_MSG_READ_MEM | AMPGDB_MSG_REPLY))
        require(message->words == AMPGDB_MESSAGE_WORDS + expected_words);
    return true;
}

void shared_stop(const struct ampgdb_stop *stop)
{
    require(stop->reason < AMPGDB_STOP_COUNT);
}

void shared_state(uint32_t state)
{
    require(state == AMPGDB_STATE_HALTED || state == AMPGDB_STATE_RUNNING);
}

uint32_t regs_read(const struct frame *frame, uint32_t number)
{
    (void)frame;
    require(number < AMPGDB_REG_COUNT);
    return number;
}

bool regs_is_program_psr(uint32_t psr)
{
    return (psr & 0x1F) != 0x1A;
}

int regs_write(struct frame *frame, uint32_t number, uint32_t value)
{
    (void)frame;
    require(number < AMPGDB_REG_READ_ONLY);
    return value % 5 ? 0 : -AMPGDB_EINVAL;
}

int patches_read_memory(uint32_t addr, void *bytes, uint32_t len)
{
    const uint32_t done = addr % 3 ? len : len / 2;

    require(len <= AMPGDB_DATA_MAX);
    if (addr % 7 == 0)
        return -AMPGDB_EFAULT;
    memset(bytes, 0xA5, done);
    expected_words = (done + 3) / 4;
    return (int)done;
}

int patches_write_memory(uint32_t addr, const void *bytes, uint32_t len)
{
    uint32_t sum = 0;

    require(len <= AMPGDB_DATA_MAX);
    for (uint32_t i = 0; i < len; i++)
        sum += ((const uint8_t *)bytes)[i];
    return addr % 7 ? (int)len : -(int)(1 + sum % 2);
}

int breakpoints_set(const struct ampgdb_break *new, const uint32_t *code, uint32_t count)
{
    uint32_t sum = new->type + new->address + new->conditions + new->commands;

    require(new->type <= AMPGDB_BREAK_HARDWARE &&count <= AMPGDB_PAYLOAD_WORDS);
    for (uint32_t i = 0; i < count; i++)
        sum += code[i];
    return sum % 2 ? 0 : -AMPGDB_ENOSPC;
}

int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind)
{
    return (type + addr + kind) % 2 ? 0 : -AMPGDB_EINVAL;
}

void breakpoints_clear_all(void)
{
}

int watchpoints_set(uint32_t type, uint32_t addr, uint32_t len)
{
    require(type > AMPGDB_BREAK_HARDWARE);
    return (type + addr + len) % 2 ? 0 : -AMPGDB_EINVAL;
}

int watchpoints_clear(uint32_t type, uint32_t addr, uint32_t len)
{
    return watchpoints_set(type, addr, len);
}

void watchpoints_clear_all(void)
{
}

uint32_t code_at(const struct frame *frame)
{
    return frame->pc;
}

void guest_catch(uint32_t mask)
{
    require(!(mask & ~AMPGDB_CATCH_ALL));
}

int run_resume(struct frame *frame, const struct ampgdb_resume *resume, struct ampgdb_stop *stop)
{
    (void)frame;
    require((resume->how & ~AMPGDB_RESUME_DELIVER) <= AMPGDB_RESUME_RANGE);
    require(resume->start <= resume->end);
    switch (entropy++ % 3) {
    case 0:
        stop->reason = AMPGDB_STOP_STEP;
        return RUN_STOP;
    case 1:
        return RUN_GO;
    default:
        return -AMPGDB_EDECODE;
    }
}

void run_cancel(void)
{
}

void guest_reset(struct frame *frame, const struct layout *layout, uint32_t entry)
{
    (void)layout;
    frame->pc = entry;
}

bool guest_has_lost_vectors(const struct frame *frame)
{
    return frame->pc % 2;
}

void mmu_protect(const struct layout *layout)
{
    (void)layout;
}

uint32_t guest_vectors(void)
{
    return entropy;
}

/* ---------------------------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct layout layout = {.base = 0x20000000, .window = 0x30000000, .ram_end = 0x3B400000};
    struct frame frame = {0};
    struct program program = {.frame = &frame, .layout = &layout};
    uint32_t count = (uint32_t)(len / 4);

    if (count < 1 || count > RING_WORDS)
        return 0;
    memcpy(&tail, bytes, 4);
    entropy = tail;
    count--;
    for (uint32_t i = 0; i < count; i++)
        memcpy(&words[(tail + i) % RING_WORDS], bytes + 4 + 4 * i, 4);
    head = tail + count;
    for (unsigned i = 0; i < RING_WORDS && service_one(&program); i++)
        require(!program.running || !program.stop_pending);
    return 0;
}
