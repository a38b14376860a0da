/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See memory.h. The stub's map of the program's RAM is non-cacheable, the program's may be
 * write-back: before an access, lines are cleaned and invalidated by address to the point of
 * coherency, which reaches L1 and L2 whatever the type of our own mapping (DDI 0406C, B2.2.7);
 * after a write once more, because a speculative fill in between would be stale. QEMU has no
 * caches: nothing here but translation and faults is tested by it.
 */
#include "memory.h"

#include <stdbool.h>
#include <stddef.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "ampgdb/message.h"
#include "cp.h"
#include "guarded.h"
#include "local.h"

#define PAGE_SIZE  0x1000u
#define CACHE_LINE 64u /* L1 data and L2 of Cortex-A7 and Cortex-A53 */
#define PAR_FAULT  1u

static const struct layout *layout;

void memory_init(const struct layout *machine)
{
    layout = machine;
}

static void flush_data(uint32_t phys, uint32_t len)
{
    for (uint32_t line = phys & ~(CACHE_LINE - 1u); line < phys + len; line += CACHE_LINE)
        dccimvac(line);
    dsb();
}

/* The instruction cache is looked up by the program's addresses, which may alias: drop all. */
static void flush_instructions(void)
{
    iciallu(0);
    bpiall(0);
    dsb();
    isb();
}

void memory_forget(void)
{
    flush_data(layout->base, layout->window - layout->base);
    flush_data(layout->window + AMPGDB_WINDOW_SIZE,
               layout->ram_end - layout->window - AMPGDB_WINDOW_SIZE);
    flush_instructions();
}

/* By the program's own tables and by stage 2, for reading: a debugger may patch a read-only page.
 */
static int translate(uint32_t addr, uint32_t *phys)
{
    const uint64_t par = ask_translation(ats12nsopr_write, addr);

    if (par & PAR_FAULT)
        return -AMPGDB_EFAULT;
    *phys = ((uint32_t)par & ~(PAGE_SIZE - 1u)) | (addr & (PAGE_SIZE - 1u));
    return 0;
}

static uint32_t width_at(uint32_t phys, uint32_t left)
{
    if (phys % 4 == 0 && left >= 4)
        return 4;
    return phys % 2 == 0 && left >= 2 ? 2 : 1;
}

/* Bytes one by one on our side: the message buffer need not be aligned like the address. */
static uint32_t gather(const uint8_t *bytes, uint32_t width)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < width; i++)
        value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

static void scatter(uint8_t *bytes, uint32_t width, uint32_t value)
{
    for (uint32_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static int read_page(uint32_t phys, uint8_t *bytes, uint32_t len)
{
    uint32_t done = 0, value;

    while (done < len) {
        const uint32_t width = width_at(phys + done, len - done);

        if (guarded_load(phys + done, width, &value))
            break;
        scatter(bytes + done, width, value);
        done += width;
    }
    return (int)done;
}

/* The debugger's stores to the ARM-local page obey the program's rules. */
static bool store_allowed(enum region region, uint32_t phys, uint32_t width, uint32_t *value)
{
    if (region == REGION_LOCAL)
        return width == 4 && local_store_allowed(phys - BCM283X_LOCAL, value);
    return region == REGION_PROGRAM || region == REGION_PERIPHERAL || region == REGION_CONSOLE;
}

static int write_page(uint32_t phys, const uint8_t *bytes, uint32_t len)
{
    const enum region region = region_of(layout, phys);
    uint32_t done = 0;

    while (done < len) {
        const uint32_t width = width_at(phys + done, len - done);
        uint32_t value = gather(bytes + done, width);

        if (!store_allowed(region, phys + done, width, &value) ||
            guarded_store(phys + done, width, value))
            break;
        done += width;
    }
    return (int)done;
}

/* The next piece that lies in one page; 0 or an error when its first byte cannot be translated. */
static int next_piece(uint32_t addr, uint32_t left, uint32_t *phys, uint32_t *len)
{
    const uint32_t room = PAGE_SIZE - addr % PAGE_SIZE;

    *len = left < room ? left : room;
    return translate(addr, phys);
}

int memory_read(uint32_t addr, void *bytes, uint32_t len)
{
    uint32_t done = 0, phys, piece;

    while (done < len && next_piece(addr + done, len - done, &phys, &piece) == 0) {
        if (region_of(layout, phys) == REGION_PROGRAM)
            flush_data(phys, piece);
        const int got = read_page(phys, (uint8_t *)bytes + done, piece);

        done += (uint32_t)got;
        if ((uint32_t)got < piece)
            break;
    }
    return done > 0 || len == 0 ? (int)done : -AMPGDB_EFAULT;
}

int memory_write(uint32_t addr, const void *bytes, uint32_t len)
{
    uint32_t done = 0, phys, piece;
    bool ram = false;

    while (done < len && next_piece(addr + done, len - done, &phys, &piece) == 0) {
        const bool piece_is_ram = region_of(layout, phys) == REGION_PROGRAM;

        if (piece_is_ram)
            flush_data(phys, piece);
        const int put = write_page(phys, (const uint8_t *)bytes + done, piece);

        if (piece_is_ram)
            flush_data(phys, piece);
        ram |= piece_is_ram;
        done += (uint32_t)put;
        if ((uint32_t)put < piece)
            break;
    }
    if (ram)
        flush_instructions();
    return done > 0 || len == 0 ? (int)done : -AMPGDB_EFAULT;
}
