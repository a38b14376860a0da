/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/image_store.h: what was written comes back, and a file that is cut, damaged, of another
 * epoch or no file at all is told apart and never believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "image_store.h"

#define BASE  0x20000000u
#define EPOCH 0x12345679u

static const struct image_room room = {{BASE, 0x30100000}, {0x30000000, 0x3B400000}};
static const uint8_t code[] = "some code";
static const uint8_t data[] = "data";
static const struct image original = {
    .entry = BASE + 5,
    .segment_count = 3,
    .segments = {{BASE, code, sizeof code, 0},
                 {BASE + 0x100, data, sizeof data, 100},
                 {0x30100000, NULL, 0, 4096}},
};

static char dir[64];
static char path[128];
static struct image image;
static struct error error;
static uint8_t *bytes;

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/image_store_test.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/image", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    rmdir(path);
    return rmdir(dir); /* fails when a file of the store was left */
}

static int read_store(void)
{
    strcpy(error.text, "");
    return image_store_read(path, &room, &image, &bytes, &error);
}

static void assert_refused(const char *because)
{
    assert_int_equal(read_store(), -HOST_EFAIL);
    if (!strstr(error.text, because))
        fail_msg("'%s' is not in '%s'", because, error.text);
}

static void assert_no_entry(const char *because)
{
    uint32_t entry;

    strcpy(error.text, "");
    assert_int_equal(image_store_entry(path, EPOCH, &entry, &error), -HOST_EFAIL);
    if (!strstr(error.text, because))
        fail_msg("'%s' is not in '%s'", because, error.text);
}

static void put(const void *content, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    fclose(file);
}

static size_t get(uint8_t *content, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t got;

    assert_non_null(file);
    got = fread(content, 1, size, file);
    fclose(file);
    return got;
}

static void what_was_written_comes_back(void **state)
{
    uint32_t entry;

    (void)state;
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    assert_int_equal(read_store(), 0);
    assert_int_equal(image.entry, BASE + 5);
    assert_int_equal(image.segment_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(image.segments[i].addr, original.segments[i].addr);
        assert_int_equal(image.segments[i].file_bytes, original.segments[i].file_bytes);
        assert_int_equal(image.segments[i].zero_bytes, original.segments[i].zero_bytes);
        assert_memory_equal(image.segments[i].bytes, original.segments[i].bytes,
                            original.segments[i].file_bytes);
    }
    free(bytes);
    assert_int_equal(image_store_entry(path, EPOCH, &entry, &error), 0);
    assert_int_equal(entry, BASE + 5);
}

static void a_newer_one_replaces_an_older_one(void **state)
{
    struct image newer = original;

    (void)state;
    newer.segment_count = 1;
    newer.entry = BASE;
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    assert_int_equal(image_store_write(path, EPOCH, &newer, &error), 0);
    assert_int_equal(read_store(), 0);
    assert_int_equal(image.segment_count, 1);
    free(bytes);
}

#define NOTHING                                                                                    \
    "nothing was loaded yet, or the last load failed or could not be kept: load a program first"

static void no_file_means_nothing_was_loaded(void **state)
{
    (void)state;
    assert_refused(NOTHING);
    assert_no_entry(NOTHING);
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    image_store_forget(path);
    assert_refused(NOTHING);
    image_store_forget(path);
    assert_int_equal(access(path, F_OK), -1);
}

/* Whatever the RAM holds, the original data bring the program back. */
static void another_epoch_has_the_same_data_but_no_entry(void **state)
{
    (void)state;
    assert_int_equal(image_store_write(path, EPOCH + 2, &original, &error), 0);
    assert_no_entry("the stub on Core 3 came up after the program was loaded, so what its memory "
                    "holds now is not known: begin with its original data (restart)");
    assert_int_equal(read_store(), 0);
    assert_int_equal(image.entry, BASE + 5);
    free(bytes);
}

static void another_memory_layout_is_named(void **state)
{
    static const struct image_room small = {{0x10000000, 0x18100000}, {0x18000000, 0x1B400000}};

    (void)state;
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    assert_int_equal(image_store_read(path, &small, &image, &bytes, &error), -HOST_EFAIL);
    assert_string_equal(error.text,
                        "what was kept of the program does not fit this board: the segment of 0xa "
                        "bytes at 0x20000000 is not in the program's RAM (0x10000000 to 0x17ffffff "
                        "and 0x18100000 to 0x1b3fffff): load the program again");
}

