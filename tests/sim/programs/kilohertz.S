/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Counts the interrupts of a 1 kHz timer in "ticks" while it works, for 300 and a half of its
 * periods, and then stays at "over". The comparator moves on by whole periods, so a late
 * interrupt makes none later; one that is lost shows in "ticks", one that is later than a period
 * in "latest".
 *
 * The firmware starts it in HYP mode, the debugger in SVC mode: it goes on in SVC mode either
 * way. What is timed, its loop and its handler, is in the instruction set that this is assembled
 * for.
 */
#include "ampgdb/armv7.h"
#include "ampgdb/bcm283x.h"
#include "either_set.inc"

#define CPSR_SVC_MASKED 0x1D3
#define SCTLR_TE 0x40000000
#define TIMER_CTL_CNTV_IRQ 0x08 /* QA7, "Core timers interrupts" */
#define HERTZ 1000
#define PERIODS 300

        .syntax unified
        .arch   armv7-a
        .arch_extension virt
        .arch_extension idiv
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        mrs     r0, cpsr
        and     r0, r0, #PSR_MODE
        cmp     r0, #MODE_HYP
        bne     1f
        ldr     r0, =CPSR_SVC_MASKED
        msr     spsr_cxsf, r0
        adr     r0, 1f
        msr     elr_hyp, r0
        eret
1:      cps     #MODE_IRQ
        ldr     sp, =irq_stack_top
        cps     #MODE_SVC
        ldr     sp, =stack_top
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0          /* VBAR */
#ifdef __thumb__
        mrc     p15, 0, r0, c1, c0, 0           /* SCTLR */
        orr     r0, r0, #SCTLR_TE
        mcr     p15, 0, r0, c1, c0, 0
#endif
        ldr     r0, =BCM283X_LOCAL
        mov     r1, #TIMER_CTL_CNTV_IRQ
        str     r1, [r0, #LOCAL_CORE3_TIMER_CTL]

        mrc     p15, 0, r8, c14, c0, 0          /* CNTFRQ */
        mov     r0, #HERTZ
        udiv    r8, r8, r0                      /* r8: a period */
        mrrc    p15, 1, r6, r7, c14             /* CNTVCT */
        adds    r0, r6, r8
        adc     r1, r7, #0
        mcrr    p15, 3, r0, r1, c14             /* CNTV_CVAL */
        mov     r0, #PERIODS
        umull   r0, r1, r0, r8
        add     r0, r0, r8, lsr #1
        adds    r6, r6, r0                      /* r6, r7: the end */
        adc     r7, r7, r1
        mov     r0, #1
        mcr     p15, 0, r0, c14, c3, 1          /* CNTV_CTL: enabled */
        isb
        ldr     r0, =until_the_end
        bx      r0
        .size   _start, . - _start

        /* r6, r7: the end */
#ifdef __thumb__
        .thumb
#endif
        NAME    until_the_end
        mov     r5, #0
        cpsie   i
1:      mov     r0, r5
        bl      work
        add     r5, r5, #1
        isb
        mrrc    p15, 1, r0, r1, c14
        subs    r0, r0, r6
        sbcs    r1, r1, r7
        blo     1b
        cpsid   i
        mov     r0, #0
        mcr     p15, 0, r0, c14, c3, 1
        ldr     r0, =finished
        mov     r1, #1
        str     r1, [r0]
        .global over
over:   b       over
        .size   until_the_end, . - until_the_end

        /* r0: how often it was called before */
        NAME    work
        mov     r2, #200
1:      subs    r2, r2, #1
        bne     1b
        bx      lr
        .size   work, . - work

        NAME    on_tick
        push    {r0-r4}
        mrrc    p15, 3, r0, r1, c14             /* CNTV_CVAL */
        isb
        mrrc    p15, 1, r2, r3, c14
        sub     r2, r2, r0
        ldr     r3, =latest
        ldr     r4, [r3]
        cmp     r2, r4
        it      hi
        strhi   r2, [r3]
        adds    r0, r0, r8
        adc     r1, r1, #0
        mcrr    p15, 3, r0, r1, c14             /* also takes the interrupt's level away */
        isb
        ldr     r0, =ticks
        ldr     r1, [r0]
        add     r1, r1, #1
        str     r1, [r0]
        pop     {r0-r4}
        subs    pc, lr, #4
        .size   on_tick, . - on_tick

        .ltorg
        .balign 32
vectors:
        VECTOR  .
        VECTOR  .
        VECTOR  .
        VECTOR  .
        VECTOR  .
        VECTOR  .
        VECTOR  on_tick
        VECTOR  .

        .balign 4
        .global ticks, latest, finished
ticks:  .word   0
latest: .word   0
finished: .word 0
        .balign 8
        .space  64
irq_stack_top:
