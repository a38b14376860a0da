/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See whose_memory.h.
 */
#include "whose_memory.h"

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"

static bool is_within(uint32_t start, uint32_t end, uint32_t addr, uint32_t len)
{
    return addr >= start && addr <= end && len <= end - addr;
}

bool core3_is_program_ram(const struct core3_info *info, uint32_t addr, uint32_t len)
{
    return is_within(info->program_base, info->window, addr, len) ||
           is_within(info->upper_base, info->ram_end, addr, len);
}

const char *whose_memory(const struct core3_info *info, uint32_t addr)
{
    if (core3_is_program_ram(info, addr, 1))
        return "is the program's own RAM";
    if (addr < info->program_base)
        return "belongs to Linux";
    if (addr >= info->window && addr < info->upper_base)
        return addr - info->window >= AMPGDB_CONSOLE_OFFSET ? "is ampgdb's console page"
                                                            : "belongs to ampgdb's stub";
    if (addr < BCM283X_PERIPHERALS)
        return "belongs to VideoCore";
    if (is_within(BCM283X_DMA, BCM283X_DMA + BCM283X_DMA_SIZE, addr, 1) ||
        is_within(BCM283X_DMA15, BCM283X_DMA15 + BCM283X_DMA_SIZE, addr, 1))
        return "is the DMA controller, closed unless the program is started with --allow dma";
    if (addr < BCM283X_PERIPHERALS_END)
        return "is a peripheral";
    if (addr - BCM283X_LOCAL < BCM283X_LOCAL_SIZE)
        return "is an ARM-local register";
    return "is nothing";
}
