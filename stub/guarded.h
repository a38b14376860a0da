/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Single accesses that may fault (vectors.S). monitor_trap() recognises a fault between
 * guarded_begin and guarded_end and continues at guarded_fault.
 */
#ifndef STUB_GUARDED_H
#define STUB_GUARDED_H

#include <stdint.h>

/* size: 1, 2 or 4; addr a multiple of it. 0, or -1 (-AMPGDB_EFAULT). */
int guarded_load(uint32_t addr, uint32_t size, uint32_t *value);
int guarded_store(uint32_t addr, uint32_t size, uint32_t value);

extern const char guarded_begin[], guarded_end[], guarded_fault[];

#endif
