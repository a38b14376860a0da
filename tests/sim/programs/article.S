/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program with the life cycle of the first articles on the subject: it clears mailbox 3 when it
 * starts, runs, and then polls mailbox 3 and jumps to what it finds, leaving it in there for the
 * next program to clear. "delay" is for others to change; "runs" counts.
 */
#include "ampgdb/bcm283x.h"

        .syntax unified
        .arch   armv7-a
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        ldr     r4, =BCM283X_LOCAL
        mvn     r0, #0
        str     r0, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        ldr     sp, =stack_top
        ldr     r1, =runs
        ldr     r0, [r1]
        add     r0, r0, #1
        str     r0, [r1]
1:      ldr     r0, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        cmp     r0, #0
        beq     1b
        bx      r0
        .size   _start, . - _start
        .ltorg

        .balign 4
        .global runs
runs:   .word   0
