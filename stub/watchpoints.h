/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The debugger's watchpoints: objects of any length, and the core's watchpoint registers that cover
 * them. An object that the free registers cannot cover exactly is covered by more than itself; hits
 * beside it are told apart here, by the size of the access, and are never reported.
 */
#ifndef STUB_WATCHPOINTS_H
#define STUB_WATCHPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* watchpoints_init - nothing set. After debug_unit_init(). */
void watchpoints_init(void);

/* How many registers there are. */
uint32_t watchpoints_hardware(void);

/*
 * watchpoints_set, watchpoints_clear - type: AMPGDB_WATCH_*; len: bytes
 *
 * Both are idempotent. Return 0; -AMPGDB_EINVAL for a type that does not exist, len 0 or an object
 * that does not end within the address space; -AMPGDB_ENOSPC when the registers do not suffice:
 * nothing has changed then.
 */
int watchpoints_set(uint32_t type, uint32_t addr, uint32_t len);
int watchpoints_clear(uint32_t type, uint32_t addr, uint32_t len);
void watchpoints_clear_all(void);

/*
 * watchpoints_hit - a watchpoint event: does the access that is about to happen meet an object?
 *
 * frame: of the event; its PC is the accessing instruction. code: that instruction's bits, a word,
 * or two halfwords with the first one low. Returns true and *addr, the first byte of the access
 * that lies in an object; false: step over it.
 */
bool watchpoints_hit(const struct frame *frame, uint32_t code, uint32_t *addr);

/* watchpoints_lift - no watchpoint fires, to execute the accessing instruction; watchpoints_replant
 * puts them back. */
void watchpoints_lift(void);
void watchpoints_replant(void);

#endif