static void a_file_cut_anywhere_or_too_long_is_damaged(void **state)
{
    uint8_t content[256];
    size_t size;
    uint32_t entry;

    (void)state;
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    size = get(content, sizeof content);
    for (size_t cut = 0; cut < size; cut++) {
        put(content, cut);
        assert_refused("damaged");
        assert_int_equal(image_store_entry(path, EPOCH, &entry, &error),
                         cut < 16 ? -HOST_EFAIL : 0);
    }
    put(content, size + 1);
    assert_refused("damaged");
    put(content, size);
    assert_int_equal(read_store(), 0);
    free(bytes);
}

#define DAMAGED "is damaged: load the program again"
#define MISFIT  "is not in the program's RAM (0x20000000 to 0x2fffffff and"

static void wild_numbers_are_refused(void **state)
{
    static const struct {
        size_t word;
        uint32_t value;
        const char *because;
    } bad[] = {
        {0, 0, DAMAGED},          /* magic */
        {2, 0, MISFIT},           /* entry: in Linux */
        {2, 0x30000000, MISFIT},  /* entry: in the window */
        {3, 33, DAMAGED},         /* segments */
        {3, 0xFFFFFFFF, DAMAGED}, /* segments */
        {3, 2, DAMAGED},          /* segments: bytes of none */
        {4, BASE - 1, MISFIT},    /* address */
        {4, 0xFFFFFFFF, MISFIT},  /* address */
        {5, 0xFFFFFFFF, DAMAGED}, /* bytes */
        {5, 9, DAMAGED},          /* bytes: one too few */
        {6, 0xFFFFFFFF, MISFIT},  /* zeros */
        {9, 0x10000000, MISFIT},  /* zeros */
        {12, 0x0B300001, MISFIT}, /* zeros: one beyond the end of RAM */
    };
    uint32_t content[64];
    size_t size;

    (void)state;
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    size = get((uint8_t *)content, sizeof content);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const uint32_t before = content[bad[i].word];

        content[bad[i].word] = bad[i].value;
        put(content, size);
        assert_refused(bad[i].because);
        content[bad[i].word] = before;
    }
}

static void more_segments_than_an_image_has_are_damage(void **state)
{
    uint32_t content[4 + 3 * (IMAGE_SEGMENTS_MAX + 1)] = {0};
    size_t size;

    (void)state;
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    size = get((uint8_t *)content, 16);
    assert_int_equal(size, 16);
    for (size_t i = 4; i < sizeof content / 4; i += 3)
        content[i] = BASE;
    content[3] = IMAGE_SEGMENTS_MAX;
    put(content, sizeof content - 12);
    assert_int_equal(read_store(), 0);
    free(bytes);
    content[3] = IMAGE_SEGMENTS_MAX + 1;
    put(content, sizeof content);
    assert_refused("damaged");
}

static void what_is_no_file_is_not_followed(void **state)
{
    char other[128];
    uint32_t entry;
    struct stat stat;

    (void)state;
    snprintf(other, sizeof other, "%s/other", dir);
    assert_int_equal(image_store_write(other, EPOCH, &original, &error), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_refused("damaged");
    assert_int_equal(image_store_entry(path, EPOCH, &entry, &error), -HOST_EFAIL);
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    assert_int_equal(lstat(path, &stat), 0);
    assert_true(S_ISREG(stat.st_mode));
    assert_int_equal(stat.st_mode & 0777, 0600);
    unlink(other);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("damaged");
}

static void a_file_that_cannot_be_written_is_a_sentence_and_no_file(void **state)
{
    char fresh[sizeof path + 4];

    (void)state;
    assert_int_equal(image_store_write("/nowhere/image", EPOCH, &original, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "/nowhere/image: No such file or directory: see to it"));
    assert_int_equal(image_store_write("/dev/full/image", EPOCH, &original, &error), -HOST_EFAIL);
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), 0);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    assert_int_equal(mkdir(fresh, 0700), 0); /* the old file is not what was loaded last */
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), -HOST_EFAIL);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(fresh), 0);
    assert_int_equal(mkdir(path, 0700), 0); /* rename() fails, and the new file must go */
    assert_int_equal(image_store_write(path, EPOCH, &original, &error), -HOST_EFAIL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_comes_back),
        TEST(a_newer_one_replaces_an_older_one),
        TEST(no_file_means_nothing_was_loaded),
        TEST(another_epoch_has_the_same_data_but_no_entry),
        TEST(another_memory_layout_is_named),
        TEST(a_file_cut_anywhere_or_too_long_is_damaged),
        TEST(wild_numbers_are_refused),
        TEST(more_segments_than_an_image_has_are_damage),
        TEST(what_is_no_file_is_not_followed),
        TEST(a_file_that_cannot_be_written_is_a_sentence_and_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
