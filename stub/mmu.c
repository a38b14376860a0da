/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Long-descriptor tables (DDI 0406C, B3.6). Each map has a first level of four 1 GiB entries, a
 * second level of 2 MiB blocks for the first GiB, a third level of pages for the blocks that need
 * it, and a second and third level for the ARM-local page at 1 GiB.
 *
 * Memory types are for silicon to judge, QEMU ignores them:
 *  - the program's RAM is non-cacheable for the stub: what the program (caches on or off) and the
 *    stub see is then kept equal by maintenance in one place, memory.c;
 *  - the shared part is non-cacheable because Linux maps it so (window.h);
 *  - devices and everything of the program's are execute-never for the stub.
 */
#include "mmu.h"

#include <stddef.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "cp.h"
#include "frame.h"

#define ENTRIES   512u
#define PAGE_SIZE 0x1000u

/* Descriptors (B3.6.1, B3.6.2) */
#define DESC_BLOCK           1u
#define DESC_TABLE           3u
#define DESC_PAGE            3u
#define DESC_AF              (1u << 10)
#define DESC_OUTER_SHAREABLE (2u << 8)
#define DESC_INNER_SHAREABLE (3u << 8)
#define DESC_XN              (1ull << 54)

/* Stage 1: AttrIndx into HMAIR, AP[1] is one in HYP's own map */
#define S1_RW            (1u << 6)
#define S1_NON_CACHEABLE (1u << 2)
#define S1_WRITE_BACK    (2u << 2)
#define S1_DEVICE        (3u << 2)
#define HMAIR0_VALUE     0x04FF4400u /* 0: Strongly-ordered, unused; then these three; B4.1.104 */

/* Stage 2: MemAttr (B3.6.2, table B3-11), HAP */
#define S2_DEVICE        (0x1u << 2)
#define S2_NON_CACHEABLE (0x5u << 2)
#define S2_WRITE_BACK    (0xFu << 2)
#define S2_RO            (1u << 6)
#define S2_RW            (3u << 6)

/* HTCR: walks shareable and cacheable, 32-bit input. VTCR: the same, walk starts at level 1. */
#define HTCR_VALUE 0x80803500u
#define VTCR_VALUE 0x80003540u
#define VTTBR_VMID (3ull << 48) /* not 0: our TLB maintenance then never meets Linux's entries */

/* Blocks of the first GiB in which regions are smaller: the window's, the DMA controller's two. */
#define PAGED_BLOCKS 3u

struct map {
    uint64_t level1[4] __attribute__((aligned(32)));
    uint64_t blocks[ENTRIES] __attribute__((aligned(4096))); /* 0 to 1 GiB */
    uint64_t pages[PAGED_BLOCKS][ENTRIES] __attribute__((aligned(4096)));
    uint64_t local_blocks[ENTRIES] __attribute__((aligned(4096)));
    uint64_t local[ENTRIES] __attribute__((aligned(4096))); /* pages of the ARM-local block */
};

static struct map stub_map, program_map;

/* The attributes of one region, without address and descriptor type; 0: not mapped. */
typedef uint64_t attributes_fn(enum region region);

static uint64_t stub_attributes(enum region region)
{
    const uint64_t common = DESC_AF | S1_RW;

    switch (region) {
    case REGION_STUB:
    case REGION_VECTORS:
        return common | DESC_INNER_SHAREABLE | S1_WRITE_BACK;
    case REGION_PROGRAM:
    case REGION_SHARED:
    case REGION_CONSOLE:
        return common | DESC_OUTER_SHAREABLE | S1_NON_CACHEABLE | DESC_XN;
    case REGION_PERIPHERAL:
    case REGION_DMA:
    case REGION_LOCAL:
        return common | S1_DEVICE | DESC_XN;
    case REGION_NONE:
        break;
    }
    return 0;
}

static uint64_t program_attributes(enum region region)
{
    switch (region) {
    case REGION_PROGRAM:
        return DESC_AF | S2_RW | DESC_INNER_SHAREABLE | S2_WRITE_BACK;
    case REGION_VECTORS:
        return DESC_AF | S2_RO | DESC_INNER_SHAREABLE | S2_WRITE_BACK;
    case REGION_CONSOLE:
        return DESC_AF | S2_RW | DESC_OUTER_SHAREABLE | S2_NON_CACHEABLE | DESC_XN;
    case REGION_PERIPHERAL:
        return DESC_AF | S2_RW | S2_DEVICE | DESC_XN;
    case REGION_LOCAL:
        return DESC_AF | S2_RO | S2_DEVICE | DESC_XN;
    case REGION_STUB:
    case REGION_SHARED:
    case REGION_DMA:
    case REGION_NONE:
        break;
    }
    return 0;
}

static void fill(uint64_t *table, const struct layout *layout, attributes_fn *attributes,
                 uint32_t start, uint32_t step, uint32_t type)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        const uint32_t phys = start + i * step;
        const uint64_t attr = attributes(region_of(layout, phys));

        table[i] = attr ? attr | phys | type : 0;
    }
}

static uint64_t table_at(const uint64_t *table)
{
    return (uint32_t)(uintptr_t)table | DESC_TABLE;
}

static void build(struct map *map, const struct layout *layout, attributes_fn *attributes)
{
    const uint32_t paged[PAGED_BLOCKS] = {layout->window, BCM283X_DMA, BCM283X_DMA15};

    fill(map->blocks, layout, attributes, 0, AMPGDB_BLOCK_SIZE, DESC_BLOCK);
    for (uint32_t i = 0; i < PAGED_BLOCKS; i++) {
        const uint32_t block = paged[i] / AMPGDB_BLOCK_SIZE;

        fill(map->pages[i], layout, attributes, block * AMPGDB_BLOCK_SIZE, PAGE_SIZE, DESC_PAGE);
        map->blocks[block] = table_at(map->pages[i]);
    }

    fill(map->local, layout, attributes, BCM283X_LOCAL, PAGE_SIZE, DESC_PAGE);
    map->local_blocks[0] = table_at(map->local); /* the rest stays unmapped: .bss is zero */

    map->level1[0] = table_at(map->blocks);
    map->level1[1] = table_at(map->local_blocks);
    dsb(); /* the walker must see the tables before it is pointed to them */
}

void mmu_on(const struct layout *layout)
{
    build(&stub_map, layout, stub_attributes);
    hmair0_write(HMAIR0_VALUE);
    hmair1_write(0);
    htcr_write(HTCR_VALUE);
    httbr_write((uint32_t)(uintptr_t)stub_map.level1);
    tlbiallh(0);
    iciallu(0);
    bpiall(0);
    dsb();
    isb();
    /* A: unaligned accesses of the stub itself are bugs, and silicon faults them on devices. */
    hsctlr_write(HSCTLR_OFF | SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_I);
}

void mmu_protect(const struct layout *layout)
{
    build(&program_map, layout, program_attributes);
    vtcr_write(VTCR_VALUE);
    vttbr_write((uint32_t)(uintptr_t)program_map.level1 | VTTBR_VMID);
    tlbiallnsnh(0);
    dsb();
    isb();
}
