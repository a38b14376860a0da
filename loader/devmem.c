/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * devmem: one access to a physical address, as one types it to start Core 3 or to change a variable
 * there. Device registers directly; the program's RAM through the stub when there is one, because
 * of the caches.
 */
#include <stdio.h>
#include <string.h>

#include "ampgdb/bcm283x.h"
#include "numbers.h"
#include "verbs.h"

struct access {
    uint32_t addr;
    uint32_t width;
    uint32_t value;
    bool writes;
};

/* Whether there is a register at all is not asked here. */
static int check_register_width(const struct access *access, struct error *error)
{
    if (access->width == 4 || access->addr < BCM283X_PERIPHERALS)
        return 0;
    return error_set(
        error, -HOST_EFAIL,
        "0x%08x would be a device register, and those take 32-bit accesses only: use w",
        access->addr);
}

static int use_register(struct core3 *core3, struct access *access, struct error *error)
{
    const int result = check_register_width(access, error);

    if (result < 0)
        return result;
    return access->writes ? core3_write_register(core3, access->addr, access->value, error)
                          : core3_read_register(core3, access->addr, &access->value, error);
}

/* A physical address is the program's own only while its MMU is off. */
static int check_mmu(const struct core3 *core3, struct error *error)
{
    struct core3_info info;

    core3_info(core3, &info);
    if (!(info.program_flags & (AMPGDB_PROGRAM_MMU | AMPGDB_PROGRAM_DCACHE)))
        return 0;
    return error_set(error, -HOST_EFAIL,
                     "the program uses its MMU or data cache, so the RAM is not what it sees: use "
                     "loadmetal peek and poke with the program's own address");
}

static int use_stub(struct core3 *core3, struct access *access, struct error *error)
{
    int result = check_mmu(core3, error);

    if (result < 0)
        return result;
    if (access->writes)
        return core3_place(core3, access->addr, &access->value, access->width, error);
    result = core3_read_mem(core3, access->addr, &access->value, access->width);
    return result < 0 ? explained(core3, "read the program's RAM", result, error) : 0;
}

static int use_ram(struct core3 *core3, struct access *access, struct error *error)
{
    int result = take_core3_as_is(core3, error);

    if (result < 0)
        return result;
    if (result > 0)
        return use_stub(core3, access, error);
    if (access->writes)
        return core3_place(core3, access->addr, &access->value, access->width, error);
    result = core3_peek(core3, access->addr, &access->value, access->width);
    return result < 0 ? explained(core3, "read the program's RAM", result, error) : 0;
}

static int use(struct core3 *core3, const struct arguments *arguments, void *context,
               struct error *error)
{
    struct access *access = context;
    struct core3_info info;
    int result;

    (void)arguments;
    core3_info(core3, &info);
    result = core3_is_program_ram(&info, access->addr, access->width)
                 ? use_ram(core3, access, error)
                 : use_register(core3, access, error);
    if (result >= 0 && !access->writes)
        printf("0x%0*X\n", (int)(2 * access->width), access->value);
    return result;
}

int verb_devmem(const struct arguments *arguments, struct error *error)
{
    struct access access = {.width = 4, .writes = arguments->word_count == 3};
    int result = 0;

    if (arguments->word_count > 1 && !is_width(arguments->words[1], &access.width))
        result =
            error_set(error, -HOST_EFAIL, "'%s' is no width: it is b, h or w", arguments->words[1]);
    if (result == 0)
        result = parse_address(arguments->words[0], access.width, &access.addr, error);
    if (result == 0 && access.writes)
        result = parse_value(arguments->words[2], access.width, &access.value, error);
    return result < 0 ? result : with_core3(arguments, use, &access, error);
}
