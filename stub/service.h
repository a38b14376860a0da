/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The requests of message.h: one table row and one small function each.
 */
#ifndef STUB_SERVICE_H
#define STUB_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/window.h"
#include "frame.h"
#include "regions.h"

/* The program, as the monitor and its services see it. */
struct program {
    struct frame *frame;
    struct layout *layout;
    bool running;
    bool stop_pending;       /* the host has not been told of the last stop yet */
    struct ampgdb_stop stop; /* why it is halted */
};

/* service_halt - the program stands still, for program->stop.reason; tells the host. */
void service_halt(struct program *program);

/* service_one - serve one request, or tell the host what it could not be told before. False when
 * there was nothing to do. program->running may have changed afterwards. */
bool service_one(struct program *program);

#endif
