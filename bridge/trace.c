/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See trace.h.
 */
#include "trace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"

struct trace {
    FILE *file;
    int64_t started;
    bool is_cut; /* and that was told */
    char path[];
};

static int fail_open(struct trace *trace, FILE *file, const char *path, struct error *error)
{
    const int cause = errno;

    free(trace);
    if (file)
        fclose(file);
    return error_set(error, -HOST_EFAIL, "cannot write the trace to %s: %s; name another file",
                     path, strerror(cause));
}

int trace_open(struct trace **trace, const char *path, struct error *error)
{
    struct trace *new = calloc(1, sizeof *new + strlen(path) + 1);
    FILE *file = new ? fopen(path, "we") : NULL;

    if (!file)
        return fail_open(new, file, path, error);
    fprintf(file, "# ampgdb-bridge %s; milliseconds, > from the client, < to the client\n",
            AMPGDB_VERSION);
    if (fflush(file) != 0)
        return fail_open(new, file, path, error);
    new->file = file;
    new->started = clock_now();
    strcpy(new->path, path);
    *trace = new;
    return 0;
}

void trace_close(struct trace *trace)
{
    if (!trace)
        return;
    fclose(trace->file);
    free(trace);
}

static void start_line(struct trace *trace, enum trace_direction direction)
{
    const int64_t us = (clock_now() - trace->started) / 1000;

    fprintf(trace->file, "%9lld.%03lld %c ", (long long)(us / 1000), (long long)(us % 1000),
            (char)direction);
}

static void end_line(struct trace *trace)
{
    putc('\n', trace->file);
    if (fflush(trace->file) == 0 || trace->is_cut)
        return;
    trace->is_cut = true;
    fprintf(stderr, "ampgdb-bridge: the trace in %s lacks what comes from here on: %s\n",
            trace->path, strerror(errno));
}

void trace_packet(struct trace *trace, enum trace_direction direction, const uint8_t *payload,
                  size_t len)
{
    if (!trace)
        return;
    start_line(trace, direction);
    for (size_t i = 0; i < len; i++) {
        if (payload[i] < ' ' || payload[i] > '~' || payload[i] == '\\')
            fprintf(trace->file, "\\x%02x", payload[i]);
        else
            putc(payload[i], trace->file);
    }
    end_line(trace);
}

void trace_note(struct trace *trace, enum trace_direction direction, const char *text)
{
    if (!trace)
        return;
    start_line(trace, direction);
    fprintf(trace->file, "[%s]", text);
    end_line(trace);
}
