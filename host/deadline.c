/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See deadline.h.
 */
#include "deadline.h"

#include <time.h>

/* On a board one look at uncached memory takes 0.1 to 0.2 us: about half a millisecond in all. */
#define SPIN_LOOKS   3000u
#define SLEEP_MIN_NS 20000u
#define SLEEP_MAX_NS 1000000u

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void deadline_start(struct deadline *deadline, unsigned timeout_ms)
{
    deadline->end_ns = now_ns() + (uint64_t)timeout_ms * 1000000u;
    deadline->looks = 0;
    deadline->sleep_ns = SLEEP_MIN_NS;
    deadline->is_over = false;
}

bool deadline_wait(struct deadline *deadline)
{
    const struct timespec sleep = {.tv_nsec = (long)deadline->sleep_ns};

    if (deadline->looks < SPIN_LOOKS) {
        deadline->looks++;
        return true;
    }
    if (deadline->is_over)
        return false;
    if (now_ns() >= deadline->end_ns) {
        deadline->is_over = true;
        return true;
    }
    nanosleep(&sleep, NULL);
    deadline->sleep_ns *= 2;
    if (deadline->sleep_ns > SLEEP_MAX_NS)
        deadline->sleep_ns = SLEEP_MAX_NS;
    return true;
}
