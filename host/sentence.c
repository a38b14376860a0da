/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See sentence.h.
 */
#include "sentence.h"

#include <stdarg.h>
#include <stdio.h>

struct sentence sentence_begin(char *buffer, size_t size)
{
    if (size > 0)
        buffer[0] = '\0';
    return (struct sentence){.at = buffer, .left = size};
}

void sentence_add(struct sentence *sentence, const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(sentence->at, sentence->left, format, arguments);
    va_end(arguments);
    if (len < 0)
        return;
    if ((size_t)len >= sentence->left)
        len = sentence->left > 0 ? (int)sentence->left - 1 : 0;
    sentence->at += len;
    sentence->left -= (size_t)len;
}
