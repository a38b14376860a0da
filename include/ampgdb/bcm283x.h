/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The few registers of BCM2836/BCM2837 that ampgdb touches.
 *
 * Sources: "BCM2836 ARM-local peripherals" (Quad-A7 control, rev 3.4, 18 Aug 2014), called QA7
 * below, and "BCM2835 ARM Peripherals", section 6 (GPIO). Bare numbers: for C and assembly.
 * All registers are 32 bits wide and take 32-bit accesses only.
 */
#ifndef AMPGDB_BCM283X_H
#define AMPGDB_BCM283X_H

/* Peripherals as the ARM cores see them, up to the ARM-local page. */
#define BCM283X_PERIPHERALS     0x3F000000
#define BCM283X_PERIPHERALS_END 0x40000000

/* GPIO (BCM2835 ARM Peripherals, 6.1). */
#define BCM283X_GPIO 0x3F200000
#define GPIO_GPFSEL1 0x04 /* function of pins 10-19, three bits each; 001 is output */
#define GPIO_GPSET0  0x1C
#define GPIO_GPCLR0  0x28
#define GPIO_GPLEV0  0x34 /* actual level of pins 0-31 */

/* DMA controller: channels 0-14 and channel 15 (BCM2835 ARM Peripherals, 4.2.1.2). No translation
 * stage checks what it writes. */
#define BCM283X_DMA      0x3F007000
#define BCM283X_DMA15    0x3FE05000
#define BCM283X_DMA_SIZE 0x1000

/* ARM-local registers, one page (QA7). */
#define BCM283X_LOCAL      0x40000000
#define BCM283X_LOCAL_SIZE 0x1000

#define LOCAL_PMU_ROUTING_CLR 0x14
#define LOCAL_TIMER_ROUTING   0x24
#define LOCAL_TIMER_CONTROL   0x34
#define LOCAL_TIMER_CLEAR     0x38

/* Core 3's share. In both control registers bits 3:0 enable IRQs, bits 7:4 the same as FIQs. */
#define LOCAL_CORE3_TIMER_CTL   0x4C /* CNTPS, CNTPNS, CNTHP, CNTV */
#define LOCAL_CORE3_MAILBOX_CTL 0x5C /* mailbox 0 to 3 */
#define LOCAL_CORE3_IRQ_SOURCE  0x6C

/* Mailbox n of core 3: a write of ones sets bits (SET), or clears them (CLR, which also reads).
 * 0 is Linux's inter-processor interrupt, 1 our doorbell, 2 the program's, 3 the start protocol
 * of the Pi's firmware (armstub7: the address to jump to). */
#define LOCAL_CORE3_MAILBOX0_SET 0xB0
#define LOCAL_CORE3_MAILBOX1_SET 0xB4
#define LOCAL_CORE3_MAILBOX2_SET 0xB8
#define LOCAL_CORE3_MAILBOX3_SET 0xBC
#define LOCAL_CORE3_MAILBOX0_CLR 0xF0
#define LOCAL_CORE3_MAILBOX1_CLR 0xF4
#define LOCAL_CORE3_MAILBOX2_CLR 0xF8
#define LOCAL_CORE3_MAILBOX3_CLR 0xFC

/* The doorbell: mailbox 1 as FIQ in LOCAL_CORE3_MAILBOX_CTL. */
#define LOCAL_MAILBOX_CTL_DOORBELL 0x20
#define LOCAL_MAILBOX_CTL_MAILBOX1 0x22 /* both its enables */

#endif
