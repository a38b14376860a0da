/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who owns which physical address, as Core 3 sees it. Pure; both translation tables and every
 * access check are derived from it.
 */
#ifndef STUB_REGIONS_H
#define STUB_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

enum region {
    REGION_NONE,       /* Linux's RAM, VideoCore's share, nothing at all */
    REGION_PROGRAM,    /* the program's RAM, below and above the window */
    REGION_PERIPHERAL, /* 0x3F000000 up: shared with Linux by agreement */
    REGION_DMA,        /* of these the DMA controller, while it is not allowed */
    REGION_LOCAL,      /* the ARM-local page: the program reads, the stub stores for it (local.h) */
    REGION_STUB,       /* park page and stub */
    REGION_VECTORS,    /* the page of vectors, inside the stub, readable for the program */
    REGION_SHARED,     /* header and rings */
    REGION_CONSOLE     /* the one page of the window that the program may write */
};

struct layout {
    uint32_t base;    /* of the program's RAM */
    uint32_t window;  /* of the window */
    uint32_t ram_end; /* first byte above the RAM that is Core 3's */
    uint32_t vectors; /* the page of vectors; 0 while it is not placed yet */
    uint32_t allow;   /* AMPGDB_ALLOW_* */
};

/* layout_is_valid - do the host's numbers describe a machine? Blocks aligned, in order, in the
 * first GiB and below the peripherals, the window inside the RAM. */
bool layout_is_valid(const struct layout *layout);

/* region_of - of one byte. Regions are whole pages, and whole blocks but for
 * the window's and those of the DMA controller. */
enum region region_of(const struct layout *layout, uint32_t phys);

#endif
