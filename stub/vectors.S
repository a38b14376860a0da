/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The only ways into and out of the monitor, the guarded accesses, and the page of vectors that
 * a program gets when it brings none. No decisions are taken here.
 */
#include "frame.h"

    .syntax unified
    .arm
    .arch_extension virt

/*
 * HYP vectors (DDI 0406C, B1.8.1). Everything from the program arrives at +0x14 or, for FIQ, at
 * +0x1C; the others are our own faults. All are saved alike, C tells them apart.
 */
    .section .text.vectors, "ax"
    .balign 32
    .global hyp_vectors
    .type hyp_vectors, %function
hyp_vectors:
    b       trap_0
    b       trap_1
    b       trap_2
    b       trap_3
    b       trap_4
    b       trap_5
    b       trap_6
    b       trap_7

    /* HYP mode, our stack. r14 is the program's LR_usr. */
    .macro  TRAP number
trap_\number:
    sub     sp, sp, #FRAME_SIZE - FRAME_PC
    push    {r0-r12, lr}
    mov     r1, #\number
    b       trap
    .endm
    TRAP    0
    TRAP    1
    TRAP    2
    TRAP    3
    TRAP    4
    TRAP    5
    TRAP    6
    TRAP    7

trap:
    str     r1, [sp, #FRAME_VECTOR]
    mrs     r1, elr_hyp
    str     r1, [sp, #FRAME_PC]
    mrs     r1, spsr
    str     r1, [sp, #FRAME_CPSR]
    mrs     r1, sp_usr
    str     r1, [sp, #FRAME_SP_USR]
    mrc     p15, 4, r1, c5, c2, 0           @ HSR
    str     r1, [sp, #FRAME_HSR]
    mrc     p15, 4, r1, c6, c0, 0           @ HDFAR
    str     r1, [sp, #FRAME_HDFAR]
    mrc     p15, 4, r1, c6, c0, 2           @ HIFAR
    str     r1, [sp, #FRAME_HIFAR]
    mrc     p15, 4, r1, c6, c0, 4           @ HPFAR
    str     r1, [sp, #FRAME_HPFAR]
    mrc     p14, 0, r1, c0, c1, 0           @ DBGDSCRint
    str     r1, [sp, #FRAME_DBGDSCR]
    mov     r0, sp
    bl      monitor_trap

/*
 * Back to whatever the frame at sp describes. No CLREX: a program stepped through an LDREX/STREX
 * pair would never get its store done; the stub itself uses no exclusives. That helps on ARMv7. On
 * a Cortex-A53 ERET itself clears the monitor (DDI 0487, AArch32.ExceptionReturn), so a trap
 * between the two lets the store fail there: such a loop ends when it runs, and not when it is
 * stepped.
 *
 * ERET is also the context synchronization that lets what was written to the program's system and
 * debug registers count (DDI 0406C, glossary).
 */
leave:
    ldr     r1, [sp, #FRAME_PC]
    msr     elr_hyp, r1
    ldr     r1, [sp, #FRAME_CPSR]
    msr     spsr_cxsf, r1
    ldr     r1, [sp, #FRAME_SP_USR]
    msr     sp_usr, r1
    pop     {r0-r12, lr}
    add     sp, sp, #FRAME_SIZE - FRAME_PC
    eret
    .size hyp_vectors, . - hyp_vectors

/*
 * void enter_program(const struct frame *frame) __attribute__((noreturn))
 *
 * frame is the topmost thing on the stack, so that sp is back at the stack's top in the program.
 */
    .global enter_program
    .type enter_program, %function
enter_program:
    mov     sp, r0
    b       leave
    .size enter_program, . - enter_program

/*
 * int guarded_load(uint32_t addr, uint32_t size, uint32_t *value)
 * int guarded_store(uint32_t addr, uint32_t size, uint32_t value)
 *
 * One access of 1, 2 or 4 bytes at an aligned address. Returns 0, or -1 (-AMPGDB_EFAULT) when it
 * faults: monitor_trap() finds the fault between guarded_begin and guarded_end and returns to
 * guarded_fault. A store to a dead device may abort late: DSB, and if an asynchronous abort is
 * pending (ISR.A), take it here rather than blame the program for it on resume.
 */
    .global guarded_begin, guarded_end, guarded_fault
    .global guarded_load
    .type guarded_load, %function
guarded_begin:
guarded_load:
    cmp     r1, #2
    ldrbmi  r3, [r0]
    ldrheq  r3, [r0]
    ldrhi   r3, [r0]
    mov     r12, #0
    b       settle
    .size guarded_load, . - guarded_load

    .global guarded_store
    .type guarded_store, %function
guarded_store:
    cmp     r1, #2
    strbmi  r2, [r0]
    strheq  r2, [r0]
    strhi   r2, [r0]
    mov     r12, #1
    .size guarded_store, . - guarded_store

settle:
    dsb
    mrc     p15, 0, r0, c12, c1, 0          @ ISR
    tst     r0, #0x100
    beq     1f
    cpsie   a
    isb
    cpsid   a
    b       guarded_fault
1:  nop
guarded_end:
    cmp     r12, #0
    streq   r3, [r2]
    mov     r0, #0
    bx      lr
guarded_fault:
    cpsid   a
    mvn     r0, #0
    bx      lr

/*
 * What a program's VBAR points to at its start: each exception becomes a call to the monitor,
 * which rebuilds cause and place from the mode's LR and SPSR (guest.c). The ninth is where LR
 * points at the start: the program returned. Copied into a page of its own, read-only for the
 * program. The numbers only help a reader of a dump; the address decides.
 */
    .section .rodata.program_vectors, "a"
    .global program_vectors, program_vectors_end
program_vectors:
    .set    offset, 0
    .rept   9
    hvc     #(0xA100 + offset)
    .set    offset, offset + 4
    .endr
program_vectors_end:
