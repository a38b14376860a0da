/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * loadmetal: programs on Core 3 without a debugger. What the user typed becomes one call of a verb;
 * called as devmem, the program is that verb alone.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "streams.h"
#include "verbs.h"

#define STATUS_FAILED 1
#define STATUS_USAGE  2

const char *argp_program_version = "loadmetal " AMPGDB_VERSION;

struct verb {
    const char *name;
    const char *usage; /* of its words */
    unsigned words_min;
    unsigned words_max;
    verb_fn *run;
    bool takes_raw;
    bool takes_allow;
};

/* The first one may be left out. */
static const struct verb verbs[] = {
    {"load", "FILE", 1, 1, verb_load, true, true},
    {"start", "[ADDR]", 0, 1, verb_start, false, true},
    {"stop", "", 0, 0, verb_stop, false, false},
    {"restart", "", 0, 0, verb_restart, false, true},
    {"status", "", 0, 0, verb_status, false, false},
    {"peek", "ADDR [b|h|w] [COUNT]", 1, 3, verb_peek, false, false},
    {"poke", "ADDR [b|h|w] VALUE", 2, 3, verb_poke, false, false},
};

static const struct verb devmem = {
    "devmem", "ADDR [b|h|w] [VALUE]", 1, 3, verb_devmem, false, false,
};

struct command_line {
    const struct verb *verb; /* NULL: the first word says it */
    bool is_implied;         /* the first word was no verb, so it is a FILE to load */
    struct arguments arguments;
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static void take_word(struct command_line *line, const char *word, const struct argp_state *state)
{
    struct arguments *arguments = &line->arguments;

    if (!line->verb) {
        line->verb = find_verb(word);
        if (line->verb)
            return;
        line->verb = &verbs[0];
        line->is_implied = true;
    }
    if (arguments->word_count == line->verb->words_max && line->is_implied)
        argp_error(state,
                   "'%s' is no verb, and nothing follows a FILE: correct it, or leave out "
                   "'%s'",
                   arguments->words[0], word);
    if (arguments->word_count == line->verb->words_max)
        argp_error(state, "'%s' is one word too many: %s%s%s", word, line->verb->name,
                   line->verb->usage[0] ? " " : "", line->verb->usage);
    arguments->words[arguments->word_count++] = word;
}

/* A path has a slash or an extension, or is there: what else may be meant is a verb. */
static bool is_mistyped_verb(const struct command_line *line)
{
    const char *word = line->arguments.words[0];

    return line->is_implied && *word && !strpbrk(word, "/.") && access(word, F_OK) != 0;
}

static int run(const struct command_line *line, struct error *error)
{
    if (is_mistyped_verb(line))
        return error_set(error, -HOST_EFAIL,
                         "'%s' is neither a verb nor a file: correct it, or see loadmetal --help",
                         line->arguments.words[0]);
    return line->verb->run(&line->arguments, error);
}

static void check(const struct command_line *line, const struct argp_state *state)
{
    const struct verb *verb = line->verb;

    if (!verb)
        argp_error(state, "no FILE given, and no other verb");
    if (line->arguments.word_count < verb->words_min)
        argp_error(state, "something is missing: %s %s", verb->name, verb->usage);
    if (line->arguments.raw && !verb->takes_raw)
        argp_error(state, "--raw is for load alone");
    if (line->arguments.allow && (!verb->takes_allow || line->arguments.raw))
        argp_error(state, "--allow is for what starts a program");
}

/* The short form is not shown: argp would add two lines about it, and help is to fit a screen. */
#define KEY_ALLOW  0x100
#define KEY_MEMORY 0x101
#define MEMORY_OPTION                                                                              \
    {"memory",                                                                                     \
     KEY_MEMORY,                                                                                   \
     "NAME",                                                                                       \
     0,                                                                                            \
     "The machine: /dev/mem, or sim:DIR, a virtual Pi. Default: $AMPGDB_MEMORY, else this build "  \
     "tree's make sim, else /dev/mem",                                                             \
     0},                                                                                           \
    {                                                                                              \
        NULL, 'm', "NAME", OPTION_HIDDEN, NULL, 0                                                  \
    }

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct command_line *line = state->input;

    switch (key) {
    case KEY_ALLOW:
        if (strcmp(argument, "dma") != 0)
            argp_error(state, "--allow knows 'dma' only, not '%s'", argument);
        line->arguments.allow |= AMPGDB_ALLOW_DMA;
        return 0;
    case KEY_MEMORY:
    case 'm':
        line->arguments.memory = argument;
        return 0;
    case 'r':
        line->arguments.raw = true;
        return 0;
    case ARGP_KEY_ARG:
        take_word(line, argument, state);
        return 0;
    case ARGP_KEY_END:
        check(line, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"allow", KEY_ALLOW, "dma", 0, "Let the program use the DMA controller", 0},
    MEMORY_OPTION,
    {"raw", 'r', NULL, 0, "Place FILE at the start of the RAM as it is; start nothing", 0},
    {0},
};

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "FILE\nVERB [...]",
    .doc = "Run bare-metal programs on Core 3 of a Raspberry Pi.\n"
           "\n"
           "  [load] FILE                Load and start an ELF file or a raw image\n"
           "  start [ADDR]               Start what is loaded, its data as they are now\n"
           "  stop                       The program stands still, its devices disarmed\n"
           "  restart                    Start what is loaded with its original data\n"
           "  status                     What runs, why it halted, who owns Core 3\n"
           "  peek ADDR [b|h|w] [COUNT]  Show the program's memory: 8, 16 or 32 bits (w)\n"
           "  poke ADDR [b|h|w] VALUE    Change it\n"
           "\v"
           "Status: 0 done, 1 failed, 2 wrong usage.",
};

static const struct argp_option devmem_options[] = {
    MEMORY_OPTION,
    {0},
};

static const struct argp devmem_parser = {
    .options = devmem_options,
    .parser = parse_option,
    .args_doc = "ADDR [b|h|w] [VALUE]",
    .doc = "Read or write 8, 16 or 32 bits (w, the default) at a physical address: RAM of Core 3, "
           "or a device register.\v"
           "Status: 0 done, 1 failed, 2 wrong usage.",
};

int main(int argc, char **argv)
{
    const bool is_devmem = strcmp(program_invocation_short_name, "devmem") == 0;
    struct command_line line = {.verb = is_devmem ? &devmem : NULL};
    struct error error;
    int result = streams_guard(&error);

    argp_err_exit_status = STATUS_USAGE;
    if (result == 0) {
        argp_parse(is_devmem ? &devmem_parser : &parser, argc, argv, 0, NULL, &line);
        result = run(&line, &error);
    }
    if (result >= 0)
        result = streams_finish(&error);
    if (result < 0) {
        fflush(stdout); /* what was found before comes first */
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, error.text);
        return STATUS_FAILED;
    }
    return 0;
}
