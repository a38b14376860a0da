/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * BKPT instructions in the program's memory, hidden from the debugger: its reads show, and its
 * writes change, what belongs there. Knows nothing of why somebody wants one.
 */
#ifndef STUB_PATCHES_H
#define STUB_PATCHES_H

#include <stdbool.h>
#include <stdint.h>

#define PATCHES_MAX 136u

/* Who wants it. One patch may have both. */
#define PATCH_DEBUGGER 1u
#define PATCH_CATCH    2u

/*
 * patches_plant - owner: PATCH_DEBUGGER or PATCH_CATCH; again: no change
 *
 * Returns 0; -AMPGDB_EINVAL where another patch has some of the bytes; -AMPGDB_EFAULT when memory
 * cannot be patched; -AMPGDB_ENOSPC.
 */
int patches_plant(uint32_t addr, bool thumb, uint32_t owner);

/* Out again, when the last owner takes it out; no error if there is none. */
void patches_remove(uint32_t addr, uint32_t owner);
void patches_remove_all(uint32_t owner);

bool patches_has(uint32_t addr, uint32_t owner);

/* patches_is_planted - is the BKPT at addr ours? Not while it is lifted. */
bool patches_is_planted(uint32_t addr);

/* patches_lift - out of the memory for a while; patches_replant - back. */
void patches_lift(uint32_t addr);
void patches_replant(uint32_t addr);

/* Memory as the debugger should see it: like memory_read() and memory_write(). */
int patches_read_memory(uint32_t addr, void *bytes, uint32_t len);
int patches_write_memory(uint32_t addr, const void *bytes, uint32_t len);

#endif
