/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets that insert and remove breakpoints. The table of them is the stub's.
 *
 *      Z type,addr,kind      z type,addr,kind
 *
 * GDB manual, "Packets", and "ARM Breakpoint Kinds" for kind.
 */
#include "rsp.h"

struct breakpoint {
    uint32_t type;
    uint32_t addr;
    uint32_t kind;
};

/* Conditions and commands behind the kind were not offered: whoever sends them is refused rather
 * than stopped more often than it wished. */
static int take_breakpoint(struct rsp_cursor *args, struct breakpoint *breakpoint)
{
    if (!rsp_take_number(args, &breakpoint->type) || !rsp_take(args, ',') ||
        !rsp_take_number(args, &breakpoint->addr) || !rsp_take(args, ',') ||
        !rsp_take_number(args, &breakpoint->kind) || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    if (breakpoint->type > AMPGDB_BREAK_HARDWARE)
        return RSP_UNKNOWN; /* watchpoints */
    if (breakpoint->kind < AMPGDB_BREAK_KIND_THUMB || breakpoint->kind > AMPGDB_BREAK_KIND_ARM)
        return -AMPGDB_EINVAL;
    return 0;
}

int rsp_set_break(struct session *session, struct rsp_cursor *args)
{
    struct breakpoint new;
    int result = take_breakpoint(args, &new);

    if (result)
        return result;
    result = core3_set_break(session->core3, new.type, new.addr, new.kind);
    if (result)
        return result;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* A dead program hits no breakpoint any more, so none is left: GDB clears them at each stop and
 * would complain of every one. */
int rsp_clear_break(struct session *session, struct rsp_cursor *args)
{
    struct breakpoint old;
    int result = take_breakpoint(args, &old);

    if (result)
        return result;
    if (!session->post_mortem)
        result = core3_clear_break(session->core3, old.type, old.addr, old.kind);
    if (result)
        return result;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}
