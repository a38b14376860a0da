/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The monitor: trap, why, talk, resume. The only place that knows this order.
 *
 *      stub_main() ──► serve the ring until told to resume ──► program
 *                            ▲                                    │ trap
 *                            └──── stop? tell the host ◄── why? ◄─┘
 *                                                           └── not worth a stop: back at once
 */
#include <stddef.h>

#include "ampgdb/memmap.h"
#include "breakpoints.h"
#include "cp.h"
#include "debug_unit.h"
#include "guarded.h"
#include "guest.h"
#include "handover.h"
#include "memory.h"
#include "mmu.h"
#include "run.h"
#include "service.h"
#include "shared.h"
#include "watchpoints.h"

#define VECTOR_FIQ       7u
#define POLLS_PER_SECOND 1000u /* the share of a second that we poll after the last request */

void stub_main(uint32_t window) __attribute__((noreturn));
void monitor_trap(struct frame *frame);
void enter_program(const struct frame *frame) __attribute__((noreturn));

/* Topmost on the stack, where each trap will put it again (stub.ld). */
extern struct frame first_frame;

static struct layout layout;
static struct program program;

static void panic(uint32_t code, const struct frame *frame) __attribute__((noreturn));

static void panic(uint32_t code, const struct frame *frame)
{
    shared_panic(code, frame);
    handover_park();
}

/* Nothing has been started since the reset, or it has returned: mailbox 3 is the start protocol's.
 */
static bool is_idle(void)
{
    return !program.running && (program.stop.reason == AMPGDB_STOP_RESET ||
                                program.stop.reason == AMPGDB_STOP_RETURNED);
}

/* A start address for us or for the program. Linux writes one, too, when somebody wants to bring
 * core 3 online: taken out, so that it does not keep us awake, and ignored. */
static void take_start_address(void)
{
    const uint32_t entry = handover_take(is_idle());

    if (entry == 0 || region_of(&layout, entry) != REGION_PROGRAM)
        return;
    guest_reset(program.frame, &layout, entry);
    program.running = true;
}

/* After each request the next one is usually near: look for it for a millisecond before sleeping.
 */
static void wait_for_request(void)
{
    const uint64_t start = cntpct_read();
    const uint32_t limit = cntfrq_read() / POLLS_PER_SECOND;

    while (cntpct_read() - start < limit)
        if (service_one(&program))
            return;
    shared_sleep(is_idle());
    take_start_address();
}

/* Returns when the program is to run. A request that the host sent while it saw the program halted
 * and us awake came without a doorbell: served here. */
static void serve_until_resumed(void)
{
    do {
        while (!program.running)
            if (!service_one(&program))
                wait_for_request();
        while (program.running && shared_publish_running())
            service_one(&program);
    } while (!program.running);
}

/* The doorbell, while the program runs: everything that waits, then back or halted. */
static void answer_doorbell(void)
{
    shared_acknowledge();
    take_start_address();
    while (program.running && service_one(&program))
        ;
}

static bool is_debug_event(const struct frame *frame)
{
    const uint32_t class = HSR_EC(frame->hsr);

    return (class == EC_PREFETCH_ABORT || class == EC_DATA_ABORT) &&
           HSR_FAULT_STATUS(frame->hsr) == FAULT_DEBUG_EVENT;
}

static bool is_stop(struct frame *frame)
{
    if (is_debug_event(frame))
        return run_debug_event(frame, &program.stop) == RUN_STOP;
    if (!guest_explain(frame, &layout, &program.stop))
        return false;
    run_cancel();
    return true;
}

/* A fault of ours: expected inside a guarded access, the end otherwise. */
static void own_trap(struct frame *frame)
{
    if (frame->pc < (uint32_t)guarded_begin || frame->pc >= (uint32_t)guarded_end)
        panic(AMPGDB_PANIC_TRAP, frame);
    frame->pc = (uint32_t)guarded_fault;
}

/* From vectors.S, for every exception that HYP mode takes. */
void monitor_trap(struct frame *frame)
{
    if ((frame->cpsr & PSR_MODE) == MODE_HYP) {
        own_trap(frame);
        return;
    }
    program.frame = frame;
    if (frame->vector == VECTOR_FIQ)
        answer_doorbell();
    else if (is_stop(frame))
        service_halt(&program);
    if (!program.running)
        serve_until_resumed();
}

/* From entry.S: relocated, .bss clear, on our stack, MMU off. */
void stub_main(uint32_t window)
{
    shared_init(window);
    handover_init(window);
    shared_boot(&layout);
    layout.window = window;
    program.frame = &first_frame;
    program.layout = &layout;
    if (!layout_is_valid(&layout))
        panic(AMPGDB_PANIC_BOOT, &first_frame);

    mmu_on(&layout);
    shared_progress(AMPGDB_PROGRESS_MMU);
    memory_init(&layout);
    guest_place_vectors(&layout);
    mmu_protect(&layout);
    guest_confine();
    if (!debug_unit_init())
        panic(AMPGDB_PANIC_DEBUG, &first_frame);
    breakpoints_init();
    watchpoints_init();
    guest_reset(&first_frame, &layout, layout.base);
    shared_progress(AMPGDB_PROGRESS_DEBUG);

    service_halt(&program);
    program.stop_pending = false; /* nobody resumed anything yet */
    shared_acknowledge();
    shared_announce(&layout, breakpoints_hardware(), watchpoints_hardware());
    serve_until_resumed();
    enter_program(&first_frame);
}
