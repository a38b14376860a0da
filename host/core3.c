/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See core3.h. The life cycle: who owns Core 3, which stub lives there, and what it left when it
 * does not live any more. Knows no request but the ping.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "core3_boot.h"
#include "core3_explain.h"
#include "core3_internal.h"
#include "deadline.h"
#include "image.h"
#include "owner.h"

#define NOT_OWNED        (-1)
#define LOCK_PATIENCE_MS 100
#define MAPPED_BYTES     (AMPGDB_TO_HOST_OFFSET + AMPGDB_RING_SIZE - AMPGDB_SHARED_OFFSET)

static void take_layout(struct core3 *core3)
{
    core3->fixed = (struct core3_info){
        .program_base = core3->layout.program_base,
        .window = core3->layout.window,
        .upper_base = core3->layout.window + AMPGDB_WINDOW_SIZE,
        .ram_end = core3->layout.ram_end,
    };
}

int core3_open(struct core3 **core3, const char *memory, struct error *error)
{
    struct core3 *fresh = calloc(1, sizeof *fresh);
    volatile uint32_t *shared = NULL;
    int result;

    if (!fresh)
        return error_set(error, -HOST_EFAIL, "out of memory");
    fresh->lock_fd = NOT_OWNED;
    result = physmem_open(&fresh->physmem, memory, error);
    if (result == 0)
        result = layout_choose(&fresh->layout, fresh->physmem->ram_end, fresh->physmem->linux_end,
                               error);
    if (result == 0) {
        shared = fresh->physmem->ops->map(
            fresh->physmem, fresh->layout.window + AMPGDB_SHARED_OFFSET, MAPPED_BYTES, error);
        result = shared ? 0 : -HOST_EFAIL;
    }
    if (result < 0) {
        core3_close(fresh);
        return result;
    }
    link_init(&fresh->link, fresh->physmem, shared);
    take_layout(fresh);
    *core3 = fresh;
    return 0;
}

void core3_close(struct core3 *core3)
{
    if (!core3)
        return;
    core3_disown(core3);
    physmem_close(core3->physmem);
    free(core3);
}

/*
 * Does a stub live on Core 3? RAM keeps its content across a reboot, but the doorbell's enable bit
 * does not: only a stub sets it, and from then on it stays set.
 */
static int is_resident(struct core3 *core3, struct error *error)
{
    uint32_t control;
    const int result = core3->physmem->ops->read32(
        core3->physmem, BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL, &control, error);

    return result < 0 ? result : (control & LOCAL_MAILBOX_CTL_DOORBELL) != 0;
}

/* The stub's account of itself is hostile until checked. */
static int take_info(struct core3 *core3, struct error *error)
{
    const volatile struct ampgdb_header *header = core3->link.header;
    const struct layout *layout = &core3->layout;
    struct core3_info *info = &core3->fixed;

    info->program_base = header->program_base;
    info->window = header->window;
    info->upper_base = layout->window + AMPGDB_WINDOW_SIZE;
    info->ram_end = header->ram_end;
    info->hw_breakpoints = header->hw_breakpoints;
    info->hw_watchpoints = header->hw_watchpoints;
    if (info->program_base == layout->program_base && info->window == layout->window &&
        info->ram_end >= info->upper_base && info->ram_end <= layout->ram_end)
        return 0;
    return error_set(
        error, -HOST_ELOST,
        "the stub on Core 3 uses other memory (base 0x%08x, window 0x%08x, end 0x%08x) than "
        "this board has (0x%08x, 0x%08x, 0x%08x): was gpu_mem changed? Reboot the Pi",
        info->program_base, info->window, info->ram_end, layout->program_base, layout->window,
        layout->ram_end);
}

/* Is there a stub behind the header that speaks another version? 1 and why it is of no use, 0, or
 * an error: then Core 3 is somebody else's. */
static int check_version(const struct core3 *core3, struct error *why)
{
    const volatile struct ampgdb_header *header = core3->link.header;
    const uint32_t magic = header->magic;
    const uint32_t abi_version = header->abi_version;

    if (magic != AMPGDB_MAGIC)
        return error_set(
            why, -HOST_ELOST,
            "something else than ampgdb's stub runs on Core 3, or its window was overwritten (its "
            "mailbox 1 is a FIQ, but the header at 0x%08x is not ours: 0x%08x): reboot the Pi",
            core3->layout.window + AMPGDB_SHARED_OFFSET, magic);
    if (abi_version == AMPGDB_ABI_VERSION)
        return 0;
    error_set(why, 0, "the stub on Core 3 was of another version (ABI %u, this program speaks %u)",
              abi_version, AMPGDB_ABI_VERSION);
    return 1;
}

