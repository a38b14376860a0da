/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program that comes to its end: it counts its runs, in .data, since .bss is cleared each time,
 * and returns.
 */
#include "start.h"

volatile unsigned runs = 0x80000000u;

static unsigned must_be_cleared[100];

void kernel_main(void)
{
    unsigned dirty = 0;

    for (unsigned i = 0; i < 100; i++) {
        dirty |= must_be_cleared[i];
        must_be_cleared[i] = ~0u;
    }
    if (runs & 0x80000000u)
        runs = 0;
    if (!dirty)
        runs++;
}
