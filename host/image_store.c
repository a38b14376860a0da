/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See image_store.h. The file: a head, one line of a table for each segment, their bytes. Written
 * and read on the same machine, so numbers are as they lie in memory.
 */
#include "image_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC     0x49504D41u /* "AMPI" */
#define CAUSE_MAX 400         /* of a sentence that gets a first half */

struct head {
    uint32_t magic;
    uint32_t epoch;
    uint32_t entry;
    uint32_t segment_count;
};

struct line {
    uint32_t addr;
    uint32_t file_bytes;
    uint32_t zero_bytes;
};

static bool put(FILE *file, const void *bytes, size_t size)
{
    return size == 0 || fwrite(bytes, size, 1, file) == 1;
}

static bool put_image(FILE *file, uint32_t epoch, const struct image *image)
{
    const struct head head = {MAGIC, epoch, image->entry, image->segment_count};
    bool good = put(file, &head, sizeof head);

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        const struct line line = {segment->addr, segment->file_bytes, segment->zero_bytes};

        good = good && put(file, &line, sizeof line);
    }
    for (unsigned i = 0; i < image->segment_count; i++)
        good = good && put(file, image->segments[i].bytes, image->segments[i].file_bytes);
    return good;
}

/* O_EXCL: what somebody put in the way is not followed. */
static FILE *create(const char *path)
{
    int fd;
    FILE *file;

    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    file = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

static int write_new(const char *path, uint32_t epoch, const struct image *image)
{
    FILE *file = create(path);
    bool good;

    if (!file)
        return -1;
    good = put_image(file, epoch, image);
    return fclose(file) == 0 && good ? 0 : -1;
}

int image_store_write(const char *path, uint32_t epoch, const struct image *image,
                      struct error *error)
{
    char fresh[PATH_MAX];

    snprintf(fresh, sizeof fresh, "%s.new", path);
    if (write_new(fresh, epoch, image) == 0 && rename(fresh, path) == 0)
        return 0;
    error_set(error, 0, "cannot keep the program for a restart in %s: %s: %s", path,
              strerror(errno),
              errno == ENOSPC ? "make room there" : "see to it that it can be written");
    unlink(fresh);
    image_store_forget(path);
    return -HOST_EFAIL;
}

void image_store_forget(const char *path)
{
    unlink(path);
}

static int fail_damaged(const char *path, struct error *error)
{
    return error_set(error, -HOST_EFAIL,
                     "what was kept of the program in %s is damaged: load the program again", path);
}

static int fail_misfit(const struct error *cause, struct error *error)
{
    return error_set(error, -HOST_EFAIL,
                     "what was kept of the program does not fit this board: "
                     "%.*s",
                     CAUSE_MAX, cause->text);
}

static int fail_nothing(struct error *error)
{
    return error_set(error, -HOST_EFAIL,
                     "nothing was loaded yet, or the last load failed or could not be kept: load a "
                     "program first");
}

static int fail_other_stub(struct error *error)
{
    return error_set(error, -HOST_EFAIL,
                     "the stub on Core 3 came up after the program was loaded, so what its memory "
                     "holds now is not known: begin with its original data (restart)");
}

/* The table behind a head that is already checked; then the bytes, to the last one of the file. */
static bool take_segments(const uint8_t *bytes, size_t size, struct image *image)
{
    size_t at = sizeof(struct head) + image->segment_count * sizeof(struct line);

    for (unsigned i = 0; i < image->segment_count; i++) {
        struct line line;

        memcpy(&line, bytes + sizeof(struct head) + i * sizeof line, sizeof line);
        if (line.file_bytes > size - at)
            return false;
        image->segments[i] =
            (struct image_segment){line.addr, bytes + at, line.file_bytes, line.zero_bytes};
        at += line.file_bytes;
    }
    return at == size;
}

static int check_head(const char *path, const struct head *head, struct error *error)
{
    if (head->magic != MAGIC || head->segment_count > IMAGE_SEGMENTS_MAX)
        return fail_damaged(path, error);
    return 0;
}

static int parse(const char *path, const uint8_t *bytes, size_t size, struct image *image,
                 struct error *error)
{
    struct head head;
    int result;

    if (size < sizeof head)
        return fail_damaged(path, error);
    memcpy(&head, bytes, sizeof head);
    result = check_head(path, &head, error);
    if (result < 0)
        return result;
    memset(image, 0, sizeof *image);
    image->entry = head.entry;
    image->segment_count = head.segment_count;
    if (size - sizeof head < head.segment_count * sizeof(struct line) ||
        !take_segments(bytes, size, image))
        return fail_damaged(path, error);
    return 0;
}

int image_store_read(const char *path, const struct image_room *room, struct image *image,
                     uint8_t **bytes, struct error *error)
{
    struct error cause;
    struct stat stat;
    uint8_t *whole;
    size_t size;
    int result;

    if (lstat(path, &stat) < 0)
        return errno == ENOENT ? fail_nothing(error) : fail_damaged(path, error);
    if (!S_ISREG(stat.st_mode) || stat.st_size == 0)
        return fail_damaged(path, error);
    result = image_read_file(path, &whole, &size, error);
    if (result < 0)
        return result;
    result = parse(path, whole, size, image, error);
    if (result == 0 && image_check(image, room, &cause) < 0)
        result = fail_misfit(&cause, error);
    if (result < 0) {
        free(whole);
        return result;
    }
    *bytes = whole;
    return 0;
}

int image_store_entry(const char *path, uint32_t epoch, uint32_t *entry, struct error *error)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    struct head head;
    ssize_t size;
    int result;

    if (fd < 0)
        return errno == ENOENT ? fail_nothing(error) : fail_damaged(path, error);
    size = read(fd, &head, sizeof head);
    close(fd);
    if (size != sizeof head)
        return fail_damaged(path, error);
    result = check_head(path, &head, error);
    if (result < 0)
        return result;
    if (head.epoch != epoch)
        return fail_other_stub(error);
    *entry = head.entry;
    return 0;
}
