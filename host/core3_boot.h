/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fetch Core 3 from where it waits, the Pi's firmware or the park page, and start our stub on it;
 * and send it to the park page from a stub that is of no use any more. Needs no answer but the
 * mailboxes'.
 */
#ifndef HOST_CORE3_BOOT_H
#define HOST_CORE3_BOOT_H

#include "ampgdb/window.h"
#include "error.h"
#include "layout.h"
#include "physmem.h"

#define CORE3_BOOT_TIMEOUT_MS 2000 /* for each AMPGDB_PROGRESS_* */
#define CORE3_PARK_TIMEOUT_MS 400  /* with a ping before it, well under 3 s */

/*
 * core3_boot - write the stub, send Core 3 to it, wait until it serves the ring
 *
 * Caller: has made sure that no stub lives on Core 3: its memory is overwritten.
 * Returns: 0; -HOST_ELOST or -HOST_EFAIL with cause and remedy. When Core 3 never took the start
 *          address, it is taken back, and the header has its former content again.
 */
int core3_boot(struct physmem *physmem, volatile struct ampgdb_header *header,
               const struct layout *layout, struct error *error);

/*
 * core3_park - have the resident stub hand Core 3 back (window.h, "The park page")
 *
 * Returns: 0: the core waits for core3_boot(); -HOST_ELOST with the remedy: it does not react, and
 *          mailbox 3 is empty again; -HOST_EFAIL.
 */
int core3_park(struct physmem *physmem, const struct layout *layout, struct error *error);

#endif
