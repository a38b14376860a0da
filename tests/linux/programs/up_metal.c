/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * As small as a program for Core 3 can be: one file, no start code, no linker script. It keeps
 * everything in registers, because without start code it has no stack, and its first function
 * must be the first in the image. Blinks for ever, as fast as "delay" says.
 */
#include <stdint.h>

#include "ampgdb/bcm283x.h"

#define GPIO(offset) (*(volatile uint32_t *)(BCM283X_GPIO + (offset)))
#define LED          (1u << 16)
#define LED_FSEL     18u /* of GPFSEL1 */

extern volatile char delay;
extern volatile unsigned blinks;

void _start(void)
{
    GPIO(GPIO_GPFSEL1) = (GPIO(GPIO_GPFSEL1) & ~(7u << LED_FSEL)) | 1u << LED_FSEL;
    for (;;) {
        GPIO(GPIO_GPSET0) = LED;
        for (unsigned i = 0; i < delay * 10000u; i++)
            ;
        GPIO(GPIO_GPCLR0) = LED;
        for (unsigned i = 0; i < delay * 10000u; i++)
            ;
        blinks++;
    }
}

volatile char delay = 0x54;
volatile unsigned blinks = 0;
