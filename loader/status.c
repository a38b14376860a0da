/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * status: what can be known of Core 3 without disturbing it. A pause for one ping is allowed, but
 * only while nobody else owns Core 3.
 */
#include <stdio.h>

#include "verbs.h"

static void print_program(const struct core3 *core3, const struct core3_info *info)
{
    struct ampgdb_stop stop;
    char why[512];

    if (info->state == AMPGDB_STATE_RUNNING) {
        printf("program:  running\n");
        return;
    }
    core3_last_stop(core3, &stop);
    core3_describe_stop(info, &stop, why, sizeof why);
    printf("program:  halted at 0x%08x: %s\n", stop.regs[AMPGDB_REG_PC], why);
}

static void print_live(const struct core3 *core3, const struct core3_info *info)
{
    print_program(core3, info);
    printf("entry:    0x%08x (%s)\n", info->entry & ~1u, info->entry & 1 ? "Thumb" : "ARM");
    printf("MMU:      %s, data cache %s\n", info->program_flags & AMPGDB_PROGRAM_MMU ? "on" : "off",
           info->program_flags & AMPGDB_PROGRAM_DCACHE ? "on, or it was" : "off");
    printf("stub:     ABI %u, %u hardware breakpoints\n", AMPGDB_ABI_VERSION, info->hw_breakpoints);
}

/* 1: a stub is there, and if nobody else owns Core 3, it answers; 0: there is none; or why it does
 * not answer. */
static int ask(struct core3 *core3, char *owner, size_t size, struct error *error)
{
    int result;

    if (core3_holder(core3, owner, size))
        return 1;
    result = take_core3_as_is(core3, error);
    if (result == -HOST_ELOCKED) { /* somebody was faster */
        snprintf(owner, size, "another process");
        return 1;
    }
    core3_disown(core3);
    snprintf(owner, size, "nobody");
    return result;
}

static int status(struct core3 *core3, const struct arguments *arguments, void *context,
                  struct error *error)
{
    struct core3_info info;
    struct error verdict;
    char owner[160];
    const bool has_record = core3_examine(core3, &verdict) == 0;
    int result = ask(core3, owner, sizeof owner, error);

    (void)arguments;
    (void)context;
    if (result < 0)
        return result;
    core3_info(core3, &info);
    if (has_record && info.state == AMPGDB_STATE_PANIC)
        return error_set(error, -HOST_ELOST, "%s", verdict.text);
    if (result > 0 && !has_record)
        return error_set(error, -HOST_ELOST, "%s", verdict.text);
    printf("owner:    %s\n", owner);
    if (result > 0)
        print_live(core3, &info);
    else
        printf("stub:     none; loadmetal or ampgdb-bridge start one\n");
    printf("RAM:      0x%08x to 0x%08x and 0x%08x to 0x%08x\n", info.program_base, info.window - 1,
           info.upper_base, info.ram_end - 1);
    return 0;
}

int verb_status(const struct arguments *arguments, struct error *error)
{
    return with_core3(arguments, status, NULL, error);
}
