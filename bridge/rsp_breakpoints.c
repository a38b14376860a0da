/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets that insert and remove breakpoints and watchpoints. The table of them is the stub's.
 *
 *      Z type,addr,kind [;X len,expr]... [;cmds:persist,X len,expr...]      z type,addr,kind
 *
 * GDB manual, "Packets", and "ARM Breakpoint Kinds" for kind. Between expressions GDB 13 sends no
 * ';', though the manual has one: both are taken. persist (stay when the client leaves) has no
 * effect: the texts of prints are the session's.
 */
#include <string.h>

#include "agent_check.h"
#include "ampgdb/agent.h"
#include "rsp.h"

/* What a Z packet asks for. */
struct request {
    struct ampgdb_break new;
    uint32_t words; /* of code */
    uint32_t code[AMPGDB_AGENT_CODES_MAX / 4];
};

/* --- Taking the packet --------------------------------------------------------------------- */

static bool is_watchpoint(const struct ampgdb_break *item)
{
    return item->type > AMPGDB_BREAK_HARDWARE;
}

static int take_place(struct rsp_cursor *args, struct ampgdb_break *item)
{
    if (!rsp_take_number(args, &item->type) || !rsp_take(args, ',') ||
        !rsp_take_number(args, &item->address) || !rsp_take(args, ',') ||
        !rsp_take_number(args, &item->kind))
        return -AMPGDB_EINVAL;
    if (item->type > AMPGDB_WATCH_ACCESS)
        return rsp_at_end(args) ? RSP_UNKNOWN : -AMPGDB_EINVAL;
    if (is_watchpoint(item))
        return item->kind >= 1 && item->kind - 1 <= UINT32_MAX - item->address ? 0 : -AMPGDB_EINVAL;
    if (item->kind < AMPGDB_BREAK_KIND_THUMB || item->kind > AMPGDB_BREAK_KIND_ARM)
        return -AMPGDB_EINVAL;
    return 0;
}

/* Bytes of expressions, each behind two with its length: never longer than in the packet. */
static bool take_expression(struct rsp_cursor *args, uint8_t **to)
{
    uint32_t len;

    if (!rsp_take_number(args, &len) || !rsp_take(args, ',') || len == 0 ||
        !rsp_take_bytes(args, *to + 2, len))
        return false;
    (*to)[0] = (uint8_t)(len >> 8);
    (*to)[1] = (uint8_t)len;
    *to += 2 + len;
    return true;
}

/* One or more; the X of the first has been taken. */
static bool take_expressions(struct rsp_cursor *args, uint8_t **to, uint32_t *count)
{
    do {
        if (!take_expression(args, to))
            return false;
        ++*count;
    } while (rsp_take_word(args, "X") || rsp_take_word(args, ";X"));
    return true;
}

/* What may follow the place, to the packet's end. */
static bool take_actions(struct rsp_cursor *args, struct ampgdb_break *new, uint8_t *to)
{
    uint32_t persist;

    if (!rsp_at_end(args) && is_watchpoint(new))
        return false;
    if (rsp_take_word(args, ";X") && !take_expressions(args, &to, &new->conditions))
        return false;
    if (rsp_take_word(args, ";cmds:") &&
        (!rsp_take_number(args, &persist) || !rsp_take_word(args, ",X") ||
         !take_expressions(args, &to, &new->commands)))
        return false;
    return rsp_at_end(args);
}

/* No instruction begins there, so it never hits, and needs none of the core's registers. GDB sets
 * such ones when its user asks for a hardware breakpoint on data. */
static bool is_beside_code(const struct ampgdb_break *item)
{
    const uint32_t size = item->kind == AMPGDB_BREAK_KIND_ARM ? 4 : 2;

    return item->type == AMPGDB_BREAK_HARDWARE && item->address % size != 0;
}

/* --- Checking the code --------------------------------------------------------------------- */

