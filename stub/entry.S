/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Core 3 arrives here from the firmware's mailbox loop: HYP mode, A/I/F masked, MMU and caches
 * off, no stack, at whatever address the host put the image (raspberrypi/tools, armstub7.S).
 *
 *      1. tell the host that and how we arrived
 *      2. refuse any mode but HYP
 *      3. forget stale cache lines over our memory
 *      4. relocate, clear .bss, set the stack and the vectors
 *      5. go to C, which does not come back
 */
#include "ampgdb/armv7.h"
#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "ampgdb/window_states.h"
#include "frame.h"

    .syntax unified
    .arm

#define R_ARM_RELATIVE 23 /* ELF for the Arm Architecture (IHI 0044), 4.6.1.5 */
#define MAILBOX_CTL_MAILBOX3_IRQ 0x08
#define CACHE_LINE 64     /* L1 data and L2 of Cortex-A7 and Cortex-A53 */

image   .req r5 /* where we run */
window  .req r6
header  .req r7

    .section .entry, "ax"
    .global stub_entry
    .type stub_entry, %function
stub_entry:
    mrs     r4, cpsr
    cpsid   aif                             @ a program that hands us the core may have opened them
    setend  le
    adr     image, stub_entry
    sub     window, image, #AMPGDB_STUB_OFFSET
    add     header, window, #AMPGDB_SHARED_OFFSET
    str     r4, [header, #HEADER_ENTRY_CPSR]
    mov     r0, #AMPGDB_PROGRESS_ENTERED
    str     r0, [header, #HEADER_PROGRESS]

    and     r0, r4, #PSR_MODE
    cmp     r0, #MODE_HYP
    bne     refuse

    /* HYP MMU and caches off, whoever had us before. */
    ldr     r0, =HSCTLR_OFF
    mcr     p15, 4, r0, c1, c0, 0
    isb
    mov     r0, #0
    mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU

    /* The image was written around the caches. Lines of the same addresses may still sit in L2
     * from the boot loader's time; once our cache is on they would be believed, and a dirty one
     * would be written over header or rings. Invalidate, not clean: what they hold is older than
     * the image, and everybody has written around the caches so far (DDI 0406C, B2.2.6). */
    mov     r0, window
    add     r1, window, #AMPGDB_WINDOW_SIZE
1:  mcr     p15, 0, r0, c7, c6, 1           @ DCIMVAC
    add     r0, r0, #CACHE_LINE
    cmp     r0, r1
    blo     1b
    dsb

    /* Linked at 0: each relative relocation adds the image's address to a word. */
    adr     r0, offsets
    ldm     r0, {r0, r1, r2, r3, r8}
    add     r0, r0, image
    add     r1, r1, image
2:  cmp     r0, r1
    bhs     3f
    ldr     r9, [r0], #4
    ldr     r10, [r0], #4
    cmp     r10, #R_ARM_RELATIVE
    bne     2b
    ldr     r10, [image, r9]
    add     r10, r10, image
    str     r10, [image, r9]
    b       2b

3:  add     r2, r2, image
    add     r3, r3, image
    mov     r0, #0
4:  cmp     r2, r3
    strlo   r0, [r2], #4
    blo     4b

    add     sp, r8, image
    ldr     r0, =hyp_vectors                @ relocated by now
    mcr     p15, 4, r0, c12, c0, 0          @ HVBAR
    isb
    mov     r0, #AMPGDB_PROGRESS_RELOCATED
    str     r0, [header, #HEADER_PROGRESS]
    mov     r0, window
    bl      stub_main

offsets:
    .word   __rel_start
    .word   __rel_end
    .word   __bss_start
    .word   __bss_end
    .word   first_frame

    /* Any other mode: the host explains. Wait for a new start address as the firmware does, so
     * that the core is not lost to programs that need no debugger. Mailbox 3 is an IRQ meanwhile,
     * masked: it ends a WFI, and the core sleeps without a SEV from Linux. */
refuse:
    mov     r0, #AMPGDB_STATE_REFUSED
    str     r0, [header, #HEADER_STATE]
    dsb
    ldr     r1, =BCM283X_LOCAL
    mov     r0, #MAILBOX_CTL_MAILBOX3_IRQ
    str     r0, [r1, #LOCAL_CORE3_MAILBOX_CTL]
    dsb
5:  ldr     r2, [r1, #LOCAL_CORE3_MAILBOX3_CLR]
    cmp     r2, #0
    wfieq
    beq     5b
    str     r2, [r1, #LOCAL_CORE3_MAILBOX3_CLR]
    mov     r0, #0
    str     r0, [r1, #LOCAL_CORE3_MAILBOX_CTL]
    dsb
    ldr     r1, =0xC42                      @ machine type, as the firmware passes it
    bx      r2
    .ltorg
    .size stub_entry, . - stub_entry
