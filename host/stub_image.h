/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The stub's image, generated from stub/ by the Makefile and linked into both programs.
 */
#ifndef HOST_STUB_IMAGE_H
#define HOST_STUB_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/* To be written at AMPGDB_STUB_OFFSET of the window; entered at its first word, in HYP mode. */
extern const uint32_t stub_image[];
extern const size_t stub_image_words;

#endif
