/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers and widths as a user types them. Pure.
 */
#ifndef LOADER_NUMBERS_H
#define LOADER_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/* parse_number - decimal, or hexadecimal after 0x; nothing else, and no more than 32 bits.
 * what: "address", "value", for the sentence. Returns 0 or -HOST_EFAIL. */
int parse_number(const char *text, const char *what, uint32_t *number, struct error *error);

/* is_width - is the text one of b, h, w? Then *width is 1, 2, 4. */
bool is_width(const char *text, uint32_t *width);

/* parse_address - a number that is a multiple of width. */
int parse_address(const char *text, uint32_t width, uint32_t *addr, struct error *error);

/* parse_value - a number that fits into width bytes. */
int parse_value(const char *text, uint32_t width, uint32_t *value, struct error *error);

#endif
