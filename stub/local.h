/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the program may store into the ARM-local registers (bcm283x.h). It has no write access to
 * the page: one ordinary store to the mailbox control register would disarm the doorbell for
 * good. The stub performs its stores instead, if this policy lets them pass. Pure.
 */
#ifndef STUB_LOCAL_H
#define STUB_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * local_store_allowed - may Core 3's program store *value at this offset of the page?
 *
 * Its own timers, mailboxes and interrupts: yes, as IRQ. Any FIQ of Core 3: no, FIQ belongs to
 * the debugger. Other cores and clocks: no, they are Linux's.
 *
 * offset: bytes, a multiple of 4. *value is adjusted so that the doorbell survives.
 */
bool local_store_allowed(uint32_t offset, uint32_t *value);

#endif
