/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Between guest.c, guest_traps.c, guest_vectors.c and guest_registers.c. Nobody else includes it.
 */
#ifndef STUB_GUEST_INTERNAL_H
#define STUB_GUEST_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/window.h"
#include "frame.h"
#include "regions.h"

/*
 * guest_explain_exception - the program took the exception whose vector is the index-th word
 *
 * Fills *stop and puts the frame back to the instruction that took it. False when there is no such
 * exception: nothing has changed then.
 */
bool guest_explain_exception(struct frame *frame, uint32_t index, struct ampgdb_stop *stop);

/* guest_publish_flags - are MMU and data cache on? */
void guest_publish_flags(void);

/* guest_forget_caught - there is nothing to deliver any more. */
void guest_forget_caught(void);

/* guest_undefine - the program takes an Undefined Instruction exception at PC. */
void guest_undefine(struct frame *frame);

/* guest_access_register - perform an MCR, MRC or MCRR that trapped (HSR), PC included. False: it is
 * not for the program. */
bool guest_access_register(struct frame *frame);

#endif
