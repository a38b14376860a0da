/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Start code with the life cycle of the articles: it empties mailbox 3, calls kernel_main() with
 * the stack at the end of the program's RAM, and when that returns polls mailbox 3 for the address
 * of the next program. That one has to empty the mailbox.
 */
#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"

        .syntax unified
        .arch   armv7-a
        .arm
        .text
        .global _start
        .type   _start, %function
_start:
        ldr     r4, =BCM283X_LOCAL
        mvn     r0, #0
        str     r0, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        mov     sp, #AMPGDB_WINDOW_1G
        bl      kernel_main
        ldr     r4, =BCM283X_LOCAL
1:      ldr     r0, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        cmp     r0, #0
        beq     1b
        bx      r0
        .size   _start, . - _start
        .ltorg
