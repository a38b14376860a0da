/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See patches.h. BKPT: DDI 0406C, A8.8.24; it is unconditional, also inside an IT block. Each is
 * written by one aligned store (memory.c), which also makes the core fetch it anew; only core 3
 * executes the program, so no other core can meet the change halfway (A3.5.4).
 */
#include "patches.h"

#include <stddef.h>

#include "ampgdb/message.h"
#include "ampgdb/window_states.h"
#include "memory.h"

struct patch {
    uint32_t addr;
    uint8_t size; /* 4, or 2 in Thumb */
    uint8_t owners;
    bool lifted;
    uint8_t saved[4]; /* what belongs there */
};

/* Without holes: looking for one costs no more than those that there are. */
static struct patch patches[PATCHES_MAX];
static uint32_t count;

static struct patch *find(uint32_t addr)
{
    for (uint32_t i = 0; i < count; i++)
        if (patches[i].addr == addr)
            return &patches[i];
    return NULL;
}

static bool meets(const struct patch *patch, uint32_t addr, uint32_t size)
{
    return patch->addr - addr < size || addr - patch->addr < patch->size;
}

static uint32_t bkpt_for(const struct patch *patch)
{
    return patch->size == 4 ? AMPGDB_BKPT_ARM : AMPGDB_BKPT_THUMB;
}

static int plant(const struct patch *patch)
{
    const uint32_t bkpt = bkpt_for(patch); /* little-endian: its first bytes are the instruction */

    return memory_write(patch->addr, &bkpt, patch->size) == patch->size ? 0 : -AMPGDB_EFAULT;
}

/* A program that copied new code over our BKPT keeps its code. */
static void unplant(const struct patch *patch)
{
    uint32_t now = 0;

    if (memory_read(patch->addr, &now, patch->size) == patch->size && now == bkpt_for(patch))
        memory_write(patch->addr, patch->saved, patch->size);
}

/* Two planted instructions that share bytes would each save a part of the other. */
static bool overlaps(uint32_t addr, uint32_t size)
{
    for (uint32_t i = 0; i < count; i++)
        if (meets(&patches[i], addr, size))
            return true;
    return false;
}

static int plant_new(uint32_t addr, uint8_t size, uint32_t owner)
{
    struct patch *patch = &patches[count];

    if (overlaps(addr, size))
        return -AMPGDB_EINVAL;
    if (count == PATCHES_MAX)
        return -AMPGDB_ENOSPC;
    *patch = (struct patch){addr, size, (uint8_t)owner, false, {0}};
    if (memory_read(addr, patch->saved, size) != size || plant(patch))
        return -AMPGDB_EFAULT;
    count++;
    return 0;
}

int patches_plant(uint32_t addr, bool thumb, uint32_t owner)
{
    struct patch *patch = find(addr);
    const uint8_t size = thumb ? 2 : 4;

    if (!patch || patch->size != size)
        return plant_new(addr, size, owner);
    patch->owners |= (uint8_t)owner;
    return 0;
}

static void disown(struct patch *patch, uint32_t owner)
{
    patch->owners &= (uint8_t)~owner;
    if (patch->owners)
        return;
    unplant(patch);
    *patch = patches[--count];
}

void patches_remove(uint32_t addr, uint32_t owner)
{
    struct patch *patch = find(addr);

    if (patch)
        disown(patch, owner);
}

/* Downwards: the last one fills the hole. */
void patches_remove_all(uint32_t owner)
{
    for (uint32_t i = count; i-- > 0;)
        disown(&patches[i], owner);
}

bool patches_has(uint32_t addr, uint32_t owner)
{
    const struct patch *patch = find(addr);

    return patch && (patch->owners & owner) != 0;
}

bool patches_is_planted(uint32_t addr)
{
    const struct patch *patch = find(addr);

    return patch && !patch->lifted;
}

void patches_lift(uint32_t addr)
{
    struct patch *patch = find(addr);

    if (!patch || patch->lifted)
        return;
    unplant(patch);
    patch->lifted = true;
}

void patches_replant(uint32_t addr)
{
    struct patch *patch = find(addr);

    if (!patch || !patch->lifted)
        return;
    plant(patch);
    patch->lifted = false;
}

/* --- hiding --- */

/* For each byte that [addr, addr + len) shares with a planted instruction. */
typedef void byte_fn(uint8_t *saved, uint8_t *byte);

static void for_shared_bytes(uint32_t addr, uint8_t *bytes, uint32_t len, byte_fn *each)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < patches[i].size; j++) {
            const uint32_t offset = patches[i].addr + j - addr;

            if (offset < len)
                each(&patches[i].saved[j], &bytes[offset]);
        }
}

static void show_saved(uint8_t *saved, uint8_t *byte)
{
    *byte = *saved;
}

static void keep_written(uint8_t *saved, uint8_t *byte)
{
    *saved = *byte;
}

int patches_read_memory(uint32_t addr, void *bytes, uint32_t len)
{
    const int got = memory_read(addr, bytes, len);

    if (got > 0)
        for_shared_bytes(addr, bytes, (uint32_t)got, show_saved);
    return got;
}

int patches_write_memory(uint32_t addr, const void *bytes, uint32_t len)
{
    const int put = memory_write(addr, bytes, len);

    if (put <= 0)
        return put;
    for_shared_bytes(addr, (uint8_t *)bytes, (uint32_t)put, keep_written);
    for (uint32_t i = 0; i < count; i++)
        if (!patches[i].lifted && meets(&patches[i], addr, (uint32_t)put))
            plant(&patches[i]);
    return put;
}
