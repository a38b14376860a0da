/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Running and stepping: what has to be armed before the program goes on, and which debug events
 * end it. No stub instruction runs between the two.
 */
#ifndef STUB_RUN_H
#define STUB_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* What is to happen after run_resume() or run_debug_event(). */
enum run_outcome {
    RUN_GO,   /* enter the program */
    RUN_STOP, /* it stands still; the reason is *reason */
};

/*
 * run_resume - prepare to go on at the frame's PC
 *
 * how:    AMPGDB_RESUME_*. Breakpoints at PC itself are stepped off: the instruction there is
 *         executed. A branch to itself stops at once, before it is executed: a breakpoint at the
 *         address where the program is resumed fires immediately.
 * reason: of the last stop; replaced when RUN_STOP comes back.
 * Returns an outcome, or -AMPGDB_EFAULT or -AMPGDB_EDECODE from the step decoder: nothing has
 * changed then.
 */
int run_resume(struct frame *frame, uint32_t how, uint32_t *reason);

/* run_debug_event - a debug event came: is it ours, and is it the end? */
enum run_outcome run_debug_event(const struct frame *frame, uint32_t *reason);

/* run_cancel - the program stopped for another reason: forget a step that was under way. */
void run_cancel(void);

#endif
