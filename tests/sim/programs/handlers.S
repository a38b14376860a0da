/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes every kind of exception once in each round, and has a handler for each: it counts and
 * goes on behind the instruction. Handlers and exceptions are in the instruction set that this
 * is assembled for. "moving" not 0: each round uses the other one of two tables of vectors.
 *
 * Its MMU is on, because what is refused by the wall around it does not come to its handlers:
 * all is as it is but for the MiB at NOWHERE, which is not there (ARM DDI 0406C, B3.5.1).
 */
#include "ampgdb/armv7.h"
#include "either_set.inc"

#define SCTLR_TE 0x40000000
#define SCTLR_M 1
#define DACR_CLIENT 1
#define SECTION_RW 0x00001C02           /* normal memory, not cached */
#define NOWHERE 0x70000000

        .syntax unified
        .arch   armv7-a
#ifdef __thumb__
#define SKIPPED_AFTER_ABORT 6           /* LR_abt is the instruction + 8; it has 2 bytes */
#else
#define SKIPPED_AFTER_ABORT 4
#endif
        .section .text.start, "ax", %progbits

        .macro  COUNT variable
        push    {r6, r7}
        ldr     r6, =\variable
        ldr     r7, [r6]
        add     r7, r7, #1
        str     r7, [r6]
        pop     {r6, r7}
        .endm

        .arm
        .global _start
        .type   _start, %function
_start:
        cps     #MODE_ABT
        ldr     sp, =stack_top - 0x1000
        cps     #MODE_UND
        ldr     sp, =stack_top - 0x2000
        cps     #MODE_SVC
        ldr     sp, =stack_top
#ifdef __thumb__
        mrc     p15, 0, r0, c1, c0, 0
        orr     r0, r0, #SCTLR_TE
        mcr     p15, 0, r0, c1, c0, 0
#endif
        ldr     r0, =vectors_a
        mcr     p15, 0, r0, c12, c0, 0          /* VBAR */

        ldr     r0, =tables
        ldr     r1, =SECTION_RW
        mov     r2, #0
1:      str     r1, [r0, r2, lsl #2]
        add     r1, r1, #0x100000
        add     r2, r2, #1
        cmp     r2, #4096
        blo     1b
        mov     r1, #0
        ldr     r2, =(NOWHERE >> 20)
        str     r1, [r0, r2, lsl #2]
        dsb
        mcr     p15, 0, r0, c2, c0, 0           /* TTBR0 */
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
        ldr     r0, =round
        bx      r0

#ifdef __thumb__
        .thumb
#endif
        NAME    round
        ldr     r0, =NOWHERE + 0x100
        nop
        .global at_undefined, at_svc, at_data, at_jump, back
at_undefined:
        udf     #1
at_svc: svc     #5
at_data:
        str     r1, [r0]
        ldr     r4, =back
        ldr     r5, =NOWHERE
#ifdef __thumb__
        orr     r5, r5, #1
#endif
at_jump:
        bx      r5
back:   ldr     r2, =rounds
        ldr     r3, [r2]
        add     r3, r3, #1
        str     r3, [r2]
        ldr     r2, =moving
        ldr     r2, [r2]
        cmp     r2, #0
        beq     round
        ldr     r2, =vectors_a
        ands    r3, r3, #1
        beq     1f
        ldr     r2, =vectors_b
1:      mcr     p15, 0, r2, c12, c0, 0          /* VBAR */
        isb
        b       round

        NAME    on_undefined
        COUNT   undefineds
        movs    pc, lr
        NAME    on_svc
        COUNT   svcs
        movs    pc, lr
        NAME    on_prefetch
        COUNT   prefetch_aborts
        mov     lr, r4
        movs    pc, lr
        NAME    on_data
        COUNT   data_aborts
        subs    pc, lr, #SKIPPED_AFTER_ABORT
        .ltorg

        .macro  VECTORS name
        .balign 32
\name:  VECTOR  .
        VECTOR  on_undefined
        VECTOR  on_svc
        VECTOR  on_prefetch
        VECTOR  on_data
        VECTOR  .
        VECTOR  .
        VECTOR  .
        .endm
        VECTORS vectors_a
        VECTORS vectors_b
        .global vectors_a, vectors_b

        .balign 4
        .global rounds, moving, undefineds, svcs, prefetch_aborts, data_aborts
rounds: .word   0
moving: .word   0
undefineds: .word 0
svcs:   .word   0
prefetch_aborts: .word 0
data_aborts:  .word   0

        .global scratch
scratch: .word  0

        .bss
        .balign 16384
tables: .space  16384
