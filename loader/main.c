/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * loadmetal: load a program onto Core 3 and start it, without a debugger. Options, order of steps
 * and messages; the work is load.c's and host/'s.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core3.h"
#include "image.h"
#include "load.h"

#define STATUS_FAILED 1
#define STATUS_USAGE  2

const char *argp_program_version = "loadmetal " AMPGDB_VERSION;

struct arguments {
    const char *memory;
    const char *file;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'm':
        arguments->memory = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file)
            argp_error(state, "one FILE only, please");
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (!arguments->file)
            argp_error(state, "no FILE given");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"memory", 'm', "NAME", 0,
     "The machine: /dev/mem, or sim:DIR for the virtual Pi in DIR. Default: $AMPGDB_MEMORY, else "
     "the virtual Pi of make sim if this is its build tree, else /dev/mem",
     0},
    {0},
};

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "FILE",
    .doc =
        "Load a bare-metal program onto Core 3 of a Raspberry Pi and start it.\v"
        "FILE is an ELF executable, or a raw image for the start of the program's RAM. A program "
        "that runs there is replaced; one that a debugger is attached to is not.\n\n"
        "Status: 0 started, 1 failed, 2 wrong usage.",
};

static struct image_room room_of(const struct core3_info *info)
{
    return (struct image_room){
        .start = {info->program_base, info->upper_base},
        .end = {info->window, info->ram_end},
    };
}

static void report(const char *path, const struct image *image)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];

        printf("%s: 0x%08x to 0x%08x: %u from the file, %u zeros\n", path, segment->addr,
               segment->addr + segment->file_bytes + segment->zero_bytes - 1, segment->file_bytes,
               segment->zero_bytes);
    }
    printf("%s: running on Core 3, entered at 0x%08x (%s)\n", path, image->entry & ~1u,
           image->entry & 1 ? "Thumb" : "ARM");
}

static int load_bytes(struct core3 *core3, const char *path, const uint8_t *bytes, size_t size,
                      struct error *error)
{
    struct core3_info info;
    struct image_room room;
    struct image image;
    struct error cause;
    char holder[64];
    int result;

    snprintf(holder, sizeof holder, "loadmetal (pid %d)", (int)getpid());
    result = core3_own(core3, holder, error);
    if (result < 0)
        return result;
    core3_info(core3, &info);
    room = room_of(&info);
    result = image_parse(&image, bytes, size, &room, &cause);
    if (result < 0)
        return error_set(error, result, "%s: %s", path, cause.text);
    result = load_and_start(core3, &image, error);
    if (result == 0)
        report(path, &image);
    return result;
}

static int load_file(const struct arguments *arguments, struct error *error)
{
    struct core3 *core3;
    uint8_t *bytes;
    size_t size;
    int result = image_read_file(arguments->file, &bytes, &size, error);

    if (result < 0)
        return result;
    result = core3_open(&core3, arguments->memory, error);
    if (result == 0) {
        result = load_bytes(core3, arguments->file, bytes, size, error);
        core3_close(core3);
    }
    free(bytes);
    return result;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct error error;

    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    if (load_file(&arguments, &error) < 0) {
        fprintf(stderr, "loadmetal: %s\n", error.text);
        return STATUS_FAILED;
    }
    return 0;
}
