/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any file as a program, as a raw one, or as what was kept of one; on one of three boards. The
 * first byte says which. What is accepted must lie in the program's RAM, come from inside the file
 * and overlap nothing; what is refused must have a sentence.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "image_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct image_room boards[] = {
    {{0x20000000, 0x30100000}, {0x30000000, 0x3B400000}},
    {{0x10000000, 0x18100000}, {0x18000000, 0x1C000000}},
    {{0x20000000, 0x30100000}, {0x30000000, 0x30100000}}, /* no upper part */
};

static void require(int holds)
{
    if (!holds)
        abort();
}

static uint64_t end_of(const struct image_segment *s)
{
    return (uint64_t)s->addr + s->file_bytes + s->zero_bytes;
}

static void require_in_room(const struct image_segment *s, const struct image_room *room)
{
    const unsigned part = s->addr >= room->start[1] && room->end[1] > room->start[1];

    require(s->addr >= room->start[part] && end_of(s) <= room->end[part]);
}

static void require_in_file(const struct image_segment *s, const uint8_t *bytes, size_t len)
{
    if (s->file_bytes > 0)
        require(s->bytes >= bytes && s->file_bytes <= (size_t)(bytes + len - s->bytes));
}

static void require_apart(const struct image_segment *a, const struct image_segment *b)
{
    require(end_of(a) <= b->addr || end_of(b) <= a->addr);
}

static void check_segments(const struct image *image, const uint8_t *bytes, size_t len,
                           const struct image_room *room)
{
    require(image->segment_count <= IMAGE_SEGMENTS_MAX);
    for (unsigned i = 0; i < image->segment_count; i++) {
        require_in_room(&image->segments[i], room);
        require_in_file(&image->segments[i], bytes, len);
    }
}

/* What image_parse() promises beyond that: no overlap, and an entry with something to execute. */
static void check_plan(const struct image *image)
{
    const uint32_t entry = image->entry & ~1u;
    int entered = 0;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segments[i];

        entered |= entry >= s->addr && entry < end_of(s);
        for (unsigned k = 0; k < i; k++)
            require_apart(s, &image->segments[k]);
    }
    require(entered);
}

static char kept_path[64];

static void remove_kept(void)
{
    unlink(kept_path);
}

static void write_kept(const uint8_t *bytes, size_t len)
{
    FILE *file;

    if (!kept_path[0]) {
        snprintf(kept_path, sizeof kept_path, "/tmp/image_fuzz.%d", (int)getpid());
        atexit(remove_kept);
    }
    file = fopen(kept_path, "w");
    require(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

/* The entry, if there is one, is of whatever epoch the file says it is. */
static int try_kept(const uint8_t *bytes, size_t len, const struct image_room *room,
                    struct error *error)
{
    static struct image image;
    uint32_t epoch = 0;
    uint32_t entry;
    uint8_t *whole;
    int result;

    if (len >= 8)
        memcpy(&epoch, bytes + 4, sizeof epoch);
    write_kept(bytes, len);
    result = image_store_read(kept_path, room, &image, &whole, error);
    if (result == 0) {
        check_segments(&image, whole, len, room);
        require(image_store_entry(kept_path, epoch, &entry, error) == 0 && entry == image.entry);
        free(whole);
    }
    return result;
}

static int try_file(const uint8_t *bytes, size_t len, bool raw, const struct image_room *room,
                    struct error *error)
{
    static struct image image;
    const int result = raw ? image_parse_raw(&image, bytes, len, room, error)
                           : image_parse(&image, bytes, len, room, error);

    if (result == 0) {
        check_segments(&image, bytes, len, room);
        check_plan(&image);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct error error;
    int result;

    if (len < 2)
        return 0;

    const struct image_room *room = &boards[bytes[0] % (sizeof boards / sizeof boards[0])];
    const unsigned how = bytes[0] >> 6;

    memset(&error, 0, sizeof error);
    if (how == 3)
        result = try_kept(bytes + 1, len - 1, room, &error);
    else
        result = try_file(bytes + 1, len - 1, how == 2, room, &error);
    require(result == 0 || (error.text[0] != '\0' && !strchr(error.text, '\n')));
    return 0;
}
