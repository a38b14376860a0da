/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The dialogue with the client as a text file, for bug reports. A NULL trace writes nothing.
 */
#ifndef BRIDGE_TRACE_H
#define BRIDGE_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum trace_direction {
    TRACE_FROM_CLIENT = '>',
    TRACE_TO_CLIENT = '<',
    TRACE_FROM_OBSERVER = ')',
    TRACE_TO_OBSERVER = '(',
    TRACE_NOTE = '#',
};

struct trace;

/* trace_open - 0 and *trace, for trace_close(); or -HOST_EFAIL with *error. */
int trace_open(struct trace **trace, const char *path, struct error *error);
void trace_close(struct trace *trace);

/* trace_packet - one line: milliseconds, direction, payload with everything unprintable escaped.
 * Written through at once, so that the last line before a crash is there. The first one that cannot
 * be is told on stderr. */
void trace_packet(struct trace *trace, enum trace_direction direction, const uint8_t *payload,
                  size_t len);

/* trace_note - one line that is no packet: "Ctrl-C", "client gone". */
void trace_note(struct trace *trace, enum trace_direction direction, const char *text);

#endif
