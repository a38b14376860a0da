/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See numbers.h.
 */
#include "numbers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int parse_number(const char *text, const char *what, uint32_t *number, struct error *error)
{
    const bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = is_hex ? text + 2 : text;
    char *end;
    unsigned long long value;

    value = strtoull(digits, &end, is_hex ? 16 : 10); /* on overflow the largest number */
    if (!isxdigit((unsigned char)digits[0]) || *end != '\0' ||
        (is_hex && (digits[1] == 'x' || digits[1] == 'X')))
        return error_set(error, -HOST_EFAIL,
                         "the %s '%s' is not a number: write it in decimal, or in hexadecimal with "
                         "0x",
                         what, text);
    if (value > UINT32_MAX)
        return error_set(
            error, -HOST_EFAIL,
            "the %s '%s' has more than 32 bits: nothing here is larger than 0xffffffff", what,
            text);
    *number = (uint32_t)value;
    return 0;
}

bool is_width(const char *text, uint32_t *width)
{
    static const char letters[] = "bhw";
    const char *letter =
        text[0] && !text[1] ? strchr(letters, tolower((unsigned char)text[0])) : NULL;

    if (!letter)
        return false;
    *width = 1u << (letter - letters);
    return true;
}

int parse_address(const char *text, uint32_t width, uint32_t *addr, struct error *error)
{
    const int result = parse_number(text, "address", addr, error);

    if (result < 0 || *addr % width == 0)
        return result;
    return error_set(error, -HOST_EFAIL,
                     "the address 0x%08x is not a multiple of %u: align it, or use a smaller width "
                     "(b, h)",
                     *addr, width);
}

int parse_value(const char *text, uint32_t width, uint32_t *value, struct error *error)
{
    const int result = parse_number(text, "value", value, error);

    if (result < 0 || width == 4 || *value >> 8 * width == 0)
        return result;
    return error_set(error, -HOST_EFAIL,
                     "the value 0x%x does not fit into %u bits: use a larger width (h, w)", *value,
                     8 * width);
}
