/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * ampgdb-bridge: options, wiring, and the exit status: 0 done, 1 failed, 2 wrong usage.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"
#include "streams.h"

const char *argp_program_version = "ampgdb-bridge " AMPGDB_VERSION;

enum key {
    KEY_LISTEN = 'l',
    KEY_MEMORY = 'm',
    KEY_STDIO = 's',
    KEY_TRACE = 't',
    KEY_ON_DISCONNECT = 'd',
    KEY_POST_MORTEM = 'p',
    KEY_ALLOW = 'a',
};

struct options {
    const char *listen;
    const char *memory;
    const char *trace;
    bool stdio;
    bool post_mortem;
    uint32_t allow;
    enum on_disconnect on_disconnect;
};

/* clang-format off */
static const struct argp_option option_table[] = {
    {"listen", KEY_LISTEN, "ADDR[:PORT]", 0, "where GDB connects (default " LISTENER_DEFAULT ")", 0},
    {"stdio", KEY_STDIO, NULL, 0, "talk to GDB on stdin and stdout, end when it leaves", 0},
    {"memory", KEY_MEMORY, "NAME", 0, "/dev/mem, or sim:DIR for a virtual Pi", 0},
    {"trace", KEY_TRACE, "FILE", 0, "log the dialogue with GDB, for bug reports", 0},
    {"on-disconnect", KEY_ON_DISCONNECT, "keep|run|halt", 0,
     "the program when GDB vanishes without detach (default keep: it is left as it is)", 0},
    {"allow", KEY_ALLOW, "dma", 0, "let programs use the DMA controller", 0},
    {"post-mortem", KEY_POST_MORTEM, NULL, 0,
     "only show memory and registers that Core 3 left", 0},
    {0},
};
/* clang-format on */

static error_t parse_on_disconnect(enum on_disconnect *what, const char *text,
                                   struct argp_state *state)
{
    if (strcmp(text, "keep") == 0)
        *what = ON_DISCONNECT_KEEP;
    else if (strcmp(text, "run") == 0)
        *what = ON_DISCONNECT_RUN;
    else if (strcmp(text, "halt") == 0)
        *what = ON_DISCONNECT_HALT;
    else
        argp_error(state, "--on-disconnect is keep, run or halt, not \"%s\"", text);
    return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_LISTEN:
        options->listen = argument;
        return 0;
    case KEY_MEMORY:
        options->memory = argument;
        return 0;
    case KEY_TRACE:
        options->trace = argument;
        return 0;
    case KEY_STDIO:
        options->stdio = true;
        return 0;
    case KEY_POST_MORTEM:
        options->post_mortem = true;
        return 0;
    case KEY_ALLOW:
        if (strcmp(argument, "dma") != 0)
            argp_error(state, "--allow knows dma only, not \"%s\"", argument);
        options->allow |= AMPGDB_ALLOW_DMA;
        return 0;
    case KEY_ON_DISCONNECT:
        return parse_on_disconnect(&options->on_disconnect, argument, state);
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is not an option; GDB loads programs, or loadmetal", argument);
        return 0;
    case ARGP_KEY_END:
        if (options->stdio && options->listen)
            argp_error(state, "--stdio has its client already; leave out --listen");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = parse_option,
    .doc = "Let GDB debug the program on Core 3 of this Raspberry Pi.\v"
           "  sudo ampgdb-bridge   then in GDB: target remote :3333\n"
           "  or over ssh, in GDB: target remote | ssh pi sudo ampgdb-bridge --stdio\n"
           "                       (neither ssh nor sudo can ask for a password there)",
};

/* Returns the exit status. */
static int run(const struct options *options, struct server_config *config)
{
    struct error error;
    int result = 0;

    if (options->trace)
        result = trace_open(&config->trace, options->trace, &error);
    if (!result)
        result = core3_open(&config->core3, options->memory, &error);
    if (!result) {
        result = server_run(config, &error);
        core3_close(config->core3);
    }
    trace_close(config->trace);
    if (result)
        fprintf(stderr, "ampgdb-bridge: %s\n", error.text);
    return result ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct server_config config = {0};
    struct error error;

    if (streams_guard(&error)) {
        fprintf(stderr, "ampgdb-bridge: %s\n", error.text);
        return 1;
    }
    argp_err_exit_status = 2;
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    config.stdio = options.stdio;
    config.on_disconnect = options.on_disconnect;
    config.allow = options.allow;
    config.post_mortem = options.post_mortem;
    if (listener_parse(&config.listen, options.listen ? options.listen : LISTENER_DEFAULT,
                       &error)) {
        fprintf(stderr, "ampgdb-bridge: %s\n", error.text);
        return 2;
    }
    if (!config.stdio && !config.listen.loopback)
        fprintf(stderr,
                "ampgdb-bridge: warning: %s is not a loopback address: anyone who can reach it "
                "controls Core 3 and its memory\n",
                options.listen);
    return run(&options, &config);
}
