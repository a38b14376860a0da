/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * HYP side of the stepping oracle (step_guest.c): entry, vectors, and one trip into the program.
 * Entered in HYP mode, MMU off. Offsets are those of struct trial.
 */
    .syntax unified
    .arch   armv7-a
    .arch_extension virt
    .fpu    vfpv3

    .set    TRIAL_SP, 13 * 4
    .set    TRIAL_LR, 14 * 4
    .set    TRIAL_PC, 15 * 4
    .set    TRIAL_CPSR, 16 * 4
    .set    TRIAL_SPSR, 17 * 4
    .set    TRIAL_VECTOR, 18 * 4
    .set    TRIAL_STACK, 24 * 4

    .section .text.start, "ax"
    .arm
    .global _start
_start:
    ldr     sp, =stack_top
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
1:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     1b
    ldr     r0, =vectors
    mcr     p15, 4, r0, c12, c0, 0      @ HVBAR
    mov     r0, #0x00F00000             @ CPACR: the program may use VFP
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #0x40000000
    vmsr    fpexc, r0
    blx     oracle_main
1:  wfi
    b       1b
    .ltorg

    .balign 32
vectors:
    b       .
    b       v1
    b       v2
    b       v3
    b       v4
    b       v5
    b       v6
    b       v7

    .macro  vector number
v\number:
    push    {r0, r1}
    mov     r1, #\number
    b       arrived
    .endm
    vector  1
    vector  2
    vector  3
    vector  4
    vector  5
    vector  6
    vector  7

/* What the program did is in the banked registers: note it, then return from run_trial. */
arrived:
    mrc     p15, 4, r0, c13, c0, 2      @ HTPIDR: the trial
    add     r0, r0, #TRIAL_VECTOR
    str     r1, [r0], #4
    mrs     r1, elr_hyp
    str     r1, [r0], #4
    mrs     r1, spsr
    str     r1, [r0], #4
    mrc     p15, 4, r1, c5, c2, 0       @ HSR
    str     r1, [r0], #4
    mrs     r1, lr_und
    str     r1, [r0], #4
    mrs     r1, spsr_und
    str     r1, [r0], #4
    ldr     sp, [r0]
    pop     {r4-r11, pc}

/* void run_trial(struct trial *): into the program, until anything traps to HYP */
    .global run_trial
    .type   run_trial, %function
run_trial:
    push    {r4-r11, lr}
    str     sp, [r0, #TRIAL_STACK]
    mcr     p15, 4, r0, c13, c0, 2
    ldr     r1, [r0, #TRIAL_PC]
    msr     elr_hyp, r1
    ldr     r1, [r0, #TRIAL_CPSR]
    msr     spsr_cxsf, r1
    ldr     r1, [r0, #TRIAL_SPSR]
    msr     spsr_svc, r1
    ldr     r1, [r0, #TRIAL_SP]
    msr     sp_svc, r1
    msr     sp_usr, r1
    ldr     lr, [r0, #TRIAL_LR]         @ which is LR_usr, too
    msr     lr_svc, lr
    ldm     r0, {r0-r12}
    eret
