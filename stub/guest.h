/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program as a guest of the monitor: what it may do (once), the state it starts in (at each
 * reset), and what its traps mean.
 */
#ifndef STUB_GUEST_H
#define STUB_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/window.h"
#include "frame.h"
#include "regions.h"

/* guest_place_vectors - fill the page that a program without vectors gets; sets layout->vectors. */
void guest_place_vectors(struct layout *layout);

/* guest_confine - every HYP control register that decides what the program may do. Once, after
 * mmu_protect(); on silicon most of them come up UNKNOWN, and the firmware touches none. */
void guest_confine(void);

/*
 * guest_reset - the state of a program that has just been started, and nothing of the one before
 *
 * Timers, interrupts, mailboxes and counters that it armed are disarmed, its caches are
 * emptied if they were ever on, MMU and caches off, SVC mode, A/I/F masked, SP at the top of its
 * lower RAM, LR at a trap that means "returned". DMA it started goes on: nobody can know of it.
 *
 * entry: bit 0 set means Thumb.
 */
void guest_reset(struct frame *frame, const struct layout *layout, uint32_t entry);

/*
 * guest_explain - what does this trap of the program mean?
 *
 * Debug events and FIQ are not asked about. Accesses that the monitor performs for the program
 * are performed: returns false, the program goes on. Otherwise true: *stop is filled but
 * for the registers, and the frame is put back to the instruction that is to blame.
 */
bool guest_explain(struct frame *frame, const struct layout *layout, struct ampgdb_stop *stop);

/*
 * guest_catch - AMPGDB_CATCH_*: exceptions that stop the program although it has vectors of its
 * own. Follows VBAR and SCTLR.V wherever the program moves them.
 */
void guest_catch(uint32_t mask);

/*
 * guest_caught - the program came to a BKPT of breakpoints_catch(): *stop and the frame become
 * those of the instruction that took the exception, as guest_explain() does for a program without
 * vectors.
 */
void guest_caught(struct frame *frame, struct ampgdb_stop *stop);

/* guest_deliver - AMPGDB_RESUME_DELIVER: back to the vector, if guest_caught() was the last stop
 * and PC has not been moved since. */
void guest_deliver(struct frame *frame);

/*
 * guest_leave_vectors, guest_follow - around a write to what says where the program's vectors are,
 * or what is there: VBAR, SCTLR, translation. Publishes the program's flags, too.
 */
void guest_leave_vectors(void);
void guest_follow(void);

/* guest_physical - what is behind the program's own MMU at its address; the address itself when its
 * tables do not say. */
uint32_t guest_physical(uint32_t addr);

/* guest_has_lost_vectors - is it caught in prefetch aborts at its own vector? Its MMU tables do not
 * reach VBAR, and no exception of its can be told apart any more. */
bool guest_has_lost_vectors(const struct frame *frame);

/* Words from there: DDI 0406C, B1.8.1, table B1-3. */
#define VECTOR_UNDEFINED 1u
#define VECTOR_PREFETCH  3u
#define VECTOR_DATA      4u

/* guest_vectors - where its exceptions go now.
 * guest_has_vectors - are these its own? Else an exception stops it. */
uint32_t guest_vectors(void);
bool guest_has_vectors(void);

#endif
