/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * load, start, stop, restart: the life of the program on Core 3.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ampgdb/bcm283x.h"
#include "image.h"
#include "numbers.h"
#include "verbs.h"

static void tell_entry(uint32_t entry)
{
    printf("running on Core 3, entered at 0x%08x (%s)\n", entry & ~1u, entry & 1 ? "Thumb" : "ARM");
}

/* The program is in memory and the CPU at its entry. */
static int run(struct core3 *core3, const struct arguments *arguments, struct error *error)
{
    int result = core3_allow(core3, arguments->allow);

    if (result == 0)
        result = core3_resume(core3, &(struct ampgdb_resume){.how = AMPGDB_RESUME_CONTINUE});
    return result < 0 ? explained(core3, "start the program", result, error) : 0;
}

/* --- load ----------------------------------------------------------------------------------- */

struct file {
    const char *path;
    uint8_t *bytes;
    size_t size;
    struct image image;
};

static void tell_segments(const struct file *file)
{
    for (unsigned i = 0; i < file->image.segment_count; i++) {
        const struct image_segment *segment = &file->image.segments[i];

        printf("%s: 0x%08x to 0x%08x: %u from the file, %u zeros\n", file->path, segment->addr,
               segment->addr + segment->file_bytes + segment->zero_bytes - 1, segment->file_bytes,
               segment->zero_bytes);
    }
}

static int load_program(struct core3 *core3, const struct arguments *arguments, struct file *file,
                        struct error *error)
{
    int result = take_core3(core3, error);

    if (result == 0)
        result = core3_load(core3, &file->image, error);
    if (result == 0)
        result = run(core3, arguments, error);
    if (result < 0)
        return result;
    tell_segments(file);
    printf("%s: ", file->path);
    tell_entry(file->image.entry);
    return 0;
}

/* Without a stub nobody has to be stopped, and nobody is started to write. */
static int place_directly(struct core3 *core3, const struct image *image, struct error *error)
{
    const struct image_segment *segment = &image->segments[0];
    int result;

    core3_forget(core3);
    result = core3_place(core3, segment->addr, segment->bytes, segment->file_bytes, error);
    return result < 0 ? result : core3_remember(core3, image, error);
}

static int place_file(struct core3 *core3, const struct arguments *arguments, struct file *file,
                      struct error *error)
{
    const struct image_segment *segment = &file->image.segments[0];
    int result = take_core3_as_is(core3, error);

    (void)arguments;
    if (result > 0)
        result = core3_load(core3, &file->image, error);
    else if (result == 0)
        result = place_directly(core3, &file->image, error);
    if (result < 0)
        return result;
    tell_segments(file);
    printf("%s: not started: loadmetal start 0x%08x, or devmem 0x%08x w 0x%08x\n", file->path,
           segment->addr, BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_SET, segment->addr);
    if (image_looks_like_thumb(file->bytes, file->size))
        printf("%s: this looks like Thumb code, which only a stub can start: loadmetal start "
               "0x%08x\n",
               file->path, segment->addr | 1);
    return 0;
}

/* The whole file is checked before anybody on Core 3 is disturbed. */
static int load_file(struct core3 *core3, const struct arguments *arguments, void *context,
                     struct error *error)
{
    struct file *file = context;
    struct core3_info info;
    struct image_room room;
    struct error cause;
    int result;

    core3_info(core3, &info);
    core3_room(&info, &room);
    result = arguments->raw ? image_parse_raw(&file->image, file->bytes, file->size, &room, &cause)
                            : image_parse(&file->image, file->bytes, file->size, &room, &cause);
    if (result < 0)
        return error_set(error, result, "%s: %s", file->path, cause.text);
    return arguments->raw ? place_file(core3, arguments, file, error)
                          : load_program(core3, arguments, file, error);
}

int verb_load(const struct arguments *arguments, struct error *error)
{
    struct file file = {.path = arguments->words[0]};
    int result = image_read_file(file.path, &file.bytes, &file.size, error);

    if (result < 0)
        return result;
    result = with_core3(arguments, load_file, &file, error);
    free(file.bytes);
    return result;
}

/* --- start, stop, restart ------------------------------------------------------------------- */

static int begin(struct core3 *core3, const struct arguments *arguments, uint32_t entry,
                 struct error *error)
{
    int result = core3_reset(core3, entry);

    if (result == 0)
        result = core3_clear_breaks(core3);
    if (result < 0)
        return explained(core3, "stop the program on Core 3", result, error);
    result = run(core3, arguments, error);
    if (result == 0)
        tell_entry(entry);
    return result;
}

static int check_entry(struct core3 *core3, uint32_t entry, struct error *error)
{
    struct core3_info info;
    struct image_room room;
    const struct image nothing = {.entry = entry};

    core3_info(core3, &info);
    core3_room(&info, &room);
    if (image_check(&nothing, &room, error) == 0)
        return 0;
    return error_set(error, -HOST_EFAIL,
                     "0x%08x is not in the program's RAM: name the start of code that is "
                     "(loadmetal status shows the RAM)",
                     entry);
}

static int start(struct core3 *core3, const struct arguments *arguments, void *context,
                 struct error *error)
{
    uint32_t *entry = context;
    int result = arguments->word_count > 0 ? check_entry(core3, *entry, error) : 0;

    if (result == 0)
        result = take_core3(core3, error);
    if (result == 0 && arguments->word_count == 0)
        result = core3_loaded_entry(core3, entry, error);
    return result < 0 ? result : begin(core3, arguments, *entry, error);
}

int verb_start(const struct arguments *arguments, struct error *error)
{
    uint32_t entry = 0;
    int result = 0;

    if (arguments->word_count > 0)
        result = parse_number(arguments->words[0], "address", &entry, error);
    if (result == 0 && entry % 4 == 2)
        result = error_set(error, -HOST_EFAIL,
                           "0x%08x is neither ARM code (a multiple of 4) nor Thumb code (an odd "
                           "address): correct it",
                           entry);
    return result < 0 ? result : with_core3(arguments, start, &entry, error);
}

static int stop(struct core3 *core3, const struct arguments *arguments, void *context,
                struct error *error)
{
    struct core3_info info;
    int result = take_core3(core3, error);

    (void)arguments;
    (void)context;
    if (result < 0)
        return result;
    core3_info(core3, &info);
    result = core3_clear_breaks(core3);
    if (result == 0)
        result = core3_reset(core3, info.entry);
    if (result < 0)
        return explained(core3, "stop the program on Core 3", result, error);
    printf("stopped: nothing runs on Core 3\n");
    return 0;
}

int verb_stop(const struct arguments *arguments, struct error *error)
{
    return with_core3(arguments, stop, NULL, error);
}

static int restart(struct core3 *core3, const struct arguments *arguments, void *context,
                   struct error *error)
{
    struct core3_info info;
    int result = take_core3(core3, error);

    (void)context;
    if (result == 0)
        result = core3_reload(core3, error);
    if (result == 0)
        result = run(core3, arguments, error);
    if (result < 0)
        return result;
    core3_info(core3, &info);
    tell_entry(info.entry);
    return 0;
}

int verb_restart(const struct arguments *arguments, struct error *error)
{
    return with_core3(arguments, restart, NULL, error);
}
