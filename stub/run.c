/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See run.h. Stepping decodes the instruction at PC and arms one breakpoint register at its
 * successor. Mismatch breakpoints could do without a decoder, but only in some modes, and QEMU
 * does not have them: such code could never be tested.
 */
#include "run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "breakpoints.h"
#include "code.h"
#include "cp.h"
#include "guest.h"
#include "patches.h"
#include "prints.h"
#include "regs.h"
#include "watchpoints.h"

/* One instruction under way: what is lifted for it, and how its end is recognised. */
struct single {
    bool active;
    bool watch_lifted;
    uint32_t from;
    struct code_successor next;
    bool masked;        /* no interrupt can come between: nothing to compare */
    uint32_t mode;      /* in which it began */
    struct frame *held; /* whose CPSR.I we have set; the program's frame is always the same */
    uint32_t sp;
};

/*
 * A second one is needed when an interrupt handler comes between: it hits a breakpoint that does
 * not count, or passes the place where the step is to end. Should a handler of that one do the
 * same, the earlier detour is given up: its breakpoint may then count twice.
 */
static struct single step, detour;

static struct ampgdb_resume goal;

/* --- one instruction --- */

static bool is_breakpoint(uint32_t pc)
{
    return breakpoints_has_software(pc) || breakpoints_has_hardware(pc);
}

/*
 * While something is lifted, or GDB has taken it out to step over it, nobody else may run. The
 * timer's interrupt has usually come when a stop is over: its handler, and the task that it
 * switches to, would go past all breakpoints until this instruction has its turn again.
 */
static void hold_interrupts(struct single *single, struct frame *frame)
{
    if (frame->cpsr & PSR_I || !single->next.keeps.interrupts)
        return;
    frame->cpsr |= PSR_I;
    single->held = frame;
}

/*
 * The instruction may have got no further than to the handler of its fault. Where that has switched
 * to another mode, neither CPSR nor SPSR are what we have changed.
 *
 * A branch to itself is stepped off again and again: here is where an interrupt that waits has its
 * chance. Which comes first then, it or the breakpoint, is up to the core (DDI 0406C, B1.8.2); in
 * QEMU it is the interrupt.
 */
static void release_interrupts(const struct single *single)
{
    struct frame *const frame = single->held;
    uint32_t psr = AMPGDB_REG_CPSR;

    if (!frame)
        return;
    if (frame->pc != single->from && frame->pc != single->next.pc) {
        psr = AMPGDB_REG_SPSR_ABT;
        if ((frame->cpsr & PSR_MODE) == MODE_UND)
            psr = AMPGDB_REG_SPSR_UND;
        else if ((frame->cpsr & PSR_MODE) != MODE_ABT)
            return;
    }
    regs_write(frame, psr, regs_read(frame, psr) & ~PSR_I);
}

static int begin(struct single *single, struct frame *frame)
{
    struct code_successor next;
    const int error = code_successor(frame, &next);

    if (error)
        return error;
    breakpoints_lift(frame->pc);
    breakpoints_arm_step(next.pc, next.thumb);
    single->active = true;
    single->watch_lifted = false;
    single->from = frame->pc;
    single->next = next;
    single->masked = frame->cpsr & PSR_I;
    single->held = NULL;
    single->mode = frame->cpsr & PSR_MODE;
    single->sp = regs_read(frame, AMPGDB_REG_SP);
    if (is_breakpoint(frame->pc))
        hold_interrupts(single, frame);
    return 0;
}

static void end(struct single *single)
{
    if (!single->active)
        return;
    single->active = false;
    release_interrupts(single);
    breakpoints_replant(single->from);
    if (single->watch_lifted)
        watchpoints_replant();
}

static void lift_watchpoints_for(struct single *single, struct frame *frame)
{
    hold_interrupts(single, frame);
    single->watch_lifted = true;
    watchpoints_lift();
}

/* The register is disarmed whatever is active: a step that has just ended left it armed here. */
void run_cancel(void)
{
    end(&detour);
    end(&step);
    breakpoints_disarm_step();
}

/* What the register for steps waits for. */
static struct single *waiting(void)
{
    if (detour.active)
        return &detour;
    return step.active ? &step : NULL;
}

/* PC is where the instruction leads to. Is this its end, or somebody else, who interrupted it? */
static bool is_end(const struct single *single, const struct frame *frame)
{
    if (single->masked || !single->next.keeps.mode)
        return true;
    if ((frame->cpsr & PSR_MODE) != single->mode)
        return false;
    return !single->next.keeps.sp || regs_read(frame, AMPGDB_REG_SP) == single->sp;
}

/* Execute one instruction that nobody asked for. An interrupt handler that comes to it meanwhile
 * does not meet its breakpoint. False when it cannot be decoded. */
static bool step_aside(struct frame *frame)
{
    end(&detour);
    return begin(step.active ? &detour : &step, frame) == 0;
}

