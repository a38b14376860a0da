/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for the Pi's firmware on the ARM side: core 0 jumps to the kernel, cores 1-3 wait each
 * on its mailbox 3 and jump to what they find there. All start in the state in which the real
 * firmware (armstub7) leaves a core: HYP mode, Non-secure, A, I and F masked, r0 = 0, r1 = 0xC42,
 * r2 = the device tree.
 *
 * Whoever plays VideoCore puts the addresses of device tree and kernel into the last two words of
 * page 0 (armstub7 has them at 0xF8, in the midst of this code). With no kernel there core 0 sleeps
 * for ever: the Core-3 machine.
 *
 * One thing differs from the real one, which polls: here a waiting core sleeps in WFI, so that a
 * virtual Pi does not cost a CPU of the PC.
 *
 * STAYS_IN_SVC: as firmware of before 2015 and kernel_old=1 do, cores are left in Secure SVC mode.
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
#define DEVICE_TREE_WORD 0xFF8
#define KERNEL_WORD 0xFFC

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
        ands    r0, r0, #MPIDR_CPU_MASK
        bne     await_program
        mov     r4, #0
        ldr     r5, [r4, #KERNEL_WORD]
        cmp     r5, #0
        bne     jump
1:      wfi
        b       1b
        .size   _start, . - _start

/*
 * await_program - core r0, HYP mode, interrupts masked. An enabled interrupt ends a WFI even when
 * it is masked (ARM DDI 0406C, B1.8.14), and being a level it cannot be missed. The program finds
 * it disabled and the mailbox empty, as after the real firmware.
 *
 * A core's control register is 4 bytes, its mailboxes are 16 bytes below those of the next core.
 */
        .type   await_program, %function
await_program:
        rsb     r0, r0, #3
        ldr     r4, =BCM283X_LOCAL
        sub     r6, r4, r0, lsl #2
        sub     r7, r4, r0, lsl #4
        mov     r0, #MAILBOX_CTL_MAILBOX3_IRQ
        str     r0, [r6, #LOCAL_CORE3_MAILBOX_CTL]
        dsb
1:      ldr     r5, [r7, #LOCAL_CORE3_MAILBOX3_CLR]
        cmp     r5, #0
        wfieq
        beq     1b
        mov     r4, #0
        str     r4, [r6, #LOCAL_CORE3_MAILBOX_CTL]
        str     r5, [r7, #LOCAL_CORE3_MAILBOX3_CLR]
        dsb
        .size   await_program, . - await_program

/* jump - to r5; r4 is 0. */
        .type   jump, %function
jump:
        mov     r0, #0
        ldr     r1, =MACHINE_BCM2835
        ldr     r2, [r4, #DEVICE_TREE_WORD]
        bx      r5
        .size   jump, . - jump

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
