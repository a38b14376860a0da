/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A place that a loop and the handler of mailbox 0 both come to, as the tasks of a scheduler do. Each
 * visit changes "visits", also if it has interrupted another one; r0 says whose it is: 0 the loop's,
 * 1 the handler's. At "rest" it could wait for interrupts for ever.
 */
#include "ampgdb/armv7.h"
#include "ampgdb/bcm283x.h"

#define MAILBOX_CTL_MAILBOX0_IRQ 1 /* QA7, "Mailboxes" */

        .syntax unified
        .arch   armv7-a
        .arch_extension virt
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        cps     #MODE_IRQ
        ldr     sp, =irq_stack_top
        cps     #MODE_SVC
        ldr     r4, =vectors
        mcr     p15, 0, r4, c12, c0, 0          /* VBAR */
        ldr     r4, =BCM283X_LOCAL
        mov     r5, #MAILBOX_CTL_MAILBOX0_IRQ
        str     r5, [r4, #LOCAL_CORE3_MAILBOX_CTL]
        cpsie   i
        ldr     r2, =visits
1:      mov     r0, #0
        bl      visit
        b       1b
        .size   _start, . - _start

        .global rest
        .type   rest, %function
rest:   b       rest
        .size   rest, . - rest

        .global visit
        .type   visit, %function
visit:
        ldr     r1, [r2]
        add     r1, r1, r0
        add     r1, r1, #1
        str     r1, [r2]
        bx      lr
        .size   visit, . - visit

        .global on_mail
        .type   on_mail, %function
on_mail:
        push    {r0-r2, lr}
        ldr     r1, =BCM283X_LOCAL
        ldr     r0, [r1, #LOCAL_CORE3_MAILBOX0_CLR]
        str     r0, [r1, #LOCAL_CORE3_MAILBOX0_CLR]
        ldr     r2, =visits
        mov     r0, #1
        bl      visit
        pop     {r0-r2, lr}
        sub     lr, lr, #4
        .global leave
leave:  eret
        .size   on_mail, . - on_mail

        .ltorg
        .balign 32
vectors:
        b       .
        b       .
        b       .
        b       .
        b       .
        b       .
        b       on_mail
        b       .

        .balign 4
        .global visits
visits: .word   0
        .balign 8
        .space  64
irq_stack_top:
