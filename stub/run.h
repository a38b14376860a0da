/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Running and stepping: what has to be armed before the program goes on, and which debug events
 * end it. No stub instruction runs between the two.
 */
#ifndef STUB_RUN_H
#define STUB_RUN_H

#include "ampgdb/message.h"
#include "ampgdb/window.h"
#include "frame.h"

/* What is to happen after run_resume() or run_debug_event(). */
enum run_outcome {
    RUN_GO,   /* enter the program */
    RUN_STOP, /* it stands still; why is in *stop */
};

/*
 * run_resume - prepare to go on at the frame's PC
 *
 * resume: checked by the caller.
 * stop:   the last one, with its registers; replaced, but for these, when RUN_STOP comes back.
 *
 * At the PC of the last stop breakpoints, and a watched access that stopped the program, are
 * stepped off: the instruction there is executed, nothing of it counts again. At another PC, where
 * the debugger put it, breakpoints are met first. No interrupt comes before what is stepped off:
 * its handler, or the task that it switches to, would go past what is lifted meanwhile. An
 * instruction that cannot be fetched is tried: its abort stops the program, or ends the step where
 * the program's own handler begins. A branch to itself stops at once, before it is executed: a
 * breakpoint at the address where the program is resumed fires immediately.
 *
 * Returns an outcome, or -AMPGDB_EDECODE from the step decoder: the frame is as it was then.
 */
int run_resume(struct frame *frame, const struct ampgdb_resume *resume, struct ampgdb_stop *stop);

/*
 * run_debug_event - a debug event came: is it ours, and is it the end?
 *
 * Hits whose conditions do not hold, commands, accesses beside what is watched, and interrupt
 * handlers that pass where a step is to end: all stepped over, the program goes on. With RUN_STOP
 * *stop is filled but for the registers.
 */
enum run_outcome run_debug_event(struct frame *frame, struct ampgdb_stop *stop);

/* run_cancel - the program stopped for another reason: forget a step that was under way. What it
 * changed in the frame is put right. */
void run_cancel(void);

#endif
