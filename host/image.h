/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program file (ELF32 or raw) becomes a checked list of copy and zero steps. Everything is
 * checked before the first step exists: a file that is refused has touched nothing.
 *
 * ELF: System V ABI, chapters 4 and 5 ("Object Files", "Program Loading"), and "ELF for the Arm
 * Architecture" (IHI 0044).
 */
#ifndef HOST_IMAGE_H
#define HOST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define IMAGE_SEGMENTS_MAX 32

struct image_segment {
    uint32_t addr;        /* physical (p_paddr) */
    const uint8_t *bytes; /* inside the file's bytes */
    uint32_t file_bytes;  /* to copy */
    uint32_t zero_bytes;  /* to clear behind them */
};

struct image {
    uint32_t entry; /* bit 0: Thumb */
    unsigned segment_count;
    struct image_segment segments[IMAGE_SEGMENTS_MAX];
};

/* Where a program may lie: two ranges [start, end), the second may be empty. */
struct image_room {
    uint32_t start[2];
    uint32_t end[2];
};

/*
 * image_parse - check a whole file and plan how to load it; pure
 *
 * bytes, size: the file; must stay as long as the image is used.
 * room:  the program's RAM. A raw file (no ELF magic) goes to room->start[0] and starts there, in
 *        ARM state: one that is Thumb code is refused.
 * Returns 0, or -HOST_EFAIL and a sentence that says what is wrong with the file and what to do.
 */
int image_parse(struct image *image, const uint8_t *bytes, size_t size,
                const struct image_room *room, struct error *error);

/*
 * image_parse_raw - the whole file to room->start[0] as it is, to be started there by whoever wants
 *
 * Like a raw file of image_parse(), but what begins with Thumb code is welcome. An ELF file is not:
 * its header is no program. Returns 0 or -HOST_EFAIL.
 */
int image_parse_raw(struct image *image, const uint8_t *bytes, size_t size,
                    const struct image_room *room, struct error *error);

/* image_looks_like_thumb - does a raw file begin with Thumb code, as far as one can tell? Mailbox 3
 * cannot say so: what it starts begins in ARM state. */
bool image_looks_like_thumb(const uint8_t *bytes, size_t size);

/* image_check - do the segments and the entry of an image from elsewhere lie in the room? 0 or
 * -HOST_EFAIL. */
int image_check(const struct image *image, const struct image_room *room, struct error *error);

/* image_read_file - a whole file; *bytes is the caller's, to free(). Refuses directories, devices,
 * empty files and more than 1 GiB. 0 or -HOST_EFAIL. */
int image_read_file(const char *path, uint8_t **bytes, size_t *size, struct error *error);

#endif
