/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first instructions of a program: a stack, a cleared .bss, kernel_main(), and the way back.
 * Knows no debugger: the same image runs in SVC mode under the stub and in HYP mode when the
 * Pi's firmware starts it by mailbox 3.
 *
 * Always ARM code, first in the image: a raw file and mailbox 3 cannot say "Thumb".
 */
#include "ampgdb/armv7.h"
#include "ampgdb/bcm283x.h"

/* Mailbox 3 as IRQ in LOCAL_CORE3_MAILBOX_CTL (QA7, "Mailboxes"). */
#define MAILBOX_CTL_MAILBOX3_IRQ 0x08

        .syntax unified
        .arch   armv7-a
        .arm
        .cfi_sections .debug_frame

/*
 * _start
 *
 * On entry: SVC or HYP mode, interrupts masked, MMU and caches off, no stack. LR: where to go when
 *           kernel_main() returns; meaningless in HYP mode, because the firmware jumps.
 */
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        .cfi_startproc
        .cfi_undefined lr               /* a backtrace ends here */
        ldr     sp, =stack_top
        push    {r4, lr}                /* r4 keeps the stack a multiple of 8 (AAPCS, 6.2.1.2) */

        ldr     r0, =bss_start          /* both ends are multiples of 4: program.ld */
        ldr     r1, =bss_end
        mov     r2, #0
1:      cmp     r0, r1
        strlo   r2, [r0], #4
        blo     1b

        bl      kernel_main

        pop     {r4, lr}
        mrs     r0, cpsr
        and     r0, r0, #PSR_MODE
        cmp     r0, #MODE_HYP
        bxne    lr
        b       await_next_program
        .cfi_endproc
        .size   _start, . - _start

/*
 * await_next_program - with nobody to return to, offer the core as the firmware did: wait for an
 *                      address in mailbox 3, clear it, jump there
 *
 * HYP mode, IRQ masked. The mailbox is an enabled interrupt meanwhile because that ends a WFI,
 * masked or not (ARM DDI 0406C, B1.8.14), so the core sleeps.
 */
        .type   await_next_program, %function
await_next_program:
        ldr     r4, =BCM283X_LOCAL
        mov     r0, #MAILBOX_CTL_MAILBOX3_IRQ
        str     r0, [r4, #LOCAL_CORE3_MAILBOX_CTL]
        dsb
1:      ldr     r5, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        cmp     r5, #0
        wfieq
        beq     1b
        mov     r0, #0
        str     r0, [r4, #LOCAL_CORE3_MAILBOX_CTL]
        str     r5, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
        dsb
        bx      r5
        .size   await_next_program, . - await_next_program

        .ltorg