/* Ask the resident stub. 0: it answers; 1 and why it is of no use; or an error. */
static int try_resident(struct core3 *core3, struct error *why)
{
    int result = check_version(core3, why);

    if (result != 0)
        return result;
    result = link_start(&core3->link);
    if (result == 0)
        return 0;
    if (core3->link.is_stub_to_blame) {
        *why = core3->link.cause;
        return 1;
    }
    *why = core3->link.why;
    return result;
}

static int boot(struct core3 *core3, struct error *error)
{
    int result = core3_boot(core3->physmem, core3->link.header, &core3->layout, error);

    if (result < 0)
        return result;
    result = link_start(&core3->link);
    if (result < 0)
        *error = core3->link.why;
    return result;
}

#define CAUSE_MAX 400 /* of a sentence that gets a second half */

static void note(struct core3 *core3, const struct error *cause)
{
    error_set(&core3->notice, 0, "%.*s; a new stub was started, and nothing runs on Core 3 now",
              CAUSE_MAX, cause->text);
}

/* The resident stub is of no use: get the core from it, by its FIQ handler if that still works. */
static int replace(struct core3 *core3, const struct error *cause, struct error *error)
{
    struct error refusal;
    int result = core3_park(core3->physmem, &core3->layout, &refusal);

    if (result == -HOST_ELOST)
        return error_set(error, result, "%.*s; %s", CAUSE_MAX, cause->text, refusal.text);
    if (result < 0) {
        *error = refusal;
        return result;
    }
    result = boot(core3, error);
    if (result == 0)
        note(core3, cause);
    return result;
}

/* No stub is there. If one failed, its record goes with the start of the next: tell it now. */
static int start_stub(struct core3 *core3, struct error *error)
{
    struct error record = {""};
    int result;

    if (core3->link.header->state == AMPGDB_STATE_PANIC)
        explain_record(core3->link.header, &record);
    result = boot(core3, error);
    if (result == 0 && record.text[0])
        note(core3, &record);
    return result;
}

/* Find the stub that lives on Core 3 and answers, or see that there is one. */
static int meet_stub(struct core3 *core3, struct error *error)
{
    struct error cause;
    int result = is_resident(core3, error);

    if (result < 0)
        return result;
    if (result == 0) {
        result = start_stub(core3, error);
    } else {
        result = try_resident(core3, &cause);
        if (result > 0)
            result = replace(core3, &cause, error);
        else if (result < 0)
            *error = cause;
    }
    return result < 0 ? result : take_info(core3, error);
}

/* Find the stub, but change nothing. 1: it answers, 0: there is none. */
static int look_for_stub(struct core3 *core3, struct error *error)
{
    struct error cause;
    int result = is_resident(core3, error);

    if (result < 0)
        return result;
    if (result == 0) {
        link_lose(&core3->link, "there is no stub on Core 3");
        return 0;
    }
    result = try_resident(core3, &cause);
    if (result < 0) {
        *error = cause;
        return result;
    }
    if (result > 0)
        return error_set(error, -HOST_ELOST, "%.*s" EXPLAIN_REPLACE, CAUSE_MAX, cause.text);
    result = take_info(core3, error);
    return result < 0 ? result : 1;
}

/* Whoever only looks is done in a moment, which should cost nobody an attach or a load. */
static int take_lock(const struct core3 *core3, const char *holder, struct error *error)
{
    struct deadline deadline;
    int fd;

    deadline_start(&deadline, LOCK_PATIENCE_MS);
    do
        fd = owner_take(core3->physmem->lock_path, holder, error);
    while (fd == -HOST_ELOCKED && deadline_wait(&deadline));
    return fd;
}

static int own(struct core3 *core3, const char *holder,
               int (*meet)(struct core3 *core3, struct error *error), struct error *error)
{
    int result;

    assert(!core3_is_owned(core3));
    strcpy(core3->notice.text, "");
    core3->lock_fd = take_lock(core3, holder, error);
    if (core3->lock_fd < 0) {
        result = core3->lock_fd;
        core3->lock_fd = NOT_OWNED;
        return result;
    }
    result = meet(core3, error);
    if (result < 0)
        core3_disown(core3);
    return result;
}

