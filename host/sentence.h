/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sentence, or any text, that grows in somebody's buffer: what does not fit is cut off, the end
 * is always there. Knows nothing of what is said.
 */
#ifndef HOST_SENTENCE_H
#define HOST_SENTENCE_H

#include <stddef.h>

struct sentence {
    char *at;
    size_t left; /* with the terminating zero */
};

/* sentence_begin - an empty one; size may be 0. */
struct sentence sentence_begin(char *buffer, size_t size);

void sentence_add(struct sentence *sentence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
