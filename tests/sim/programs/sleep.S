/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Switches the LED on and sleeps for ever, everything masked.
 */
#include "ampgdb/bcm283x.h"

        .syntax unified
        .arch   armv7-a
        .arm
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        ldr     r0, =BCM283X_GPIO
        mov     r1, #(1 << 18)          /* GPIO16 is an output */
        str     r1, [r0, #GPIO_GPFSEL1]
        mov     r1, #(1 << 16)
        str     r1, [r0, #GPIO_GPSET0]
1:      wfi
        b       1b
        .size   _start, . - _start
        .ltorg
