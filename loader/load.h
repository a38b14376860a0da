/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Put a checked image into Core 3's memory and start it.
 */
#ifndef LOADER_LOAD_H
#define LOADER_LOAD_H

#include "core3.h"
#include "error.h"
#include "image.h"

/*
 * load_and_start - replace what runs on Core 3
 *
 * core3: owned. image: checked against its RAM.
 * Returns 0, or -HOST_EFAIL and a sentence; then the old program is stopped and nothing runs.
 */
int load_and_start(struct core3 *core3, const struct image *image, struct error *error);

#endif
