/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is loaded on Core 3, kept as a file: "run" and "restart" begin with a program's original
 * data, whoever loaded it. Belongs to one start of the stub (its epoch); afterwards the RAM may
 * hold anything.
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
 * image_store_read - what image_store_write() was given in this epoch, checked like any other file
 *
 * bytes: the caller's, to free(); image points into it.
 * Returns 0; -HOST_EFAIL when there is none, when it is of another epoch or damaged.
 */
int image_store_read(const char *path, uint32_t epoch, const struct image_room *room,
                     struct image *image, uint8_t **bytes, struct error *error);

/* image_store_entry - the entry of what is kept of this epoch; like image_store_read(), without
 * reading it all. */
int image_store_entry(const char *path, uint32_t epoch, uint32_t *entry, struct error *error);

/* image_store_forget - what lay in RAM is no more. */
void image_store_forget(const char *path);

#endif
