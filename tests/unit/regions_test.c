/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/regions.h and stub/local.h: what a program on Core 3 may reach. Both translation tables are
 * built from these answers: a wrong one hands Linux's RAM, or the debugger's doorbell, to the
 * program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "ampgdb/message.h"
#include "local.h"
#include "regions.h"

#define VECTORS (AMPGDB_WINDOW_1G + AMPGDB_STUB_OFFSET + 0x5000)

static const struct layout big = {AMPGDB_BASE_1G, AMPGDB_WINDOW_1G, 0x3B400000, VECTORS, 0};
static const struct layout small = {AMPGDB_BASE_512M, AMPGDB_WINDOW_512M, 0x1B400000, 0, 0};

struct probe {
    uint32_t phys;
    enum region region;
};

static void assert_regions(const struct layout *layout, const struct probe *probes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (region_of(layout, probes[i].phys) != probes[i].region)
            fail_msg("0x%08x is in region %d, not %d", probes[i].phys,
                     region_of(layout, probes[i].phys), probes[i].region);
}

static void every_edge_of_a_gigabyte_board_is_where_the_map_says(void **state)
{
    const uint32_t window = AMPGDB_WINDOW_1G;
    const struct probe probes[] = {
        {0, REGION_NONE},
        {AMPGDB_BASE_1G - 1, REGION_NONE},
        {AMPGDB_BASE_1G, REGION_PROGRAM},
        {window - 1, REGION_PROGRAM},
        {window, REGION_STUB},
        {VECTORS - 1, REGION_STUB},
        {VECTORS, REGION_VECTORS},
        {VECTORS + 0xFFF, REGION_VECTORS},
        {VECTORS + 0x1000, REGION_STUB},
        {window + AMPGDB_SHARED_OFFSET - 1, REGION_STUB},
        {window + AMPGDB_SHARED_OFFSET, REGION_SHARED},
        {window + AMPGDB_CONSOLE_OFFSET - 1, REGION_SHARED},
        {window + AMPGDB_CONSOLE_OFFSET, REGION_CONSOLE},
        {window + AMPGDB_WINDOW_SIZE - 1, REGION_CONSOLE},
        {window + AMPGDB_WINDOW_SIZE, REGION_PROGRAM},
        {0x3B3FFFFF, REGION_PROGRAM},
        {0x3B400000, REGION_NONE},
        {BCM283X_PERIPHERALS - 1, REGION_NONE},
        {BCM283X_PERIPHERALS, REGION_PERIPHERAL},
        {BCM283X_DMA - 1, REGION_PERIPHERAL},
        {BCM283X_DMA, REGION_DMA},
        {BCM283X_DMA + 0xFFF, REGION_DMA},
        {BCM283X_DMA + 0x1000, REGION_PERIPHERAL},
        {BCM283X_DMA15 - 1, REGION_PERIPHERAL},
        {BCM283X_DMA15, REGION_DMA},
        {BCM283X_DMA15 + 0x1000, REGION_PERIPHERAL},
        {BCM283X_LOCAL - 1, REGION_PERIPHERAL},
        {BCM283X_LOCAL, REGION_LOCAL},
        {BCM283X_LOCAL + 0xFFF, REGION_LOCAL},
        {BCM283X_LOCAL + 0x1000, REGION_NONE},
        {0xFFFFFFFF, REGION_NONE},
    };

    (void)state;
    assert_regions(&big, probes, sizeof probes / sizeof probes[0]);
}

static void a_small_board_moves_base_and_window(void **state)
{
    const struct probe probes[] = {
        {AMPGDB_BASE_512M - 1, REGION_NONE},
        {AMPGDB_BASE_512M, REGION_PROGRAM},
        {AMPGDB_WINDOW_512M, REGION_STUB},
        {AMPGDB_WINDOW_512M + AMPGDB_WINDOW_SIZE, REGION_PROGRAM},
        {0x1B400000, REGION_NONE},
        {AMPGDB_BASE_1G, REGION_NONE},
        {AMPGDB_WINDOW_1G, REGION_NONE},
    };

    (void)state;
    assert_regions(&small, probes, sizeof probes / sizeof probes[0]);
}

