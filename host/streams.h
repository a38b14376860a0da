/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Standard input, output and error, of which whoever starts a program may have closed any.
 */
#ifndef HOST_STREAMS_H
#define HOST_STREAMS_H

#include "error.h"

/* streams_guard - see to it that no file opened later takes the place of one that is closed: what
 * is written to it would go into the machine's memory. Using it fails as before. */
int streams_guard(struct error *error);

/* streams_finish - has all that was printed arrived? */
int streams_finish(struct error *error);

#endif