static int compile(struct session *session, struct request *request, const uint8_t *from,
                   size_t len, struct error *error)
{
    const uint32_t room = AMPGDB_AGENT_CODES_MAX / 4 - request->words;
    uint8_t code[AMPGDB_AGENT_CODE_MAX];
    const int bytes = agent_check(from, len, code, session->formats, error);
    uint32_t words;

    if (bytes < 0)
        return bytes;
    words = 1 + ((uint32_t)bytes + 3) / 4;
    if (words > room)
        return error_set(error, -AMPGDB_EAGENT,
                         "its conditions and dprintfs compile to more than %u bytes",
                         AMPGDB_AGENT_CODES_MAX);
    request->code[request->words] = (uint32_t)bytes;
    request->code[request->words + words - 1] = 0; /* the padding */
    memcpy(request->code + request->words + 1, code, (size_t)bytes);
    request->words += words;
    return 0;
}

static int compile_all(struct session *session, struct request *request, const uint8_t *from)
{
    const uint32_t count = request->new.conditions + request->new.commands;
    struct error error;
    int result = 0;

    for (uint32_t i = 0; i < count && !result; i++) {
        const size_t len = (size_t)from[0] << 8 | from[1];

        result = compile(session, request, from + 2, len, &error);
        from += 2 + len;
    }
    if (result)
        session_say_later(session,
                          "no breakpoint at 0x%08x: %s; GDB itself can evaluate it, after \"set "
                          "breakpoint condition-evaluation host\" or \"set dprintf-style gdb\"",
                          request->new.address, error.text);
    return result;
}

/* --- What the client has set --------------------------------------------------------------- */

static struct rsp_watch *find_watch(struct session *session, const struct ampgdb_break *item)
{
    for (unsigned i = 0; i < RSP_WATCHES_MAX; i++) {
        struct rsp_watch *watch = &session->watches[i];

        if (watch->type == item->type && watch->addr == item->address && watch->len == item->kind)
            return watch;
    }
    return NULL;
}

/* The hardware has far less room than there is here, so the oldest one is not in use any more. */
static void note_watch(struct session *session, const struct ampgdb_break *new)
{
    if (is_watchpoint(new) && !find_watch(session, new))
        session->watches[session->watches_set++ % RSP_WATCHES_MAX] =
            (struct rsp_watch){new->type, new->address, new->kind};
}

static void forget_watch(struct session *session, const struct ampgdb_break *old)
{
    struct rsp_watch *watch = find_watch(session, old);

    if (watch)
        watch->type = 0;
}

uint32_t rsp_watch_types(const struct session *session, uint32_t addr)
{
    uint32_t types = 0;

    for (unsigned i = 0; i < RSP_WATCHES_MAX; i++) {
        const struct rsp_watch *watch = &session->watches[i];

        if (watch->type && addr - watch->addr < watch->len)
            types |= 1u << watch->type;
    }
    return types;
}

/* --- The packets --------------------------------------------------------------------------- */

int rsp_set_break(struct session *session, struct rsp_cursor *args)
{
    struct request request = {.words = 0};
    int result = take_place(args, &request.new);

    if (result)
        return result;
    if (!take_actions(args, &request.new, session->memory))
        return -AMPGDB_EINVAL;
    result = compile_all(session, &request, session->memory);
    if (!result && !is_beside_code(&request.new))
        result = core3_set_break(session->core3, &request.new, request.code, request.words);
    if (result)
        return result;
    note_watch(session, &request.new);
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* A dead program hits no breakpoint any more, so none is left: GDB clears them at each stop and
 * would complain of every one. */
int rsp_clear_break(struct session *session, struct rsp_cursor *args)
{
    struct ampgdb_break old = {0};
    int result = take_place(args, &old);

    if (result)
        return result;
    if (!rsp_at_end(args))
        return -AMPGDB_EINVAL;
    if (session->owns && !is_beside_code(&old))
        result = core3_clear_break(session->core3, old.type, old.address, old.kind);
    if (result)
        return result;
    forget_watch(session, &old);
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}
