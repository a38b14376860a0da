/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * SEAM: waiting for the other core, which can interrupt nobody in Linux's user space: look often
 * for a moment, then sleep between the looks, longer and longer up to 1 ms, until the time is
 * over. Tests replace deadline.c to play Core 3 between two looks.
 */
#ifndef HOST_DEADLINE_H
#define HOST_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
    uint64_t end_ns;   /* CLOCK_MONOTONIC */
    unsigned looks;    /* so far */
    uint32_t sleep_ns; /* the next one */
    bool is_over;      /* and the last look is being taken */
};

void deadline_start(struct deadline *deadline, unsigned timeout_ms);

/*
 * deadline_wait - wait a moment; true: look again, false: the time is over, look no more.
 *
 * The last look begins after the end: whoever was not given a processor until then, or was stopped
 * in a shell, does not take an answer that has come meanwhile for silence.
 */
bool deadline_wait(struct deadline *deadline);

#endif
