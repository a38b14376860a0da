/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of core3.h that replaces the program on Core 3. Only the stub writes its memory: it
 * takes care of the caches.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core3_internal.h"
#include "image.h"
#include "image_store.h"

static int fail(const struct core3 *core3, const char *doing, int code, struct error *error)
{
    return error_set(error, code == -HOST_ELOST ? code : -HOST_EFAIL, "cannot %s: %s", doing,
                     core3_explain(core3, code));
}

static int write_bytes(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len,
                       struct error *error)
{
    const int written = core3_write_mem(core3, addr, bytes, len);
    char doing[64];

    if (written >= 0 && (uint32_t)written == len)
        return 0;
    snprintf(doing, sizeof doing, "write to 0x%08x", addr + (written > 0 ? (uint32_t)written : 0));
    return fail(core3, doing, written < 0 ? written : -AMPGDB_EFAULT, error);
}

static int write_zeros(struct core3 *core3, uint32_t addr, uint32_t len, struct error *error)
{
    static const uint8_t zeros[AMPGDB_DATA_MAX];
    int result = 0;

    while (len > 0 && result == 0) {
        const uint32_t chunk = len < sizeof zeros ? len : sizeof zeros;

        result = write_bytes(core3, addr, zeros, chunk, error);
        addr += chunk;
        len -= chunk;
    }
    return result;
}

static int write_segments(struct core3 *core3, const struct image *image, struct error *error)
{
    int result = 0;

    for (unsigned i = 0; i < image->segment_count && result == 0; i++) {
        const struct image_segment *segment = &image->segments[i];

        result = write_bytes(core3, segment->addr, segment->bytes, segment->file_bytes, error);
        if (result == 0)
            result =
                write_zeros(core3, segment->addr + segment->file_bytes, segment->zero_bytes, error);
    }
    return result;
}

/* Breakpoints go before the writing: lifting them afterwards would put old instructions back. */
static int stop_old(struct core3 *core3, uint32_t entry, struct error *error)
{
    int result = core3_reset(core3, entry);

    if (result == 0)
        result = core3_clear_breaks(core3);
    return result < 0 ? fail(core3, "stop the program on Core 3", result, error) : 0;
}

/* The image is checked. What is kept of the old program goes before its first byte does. */
static int place(struct core3 *core3, const struct image *image, struct error *error)
{
    int result = stop_old(core3, image->entry, error);

    if (result == 0)
        result = write_segments(core3, image, error);
    if (result < 0) {
        image_store_forget(core3->physmem->image_path);
        return result;
    }
    result = core3_reset(core3, image->entry);
    return result < 0 ? fail(core3, "prepare the program", result, error) : 0;
}

static int check(const struct core3 *core3, const struct image *image, struct error *error)
{
    struct image_room room;

    core3_room(&core3->fixed, &room);
    return image_check(image, &room, error);
}

int core3_load(struct core3 *core3, const struct image *image, struct error *error)
{
    int result = check(core3, image, error);

    if (result < 0)
        return result;
    image_store_forget(core3->physmem->image_path);
    result = place(core3, image, error);
    return result < 0 ? result : core3_remember(core3, image, error);
}

int core3_remember(struct core3 *core3, const struct image *image, struct error *error)
{
    const int result = check(core3, image, error);

    if (result < 0)
        return result;
    return image_store_write(core3->physmem->image_path, core3->link.epoch, image, error);
}

void core3_forget(struct core3 *core3)
{
    image_store_forget(core3->physmem->image_path);
}

/* What an earlier stub had taken is this one's now. */
static int take_over(struct core3 *core3, const struct image *image, struct error *error)
{
    struct error ignored;
    uint32_t entry;

    if (core3_loaded_entry(core3, &entry, &ignored) == 0)
        return 0;
    return core3_remember(core3, image, error);
}

int core3_reload(struct core3 *core3, struct error *error)
{
    struct image_room room;
    struct image image;
    uint8_t *bytes;
    int result;

    core3_room(&core3->fixed, &room);
    result = image_store_read(core3->physmem->image_path, &room, &image, &bytes, error);
    if (result < 0)
        return result;
    result = place(core3, &image, error);
    if (result == 0)
        result = take_over(core3, &image, error);
    free(bytes);
    return result;
}

int core3_loaded_entry(struct core3 *core3, uint32_t *entry, struct error *error)
{
    return image_store_entry(core3->physmem->image_path, core3->link.epoch, entry, error);
}
