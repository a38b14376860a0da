/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See regions.h.
 */
#include "regions.h"

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "ampgdb/message.h"

bool layout_is_valid(const struct layout *layout)
{
    const uint32_t all = layout->base | layout->window | layout->ram_end;

    return all % AMPGDB_BLOCK_SIZE == 0 && layout->base > 0 && layout->base < layout->window &&
           layout->window < layout->ram_end && layout->ram_end <= BCM283X_PERIPHERALS;
}

static enum region region_in_window(const struct layout *layout, uint32_t phys)
{
    const uint32_t offset = phys - layout->window;

    if (layout->vectors != 0 && (phys & ~0xFFFu) == layout->vectors)
        return REGION_VECTORS;
    if (offset < AMPGDB_SHARED_OFFSET)
        return REGION_STUB;
    if (offset < AMPGDB_CONSOLE_OFFSET)
        return REGION_SHARED;
    return REGION_CONSOLE;
}

static bool is_dma(uint32_t phys)
{
    return phys - BCM283X_DMA < BCM283X_DMA_SIZE || phys - BCM283X_DMA15 < BCM283X_DMA_SIZE;
}

enum region region_of(const struct layout *layout, uint32_t phys)
{
    if (phys >= layout->window && phys - layout->window < AMPGDB_WINDOW_SIZE)
        return region_in_window(layout, phys);
    if (phys >= layout->base && phys < layout->ram_end)
        return REGION_PROGRAM;
    if (phys >= BCM283X_PERIPHERALS && phys < BCM283X_PERIPHERALS_END)
        return is_dma(phys) && !(layout->allow & AMPGDB_ALLOW_DMA) ? REGION_DMA : REGION_PERIPHERAL;
    if (phys >= BCM283X_LOCAL && phys - BCM283X_LOCAL < BCM283X_LOCAL_SIZE)
        return REGION_LOCAL;
    return REGION_NONE;
}