/* --- what stops the program --- */

static enum run_outcome stop_for(struct ampgdb_stop *stop, uint32_t reason, uint32_t address,
                                 uint32_t syndrome)
{
    run_cancel();
    stop->reason = reason;
    stop->address = address;
    stop->syndrome = syndrome;
    stop->physical = 0;
    stop->caught = 0;
    return RUN_STOP;
}

static enum run_outcome stop_at_breakpoint(const struct frame *frame, struct ampgdb_stop *stop)
{
    const bool is_software =
        breakpoints_has_software(frame->pc) && !breakpoints_has_hardware(frame->pc);

    return stop_for(stop, is_software ? AMPGDB_STOP_SW_BREAK : AMPGDB_STOP_HW_BREAK, 0, 0);
}

static enum run_outcome stop_caught(struct frame *frame, struct ampgdb_stop *stop)
{
    run_cancel();
    guest_caught(frame, stop);
    return RUN_STOP;
}

static enum run_outcome stop_by_agent(struct ampgdb_stop *stop, int error, uint32_t bad_addr)
{
    return stop_for(stop, AMPGDB_STOP_AGENT, bad_addr, (uint32_t)-error);
}

/* --- what breakpoints look at --- */

static uint32_t read_reg(void *frame, uint32_t number)
{
    return regs_read(frame, number);
}

static int read_mem(void *frame, uint32_t addr, void *bytes, uint32_t len)
{
    (void)frame;
    return patches_read_memory(addr, bytes, len) == (int)len ? 0 : -AMPGDB_EFAULT;
}

static void print(void *frame, uint32_t id, uint32_t strings, const uint64_t *values,
                  uint32_t count)
{
    (void)frame;
    prints_send(id, strings, values, count);
}

/* Does a breakpoint at PC stop the program? Its conditions and commands are run, if it has any. */
static enum run_outcome meet_breakpoint(struct frame *frame, struct ampgdb_stop *stop)
{
    const struct agent_world world = {frame, read_reg, read_mem, print};
    uint32_t bad_addr = 0;
    int verdict;

    if (!is_breakpoint(frame->pc))
        return RUN_GO;
    verdict = breakpoints_hit(frame->pc, &world, &bad_addr);
    if (verdict < 0)
        return stop_by_agent(stop, verdict, bad_addr);
    return verdict == ACTIONS_STOP ? stop_at_breakpoint(frame, stop) : RUN_GO;
}

/* --- resuming --- */

static bool is_in_range(uint32_t pc)
{
    return goal.how == AMPGDB_RESUME_RANGE && pc - goal.start < goal.end - goal.start;
}

/* The program has come to another instruction by itself or by a step: is the goal reached? To stop
 * early, where the next instruction cannot be decoded, is allowed. */
static enum run_outcome arrive(struct frame *frame, struct ampgdb_stop *stop)
{
    if (breakpoints_has_catch(frame->pc))
        return stop_caught(frame, stop);
    if (meet_breakpoint(frame, stop) == RUN_STOP)
        return RUN_STOP;
    if (is_in_range(frame->pc) && begin(&step, frame) == 0)
        return RUN_GO;
    return stop_for(stop, AMPGDB_STOP_STEP, 0, 0);
}

/* Has nobody moved PC since the last stop? What is there has been met then, and counts no more. */
static bool is_where_it_stopped(const struct frame *frame, const struct ampgdb_stop *stop)
{
    return frame->pc == stop->regs[AMPGDB_REG_PC];
}

/* To execute an instruction that cannot be fetched, or loads PC from where nothing can be read: the
 * abort will end it, at the latest where the program's own handler begins. No address is odd. */
static void begin_abort(const struct frame *frame)
{
    step = (struct single){.active = true, .from = frame->pc, .next.pc = 1};
    breakpoints_lift(frame->pc);
    if (!guest_has_vectors())
        return;
    code_successor(frame, &step.next);
    breakpoints_arm_step(step.next.pc, step.next.thumb);
}

static int go(struct frame *frame, const struct ampgdb_stop *stop)
{
    const bool is_met = is_where_it_stopped(frame, stop);
    const bool is_watched = stop->reason == AMPGDB_STOP_WATCH && is_met;
    const bool is_free = !is_breakpoint(frame->pc) && !breakpoints_has_catch(frame->pc);
    int error;

    if (goal.how == AMPGDB_RESUME_CONTINUE && is_free && !is_watched)
        return RUN_GO;
    error = begin(&step, frame);
    if (error == -AMPGDB_EFAULT)
        begin_abort(frame);
    else if (error)
        return error;
    if (is_met && (stop->reason == AMPGDB_STOP_SW_BREAK || stop->reason == AMPGDB_STOP_HW_BREAK))
        hold_interrupts(&step, frame);
    if (is_watched)
        lift_watchpoints_for(&step, frame);
    return RUN_GO;
}

