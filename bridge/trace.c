/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See trace.h.
 */
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"

struct trace {
    FILE *file;
    int64_t started;
};

int trace_open(struct trace **trace, const char *path, struct error *error)
{
    struct trace *new = malloc(sizeof *new);
    FILE *file = fopen(path, "we");

    if (!new || !file) {
        const int cause = errno;

        free(new);
        if (file)
            fclose(file);
        return error_set(error, -HOST_EFAIL, "cannot write the trace to %s: %s; name another file",
                         path, strerror(cause));
    }
    new->file = file;
    new->started = clock_now();
    fprintf(file, "# ampgdb-bridge %s; milliseconds, > from the client, < to the client\n",
            AMPGDB_VERSION);
    fflush(file);
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
    fflush(trace->file);
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
