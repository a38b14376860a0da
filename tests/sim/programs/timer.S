/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Counts the interrupts of its virtual timer in "ticks" and sleeps between them: a program with
 * vectors of its own, for which an interrupt is always about to come, halted or not.
 */
#include "ampgdb/bcm283x.h"

#define TIMER_CTL_CNTV_IRQ 0x08 /* QA7, "Core timers interrupts" */
#define PERIOD 60000            /* counts; about 1 ms in QEMU, 3 ms on a board */
#define MODE_IRQ 0x12
#define MODE_SVC 0x13

        .syntax unified
        .arch   armv7-a
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        cps     #MODE_IRQ
        ldr     sp, =irq_stack_top
        cps     #MODE_SVC
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0          /* VBAR */
        ldr     r0, =BCM283X_LOCAL
        mov     r1, #TIMER_CTL_CNTV_IRQ
        str     r1, [r0, #LOCAL_CORE3_TIMER_CTL]
        ldr     r0, =PERIOD
        mcr     p15, 0, r0, c14, c3, 0          /* CNTV_TVAL */
        mov     r0, #1
        mcr     p15, 0, r0, c14, c3, 1          /* CNTV_CTL: enabled */
        isb
        cpsie   i
        .global sleep
sleep:  wfi
        b       sleep
        .size   _start, . - _start

        .global on_tick
        .type   on_tick, %function
on_tick:
        push    {r0, r1}
        ldr     r0, =PERIOD
        mcr     p15, 0, r0, c14, c3, 0          /* also takes the interrupt's level away */
        isb
        ldr     r0, =ticks
        ldr     r1, [r0]
        add     r1, r1, #1
        str     r1, [r0]
        pop     {r0, r1}
        subs    pc, lr, #4
        .size   on_tick, . - on_tick

        .ltorg
        .balign 32
vectors:
        b       .
        b       .
        b       .
        b       .
        b       .
        b       .
        b       on_tick
        b       .

        .balign 4
        .global ticks
ticks:  .word   0
        .balign 8
        .space  64
irq_stack_top:
