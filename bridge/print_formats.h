/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The format strings of agent-style dprintfs, by number, and what they make of the values that Core
 * 3 sends. Pure. A format is parsed completely before it is used: nothing of it reaches printf as
 * it came from the client.
 */
#ifndef BRIDGE_PRINT_FORMATS_H
#define BRIDGE_PRINT_FORMATS_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct print_formats; /* of one session */

struct print_formats *print_formats_new(void);
void print_formats_free(struct print_formats *formats);

/*
 * print_formats_add - keep a format; the same one again gets the same number
 *
 * values: how many the code passes. *strings: a bit for each value that is a string's address (%s).
 * Returns its number (at most 16 bits), or -AMPGDB_EAGENT and a sentence for a format that is
 * malformed, wants another number of values, or has a conversion that is not for integers,
 * characters, pointers or strings.
 */
int print_formats_add(struct print_formats *formats, const char *format, uint32_t values,
                      uint32_t *strings, struct error *error);

/*
 * print_formats_write - a PRINT's payload, whole (core3_poll_print()), as text
 *
 * Returns the length of the text, cut to size - 1, terminated; lost prints are told first. An
 * unknown number or other values than the format has gives a sentence that says so.
 */
size_t print_formats_write(const struct print_formats *formats, const uint32_t *payload, char *text,
                           size_t size);

#endif
