/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets about the 17 core registers, numbered as in target_xml.c. That they can mean the end of
 * a "load" is rsp_load.c's matter.
 *
 * GDB manual, "Packets".
 */
#include <string.h>

#include "rsp.h"
#include "target_xml.h"

#define CPSR_T 0x20u /* Thumb state (ARM DDI 0406C, B1.3.3) */

/* After Core 3's death those of the last stop are what there is. */
static int read_registers(struct session *session, uint32_t first, uint32_t count, uint32_t *values)
{
    if (!session->post_mortem)
        return core3_read_regs(session->core3, first, count, values);
    memcpy(values, session->stop.regs + first, count * sizeof *values);
    return 0;
}

/* g -> all registers in order, each as eight digits in target byte order. */
int rsp_read_all(struct session *session, struct rsp_cursor *args)
{
    uint32_t values[AMPGDB_CORE_REGS];
    const int error = read_registers(session, AMPGDB_REG_R0, AMPGDB_CORE_REGS, values);

    (void)args;
    if (error)
        return error;
    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++)
        rsp_reply_word32(&session->reply, values[i]);
    return RSP_DONE;
}

/* A register number of the description as one of message.h. */
static bool take_register(struct rsp_cursor *args, uint32_t *reg)
{
    uint32_t number;

    if (!rsp_take_number(args, &number))
        return false;
    *reg = number == TARGET_REG_CPSR ? (uint32_t)AMPGDB_REG_CPSR : number;
    return number <= TARGET_REG_PC || number == TARGET_REG_CPSR;
}

/* p number -> value */
int rsp_read_one(struct session *session, struct rsp_cursor *args)
{
    uint32_t reg;
    uint32_t value;
    int error;

    if (!take_register(args, &reg) || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    error = read_registers(session, reg, 1, &value);
    if (error)
        return error;
    rsp_reply_word32(&session->reply, value);
    return RSP_DONE;
}

/* *cpsr with the T bit that is wanted. */
static int with_thumb(struct session *session, bool thumb, uint32_t *cpsr)
{
    const int error = core3_read_regs(session->core3, AMPGDB_REG_CPSR, 1, cpsr);

    *cpsr = thumb ? *cpsr | CPSR_T : *cpsr & ~CPSR_T;
    return error;
}

/* Bit 0 means Thumb, as in an ELF entry. */
static int write_pc(struct session *session, uint32_t value)
{
    uint32_t regs[2] = {value & ~1u, 0}; /* PC, CPSR */
    int error;

    if (ranges_find(&session->written, value & ~1u))
        return rsp_load(session, value);
    if (!(value & 1))
        return core3_write_regs(session->core3, AMPGDB_REG_PC, 1, regs);
    error = with_thumb(session, true, &regs[1]);
    return error ? error : core3_write_regs(session->core3, AMPGDB_REG_PC, 2, regs);
}

/* With a PC, GDB writes a CPSR: the one it remembers, with T for the new PC. Directly after the PC
 * of a load only T is news, the rest is that of the program before. */
static int write_cpsr(struct session *session, uint32_t value)
{
    int error = rsp_settle_load(session, value & CPSR_T ? 1 : 0);

    if (!error && session->since_load < 2)
        error = with_thumb(session, value & CPSR_T, &value);
    if (error)
        return error;
    return core3_write_regs(session->core3, AMPGDB_REG_CPSR, 1, &value);
}

static int write_other(struct session *session, uint32_t reg, uint32_t value)
{
    const int error = rsp_settle_load(session, RSP_THUMB_AS_IS);

    return error ? error : core3_write_regs(session->core3, reg, 1, &value);
}

/* P number=value -> OK */
int rsp_write_one(struct session *session, struct rsp_cursor *args)
{
    uint32_t reg;
    uint32_t value;
    int error;

    if (!take_register(args, &reg) || !rsp_take(args, '=') || !rsp_take_word32(args, &value) ||
        !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    if (reg == AMPGDB_REG_PC)
        error = write_pc(session, value);
    else if (reg == AMPGDB_REG_CPSR)
        error = write_cpsr(session, value);
    else
        error = write_other(session, reg, value);
    if (error)
        return error;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* G values of all registers -> OK. GDB prefers P; whoever sends this means it literally. */
int rsp_write_all(struct session *session, struct rsp_cursor *args)
{
    uint32_t values[AMPGDB_CORE_REGS];
    int error;

    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++)
        if (!rsp_take_word32(args, &values[i]))
            return -AMPGDB_EINVAL;
    if (!rsp_at_end(args))
        return -AMPGDB_EINVAL;
    error = rsp_settle_load(session, RSP_THUMB_AS_IS);
    if (!error)
        error = core3_write_regs(session->core3, AMPGDB_REG_R0, AMPGDB_CORE_REGS, values);
    if (error)
        return error;
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}
