/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * One label for each way to do wrong; a test sets PC to it. None brings vectors of its own.
 */
#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"

        .syntax unified
        .arch   armv7-a
        .arch_extension virt
        .arch_extension sec
        .arm
        .section .text.start, "ax", %progbits

        .macro  CASE name
        .balign 4
        .global \name
        .type   \name, %function
\name:
        .endm

        .macro  STORE address
        ldr     r0, =\address
        str     r0, [r0]
        .endm

        CASE    _start
        b       _start

        CASE    linux_write
        STORE   0x00001000
        CASE    linux_read
        mov     r0, #0
        ldr     r1, [r0]
        CASE    below_base_write
        STORE   (ram_start - 4)
        CASE    stub_write
        STORE   (stack_top + AMPGDB_STUB_OFFSET)
        CASE    stub_read
        ldr     r0, =(stack_top + AMPGDB_STUB_OFFSET)
        ldr     r1, [r0]
        CASE    park_write
        STORE   (stack_top + AMPGDB_PARK_OFFSET)
        CASE    shared_write
        STORE   (stack_top + AMPGDB_SHARED_OFFSET)
        CASE    ring_write
        STORE   (stack_top + AMPGDB_TO_STUB_OFFSET)
        CASE    vectors_write
        sub     r0, lr, #0x20           /* LR at the start points into the page of vectors */
        str     r0, [r0]
        CASE    videocore_write
        STORE   0x3B400000
        CASE    nowhere_read
        ldr     r0, =0x80000000
        ldr     r1, [r0]
        CASE    nowhere_jump
        ldr     r0, =0x80000000
        bx      r0
        CASE    peripheral_jump
        ldr     r0, =BCM283X_GPIO
        bx      r0
        CASE    linux_jump
        mov     r0, #0x8000
        bx      r0
        CASE    stub_jump
        ldr     r0, =(stack_top + AMPGDB_STUB_OFFSET)
        bx      r0
        CASE    doorbell_off
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL)
        mov     r1, #0x40               /* mailbox 2 as FIQ */
        str     r1, [r0]
        CASE    timer_fiq
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_TIMER_CTL)
        mov     r1, #0x80
        str     r1, [r0]
        CASE    other_core
        ldr     r0, =(BCM283X_LOCAL + 0x80)
        mov     r1, #1
        str     r1, [r0]
        CASE    secure_call
        smc     #0
        CASE    hypervisor_call
        hvc     #0x1234
        CASE    debug_register
        mcr     p14, 0, r0, c0, c0, 5   /* DBGBCR0 */
        CASE    undefined
        udf     #0
        CASE    supervisor_call
        svc     #7
        CASE    unaligned
        ldr     r0, =ram_start + 0x401
        ldrd    r2, r3, [r0]
        CASE    bus_error
        ldr     r0, =(BCM283X_LOCAL + 0x800)
        ldr     r1, [r0]
        CASE    dma
        STORE   BCM283X_DMA
        CASE    own_bkpt
        bkpt    #1
        mov     r5, #0x55
        bkpt    #2
        CASE    go_home
        bx      lr
        CASE    interrupt
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL)
        mov     r1, #4                  /* mailbox 2 as IRQ */
        str     r1, [r0]
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX2_SET)
        str     r1, [r0]
        cpsie   i
1:      b       1b

        /* Allowed, and must work: each ends in its own BKPT. */
        CASE    console_use
        ldr     r0, =(stack_top + AMPGDB_CONSOLE_OFFSET)
        ldr     r1, =0x12345678
        str     r1, [r0]
        ldr     r2, [r0]
        bkpt    #0
        CASE    mailbox_irq_use
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL)
        mov     r1, #4
        str     r1, [r0]
        ldr     r2, [r0]
        bkpt    #0
        CASE    dma_use
        STORE   BCM283X_DMA
        bkpt    #0
        CASE    upper_ram_use
        ldr     r0, =(stack_top + AMPGDB_WINDOW_SIZE)
        ldr     r1, =0x12345678
        str     r1, [r0]
        ldr     r2, [r0]
        bkpt    #0
        CASE    mmu_registers_use
        mrc     p15, 0, r0, c1, c0, 0   /* SCTLR: traps, performed for us */
        orr     r1, r0, #0x1000
        mcr     p15, 0, r1, c1, c0, 0
        mrc     p15, 0, r2, c1, c0, 0
        mrc     p15, 0, r3, c1, c0, 1   /* ACTLR: read as it is, writes ignored */
        mvn     r4, r3
        mcr     p15, 0, r4, c1, c0, 1
        mrc     p15, 0, r4, c1, c0, 1
        bkpt    #0
        .ltorg

        .thumb
        .macro  THUMB_CASE name
        .balign 4
        .global \name
        .type   \name, %function
        .thumb_func
\name:
        .endm

        THUMB_CASE thumb_undefined
        nop
        udf     #0
        THUMB_CASE thumb_bkpt
        bkpt    #1
        movs    r5, #0x55
        bkpt    #2

        /* Filtered stores: R3 is 0x33 if each instruction behind one is executed, or not, as it
         * says. R2 and R4 are what was stored. */
        THUMB_CASE thumb_narrow_store
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL)
        movs    r1, #4
        str.n   r1, [r0]
        movs    r3, #0x33
        ldr     r2, [r0]
        bkpt    #0
        THUMB_CASE thumb_wide_store
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL)
        movs    r1, #4
        str.w   r1, [r0]
        movs    r3, #0x33
        ldr     r2, [r0]
        bkpt    #0
        THUMB_CASE thumb_stores_in_it_block
        ldr     r0, =(BCM283X_LOCAL + LOCAL_CORE3_TIMER_CTL)
        movs    r1, #4
        movs    r3, #0x33
        cmp     r1, #4
        itete   eq
        streq.n r1, [r0, #(LOCAL_CORE3_MAILBOX_CTL - LOCAL_CORE3_TIMER_CTL)]
        movne   r3, #0
        streq.w r1, [r0]
        movne   r3, #1
        ldr     r2, [r0, #(LOCAL_CORE3_MAILBOX_CTL - LOCAL_CORE3_TIMER_CTL)]
        ldr     r4, [r0]
        bkpt    #0
