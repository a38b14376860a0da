/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What happens when a breakpoint is hit: the store of all conditions and commands, and the rule
 * that combines them (struct ampgdb_break). Knows nothing of where breakpoints are.
 */
#ifndef STUB_ACTIONS_H
#define STUB_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent.h"

#define ACTIONS_STORE 0x8000u /* bytes, for all breakpoints */
#define ACTIONS_MAX   160u    /* breakpoints that have some */

/* Names the code of one breakpoint in the store, where it may move. 0: none. */
typedef uint8_t actions_handle;
_Static_assert(ACTIONS_MAX < 0xFFu, "handles count from 1");

/*
 * actions_store - check and keep conditions and commands, instead of those that *handle names
 *
 * code: words long, laid out as behind struct ampgdb_break; hostile. Without any, *handle becomes
 * 0. Returns 0; -AMPGDB_EINVAL when counts and lengths do not fill it exactly or exceed agent.h's
 * limits; -AMPGDB_ENOSPC. After an error *handle and what it names are as they were.
 */
int actions_store(actions_handle *handle, uint32_t conditions, uint32_t commands,
                  const uint32_t *code, uint32_t words);

/* actions_forget - give the space back; *handle becomes 0. */
void actions_forget(actions_handle *handle);

enum actions_verdict { ACTIONS_STOP, ACTIONS_GO_ON };

/*
 * actions_run - a breakpoint was hit: stop? handle 0 always stops.
 *
 * Returns a verdict, or -AMPGDB_EFAULT (*bad_addr filled) or -AMPGDB_EAGENT when something could
 * not be evaluated: that stops, too.
 */
int actions_run(actions_handle handle, const struct agent_world *world, uint32_t *bad_addr);

#endif
