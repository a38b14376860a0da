/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is loaded on Core 3, kept as a file: "run" and "restart" begin with a program's original
 * data, whoever loaded it, and whichever stub was there. What the RAM holds of it, on the other
 * hand, is known only as long as the stub that took it (its epoch) lives. The file lies where a
 * reboot removes it.
 */
#ifndef HOST_IMAGE_STORE_H
#define HOST_IMAGE_STORE_H

#include "error.h"
#include "image.h"

/* image_store_write - replace the file, whole or not at all. 0 or -HOST_EFAIL: then there is none.
 */
int image_store_write(const char *path, uint32_t epoch, const struct image *image,
                      struct error *error);

/*
 * image_store_read - what image_store_write() was given, checked like any other file
 *
 * bytes: the caller's, to free(); image points into it.
 * Returns 0; -HOST_EFAIL when there is none, when it is damaged or does not fit into room.
 */
int image_store_read(const char *path, const struct image_room *room, struct image *image,
                     uint8_t **bytes, struct error *error);

/* image_store_entry - the entry of what is kept; like image_store_read(), without reading it all,
 * and -HOST_EFAIL also when it is of another epoch. */
int image_store_entry(const char *path, uint32_t epoch, uint32_t *entry, struct error *error);

/* image_store_forget - what lay in RAM is no more. */
void image_store_forget(const char *path);

#endif
