/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets about registers, numbered as in registers.c. That those about the core's own can mean the
 * end of a "load" is rsp_load.c's matter. "g" has the 17 core registers alone, which GDB wants at
 * each stop; it asks for the others one by one.
 *
 * GDB manual, "Packets".
 */
#include <string.h>

#include "ampgdb/armv7.h"
#include "fault.h"
#include "registers.h"
#include "rsp.h"

#define WORDS_MAX 2u

/* Are there others than those of the last stop? Only an observer reads while the program runs. */
static bool are_at_hand(const struct session *session)
{
    return !session->post_mortem && !session->running;
}

static int read_core(struct session *session, uint32_t first, uint32_t count, uint32_t *values)
{
    int error = 0;

    if (are_at_hand(session))
        error = session_read_regs(session, first, count, values);
    if (!are_at_hand(session) && first < AMPGDB_CORE_REGS)
        memcpy(values, session->stop.regs + first, count * sizeof *values);
    if (!error && first <= AMPGDB_REG_CPSR && first + count > AMPGDB_REG_CPSR)
        session->load.told_cpsr = values[AMPGDB_REG_CPSR - first];
    return error;
}

/* g -> the core registers in order, each as eight digits in target byte order. */
int rsp_read_all(struct session *session, struct rsp_cursor *args)
{
    uint32_t values[AMPGDB_CORE_REGS];
    const int error = read_core(session, AMPGDB_REG_R0, AMPGDB_CORE_REGS, values);

    (void)args;
    if (error)
        return error;
    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++)
        rsp_reply_word32(&session->reply, values[i]);
    return RSP_DONE;
}

static const struct registers_row *take_register(struct rsp_cursor *args)
{
    uint32_t number;

    return rsp_take_number(args, &number) ? registers_find(number) : NULL;
}

/* There is no such value now. */
static int reply_unavailable(struct session *session, uint32_t words)
{
    while (words-- > 0)
        rsp_reply_text(&session->reply, "xxxxxxxx");
    return RSP_DONE;
}

static int read_of_stop(struct session *session, enum register_of_stop which)
{
    const struct ampgdb_stop *stop = &session->stop;

    if (which == REGISTER_STOP_REASON)
        rsp_reply_word32(&session->reply, stop->reason);
    else if (which == REGISTER_FAULT_STATUS)
        rsp_reply_word32(&session->reply, fault_of_stop(stop).kind);
    else if (fault_has_address(stop))
        rsp_reply_word32(&session->reply, stop->address);
    else
        return reply_unavailable(session, 1);
    return RSP_DONE;
}

static int read_of_stub(struct session *session, const struct registers_row *row)
{
    uint32_t values[WORDS_MAX];
    const int error = read_core(session, row->first, row->words, values);

    if (error)
        return error;
    if (!are_at_hand(session) && row->first >= AMPGDB_CORE_REGS)
        return reply_unavailable(session, row->words);
    for (uint32_t i = 0; i < row->words; i++)
        rsp_reply_word32(&session->reply, values[i]);
    return RSP_DONE;
}

/* p number -> value */
int rsp_read_one(struct session *session, struct rsp_cursor *args)
{
    const struct registers_row *row = take_register(args);

    if (!row || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    if (row->place == REGISTER_BRIDGE)
        return read_of_stop(session, row->first);
    return read_of_stub(session, row);
}

/* Bit 0 means Thumb, as in an ELF entry. GDB sends none. */
static int write_pc(struct session *session, uint32_t value)
{
    uint32_t regs[2] = {value & ~1u, 0}; /* PC, CPSR */
    int error;

    if (rsp_is_load(session, value))
        return rsp_load(session, value);
    error = rsp_settle_load(session);
    if (error)
        return error;
    if (!(value & 1))
        return core3_write_regs(session->core3, AMPGDB_REG_PC, 1, regs);
    error = core3_read_regs(session->core3, AMPGDB_REG_CPSR, 1, &regs[1]);
    regs[1] |= PSR_T;
    return error ? error : core3_write_regs(session->core3, AMPGDB_REG_PC, 2, regs);
}

/* Of what comes directly after a load, and is but for T what GDB was told last, only T is news: the
 * rest is that of the program before. Anything else is a user's. */
static int write_cpsr(struct session *session, uint32_t value)
{
    const bool may_be_of_load = ((value ^ session->load.told_cpsr) & ~PSR_T) == 0;
    int error;

    if (may_be_of_load)
        session->load.told_cpsr = value;
    error = rsp_settle_load(session);
    session->load.told_cpsr = value;
    if (error)
        return error;
    if (may_be_of_load && rsp_is_cpsr_of_load(session))
        return rsp_correct_load(session);
    return core3_write_regs(session->core3, AMPGDB_REG_CPSR, 1, &value);
}

/* What a system register says may change what the program's addresses mean. */
static int write_other(struct session *session, const struct registers_row *row,
                       const uint32_t *values)
{
    int error = rsp_settle_load(session);

    if (!error)
        error = core3_write_regs(session->core3, row->first, row->words, values);
    if (row->feature == REGISTERS_SYSTEM) {
        line_cache_drop(&session->cache);
        core3_info(session->core3, &session->info);
    }
    return error;
}

/* P number=value -> OK */
int rsp_write_one(struct session *session, struct rsp_cursor *args)
{
    const struct registers_row *row = take_register(args);
    uint32_t values[WORDS_MAX] = {0};
    int error;

    if (!row || !row->writable || !rsp_take(args, '='))
        return -AMPGDB_EINVAL;
    for (uint32_t i = 0; i < row->words; i++)
        if (!rsp_take_word32(args, &values[i]))
            return -AMPGDB_EINVAL;
    if (!rsp_at_end(args))
        return -AMPGDB_EINVAL;
    session->load.empty = false;
    if (row->number == REGISTERS_PC)
        error = write_pc(session, values[0]);
    else if (row->number == REGISTERS_CPSR)
        error = write_cpsr(session, values[0]);
    else
        error = write_other(session, row, values);
    if (error)
        return error;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* G values of the core registers -> OK. GDB prefers P; whoever sends this means it literally. */
int rsp_write_all(struct session *session, struct rsp_cursor *args)
{
    uint32_t values[AMPGDB_CORE_REGS];
    int error;

    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++)
        if (!rsp_take_word32(args, &values[i]))
            return -AMPGDB_EINVAL;
    if (!rsp_at_end(args))
        return -AMPGDB_EINVAL;
    session->load.empty = false;
    session->load.told_cpsr = values[AMPGDB_REG_CPSR];
    error = rsp_settle_load(session);
    if (!error)
        error = core3_write_regs(session->core3, AMPGDB_REG_R0, AMPGDB_CORE_REGS, values);
    if (error)
        return error;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}
