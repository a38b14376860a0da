/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What all verbs share: a Core 3 that is open, owned, and closed again.
 */
#include <stdio.h>
#include <unistd.h>

#include "verbs.h"

int with_core3(const struct arguments *arguments, core3_work *work, void *context,
               struct error *error)
{
    struct core3 *core3;
    int result = core3_open(&core3, arguments->memory, error);

    if (result < 0)
        return result;
    result = work(core3, arguments, context, error);
    core3_close(core3);
    return result;
}

static const char *our_name(char text[64])
{
    snprintf(text, 64, "loadmetal (pid %d)", (int)getpid());
    return text;
}

int take_core3(struct core3 *core3, struct error *error)
{
    char name[64];
    const int result = core3_own(core3, our_name(name), error);

    if (result == 0 && core3_notice(core3))
        fprintf(stderr, "loadmetal: note: %s\n", core3_notice(core3));
    return result;
}

int take_core3_as_is(struct core3 *core3, struct error *error)
{
    char name[64];

    return core3_own_as_is(core3, our_name(name), error);
}

int explained(const struct core3 *core3, const char *doing, int code, struct error *error)
{
    return error_set(error, code, "cannot %s: %s", doing, core3_explain(core3, code));
}
