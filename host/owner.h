/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * One owner of Core 3 at a time: a lock that the kernel drops when its process dies, on a file that
 * says who holds it. Knows nothing of Core 3.
 */
#ifndef HOST_OWNER_H
#define HOST_OWNER_H

#include <stddef.h>

#include "error.h"

/*
 * owner_take - become the owner, without waiting
 *
 * holder: who we are, for those who come too late.
 * Returns: a file descriptor for owner_drop(); -HOST_ELOCKED naming the holder; -HOST_EFAIL.
 */
int owner_take(const char *lock_path, const char *holder, struct error *error);
void owner_drop(int fd);

/* owner_look - who is the owner? 1 and the holder's text, or 0: nobody. */
int owner_look(const char *lock_path, char *text, size_t size);

#endif
