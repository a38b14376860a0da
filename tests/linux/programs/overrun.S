/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program gone wild: stores over all of the RAM below its own, which is Linux's, from r0 on in
 * steps of r1 bytes, r2 being what it stores; then it ends.
 */
#include "ampgdb/memmap.h"

        .syntax unified
        .arch   armv7-a
        .arm
        .text
        .global _start
        .type   _start, %function
_start:
        mov     r0, #0
        mov     r1, #4
        ldr     r2, =0xDEADBEEF
        mov     r3, #AMPGDB_BASE_1G
        .global overrun
overrun:
        str     r2, [r0]
        .global survived
survived:
        add     r0, r0, r1
        cmp     r0, r3
        blo     overrun
        bx      lr
        .size   _start, . - _start
        .ltorg
