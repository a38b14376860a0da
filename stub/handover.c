/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See handover.h; the code that ends up in the park page is park.S.
 */
#include "handover.h"

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "cp.h"

#define CACHE_LINE 64u

extern const uint32_t park_code[], park_code_end[];

static uint32_t park_page, park_window;

/* The core is in the stub, so nobody executes the page now. It will be executed with caches off:
 * cleaned to the point of coherency, then the stale instruction lines dropped (DDI 0406C, B2.2.7).
 */
void handover_init(uint32_t window)
{
    const uint32_t words = (uint32_t)(park_code_end - park_code);
    volatile uint32_t *const page = (volatile uint32_t *)(uintptr_t)(window + AMPGDB_PARK_OFFSET);

    park_window = window;
    park_page = window + AMPGDB_PARK_OFFSET;
    for (uint32_t i = 0; i < words; i++)
        page[i] = park_code[i];
    for (uint32_t i = 0; i < 4 * words; i += CACHE_LINE)
        dccimvac(park_page + i);
    dsb();
    iciallu(0);
    dsb();
    isb();
}

uint32_t handover_take(bool idle)
{
    volatile uint32_t *const mailbox =
        (volatile uint32_t *)(uintptr_t)(BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_CLR);
    const uint32_t address = *mailbox;

    if (address == park_page)
        handover_park();
    if (!idle)
        return 0;
    *mailbox = address;
    dsb();
    return address;
}

void handover_park(void)
{
    void (*const park)(uint32_t, uint32_t) = (void (*)(uint32_t, uint32_t))(uintptr_t)park_page;

    park(park_window, park_window + AMPGDB_SHARED_OFFSET);
    __builtin_unreachable();
}