static void the_dma_controller_is_a_peripheral_once_it_is_allowed(void **state)
{
    struct layout open = big;

    (void)state;
    open.allow = AMPGDB_ALLOW_DMA;
    assert_int_equal(region_of(&open, BCM283X_DMA), REGION_PERIPHERAL);
    assert_int_equal(region_of(&open, BCM283X_DMA15), REGION_PERIPHERAL);
}

static void a_layout_that_is_no_machine_is_refused(void **state)
{
    struct layout layout = big;

    (void)state;
    assert_true(layout_is_valid(&big));
    assert_true(layout_is_valid(&small));
    layout.base = 0;
    assert_false(layout_is_valid(&layout));
    layout = big;
    layout.base += 4096;
    assert_false(layout_is_valid(&layout));
    layout = big;
    layout.base = layout.window;
    assert_false(layout_is_valid(&layout));
    layout = big;
    layout.ram_end = layout.window;
    assert_false(layout_is_valid(&layout));
    layout = big;
    layout.ram_end = BCM283X_PERIPHERALS + AMPGDB_BLOCK_SIZE;
    assert_false(layout_is_valid(&layout));
}

static void the_doorbell_survives_every_store_to_the_mailbox_control(void **state)
{
    (void)state;
    for (uint32_t written = 0; written < 0x200; written++) {
        uint32_t value = written;
        const bool foreign_fiq = (written & ~0x2Fu) != 0;

        assert_int_equal(local_store_allowed(LOCAL_CORE3_MAILBOX_CTL, &value), !foreign_fiq);
        if (!foreign_fiq)
            assert_int_equal(value, (written & 0xDu) | LOCAL_MAILBOX_CTL_DOORBELL);
    }
}

static void the_doorbell_cannot_be_cleared_by_the_program(void **state)
{
    uint32_t value = ~0u;

    (void)state;
    assert_true(local_store_allowed(LOCAL_CORE3_MAILBOX1_CLR, &value));
    assert_int_equal(value, 0);
}

static void the_program_cannot_send_the_debugger_to_the_park_page(void **state)
{
    uint32_t value = AMPGDB_WINDOW_1G + AMPGDB_PARK_OFFSET;

    (void)state;
    assert_true(local_store_allowed(LOCAL_CORE3_MAILBOX3_SET, &value));
    assert_int_equal(value, 0);
}

static void a_timer_may_be_an_irq_but_not_a_fiq(void **state)
{
    uint32_t irq = 8, fiq = 0x80;

    (void)state;
    assert_true(local_store_allowed(LOCAL_CORE3_TIMER_CTL, &irq));
    assert_int_equal(irq, 8);
    assert_false(local_store_allowed(LOCAL_CORE3_TIMER_CTL, &fiq));
}

static void what_belongs_to_other_cores_is_refused(void **state)
{
    /* control, prescaler, GPU routing, PMU routing; cores 0-2: timers, mailboxes, their bits */
    static const uint32_t offsets[] = {0x00, 0x08, 0x0C, 0x10, 0x14, 0x40,  0x44,
                                       0x48, 0x50, 0x54, 0x58, 0x60, 0x80,  0x90,
                                       0xA0, 0xAC, 0xC0, 0xD0, 0xEC, 0x100, 0xFFC};

    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        uint32_t value = 1;

        if (local_store_allowed(offsets[i], &value))
            fail_msg("a store to offset 0x%x is let through", offsets[i]);
    }
}

static void the_local_timer_may_only_interrupt_core_3(void **state)
{
    (void)state;
    for (uint32_t route = 0; route < 8; route++) {
        uint32_t value = route;

        assert_int_equal(local_store_allowed(LOCAL_TIMER_ROUTING, &value), route == 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_of_a_gigabyte_board_is_where_the_map_says),
        cmocka_unit_test(a_small_board_moves_base_and_window),
        cmocka_unit_test(the_dma_controller_is_a_peripheral_once_it_is_allowed),
        cmocka_unit_test(a_layout_that_is_no_machine_is_refused),
        cmocka_unit_test(the_doorbell_survives_every_store_to_the_mailbox_control),
        cmocka_unit_test(the_doorbell_cannot_be_cleared_by_the_program),
        cmocka_unit_test(the_program_cannot_send_the_debugger_to_the_park_page),
        cmocka_unit_test(a_timer_may_be_an_irq_but_not_a_fiq),
        cmocka_unit_test(what_belongs_to_other_cores_is_refused),
        cmocka_unit_test(the_local_timer_may_only_interrupt_core_3),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
