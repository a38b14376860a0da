/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See code.h: the machine around the step decoder. It decodes what is in memory. A program that
 * changed its code without the maintenance that B2.2.7 of DDI 0406C asks for may execute something
 * else, from its instruction cache; then a step may not find its end.
 */
#include "code.h"

#include "ampgdb/message.h"
#include "cp.h"
#include "guest.h"
#include "patches.h"
#include "regs.h"
#include "step.h"

/* The instruction, read once: to translate an address is what a step costs most. */
struct fetched {
    uint32_t addr;
    uint32_t len; /* 4; 2 at the end of what can be read; 0 */
    uint32_t code;
};

static struct fetched fetch(uint32_t addr)
{
    struct fetched fetched = {addr, 0, 0};
    const int got = patches_read_memory(addr, &fetched.code, 4);

    fetched.len = got > 0 ? (uint32_t)got & ~1u : 0;
    if (fetched.len < 4)
        fetched.code &= (1u << 8 * fetched.len) - 1;
    return fetched;
}

uint32_t code_at(const struct frame *frame)
{
    return fetch(frame->pc).code;
}

static int read_code(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    const struct fetched *fetched = context;
    const uint32_t offset = addr - fetched->addr;
    uint8_t *out = bytes;

    if (offset >= fetched->len || len > fetched->len - offset)
        return patches_read_memory(addr, bytes, len) == (int)len ? 0 : -AMPGDB_EFAULT;
    for (uint32_t i = 0; i < len; i++)
        out[i] = (uint8_t)(fetched->code >> 8 * (offset + i));
    return 0;
}

int code_successor(const struct frame *frame, struct code_successor *next)
{
    struct fetched fetched = fetch(frame->pc);
    const struct step_keeps keeps = step_keeps(fetched.code, regs_is_thumb(frame));
    struct step_target target = {0, false};
    struct step_cpu cpu;
    int error;

    for (uint32_t i = 0; i < 16; i++)
        cpu.r[i] = regs_read(frame, i);
    cpu.cpsr = frame->cpsr;
    cpu.spsr = regs_spsr(frame);
    cpu.vectors = guest_vectors();
    cpu.thumb_exceptions = (sctlr_read() & SCTLR_TE) != 0;
    error = step_next(&cpu, read_code, &fetched, &target);
    if (error == -AMPGDB_EFAULT) /* of an instruction that was there it is a word for PC */
        *next = (struct code_successor){
            .pc = cpu.vectors + 4 * (fetched.len < 4 ? VECTOR_PREFETCH : VECTOR_DATA),
            .thumb = cpu.thumb_exceptions,
        };
    else
        *next = (struct code_successor){target.pc, target.thumb, keeps};
    return error;
}
