/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See layout.h.
 */
#include "layout.h"

#include "ampgdb/memmap.h"

static void choose(struct layout *layout, uint32_t ram_end)
{
    layout->ram_end = ram_end & ~(AMPGDB_BLOCK_SIZE - 1u);
    if (layout->ram_end >= AMPGDB_WINDOW_1G + AMPGDB_WINDOW_SIZE) {
        layout->program_base = AMPGDB_BASE_1G;
        layout->window = AMPGDB_WINDOW_1G;
    } else {
        layout->program_base = AMPGDB_BASE_512M;
        layout->window = AMPGDB_WINDOW_512M;
    }
}

unsigned layout_linux_mib(uint32_t ram_end)
{
    struct layout layout;

    choose(&layout, ram_end);
    return layout.program_base >> 20;
}

int layout_choose(struct layout *layout, uint32_t ram_end, uint32_t linux_end, struct error *error)
{
    choose(layout, ram_end);
    if (layout->ram_end < layout->window + AMPGDB_WINDOW_SIZE)
        return error_set(
            error, -HOST_EFAIL,
            "the RAM ends at 0x%08x, too low for a window at 0x%08x: use a Pi with 512 "
            "MiB or more, and a smaller gpu_mem in config.txt",
            ram_end, layout->window);
    if (linux_end > layout->program_base)
        return error_set(
            error, -HOST_EFAIL,
            "Linux uses the RAM up to 0x%08x, also the program's from 0x%08x on: put "
            "maxcpus=3 mem=%uM into the kernel's command line (make sdcard does it), and restart "
            "the Pi",
            linux_end, layout->program_base, layout_linux_mib(ram_end));
    return 0;
}
