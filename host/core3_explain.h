/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * From the words of the window header to sentences a user can act on. Only reads.
 */
#ifndef HOST_CORE3_EXPLAIN_H
#define HOST_CORE3_EXPLAIN_H

#include <stdint.h>

#include "core3_link.h"

/* What follows a sentence about a stub that cannot be talked to any more, but perhaps replaced. */
#define EXPLAIN_REPLACE "; the next attach, load or stop replaces the stub"

/* explain_restart - is the stub another one than at the start, without our doing? 1 and a sentence,
 * or 0. */
int explain_restart(const struct link *link, struct error *why);

/* explain_loss - why the stub does not answer any more; no remedy. */
void explain_loss(const struct link *link, struct error *cause);

/* explain_record - what a stub left in the header before it stopped answering: a panic, a refusal,
 * or how far it got. Returns 1, or 0 when the header says nothing of the kind. Only a refusal comes
 * with its remedy. */
int explain_record(const volatile struct ampgdb_header *header, struct error *cause);

/* explain_state - the name of an AMPGDB_STATE_*. */
const char *explain_state(uint32_t state);

/* explain_request - the name of a request. */
const char *explain_request(uint32_t type);

/* explain_code - a negative error of message.h. */
const char *explain_code(int error);

/* explain_exception_class - what an HSR's EC field means (ARM DDI 0406C, table B3-25). */
const char *explain_exception_class(uint32_t hsr);

#endif
