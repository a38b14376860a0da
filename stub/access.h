/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a load or store accesses, by its bits alone. Pure; knows no registers and no addresses.
 *
 * Written from the ARM Architecture Reference Manual, ARMv7-A edition (DDI 0406C), A5, A6 and A7.
 */
#ifndef STUB_ACCESS_H
#define STUB_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#define ACCESS_READ  1u
#define ACCESS_WRITE 2u

/* Of everything that is no load or store we know: at most a cache line, by a maintenance operation.
 */
#define ACCESS_UNKNOWN_BYTES 64u

struct access {
    uint16_t bytes; /* at most, one behind the other; at least 1 */
    uint16_t how;   /* ACCESS_READ, ACCESS_WRITE, or both */
};

/* access_of - code: a word, or two halfwords with the first one low; of a 16-bit instruction the
 * second halfword does not matter. */
struct access access_of(uint32_t code, bool thumb);

#endif
