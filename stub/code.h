/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program's instruction at PC: its bits, and what executing it leads to.
 */
#ifndef STUB_CODE_H
#define STUB_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "step_keeps.h"

/* code_at - a word, or two halfwords with the first one low, as the debugger sees it; 0 when it
 * cannot be read. */
uint32_t code_at(const struct frame *frame);

struct code_successor {
    uint32_t pc;
    bool thumb;
    struct step_keeps keeps;
};

/* code_successor - what is executed after the instruction at PC: step_next()'s results. With
 * -AMPGDB_EFAULT that is the vector of its abort. */
int code_successor(const struct frame *frame, struct code_successor *next);

#endif
