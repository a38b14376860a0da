/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Core 3's start protocol while a stub is resident: mailbox 3 hands over an address. It starts a
 * program under the stub, as it would under the firmware, or it takes the core back from the stub
 * (window.h, "The park page").
 */
#ifndef STUB_HANDOVER_H
#define STUB_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

/* handover_init - put the park page's code in place: whatever goes wrong later ends there. Before
 * everything else; works with caches on or off. */
void handover_init(uint32_t window);

/*
 * handover_take - look into the mailbox; does not return when it holds the park page's address
 *
 * idle: no program runs or is stopped in the middle, so that the mailbox is ours and is emptied.
 * Returns the address that lay in it, 0 if none.
 */
uint32_t handover_take(bool idle);

/* handover_park - leave the stub for good: the core waits for a start address as under the
 * firmware, in a page that no stub overwrites. */
void handover_park(void) __attribute__((noreturn));

#endif
