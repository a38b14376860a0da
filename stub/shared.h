/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The stub's end of the window: header words and rings. The only file that touches the shared
 * part, besides entry.S for progress, state and CPSR.
 */
#ifndef STUB_SHARED_H
#define STUB_SHARED_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/message.h"
#include "ampgdb/window.h"
#include "frame.h"
#include "regions.h"

/* shared_init - where the window is; nothing is written yet. */
void shared_init(uint32_t window);

/* shared_boot - base and end of RAM as the host asks for them, copied once, unchecked. */
void shared_boot(struct layout *layout);

/* shared_announce - everything constant, and PROGRESS_READY last. */
void shared_announce(const struct layout *layout, uint32_t hw_breakpoints, uint32_t hw_watchpoints);

void shared_progress(uint32_t progress);
void shared_state(uint32_t state);
void shared_entry(uint32_t entry);
void shared_stop(const struct ampgdb_stop *stop);

uint32_t shared_program_flags(void);
void shared_set_program_flags(uint32_t flags);

/*
 * shared_receive - the next request, copied. The payload is AMPGDB_PAYLOAD_WORDS long; words behind
 *                  the request's end are those of earlier ones.
 * A broken ring is emptied: the host sees a time-out, the debug session can be restarted.
 */
bool shared_receive(struct ampgdb_message *message, uint32_t *payload);

/* shared_send - false when the host does not read: try again, or drop. */
bool shared_send(const struct ampgdb_message *message, const uint32_t *payload);

/* shared_send_spare - the same for what can be done without: a reply and a stop still have room
 * afterwards. */
bool shared_send_spare(const struct ampgdb_message *message, const uint32_t *payload);

/* shared_sleep - wait for the doorbell, unless a request came meanwhile.
 * mailbox3: a start address in mailbox 3 ends the sleep too. */
void shared_sleep(bool mailbox3);

/* shared_acknowledge - the doorbell has been heard. Before looking at the ring, never after. Any
 * other FIQ that somebody managed to enable is disabled: it would be taken again for ever. */
void shared_acknowledge(void);

/* shared_publish_running - the program is about to run: from now on the host rings. Returns whether
 * a request slipped in before. */
bool shared_publish_running(void);

/* shared_panic - write the record of the stub's own failure. */
void shared_panic(uint32_t code, const struct frame *frame);

#endif
