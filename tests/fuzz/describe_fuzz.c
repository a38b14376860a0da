/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any stop and any header, as a broken stub may leave them: the sentence about them, whole and
 * brief, is one line of plain text and ends inside of its buffer, whose size the first byte says.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core3.h"

#define SIZE_MAX_HERE 256u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t take(void *to, size_t size, const uint8_t *bytes, size_t len)
{
    const size_t taken = size < len ? size : len;

    memset(to, 0, size);
    memcpy(to, bytes, taken);
    return taken;
}

static void require_one_line(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);

    if (!end || (size > 1 && end == text))
        abort();
    for (const char *p = text; p < end; p++)
        if (*p < ' ' || *p > '~')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct core3_info info;
    struct ampgdb_stop stop;
    size_t taken;

    if (len < 1)
        return 0;

    const size_t size = bytes[0] % SIZE_MAX_HERE + 1;
    char *text = malloc(size); /* by itself, so that the sanitizer guards its end */

    if (!text)
        abort();
    taken = 1 + take(&stop, sizeof stop, bytes + 1, len - 1);
    take(&info, sizeof info, bytes + taken, len - taken);
    core3_describe_stop(&info, &stop, text, size);
    require_one_line(text, size);
    core3_describe_stop_briefly(&info, &stop, text, size);
    require_one_line(text, size);
    free(text);
    return 0;
}
