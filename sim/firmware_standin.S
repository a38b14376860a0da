/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for the Pi's firmware on the Core-3 machine: cores 0-2 sleep for ever, core 3 waits
 * on its mailbox 3 and jumps to what it finds there, in the state in which the real firmware
 * (armstub7) leaves a core: HYP mode, Non-secure, A, I and F masked, r0 = 0, r1 = 0xC42. No device
 * tree: r2 = 0.
 *
 * One thing differs from the real one, which polls: here core 3 sleeps in WFI, so that a waiting
 * virtual Pi does not cost a CPU of the PC.
 *
 * STAYS_IN_SVC: as firmware of before 2015 and kernel_old=1 do, core 3 is left in Secure SVC mode.
 *
 * Linked at 0. QEMU enters it on all four cores at once, in Secure SVC mode.
 * References: ARM DDI 0406C, B1.5 and B4.1; Cortex-A7 TRM (ARM DDI 0464), 4.3; QA7 (bcm283x.h).
 */
#include "ampgdb/bcm283x.h"

#define CPSR_A_I_F_HYP 0x1DA
#define SCR_NS_FW_AW_HCE 0x131
#define NSACR_ALL 0x63FFF       /* coprocessors 0-13, L2ERR, SMP */
#define ACTLR_SMP 0x40
#define SCTLR_I 0x1000
#define CRYSTAL_HZ 19200000
#define MPIDR_CPU_MASK 3
#define MACHINE_BCM2835 0xC42
#define MAILBOX_CTL_MAILBOX3_IRQ 0x08

        .syntax unified
        .arch   armv7-a
        .arch_extension sec
        .arm
        .text
        .global _start
        .type   _start, %function
_start:
        mrc     p15, 0, r0, c1, c0, 1           /* ACTLR */
        orr     r0, r0, #ACTLR_SMP
        mcr     p15, 0, r0, c1, c0, 1
        mrc     p15, 0, r0, c1, c0, 0           /* SCTLR, the Secure one */
        orr     r0, r0, #SCTLR_I
        mcr     p15, 0, r0, c1, c0, 0
        ldr     r0, =NSACR_ALL
        mcr     p15, 0, r0, c1, c1, 2
        ldr     r0, =CRYSTAL_HZ
        mcr     p15, 0, r0, c14, c0, 0          /* CNTFRQ */
        mov     r0, #1
        mcr     p15, 0, r0, c14, c3, 1          /* CNTV_CTL: the real one leaves it enabled */
        adr     r0, monitor_vectors
        mcr     p15, 0, r0, c12, c0, 1          /* MVBAR */
        isb
#ifndef STAYS_IN_SVC
        smc     #0                              /* comes back in HYP mode */
#endif

        mrc     p15, 0, r0, c0, c0, 5           /* MPIDR */
        and     r0, r0, #MPIDR_CPU_MASK
        cmp     r0, #3
        beq     await_program
1:      wfi
        b       1b
        .size   _start, . - _start

/*
 * await_program - HYP mode, interrupts masked. An enabled interrupt ends a WFI even when it is
 * masked (ARM DDI 0406C, B1.8.14), and being a level it cannot be missed. The program finds it
 * disabled and the mailbox empty, as after the real firmware.
 */
        .type   await_program, %function
await_program:
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
        ldr     r1, =MACHINE_BCM2835
        mov     r2, #0
        bx      r5
        .size   await_program, . - await_program

/* Monitor mode vectors (ARM DDI 0406C, B1.8.1): only SMC is ever used. */
        .balign 32
monitor_vectors:
        b       .
        b       .
        b       enter_hyp
        b       .
        b       .
        b       .
        b       .
        b       .

enter_hyp:
        ldr     r1, =SCR_NS_FW_AW_HCE
        mcr     p15, 0, r1, c1, c1, 0
        isb
        ldr     r1, =CPSR_A_I_F_HYP
        msr     spsr_cxsf, r1
        movs    pc, lr

        .ltorg
