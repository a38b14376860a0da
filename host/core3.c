/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See core3.h. The life cycle, and one small function a request; the talking is core3_link.c's.
 */
#include "core3.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "core3_boot.h"
#include "core3_explain.h"
#include "core3_link.h"
#include "layout.h"
#include "owner.h"
#include "physmem.h"

#define NOT_OWNED    (-1)
#define MAPPED_BYTES (AMPGDB_TO_HOST_OFFSET + AMPGDB_RING_SIZE - AMPGDB_SHARED_OFFSET)

struct core3 {
    struct physmem *physmem;
    struct layout layout;    /* what this board calls for */
    struct core3_info fixed; /* what the stub says, checked; the live part is read anew */
    int lock_fd;
    struct link link;
    uint32_t request[AMPGDB_PAYLOAD_WORDS];
};

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

/* Is it one that we can talk to? Whether it answers, and if not, why, the ping will tell. */
static int check_resident(const struct core3 *core3, struct error *error)
{
    const volatile struct ampgdb_header *header = core3->link.header;
    const uint32_t magic = header->magic;
    const uint32_t abi_version = header->abi_version;

    if (magic != AMPGDB_MAGIC)
        return error_set(
            error, -HOST_ELOST,
            "something else than ampgdb's stub runs on Core 3 (its mailbox 1 is a FIQ, but "
            "the header at 0x%08x is not ours: 0x%08x): reboot the Pi",
            core3->layout.window + AMPGDB_SHARED_OFFSET, magic);
    if (abi_version != AMPGDB_ABI_VERSION)
        return error_set(
            error, -HOST_ELOST,
            "the stub on Core 3 is of another version (ABI %u, this program speaks %u): "
            "use the ampgdb that started it, or reboot the Pi",
            abi_version, AMPGDB_ABI_VERSION);
    return 0;
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

/* Fetch Core 3 from the firmware, or find the stub that did so earlier. */
static int meet_stub(struct core3 *core3, struct error *error)
{
    int result = is_resident(core3, error);

    if (result < 0)
        return result;
    if (result > 0)
        result = check_resident(core3, error);
    else
        result = core3_boot(core3->physmem, core3->link.header, &core3->layout, error);
    if (result < 0)
        return result;
    result = link_start(&core3->link);
    if (result < 0) {
        *error = core3->link.why;
        return result;
    }
    return take_info(core3, error);
}

int core3_own(struct core3 *core3, const char *holder, struct error *error)
{
    int result;

    assert(!core3_is_owned(core3));
    core3->lock_fd = owner_take(core3->physmem->lock_path, holder, error);
    if (core3->lock_fd < 0) {
        result = core3->lock_fd;
        core3->lock_fd = NOT_OWNED;
        return result;
    }
    result = meet_stub(core3, error);
    if (result < 0)
        core3_disown(core3);
    return result;
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

void core3_last_stop(const struct core3 *core3, struct ampgdb_stop *stop)
{
    const volatile struct ampgdb_stop *last = &core3->link.header->stop;

    stop->reason = last->reason;
    stop->address = last->address;
    stop->syndrome = last->syndrome;
    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++)
        stop->regs[i] = last->regs[i];
    if (stop->reason >= AMPGDB_STOP_COUNT)
        stop->reason = AMPGDB_STOP_UNKNOWN;
}

/* For requests whose reply is only "done". */
static int request(struct core3 *core3, uint32_t type, const uint32_t *payload, uint32_t words)
{
    const int status = link_request(&core3->link, type, payload, words);

    if (status < 0)
        return status;
    return link_expect(&core3->link, 0);
}

static bool are_registers(uint32_t first, uint32_t count)
{
    return first < AMPGDB_REG_COUNT && count <= AMPGDB_REG_COUNT - first;
}

int core3_read_regs(struct core3 *core3, uint32_t first, uint32_t count, uint32_t *values)
{
    const uint32_t payload[] = {first, count};
    int result;

    if (!are_registers(first, count))
        return -AMPGDB_EINVAL;
    result = link_request(&core3->link, AMPGDB_MSG_READ_REGS, payload, 2);
    if (result >= 0)
        result = link_expect(&core3->link, count);
    if (result < 0)
        return result;
    for (uint32_t i = 0; i < count; i++)
        values[i] = core3->link.payload[i];
    return 0;
}

int core3_write_regs(struct core3 *core3, uint32_t first, uint32_t count, const uint32_t *values)
{
    if (!are_registers(first, count))
        return -AMPGDB_EINVAL;
    core3->request[0] = first;
    core3->request[1] = count;
    for (uint32_t i = 0; i < count; i++)
        core3->request[2 + i] = values[i];
    return request(core3, AMPGDB_MSG_WRITE_REGS, core3->request, 2 + count);
}

static uint32_t words_of(uint32_t bytes)
{
    return (bytes + 3) / 4;
}

/* A count of bytes done, out of len: none at all would be no progress, more a lie. */
static int check_count(struct core3 *core3, int count, uint32_t len)
{
    if (count > 0 && (uint32_t)count <= len)
        return count;
    return link_lose(&core3->link,
                     "Core 3 claims %d bytes done out of %u: its stub is broken or from another "
                     "version; reboot the Pi",
                     count, len);
}

static int read_chunk(struct core3 *core3, uint32_t addr, uint8_t *bytes, uint32_t len)
{
    const uint32_t payload[] = {addr, len};
    int count = link_request(&core3->link, AMPGDB_MSG_READ_MEM, payload, 2);
    int result;

    if (count < 0)
        return count;
    count = check_count(core3, count, len);
    if (count < 0)
        return count;
    result = link_expect(&core3->link, words_of((uint32_t)count));
    if (result < 0)
        return result;
    memcpy(bytes, core3->link.payload, (size_t)count);
    return count;
}

static int write_chunk(struct core3 *core3, uint32_t addr, const uint8_t *bytes, uint32_t len)
{
    const uint32_t words = words_of(len);
    int count;
    int result;

    core3->request[0] = addr;
    core3->request[1] = len;
    if (words > 0)
        core3->request[1 + words] = 0; /* the padding */
    memcpy(core3->request + 2, bytes, len);
    count = link_request(&core3->link, AMPGDB_MSG_WRITE_MEM, core3->request, 2 + words);
    if (count < 0)
        return count;
    result = link_expect(&core3->link, 0);
    return result < 0 ? result : check_count(core3, count, len);
}

/* What is left of len, from done on, as one message: not beyond the last address, not too long. */
static uint32_t chunk_of(uint32_t addr, uint32_t len, uint32_t done)
{
    const uint64_t to_end = (UINT64_C(1) << 32) - addr;
    uint64_t left = len < to_end ? len : to_end;

    if (left > INT_MAX)
        left = INT_MAX;
    left -= done;
    return left < AMPGDB_DATA_MAX ? (uint32_t)left : AMPGDB_DATA_MAX;
}

int core3_read_mem(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len)
{
    uint32_t done = 0;
    uint32_t chunk;

    while ((chunk = chunk_of(addr, len, done)) > 0) {
        const int count = read_chunk(core3, addr + done, (uint8_t *)bytes + done, chunk);

        if (count < 0)
            return done > 0 && count != -HOST_ELOST ? (int)done : count;
        done += (uint32_t)count;
    }
    return (int)done;
}

int core3_write_mem(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len)
{
    uint32_t done = 0;
    uint32_t chunk;

    while ((chunk = chunk_of(addr, len, done)) > 0) {
        const int count = write_chunk(core3, addr + done, (const uint8_t *)bytes + done, chunk);

        if (count < 0)
            return done > 0 && count != -HOST_ELOST ? (int)done : count;
        done += (uint32_t)count;
    }
    return (int)done;
}

int core3_set_break(struct core3 *core3, uint32_t type, uint32_t addr, uint32_t kind)
{
    const uint32_t payload[] = {type, addr, kind};

    return request(core3, AMPGDB_MSG_SET_BREAK, payload, 3);
}

int core3_clear_break(struct core3 *core3, uint32_t type, uint32_t addr, uint32_t kind)
{
    const uint32_t payload[] = {type, addr, kind};

    return request(core3, AMPGDB_MSG_CLEAR_BREAK, payload, 3);
}

int core3_clear_breaks(struct core3 *core3)
{
    return request(core3, AMPGDB_MSG_CLEAR_BREAKS, NULL, 0);
}

int core3_resume(struct core3 *core3, uint32_t how)
{
    core3->link.has_stop = false; /* the next one may arrive before this returns */
    return request(core3, AMPGDB_MSG_RESUME, &how, 1);
}

int core3_halt(struct core3 *core3)
{
    return request(core3, AMPGDB_MSG_HALT, NULL, 0);
}

int core3_reset(struct core3 *core3, uint32_t entry)
{
    const int result = request(core3, AMPGDB_MSG_RESET, &entry, 1);

    if (result == 0)
        core3->link.has_stop = false; /* of the program that is no more */
    return result;
}

int core3_poll_stop(struct core3 *core3, struct ampgdb_stop *stop)
{
    const int result = core3->link.has_stop ? 0 : link_poll(&core3->link);

    if (!core3->link.has_stop)
        return result;
    core3->link.has_stop = false;
    *stop = core3->link.stop;
    return 1;
}

int core3_ping(struct core3 *core3)
{
    return link_ping(&core3->link);
}

const char *core3_explain(const struct core3 *core3, int error)
{
    if (error == -HOST_ELOST)
        return core3->link.why.text;
    return explain_code(error);
}
