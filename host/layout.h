/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which of the two memory layouts (memmap.h) a Pi with so much RAM has. Pure.
 */
#ifndef HOST_LAYOUT_H
#define HOST_LAYOUT_H

#include <stdint.h>

#include "error.h"

struct layout {
    uint32_t program_base;
    uint32_t window;
    uint32_t ram_end; /* a multiple of AMPGDB_BLOCK_SIZE */
};

/*
 * layout_choose - ram_end: of the board; linux_end: where Linux's own RAM ends, 0 without Linux
 *
 * Returns 0, or -HOST_EFAIL and a sentence when the RAM is too small or Linux sits on it.
 */
int layout_choose(struct layout *layout, uint32_t ram_end, uint32_t linux_end, struct error *error);

/*
 * layout_linux_mib - how much of the RAM is Linux's: what mem= says on a board with RAM up to
 * ram_end
 */
unsigned layout_linux_mib(uint32_t ram_end);

#endif
