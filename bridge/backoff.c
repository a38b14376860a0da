/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See backoff.h.
 */
#include "backoff.h"

#include <time.h>

int64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void backoff_start(struct backoff *backoff)
{
    backoff->started = clock_now();
}

int64_t backoff_pause(const struct backoff *backoff)
{
    const int64_t waited = clock_now() - backoff->started;

    if (waited < BACKOFF_SPIN_NS)
        return 0;
    /* A quarter of the time waited: what comes late is noticed a quarter later. */
    return waited / 4 < BACKOFF_MAX_NS ? waited / 4 : BACKOFF_MAX_NS;
}
