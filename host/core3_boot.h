/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fetch Core 3 from the Pi's firmware and start our stub on it.
 */
#ifndef HOST_CORE3_BOOT_H
#define HOST_CORE3_BOOT_H

#include "ampgdb/window.h"
#include "error.h"
#include "layout.h"
#include "physmem.h"

#define CORE3_BOOT_TIMEOUT_MS 2000

/*
 * core3_boot - write the stub, send Core 3 to it, wait until it serves the ring
 *
 * Caller: has made sure that no stub lives on Core 3: its memory is overwritten.
 * Returns: 0; -HOST_ELOST or -HOST_EFAIL with cause and remedy. When Core 3 never took the start
 *          address, it is taken back, and the header has its former content again.
 */
int core3_boot(struct physmem *physmem, volatile struct ampgdb_header *header,
               const struct layout *layout, struct error *error);

#endif
