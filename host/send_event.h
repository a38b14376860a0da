/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * SEV, which C cannot say: on a board the Pi's firmware keeps Core 3 in WFE while it waits for a
 * start address (raspberrypi/tools, armstub7.S). The DSB lets the address arrive first (ARM DDI
 * 0406C, B1.8.13). A virtual Pi needs none of it.
 */
#ifndef HOST_SEND_EVENT_H
#define HOST_SEND_EVENT_H

static inline void send_event(void)
{
#if defined(__arm__) || defined(__aarch64__)
    __asm__ volatile("dsb sy\n\tsev" ::: "memory");
#endif
}

#endif