int core3_own(struct core3 *core3, const char *holder, struct error *error)
{
    return own(core3, holder, meet_stub, error);
}

int core3_own_as_is(struct core3 *core3, const char *holder, struct error *error)
{
    return own(core3, holder, look_for_stub, error);
}

const char *core3_notice(const struct core3 *core3)
{
    return core3->notice.text[0] ? core3->notice.text : NULL;
}

int core3_holder(const struct core3 *core3, char *text, size_t size)
{
    return owner_look(core3->physmem->lock_path, text, size);
}

void core3_disown(struct core3 *core3)
{
    if (!core3_is_owned(core3))
        return;
    owner_drop(core3->lock_fd);
    core3->lock_fd = NOT_OWNED;
    if (!core3->link.is_lost)
        link_lose(&core3->link, "this process does not own Core 3 any more");
}

bool core3_is_owned(const struct core3 *core3)
{
    return core3->lock_fd != NOT_OWNED;
}

void core3_info(const struct core3 *core3, struct core3_info *info)
{
    const volatile struct ampgdb_header *header = core3->link.header;

    *info = core3->fixed;
    info->entry = header->program_entry;
    info->state = header->state;
    info->program_flags = header->program_flags;
}

void core3_room(const struct core3_info *info, struct image_room *room)
{
    *room = (struct image_room){
        .start = {info->program_base, info->upper_base},
        .end = {info->window, info->ram_end},
    };
}

void core3_last_stop(const struct core3 *core3, struct ampgdb_stop *stop)
{
    const volatile struct ampgdb_stop *last = &core3->link.header->stop;

    stop->reason = last->reason;
    stop->address = last->address;
    stop->syndrome = last->syndrome;
    stop->physical = last->physical;
    stop->instruction = last->instruction;
    stop->caught = last->caught;
    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++)
        stop->regs[i] = last->regs[i];
    if (stop->reason >= AMPGDB_STOP_COUNT)
        stop->reason = AMPGDB_STOP_UNKNOWN;
}

/* A header that a stub or core3_boot() has filled; in RAM that was never used anything may lie. */
static bool is_record(const struct core3 *core3)
{
    const volatile struct ampgdb_header *header = core3->link.header;

    if (header->magic == AMPGDB_MAGIC)
        return header->abi_version == AMPGDB_ABI_VERSION;
    return header->magic == 0 && header->boot_nonce != 0 &&
           header->boot_base == core3->layout.program_base;
}

static void judge(const struct core3 *core3, int resident, struct error *verdict)
{
    const volatile struct ampgdb_header *header = core3->link.header;
    struct error record;

    if (explain_record(header, &record))
        error_set(verdict, 0, "%.*s%s", CAUSE_MAX, record.text,
                  header->state == AMPGDB_STATE_REFUSED ? "" : EXPLAIN_REPLACE);
    else if (resident)
        error_set(verdict, 0,
                  "a stub is on Core 3 (state %s); whether it still answers was not asked",
                  explain_state(header->state));
    else
        error_set(verdict, 0,
                  "no stub is on Core 3: this is what the last one left (state %s), perhaps before "
                  "a reboot" EXPLAIN_REPLACE,
                  explain_state(header->state));
}

int core3_examine(struct core3 *core3, struct error *verdict)
{
    const int resident = is_resident(core3, verdict);

    if (resident < 0)
        return -HOST_ELOST;
    if (!is_record(core3))
        return error_set(verdict, -HOST_ELOST,
                         "the window at 0x%08x holds no record of a stub that this program can "
                         "read, %s",
                         core3->layout.window,
                         resident ? "though something is on Core 3: is it another version's?"
                                  : "and none is on Core 3");
    take_layout(core3);
    core3->fixed.hw_breakpoints = core3->link.header->hw_breakpoints;
    core3->fixed.hw_watchpoints = core3->link.header->hw_watchpoints;
    judge(core3, resident, verdict);
    return 0;
}

const char *core3_explain(const struct core3 *core3, int error)
{
    if (error == -HOST_ELOST)
        return core3->link.why.text;
    if (error == -HOST_EFAIL)
        return core3->trouble.text;
    return explain_code(error);
}
