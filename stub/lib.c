/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The two functions that GCC expects of every environment, for struct copies and zeroing.
 */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *out = to;
    const char *in = from;

    while (size--)
        *out++ = *in++;
    return to;
}

void *memset(void *to, int value, size_t size)
{
    char *out = to;

    while (size--)
        *out++ = (char)value;
    return to;
}
