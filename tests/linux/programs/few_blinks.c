/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program that comes to its end: some blinks, and it returns to life_cycle.S.
 */
#include <stdint.h>

#include "ampgdb/bcm283x.h"

#define GPIO(offset) (*(volatile uint32_t *)(BCM283X_GPIO + (offset)))
#define LED          (1u << 16)
#define LED_FSEL     18u /* of GPFSEL1 */

/* In .data, so that each can be found in the image's RAM after the program has ended. */
volatile char delay = 0x54;
volatile unsigned times = 500; /* some seconds: whoever started it by ssh wants to see it */
volatile unsigned runs = 0xFFFF0000;

static void wait(void)
{
    for (unsigned i = 0; i < delay * 10000u; i++)
        ;
}

void kernel_main(void)
{
    GPIO(GPIO_GPFSEL1) = (GPIO(GPIO_GPFSEL1) & ~(7u << LED_FSEL)) | 1u << LED_FSEL;
    for (unsigned i = 0; i < times; i++) {
        GPIO(GPIO_GPSET0) = LED;
        wait();
        GPIO(GPIO_GPCLR0) = LED;
        wait();
    }
    runs++;
}
