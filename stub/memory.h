/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Memory as the program sees it, read and written for the debugger: its addresses, its access
 * rights, faults caught, caches kept honest.
 */
#ifndef STUB_MEMORY_H
#define STUB_MEMORY_H

#include <stdint.h>

#include "regions.h"

/* memory_init - the layout is kept. */
void memory_init(const struct layout *layout);

/*
 * memory_read, memory_write - len bytes at the program's address addr
 *
 * Each access has the widest width that the address and the rest allow: a whole register of a
 * device is one access. Nothing the program itself could not read is touched: not Linux's RAM, not
 * the stub. A write may patch what the program maps read-only, and makes it visible to instruction
 * fetch.
 *
 * Return the bytes done before the first bad address, or -AMPGDB_EFAULT if there are none.
 */
int memory_read(uint32_t addr, void *bytes, uint32_t len);
int memory_write(uint32_t addr, const void *bytes, uint32_t len);

/* memory_forget - clean and invalidate the whole of the program's RAM: it had its data cache on,
 * and dead dirty lines would be written over the next program one day. */
void memory_forget(void);

#endif
