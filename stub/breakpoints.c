/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See breakpoints.h. BKPT: DDI 0406C, A8.8.24; it is unconditional, also inside an IT block.
 */
#include "breakpoints.h"

#include <stddef.h>

#include "ampgdb/message.h"
#include "debug_unit.h"
#include "memory.h"

/* Our BKPTs carry a number that nobody types, so that a dump shows whose they are. */
#define BKPT_ARM   0xE12A0A79u
#define BKPT_THUMB 0xBEA9u

struct software {
    uint32_t addr;
    uint8_t size;     /* of the planted instruction: 4, or 2 in Thumb; 0: slot is free */
    uint8_t saved[4]; /* what belongs there */
};

struct hardware {
    uint32_t addr;
    uint32_t kind; /* 0: free */
};

static struct software software[BREAKPOINTS_SOFTWARE];
static struct hardware hardware[DEBUG_UNIT_BREAKPOINTS_MAX];
static uint32_t hardware_count; /* without the one for steps */
static struct {
    bool active;
    uint32_t addr;
} lifted;

/* --- the core's registers; the last one is for steps --- */

void breakpoints_arm_step(uint32_t addr, bool thumb)
{
    debug_unit_arm(hardware_count, addr, thumb);
}

void breakpoints_disarm_step(void)
{
    debug_unit_disarm(hardware_count);
}

void breakpoints_init(void)
{
    hardware_count = debug_unit_breakpoints() - 1;
}

uint32_t breakpoints_hardware(void)
{
    return hardware_count;
}

/* --- hardware breakpoints --- */

static struct hardware *find_hardware(uint32_t addr)
{
    for (uint32_t i = 0; i < hardware_count; i++)
        if (hardware[i].kind && hardware[i].addr == addr)
            return &hardware[i];
    return NULL;
}

bool breakpoints_has_hardware(uint32_t addr)
{
    return find_hardware(addr) != NULL;
}

static int set_hardware(uint32_t addr, uint32_t kind)
{
    if (find_hardware(addr))
        return 0;
    for (uint32_t i = 0; i < hardware_count; i++) {
        if (hardware[i].kind)
            continue;
        hardware[i] = (struct hardware){addr, kind};
        debug_unit_arm(i, addr, kind != AMPGDB_BREAK_KIND_ARM);
        return 0;
    }
    return -AMPGDB_ENOSPC;
}

static void clear_hardware(struct hardware *slot)
{
    slot->kind = 0;
    debug_unit_disarm((uint32_t)(slot - hardware));
}

/* --- software breakpoints --- */

static struct software *find_software(uint32_t addr)
{
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++)
        if (software[i].size && software[i].addr == addr)
            return &software[i];
    return NULL;
}

bool breakpoints_has_software(uint32_t addr)
{
    return find_software(addr) != NULL;
}

static uint32_t bkpt_for(const struct software *slot)
{
    return slot->size == 4 ? BKPT_ARM : BKPT_THUMB;
}

static int plant(const struct software *slot)
{
    const uint32_t bkpt = bkpt_for(slot); /* little-endian: its first bytes are the instruction */

    return memory_write(slot->addr, &bkpt, slot->size) == slot->size ? 0 : -AMPGDB_EFAULT;
}

/* A program that copied new code over our BKPT keeps its code. */
static void unplant(const struct software *slot)
{
    uint32_t now = 0;

    if (memory_read(slot->addr, &now, slot->size) == slot->size && now == bkpt_for(slot))
        memory_write(slot->addr, slot->saved, slot->size);
}

/* Two planted instructions that share bytes would each save a part of the other. */
static bool overlaps(uint32_t addr, uint32_t size)
{
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++)
        if (software[i].size &&
            (software[i].addr - addr < size || addr - software[i].addr < software[i].size))
            return true;
    return false;
}

