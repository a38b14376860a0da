/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Faults of a program that has no vectors of its own, in the instruction set that it is
 * assembled for. A test sets PC to a label; NAME_at is the instruction to blame. Where a
 * register can be mended, a BKPT follows.
 */
#include "ampgdb/armv7.h"
#include "ampgdb/bcm283x.h"
#include "either_set.inc"

#define CPACR_CP10_CP11_FULL 0x00F00000
#define SCTLR_M 1
#define DACR_CLIENT 1

/* Sections (ARM DDI 0406C, B3.5.1): normal memory, not cached. */
#define SECTION_RW 0x00001C02
#define SECTION_APX (1 << 15)   /* with AP 11: read-only */
#define SECTION_XN (1 << 4)
#define VA_NOTHING 0x70000000   /* no entry */
#define VA_READ_ONLY 0x70100000
#define VA_XN 0x70200000

        .syntax unified
        .arch   armv7-a
        .arch_extension virt
        .arch_extension sec
        .fpu    neon-vfpv4
#ifdef __thumb__
        .thumb
#else
        .arm
#endif
        .section .text.start, "ax", %progbits

        .macro  CASE name
        .balign 4
        NAME    \name
        .endm

        .macro  BLAME name
        .global \name\()_at
\name\()_at:
        .endm

        .arm
        .global _start
        .type   _start, %function
_start:
        b       _start
#ifdef __thumb__
        .thumb
#endif

        CASE    linux_write
        ldr     r0, =0x00001000
BLAME   linux_write
        str     r1, [r0]
        bkpt    #0

        CASE    linux_read
        ldr     r0, =0x00002002
BLAME   linux_read
        ldrh    r1, [r0]
        bkpt    #0

        CASE    nowhere_double
        ldr     r0, =0x80000000
BLAME   nowhere_double
        strd    r2, r3, [r0]
        bkpt    #0

        CASE    unaligned
        ldr     r0, =ram_start + 0x10001
BLAME   unaligned
        ldrd    r2, r3, [r0]
        bkpt    #0

        CASE    bus_error
        ldr     r0, =(BCM283X_LOCAL + 0x800)
BLAME   bus_error
        ldr     r1, [r0]
        bkpt    #0

        CASE    unmapped
        bl      mmu_on
        ldr     r0, =VA_NOTHING
BLAME   unmapped
        ldr     r1, [r0]
        bkpt    #0

        CASE    read_only
        bl      mmu_on
        ldr     r0, =VA_READ_ONLY + 0x10000
        ldr     r1, [r0]
BLAME   read_only
        strb    r1, [r0]
        bkpt    #0

        CASE    linux_by_mmu
        bl      mmu_on
        ldr     r0, =0x00003000
BLAME   linux_by_mmu
        str     r1, [r0]
        bkpt    #0

        CASE    jump_unmapped
        bl      mmu_on
        ldr     r0, =VA_NOTHING
        b       jump

        CASE    jump_never_executed
        bl      mmu_on
        ldr     r0, =VA_XN
        b       jump

        CASE    jump_nowhere
        ldr     r0, =0x80000000
        b       jump

        CASE    jump_linux
        ldr     r0, =0x00008000
jump:
#ifdef __thumb__
        orr     r0, r0, #1
#endif
        bx      r0

        CASE    undefined
        nop
BLAME   undefined
        udf     #0
        bkpt    #0

        CASE    undefined_wide
        nop
BLAME   undefined_wide
#ifdef __thumb__
        udf.w   #0x123
#else
        .inst   0xE7FFFFFF              /* another one of those that stay undefined */
#endif
        bkpt    #0

        CASE    supervisor_call
        nop
BLAME   supervisor_call
        svc     #7
        bkpt    #0

        CASE    secure_call
        nop
BLAME   secure_call
        smc     #0
        bkpt    #0

        CASE    hypervisor_call
        nop
BLAME   hypervisor_call
        hvc     #0x55
        bkpt    #0

        CASE    fpu_off
        nop
BLAME   fpu_off
        vmov.f64 d0, #2.0
        vmov    r2, r3, d0
        bkpt    #0

        CASE    stack_run_out
        ldr     r0, =ram_start + 8
        mov     sp, r0
BLAME   stack_run_out
        push    {r0-r7}
        bkpt    #0

        CASE    fine
        movs    r5, #0x55
        bkpt    #0

/* mmu_on - everything as it is, but for three sections. Clobbers r0-r4. */
        CASE    mmu_on
        ldr     r0, =tables
        ldr     r1, =SECTION_RW
        mov     r2, #0
        ldr     r4, =4096
1:      str     r1, [r0, r2, lsl #2]
        add     r1, r1, #0x100000
        add     r2, r2, #1
        cmp     r2, r4
        blo     1b

        mov     r1, #0
        ldr     r2, =(VA_NOTHING >> 20)
        str     r1, [r0, r2, lsl #2]
        ldr     r1, =ram_start
        ldr     r3, =(SECTION_RW | SECTION_APX)
        orr     r3, r3, r1
        add     r2, r2, #1
        str     r3, [r0, r2, lsl #2]
        ldr     r3, =(SECTION_RW | SECTION_XN)
        orr     r3, r3, r1
        add     r2, r2, #1
        str     r3, [r0, r2, lsl #2]
        dsb
        mcr     p15, 0, r0, c2, c0, 0           /* TTBR0 */
        mov     r1, #0
        mcr     p15, 0, r1, c2, c0, 2           /* TTBCR */
        mov     r1, #DACR_CLIENT
        mcr     p15, 0, r1, c3, c0, 0           /* DACR */
        mcr     p15, 0, r1, c8, c7, 0           /* TLBIALL */
        dsb
        isb
        mrc     p15, 0, r1, c1, c0, 0           /* SCTLR */
        orr     r1, r1, #SCTLR_M
        mcr     p15, 0, r1, c1, c0, 0
        isb
        bx      lr
        .ltorg

        .bss
        .balign 16384
tables: .space  16384