/* The debugger or an exception that is delivered has moved PC: breakpoints there have not been met.
 */
static int go_from_elsewhere(struct frame *frame, struct ampgdb_stop *stop)
{
    return meet_breakpoint(frame, stop) == RUN_STOP ? RUN_STOP : go(frame, stop);
}

/* A BKPT of the program's own, and not one of ours that it has copied, or mapped elsewhere: there
 * is an instruction behind that one. */
static bool is_own_bkpt(const struct ampgdb_stop *stop)
{
    return stop->reason == AMPGDB_STOP_BKPT && !AMPGDB_IS_PLANTED(stop->instruction);
}

/* It has done its work when it stopped: go on behind it. */
static int go_behind_bkpt(struct frame *frame, struct ampgdb_stop *stop)
{
    regs_skip(frame, regs_is_thumb(frame) ? 2 : 4);
    stop->reason = AMPGDB_STOP_STEP;
    return goal.how == AMPGDB_RESUME_CONTINUE ? RUN_GO : arrive(frame, stop);
}

int run_resume(struct frame *frame, const struct ampgdb_resume *resume, struct ampgdb_stop *stop)
{
    const struct frame before = *frame;
    int outcome;

    goal = *resume;
    goal.how &= ~AMPGDB_RESUME_DELIVER;
    if (!regs_is_thumb(frame))
        frame->pc &= ~3u; /* returning to ARM state with bit 1 set is UNPREDICTABLE (B9.3.20) */
    if (resume->how & AMPGDB_RESUME_DELIVER)
        guest_deliver(frame);
    if (!is_where_it_stopped(frame, stop))
        outcome = go_from_elsewhere(frame, stop);
    else if (is_own_bkpt(stop))
        outcome = go_behind_bkpt(frame, stop);
    else
        outcome = go(frame, stop);
    if (outcome < 0)
        *frame = before;
    return outcome;
}

/* --- debug events --- */

/* A detour is over, or the step itself. After a detour, and after stepping off a breakpoint,
 * breakpoints here fire by themselves. */
static enum run_outcome finish(struct single *single, struct frame *frame, struct ampgdb_stop *stop)
{
    end(single);
    if (step.active) {
        breakpoints_arm_step(step.next.pc, step.next.thumb);
        return RUN_GO;
    }
    if (goal.how != AMPGDB_RESUME_CONTINUE)
        return arrive(frame, stop);
    breakpoints_disarm_step();
    return RUN_GO;
}

/* A breakpoint, or an interrupt handler where a step is to end. */
static enum run_outcome meet(struct frame *frame, struct ampgdb_stop *stop)
{
    if (breakpoints_has_catch(frame->pc))
        return stop_caught(frame, stop);
    if (meet_breakpoint(frame, stop) == RUN_STOP)
        return RUN_STOP;
    return step_aside(frame) ? RUN_GO : stop_at_breakpoint(frame, stop);
}

/*
 * The access has not happened yet: watchpoints of Cortex-A7 and Cortex-A53 are synchronous. Of an
 * instruction with several accesses those before it may have, and happen again when it starts anew,
 * as after any data abort (DDI 0406C, C3.4, B1.9); only a device notices. A store exclusive is
 * reported even if it would fail. Beside what is watched, or stepped: it happens now, unseen.
 */
static enum run_outcome watch(struct frame *frame, struct ampgdb_stop *stop)
{
    const struct single *const single = waiting();
    uint32_t addr;

    if (watchpoints_hit(frame, code_at(frame), &addr)) {
        stop_for(stop, AMPGDB_STOP_WATCH, addr, frame->hsr);
        stop->physical = guest_physical(addr);
        return RUN_STOP;
    }
    if ((!single || single->from != frame->pc) && !step_aside(frame))
        return stop_for(stop, AMPGDB_STOP_UNKNOWN, 0, frame->hsr);
    lift_watchpoints_for(waiting(), frame);
    return RUN_GO;
}

enum run_outcome run_debug_event(struct frame *frame, struct ampgdb_stop *stop)
{
    const uint32_t entry = DBGDSCR_MOE(frame->dbgdscr);
    struct single *const single = waiting();

    if (HSR_EC(frame->hsr) == EC_DATA_ABORT)
        return watch(frame, stop);
    if (entry == MOE_BREAKPOINT) {
        if (single && frame->pc == single->next.pc && is_end(single, frame))
            return finish(single, frame, stop);
        return meet(frame, stop);
    }
    if (entry != MOE_BKPT)
        return stop_for(stop, AMPGDB_STOP_UNKNOWN, 0, frame->hsr);
    if (patches_is_planted(frame->pc))
        return meet(frame, stop);
    return stop_for(stop, AMPGDB_STOP_BKPT, 0, 0);
}