static int set_software(uint32_t addr, uint32_t kind)
{
    const uint8_t size = kind == AMPGDB_BREAK_KIND_ARM ? 4 : 2;

    if (find_software(addr))
        return 0;
    if (overlaps(addr, size))
        return -AMPGDB_EINVAL;
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++) {
        struct software *slot = &software[i];

        if (slot->size)
            continue;
        slot->addr = addr;
        slot->size = size;
        if (memory_read(addr, slot->saved, slot->size) != slot->size || plant(slot)) {
            slot->size = 0;
            return -AMPGDB_EFAULT;
        }
        return 0;
    }
    return -AMPGDB_ENOSPC;
}

static void clear_software(struct software *slot)
{
    unplant(slot);
    slot->size = 0;
}

/* --- both --- */

static bool is_valid(uint32_t type, uint32_t addr, uint32_t kind)
{
    const bool thumb = kind == AMPGDB_BREAK_KIND_THUMB || kind == AMPGDB_BREAK_KIND_THUMB2;

    if (!thumb && kind != AMPGDB_BREAK_KIND_ARM)
        return false;
    return type <= AMPGDB_BREAK_HARDWARE && addr % (thumb ? 2 : 4) == 0;
}

int breakpoints_set(uint32_t type, uint32_t addr, uint32_t kind)
{
    if (!is_valid(type, addr, kind))
        return -AMPGDB_EINVAL;
    return type == AMPGDB_BREAK_HARDWARE ? set_hardware(addr, kind) : set_software(addr, kind);
}

int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind)
{
    if (!is_valid(type, addr, kind))
        return -AMPGDB_EINVAL;
    if (type == AMPGDB_BREAK_HARDWARE) {
        struct hardware *slot = find_hardware(addr);

        if (slot)
            clear_hardware(slot);
    } else {
        struct software *slot = find_software(addr);

        if (slot)
            clear_software(slot);
    }
    return 0;
}

void breakpoints_clear_all(void)
{
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++)
        if (software[i].size)
            clear_software(&software[i]);
    for (uint32_t i = 0; i < hardware_count; i++)
        if (hardware[i].kind)
            clear_hardware(&hardware[i]);
}

void breakpoints_lift(uint32_t addr)
{
    const struct software *soft = find_software(addr);
    const struct hardware *hard = find_hardware(addr);

    if (soft)
        unplant(soft);
    if (hard)
        debug_unit_disarm((uint32_t)(hard - hardware));
    lifted.active = true;
    lifted.addr = addr;
}

void breakpoints_replant(void)
{
    if (!lifted.active)
        return;
    lifted.active = false;

    const struct software *soft = find_software(lifted.addr);
    const struct hardware *hard = find_hardware(lifted.addr);

    if (soft)
        plant(soft);
    if (hard)
        debug_unit_arm((uint32_t)(hard - hardware), hard->addr,
                       hard->kind != AMPGDB_BREAK_KIND_ARM);
}

/* --- hiding --- */

/* For each byte that [addr, addr + len) shares with a planted instruction. */
typedef void byte_fn(uint8_t *saved, uint8_t *byte);

static void for_shared_bytes(uint32_t addr, uint8_t *bytes, uint32_t len, byte_fn *each)
{
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++)
        for (uint32_t j = 0; j < software[i].size; j++) {
            const uint32_t offset = software[i].addr + j - addr;

            if (offset < len)
                each(&software[i].saved[j], &bytes[offset]);
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

int breakpoints_read_memory(uint32_t addr, void *bytes, uint32_t len)
{
    const int got = memory_read(addr, bytes, len);

    if (got > 0)
        for_shared_bytes(addr, bytes, (uint32_t)got, show_saved);
    return got;
}

int breakpoints_write_memory(uint32_t addr, const void *bytes, uint32_t len)
{
    const int put = memory_write(addr, bytes, len);

    if (put <= 0)
        return put;
    for_shared_bytes(addr, (uint8_t *)bytes, (uint32_t)put, keep_written);
    for (uint32_t i = 0; i < BREAKPOINTS_SOFTWARE; i++) {
        const struct software *slot = &software[i];
        const bool is_hit =
            slot->size && (slot->addr - addr < (uint32_t)put || addr - slot->addr < slot->size);

        if (is_hit && !(lifted.active && lifted.addr == slot->addr))
            plant(slot);
    }
    return put;
}
