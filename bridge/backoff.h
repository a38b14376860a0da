/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * How long to wait before looking again for something that nobody announces: Core 3 has no
 * interrupt that reaches a Linux program. And the clock for it.
 */
#ifndef BRIDGE_BACKOFF_H
#define BRIDGE_BACKOFF_H

#include <stdint.h>

#define BACKOFF_SPIN_NS 100000  /* look without a pause: a step takes less */
#define BACKOFF_MAX_NS  1000000 /* then ever more rarely, up to this */

struct backoff {
    int64_t started;
};

/* Monotonic nanoseconds. */
int64_t clock_now(void);

/* backoff_start - something was asked for just now. */
void backoff_start(struct backoff *backoff);

/* backoff_pause - nanoseconds to wait before the next look; 0 while spinning. */
int64_t backoff_pause(const struct backoff *backoff);

#endif
