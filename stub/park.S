/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The way out of the monitor, copied into the park page by handover.c: everything off, then wait
 * for a start address as the firmware does (raspberrypi/tools, armstub7.S). Position-independent,
 * no stack, no memory but the mailbox: a crashed stub ends here as well as an obsolete one.
 *
 * One thing differs from the firmware's loop: mailbox 3 is enabled as a FIQ, masked, because that
 * ends a WFI. It needs no SEV from Linux and lets the core sleep.
 */
#include "ampgdb/bcm283x.h"
#include "frame.h"

    .syntax unified
    .arm
    .arch_extension virt

#define CACHE_LINE 64
#define MAILBOX_CTL_MAILBOX3_FIQ 0x80

    .section .rodata.park, "a"
    .balign 4
    .global park_code, park_code_end

/*
 * void park(uint32_t clean_start, uint32_t clean_end) - HYP mode; never returns
 */
park_code:
    cpsid   aif

    /* Our dirty lines go to memory before the cache is switched off (DDI 0406C, B2.2.6); from the
     * first clean on nothing is written. */
1:  mcr     p15, 0, r0, c7, c14, 1          @ DCCIMVAC
    add     r0, r0, #CACHE_LINE
    cmp     r0, r1
    blo     1b
    dsb

    mov     r0, #0
    mcr     p15, 4, r0, c1, c1, 0           @ HCR: no stage 2, no traps
    isb
    ldr     r1, hsctlr_off                  @ MMU, data and instruction cache off
    mcr     p15, 4, r1, c1, c0, 0           @ HSCTLR
    isb

    /* Nothing of debugger or program is left to the next one: breakpoints silent, debug exceptions
     * not ours any more (HDCR keeps HPMN), the program's MMU off. */
    mrc     p14, 0, r1, c0, c2, 2           @ DBGDSCRext
    bic     r1, r1, #0x8000                 @ MDBGen
    mcr     p14, 0, r1, c0, c2, 2
    mrc     p15, 4, r1, c1, c1, 1           @ HDCR
    and     r1, r1, #0x1F
    mcr     p15, 4, r1, c1, c1, 1
    ldr     r1, sctlr_reset
    mcr     p15, 0, r1, c1, c0, 0           @ SCTLR
    isb
    mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU
    mcr     p15, 0, r0, c7, c5, 6           @ BPIALL
    mcr     p15, 4, r0, c8, c7, 0           @ TLBIALLH
    mcr     p15, 4, r0, c8, c7, 4           @ TLBIALLNSNH
    mcr     p15, 0, r0, c14, c3, 1          @ CNTV_CTL
    mcr     p15, 0, r0, c14, c2, 1          @ CNTP_CTL
    dsb
    isb

    /* No interrupt of ours or the program's is left; then the doorbell's bit tells the host. */
    ldr     r4, local_page
    mvn     r1, #0
    str     r1, [r4, #LOCAL_CORE3_MAILBOX1_CLR]
    str     r1, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
    str     r0, [r4, #LOCAL_CORE3_TIMER_CTL]
    dsb
    mov     r1, #MAILBOX_CTL_MAILBOX3_FIQ
    str     r1, [r4, #LOCAL_CORE3_MAILBOX_CTL]
    dsb

2:  ldr     r5, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
    cmp     r5, #0
    wfieq
    beq     2b
    str     r5, [r4, #LOCAL_CORE3_MAILBOX3_CLR]
    str     r0, [r4, #LOCAL_CORE3_MAILBOX_CTL]
    dsb
    ldr     r1, machine                     @ as the firmware passes it; r0 is 0
    mov     r2, #0
    bx      r5

local_page:
    .word   BCM283X_LOCAL
machine:
    .word   0xC42
hsctlr_off:
    .word   HSCTLR_OFF
sctlr_reset:
    .word   SCTLR_RESET
park_code_end:
