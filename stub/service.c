/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See service.h. A request is copied out of the shared ring before anything of it is looked at,
 * and checked completely before anything is done.
 */
#include "service.h"

#include <stddef.h>

#include "ampgdb/message.h"
#include "breakpoints.h"
#include "code.h"
#include "guest.h"
#include "mmu.h"
#include "patches.h"
#include "regs.h"
#include "run.h"
#include "shared.h"
#include "watchpoints.h"

static uint32_t request[AMPGDB_PAYLOAD_WORDS], reply[AMPGDB_PAYLOAD_WORDS];

static void publish_stop(struct program *program)
{
    for (uint32_t i = 0; i < AMPGDB_CORE_REGS; i++)
        program->stop.regs[i] = regs_read(program->frame, i);
    shared_stop(&program->stop);
    shared_state(AMPGDB_STATE_HALTED);
}

/* The frame is final: what is at PC belongs to the stop. */
void service_halt(struct program *program)
{
    program->running = false;
    program->stop_pending = true;
    program->stop.instruction = code_at(program->frame);
    publish_stop(program);
}

/* words: of the request's payload. Returns the reply's status; *reply_words counts its payload. */
typedef int service_fn(struct program *program, uint32_t words, uint32_t *reply_words);

static int ping(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)program;
    (void)words;
    reply[0] = request[0];
    reply[1] = AMPGDB_ABI_VERSION;
    *reply_words = 2;
    return 0;
}

static bool is_register_range(uint32_t first, uint32_t count)
{
    return first < AMPGDB_REG_COUNT && count <= AMPGDB_REG_COUNT - first;
}

static int read_regs(struct program *program, uint32_t words, uint32_t *reply_words)
{
    const uint32_t first = request[0], count = request[1];

    (void)words;
    if (!is_register_range(first, count))
        return -AMPGDB_EINVAL;
    for (uint32_t i = 0; i < count; i++)
        reply[i] = regs_read(program->frame, first + i);
    *reply_words = count;
    return 0;
}

static int write_regs(struct program *program, uint32_t words, uint32_t *reply_words)
{
    const uint32_t first = request[0], count = request[1];

    (void)reply_words;
    if (!is_register_range(first, count) || words < 2 + count)
        return -AMPGDB_EINVAL;
    if (count > 0 && first + count > AMPGDB_REG_READ_ONLY)
        return -AMPGDB_EINVAL;
    const uint32_t cpsr = AMPGDB_REG_CPSR - first; /* its place in the range, if it is there */

    if (cpsr < count) {
        if (!regs_is_program_psr(request[2 + cpsr]))
            return -AMPGDB_EINVAL;
        regs_write(program->frame, AMPGDB_REG_CPSR, request[2 + cpsr]); /* mode and T count first */
    }
    for (uint32_t i = 0; i < count; i++)
        regs_write(program->frame, first + i, request[2 + i]);
    return 0;
}

static int read_mem(struct program *program, uint32_t words, uint32_t *reply_words)
{
    const uint32_t len = request[1];

    (void)program;
    (void)words;
    if (len > AMPGDB_DATA_MAX)
        return -AMPGDB_EINVAL;

    const int got = patches_read_memory(request[0], reply, len);

    if (got > 0)
        *reply_words = ((uint32_t)got + 3) / 4;
    return got;
}

static int write_mem(struct program *program, uint32_t words, uint32_t *reply_words)
{
    const uint32_t len = request[1];

    (void)program;
    (void)reply_words;
    if (len > AMPGDB_DATA_MAX || words < 2 + (len + 3) / 4)
        return -AMPGDB_EINVAL;
    return patches_write_memory(request[0], request + 2, len);
}

static int set_break(struct program *program, uint32_t words, uint32_t *reply_words)
{
    const struct ampgdb_break *new = (const struct ampgdb_break *)request;
    const uint32_t code_words = words - AMPGDB_BREAK_WORDS;

    (void)program;
    (void)reply_words;
    if (new->type <= AMPGDB_BREAK_HARDWARE)
        return breakpoints_set(new, request + AMPGDB_BREAK_WORDS, code_words);
    if (code_words > 0 || new->conditions > 0 || new->commands > 0)
        return -AMPGDB_EINVAL;
    return watchpoints_set(new->type, new->address, new->kind);
}

static int clear_break(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)program;
    (void)words;
    (void)reply_words;
    if (request[0] <= AMPGDB_BREAK_HARDWARE)
        return breakpoints_clear(request[0], request[1], request[2]);
    return watchpoints_clear(request[0], request[1], request[2]);
}

static int clear_breaks(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)program;
    (void)words;
    (void)reply_words;
    breakpoints_clear_all();
    watchpoints_clear_all();
    return 0;
}

static bool is_resume(const struct ampgdb_resume *resume)
{
    const uint32_t how = resume->how & ~AMPGDB_RESUME_DELIVER;

    if (how == AMPGDB_RESUME_RANGE)
        return resume->start <= resume->end;
    return how <= AMPGDB_RESUME_STEP && resume->start == 0 && resume->end == 0;
}

