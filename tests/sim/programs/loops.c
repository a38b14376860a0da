/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loops that are one line each, which "next" is to cross in one go.
 */
#include "start.h"

extern unsigned stack_top[];

volatile unsigned count, total;
volatile unsigned go_on = 1;

static void add(unsigned i)
{
    total += i;
}

/* clang-format off */
static void thousand(void)
{
    unsigned i;

    for (i = 0; i < 1000; i++) total += i; /* crossed */
    count++;                               /* behind it */
}

static void calls(void)
{
    for (unsigned i = 0; i < 20; i++) add(i); /* with calls */
    count++;                                  /* behind them */
}

static void endless(void)
{
    while (go_on) count++; /* for ever */
    count = 0;             /* at last */
}

/* Reads on and on, into the debugger's window. */
static void into_a_fault(void)
{
    volatile unsigned *p = stack_top - 256;

    for (;; p++) total += *p; /* too far */
}
/* clang-format on */

void kernel_main(void)
{
    for (;;) {
        total = 0;
        thousand();
        calls();
        endless();
        into_a_fault();
    }
}
