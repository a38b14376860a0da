/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See layout.h.
 */
#include "layout.h"

#include "ampgdb/memmap.h"

int layout_choose(struct layout *layout, uint32_t ram_end, uint32_t linux_end, struct error *error)
{
    layout->ram_end = ram_end & ~(AMPGDB_BLOCK_SIZE - 1u);
    if (layout->ram_end >= AMPGDB_WINDOW_1G + AMPGDB_WINDOW_SIZE) {
        layout->program_base = AMPGDB_BASE_1G;
        layout->window = AMPGDB_WINDOW_1G;
    } else {
        layout->program_base = AMPGDB_BASE_512M;
        layout->window = AMPGDB_WINDOW_512M;
    }
    if (layout->ram_end < layout->window + AMPGDB_WINDOW_SIZE)
        return error_set(
            error, -HOST_EFAIL,
            "the RAM ends at 0x%08x, too low for a window at 0x%08x: use a Pi with 512 "
            "MiB or more, and a smaller gpu_mem in config.txt",
            ram_end, layout->window);
    if (linux_end > layout->program_base)
        return error_set(
            error, -HOST_EFAIL,
            "Linux uses the RAM up to 0x%08x, also the program's from 0x%08x on: boot it "
            "with mem=%uM maxcpus=3 at the end of cmdline.txt",
            linux_end, layout->program_base, layout->program_base >> 20);
    return 0;
}
