/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program that gives nobody a chance: IRQ and FIQ masked, one instruction for ever.
 */
        .syntax unified
        .arch   armv7-a
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        cpsid   if
        .global spin
spin:   b       spin
        .size   _start, . - _start
