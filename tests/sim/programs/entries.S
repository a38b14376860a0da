/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Thumb code from its first instruction on, that can be entered at its first, second and third one.
 * r5 tells where: 7, 6 or 4.
 */
        .syntax unified
        .arch   armv7-a
        .thumb
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
        .thumb_func
_start: adds    r5, #1
        adds    r5, #2
        adds    r5, #4
        bkpt    #7
        .balign 4
        .space  32                      @ more than anybody writes by hand
        .size   _start, . - _start
