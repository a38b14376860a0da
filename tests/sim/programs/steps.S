/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A walk through the ways to change PC, in both instruction sets, round and round: for comparing
 * our steps with the processor's.
 */
        .syntax unified
        .arch   armv7-a
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        ldr     sp, =stack_top
        mov     r7, #0
round:
        add     r7, r7, #1
        adr     r0, targets
        ldr     pc, [r0, #0]            /* load to PC */
        nop
loaded:
        mov     lr, pc                  /* a call by hand: LR is the instruction after the next */
        add     pc, pc, #0              /* data processing to PC */
        nop
added:
        cmp     r7, #1
        moveq   r1, #1
        movne   r1, #2
        bne     skipped
        nop
skipped:
        bl      leaf
        push    {r0, lr}
        adr     lr, popped
        push    {r1, lr}
        pop     {r1, pc}
popped:
        pop     {r0, lr}
        mrs     r2, cpsr
        orr     r2, r2, #0x200000       /* nothing that matters */
        ldr     r3, =thumb_part
        blx     r3
        mov     r0, #2
        adr     r1, table
        ldr     pc, [r1, r0, lsl #2]
case0:  nop
case1:  nop
case2:  b       round

leaf:   movs    r4, #3
1:      subs    r4, r4, #1
        bne     1b
        bx      lr

table:  .word   case0, case1, case2
targets:
        .word   loaded
        .ltorg
        .size   _start, . - _start

        .thumb
        .thumb_func
        .type   thumb_part, %function
thumb_part:
        push    {r4, lr}
        movs    r4, #2
1:      subs    r4, #1
        cbz     r4, 2f
        b       1b
2:      cmp     r7, #2
        ite     eq
        moveq   r0, #1
        addne   r0, #1
        itttt   ne
        addne   r5, r5, #1
        addne.w r5, r5, #1
        movne   r6, r5
        bne     3f
        nop
3:      movs    r1, #1
        tbb     [pc, r1]
4:      .byte   (5f - 4b) / 2, (6f - 4b) / 2
5:      nop
6:      adr     r2, 7f
        adds    r2, #1
        mov     pc, r2
        nop
        .balign 4
7:      bl      thumb_leaf
        ldr     r3, =arm_leaf
        blx     r3
        blx     arm_leaf
        nop.w
        b.w     8f
        nop
8:      pop     {r4, pc}

        .thumb_func
thumb_leaf:
        bx      lr
        .ltorg

        .arm
        .balign 4
        .type   arm_leaf, %function
arm_leaf:
        nop
        bx      lr

        /* LDM with the base in the list and write-back, and PC loaded: UNPREDICTABLE (A8.8.58). */
        .global unpredictable
        .type   unpredictable, %function
unpredictable:
        .word   0xE8B08001              /* ldm r0!, {r0, pc} */
        b       unpredictable
