/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See run.h. Stepping decodes the instruction at PC and arms one breakpoint register at its
 * successor. Mismatch breakpoints could do without a decoder, but only in some modes, and QEMU
 * does not have them: such code could never be tested.
 */
#include "run.h"

#include "ampgdb/message.h"
#include "ampgdb/window.h"
#include "breakpoints.h"
#include "cp.h"
#include "guest.h"
#include "memory.h"
#include "regs.h"
#include "step.h"

static struct {
    bool active;
    bool then_continue; /* stepping off a breakpoint; the user asked for more */
    uint32_t pc;        /* where the breakpoint register waits */
} step;

static uint32_t own_bkpt; /* where the program's last own BKPT stopped it */

static int read_code(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    (void)context;
    return breakpoints_read_memory(addr, bytes, len) == (int)len ? 0 : -AMPGDB_EFAULT;
}

static int find_next(const struct frame *frame, struct step_target *target)
{
    struct step_cpu cpu;

    for (uint32_t i = 0; i < 16; i++)
        cpu.r[i] = regs_read(frame, i);
    cpu.cpsr = frame->cpsr;
    cpu.spsr = regs_spsr(frame);
    cpu.vectors = guest_vectors();
    cpu.thumb_exceptions = (sctlr_read() & SCTLR_TE) != 0;
    return step_next(&cpu, read_code, 0, target);
}

static bool is_breakpoint(uint32_t pc)
{
    return breakpoints_has_software(pc) || breakpoints_has_hardware(pc);
}

int run_resume(struct frame *frame, uint32_t how, uint32_t *reason)
{
    if (!regs_is_thumb(frame))
        frame->pc &= ~3u; /* returning to ARM state with bit 1 set is UNPREDICTABLE (B9.3.20) */

    const bool on_breakpoint = is_breakpoint(frame->pc);
    struct step_target next;

    /* A BKPT of the program's own has done its work when it stopped: go on behind it, unless the
     * debugger has moved PC away from it. */
    if (*reason == AMPGDB_STOP_BKPT && frame->pc == own_bkpt && !on_breakpoint) {
        regs_skip(frame, regs_is_thumb(frame) ? 2 : 4);
        *reason = AMPGDB_STOP_STEP;
        if (how == AMPGDB_RESUME_STEP)
            return RUN_STOP;
        return run_resume(frame, how, reason);
    }
    if (how == AMPGDB_RESUME_CONTINUE && !on_breakpoint)
        return RUN_GO;

    const int error = find_next(frame, &next);

    if (error)
        return error;
    breakpoints_lift(frame->pc);
    breakpoints_arm_step(next.pc, next.thumb);
    step.active = true;
    step.then_continue = how == AMPGDB_RESUME_CONTINUE;
    step.pc = next.pc;
    return RUN_GO;
}

void run_cancel(void)
{
    if (!step.active)
        return;
    step.active = false;
    breakpoints_disarm_step();
    breakpoints_replant();
}

enum run_outcome run_debug_event(const struct frame *frame, uint32_t *reason)
{
    const uint32_t entry = DBGDSCR_MOE(frame->dbgdscr);
    const bool stepped = step.active && entry == MOE_BREAKPOINT && frame->pc == step.pc;
    const bool go_on = stepped && step.then_continue;

    run_cancel();
    own_bkpt = frame->pc;
    if (go_on)
        return RUN_GO; /* a breakpoint at the new PC fires by itself */
    if (stepped)
        *reason = AMPGDB_STOP_STEP;
    else if (entry == MOE_BREAKPOINT)
        *reason = AMPGDB_STOP_HW_BREAK;
    else if (entry == MOE_BKPT)
        *reason = breakpoints_has_software(frame->pc) ? AMPGDB_STOP_SW_BREAK : AMPGDB_STOP_BKPT;
    else
        *reason = AMPGDB_STOP_UNKNOWN;
    return RUN_STOP;
}