/* A step may be over at once, without the program having run. */
static int resume(struct program *program, uint32_t words, uint32_t *reply_words)
{
    const struct ampgdb_resume *resume = (const struct ampgdb_resume *)request;
    int outcome;

    (void)words;
    (void)reply_words;
    if (!is_resume(resume))
        return -AMPGDB_EINVAL;
    outcome = run_resume(program->frame, resume, &program->stop);
    if (outcome < 0)
        return outcome;
    if (outcome == RUN_STOP) {
        service_halt(program);
        return 0;
    }
    program->running = true;
    program->stop_pending = false;
    return 0;
}

static void stop_for(struct program *program, uint32_t reason, uint32_t address)
{
    program->stop.reason = reason;
    program->stop.address = address;
    program->stop.syndrome = 0;
    program->stop.physical = 0;
    program->stop.caught = 0;
    service_halt(program);
}

static int halt(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)words;
    (void)reply_words;
    if (!program->running)
        return 0;
    run_cancel();
    if (guest_has_lost_vectors(program->frame))
        stop_for(program, AMPGDB_STOP_VECTORS, guest_vectors());
    else
        stop_for(program, AMPGDB_STOP_HALT, 0);
    return 0;
}

static int reset(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)words;
    (void)reply_words;
    run_cancel();
    guest_reset(program->frame, program->layout, request[0]);
    stop_for(program, AMPGDB_STOP_RESET, 0);
    program->stop_pending = false; /* the reply says it all */
    return 0;
}

static int catch_exceptions(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)program;
    (void)words;
    (void)reply_words;
    if (request[0] & ~AMPGDB_CATCH_ALL)
        return -AMPGDB_EINVAL;
    guest_catch(request[0]);
    return 0;
}

static int allow(struct program *program, uint32_t words, uint32_t *reply_words)
{
    (void)words;
    (void)reply_words;
    if (request[0] & ~AMPGDB_ALLOW_ALL)
        return -AMPGDB_EINVAL;
    program->layout->allow = request[0];
    mmu_protect(program->layout);
    return 0;
}

static const struct service {
    service_fn *serve;
    uint32_t words; /* of payload, at least */
    bool halted;    /* only while the program is */
} services[] = {
    [AMPGDB_MSG_PING] = {ping, 1, false},
    [AMPGDB_MSG_READ_REGS] = {read_regs, 2, true},
    [AMPGDB_MSG_WRITE_REGS] = {write_regs, 2, true},
    [AMPGDB_MSG_READ_MEM] = {read_mem, 2, false},
    [AMPGDB_MSG_WRITE_MEM] = {write_mem, 2, false},
    [AMPGDB_MSG_SET_BREAK] = {set_break, AMPGDB_BREAK_WORDS, false},
    [AMPGDB_MSG_CLEAR_BREAK] = {clear_break, 3, false},
    [AMPGDB_MSG_CLEAR_BREAKS] = {clear_breaks, 0, false},
    [AMPGDB_MSG_RESUME] = {resume, AMPGDB_RESUME_WORDS, true},
    [AMPGDB_MSG_HALT] = {halt, 0, false},
    [AMPGDB_MSG_RESET] = {reset, 1, false},
    [AMPGDB_MSG_ALLOW] = {allow, 1, false},
    [AMPGDB_MSG_CATCH] = {catch_exceptions, 1, false},
};

static int serve(struct program *program, const struct ampgdb_message *message,
                 uint32_t *reply_words)
{
    const uint32_t words = message->words - AMPGDB_MESSAGE_WORDS;
    const struct service *service;

    if (message->type >= sizeof services / sizeof services[0])
        return -AMPGDB_EINVAL;
    service = &services[message->type];
    if (!service->serve || words < service->words)
        return -AMPGDB_EINVAL;
    if (service->halted && program->running)
        return -AMPGDB_EBUSY;
    return service->serve(program, words, reply_words);
}

/* Retried until the host reads: a stop is never lost. */
static bool tell_stop(struct program *program)
{
    const uint32_t words = sizeof program->stop / 4;
    const struct ampgdb_message event = {AMPGDB_MESSAGE_WORDS + words, AMPGDB_MSG_STOPPED, 0, 0};

    if (!program->stop_pending)
        return false;
    publish_stop(program);
    if (!shared_send(&event, (const uint32_t *)&program->stop))
        return false;
    program->stop_pending = false;
    return true;
}

bool service_one(struct program *program)
{
    struct ampgdb_message message;
    uint32_t reply_words = 0;

    if (tell_stop(program))
        return true;
    if (!shared_receive(&message, request))
        return false;

    const int status = serve(program, &message, &reply_words);

    message.type |= AMPGDB_MSG_REPLY;
    message.status = status;
    message.words = AMPGDB_MESSAGE_WORDS + reply_words;
    shared_send(&message, reply); /* a host that does not read does not want it */
    return true;
}
