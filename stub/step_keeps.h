/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an instruction leaves alone, so that somebody who waits for its end can tell the end from
 * an interrupt handler that passes the same address. Pure.
 *
 * Written from the ARM Architecture Reference Manual, ARMv7-A edition (DDI 0406C), A5, A6, A7, B9.
 */
#ifndef STUB_STEP_KEEPS_H
#define STUB_STEP_KEEPS_H

#include <stdbool.h>
#include <stdint.h>

struct step_keeps {
    bool mode;
    bool sp;         /* of the mode it is executed in */
    bool interrupts; /* mode and CPSR.I, and it does the same if they are masked */
};

/*
 * step_keeps - code: a word, or two halfwords with the first one low
 *
 * When in doubt an instruction keeps nothing: then the first arrival counts, as it would without
 * this.
 */
struct step_keeps step_keeps(uint32_t code, bool thumb);

#endif
