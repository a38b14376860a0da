/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Floating point, compiled for the FPU with hard-float calls (firmware.mk).
 */
#include "start.h"

volatile double doubled;
volatile float halved;
volatile double input = 6.25;

static double twice(double x)
{
    return x + x;
}

static float half(float x)
{
    return x / 2;
}

static void enable_fpu(void)
{
    __asm__ volatile("mcr p15, 0, %0, c1, c0, 2\n" /* CPACR: CP10 and CP11 */
                     "isb\n"
                     "vmsr fpexc, %1\n"
                     "vmov.f64 d31, #1.5\n"
                     "vmov.i32 q1, #7\n" ::"r"(0xF00000),
                     "r"(0x40000000));
}

void kernel_main(void)
{
    enable_fpu();
    for (;;) {
        doubled = twice(input);
        halved = half((float)input);
    }
}
