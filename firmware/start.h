/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What start.S asks of a program.
 */
#ifndef FIRMWARE_START_H
#define FIRMWARE_START_H

/*
 * kernel_main - the program
 *
 * Called once by start.S with .bss cleared and the stack at the top of the program's RAM, all
 * interrupts masked, MMU and caches off. May return: under the debugger that is a stop.
 */
void kernel_main(void);

#endif
