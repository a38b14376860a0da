/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Blinks a LED on GPIO16 for ever. Made to be looked at with a debugger: small functions, a value
 * to finish with, two variables to watch and to change.
 */
#include <stdint.h>

#include "ampgdb/bcm283x.h"
#include "start.h"

#define GPIO(offset) (*(volatile uint32_t *)(BCM283X_GPIO + (offset)))

#define LED_PIN 16u
#define LED     (1u << LED_PIN)

/* Pins 10 to 19 have three bits each in GPFSEL1 (BCM2835 ARM Peripherals, 6.1, table 6-3). */
#define LED_FSEL_SHIFT (3u * (LED_PIN - 10u))
#define FSEL_MASK      7u
#define FSEL_OUTPUT    1u

/* volatile: the debugger, or Linux, changes it while the program runs. */
volatile char delay = 0x54;

volatile unsigned blinks;

/* GPFSEL1 also holds pins that Linux may use (14 and 15 are its UART), and nothing makes this
 * read-modify-write atomic: a program does it once, at its start. */
static void led_init(void)
{
    uint32_t select = GPIO(GPIO_GPFSEL1);

    select &= ~(FSEL_MASK << LED_FSEL_SHIFT);
    select |= FSEL_OUTPUT << LED_FSEL_SHIFT;
    GPIO(GPIO_GPFSEL1) = select;
}

static void led_on(void)
{
    GPIO(GPIO_GPSET0) = LED;
}

static void led_off(void)
{
    GPIO(GPIO_GPCLR0) = LED;
}

/* Half a blink. Returns the rounds it took, for "finish" to show. */
static unsigned wait(void)
{
    unsigned rounds = 0;

    while (rounds < delay * 10000u)
        rounds++;
    return rounds;
}

void kernel_main(void)
{
    led_init();
    for (;;) {
        led_on();
        wait();
        led_off();
        wait();
        blinks++;
    }
}
