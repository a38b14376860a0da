/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Records the state in which it was entered, then sleeps. Touches no register before it is saved.
 */
#include "ampgdb/bcm283x.h"

        .syntax unified
        .arch   armv7-a
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        adr     sp, record
        stmia   sp!, {r0-r2}
        mrs     r3, cpsr
        ldr     r4, =BCM283X_LOCAL
        ldr     r5, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        ldr     r6, [r4, #LOCAL_CORE3_MAILBOX_CTL]
        mrc     p15, 0, r7, c14, c0, 0          /* CNTFRQ */
        mrc     p15, 0, r8, c1, c1, 2           /* NSACR */
        mrc     p15, 0, r9, c0, c0, 5           /* MPIDR */
        stmia   sp!, {r3, r5-r9}
        mov     r0, #1
        str     r0, [sp]
1:      wfi
        b       1b
        .size   _start, . - _start

        .ltorg
        .balign 4
        .global record
record: .space  40
