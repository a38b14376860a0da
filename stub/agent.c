/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See agent.h. One table row for each opcode: what it takes from the stack and leaves there is
 * checked in one place, so that the functions below cannot reach beyond it.
 */
#include "agent.h"

#include <stdbool.h>
#include <stddef.h>

#include "ampgdb/message.h"

#define PRINT_EXTRA 2u /* GDB's function and channel, above the values */

struct machine {
    const uint8_t *code;
    uint32_t len, pc;
    const struct agent_world *world;
    uint32_t bad_addr;
    uint32_t depth;
    uint64_t stack[AMPGDB_AGENT_STACK];
};

/* v: the values taken, the lowest one first; results replace them. */
typedef int opcode_fn(struct machine *m, uint64_t *v, uint64_t operand);

/* --- arithmetic; there is no library for 64-bit division --- */

static int add(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] += v[1];
    return 0;
}

static int subtract(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] -= v[1];
    return 0;
}

static int multiply(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] *= v[1];
    return 0;
}

/* Shift and subtract, but what fits in a word is divided by the core. */
static void divide(uint64_t dividend, uint64_t divisor, uint64_t *quotient, uint64_t *remainder)
{
    uint64_t rest = 0;

    if ((dividend | divisor) >> 32 == 0) {
        *quotient = (uint32_t)dividend / (uint32_t)divisor;
        *remainder = (uint32_t)dividend % (uint32_t)divisor;
        return;
    }
    for (unsigned i = 0; i < 64; i++) {
        rest = rest << 1 | dividend >> 63;
        dividend <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            dividend |= 1;
        }
    }
    *quotient = dividend;
    *remainder = rest;
}

static bool is_negative(uint64_t value)
{
    return value >> 63;
}

static uint64_t magnitude(uint64_t value)
{
    return is_negative(value) ? 0 - value : value;
}

#define DIVIDE_SIGNED    1u
#define DIVIDE_REMAINDER 2u

/* operand: DIVIDE_*. Towards zero, the remainder with the dividend's sign; the smallest number by
 * -1 is itself. */
static int divide_as(struct machine *m, uint64_t *v, uint64_t operand)
{
    const bool is_signed = operand & DIVIDE_SIGNED;
    const bool minus = is_signed && is_negative(v[0]);
    const bool minus_divisor = is_signed && is_negative(v[1]);
    uint64_t quotient, remainder;

    (void)m;
    if (v[1] == 0)
        return -AMPGDB_EAGENT;
    divide(minus ? magnitude(v[0]) : v[0], minus_divisor ? magnitude(v[1]) : v[1], &quotient,
           &remainder);
    if (operand & DIVIDE_REMAINDER)
        v[0] = minus ? 0 - remainder : remainder;
    else
        v[0] = minus != minus_divisor ? 0 - quotient : quotient;
    return 0;
}

/* --- bits; a shift by 64 or more leaves nothing but the sign --- */

static int shift_left(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = v[1] < 64 ? v[0] << v[1] : 0;
    return 0;
}

static int shift_right(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = v[1] < 64 ? v[0] >> v[1] : 0;
    return 0;
}

static int shift_right_signed(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = (uint64_t)((int64_t)v[0] >> (v[1] < 64 ? v[1] : 63));
    return 0;
}

static int bit_and(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] &= v[1];
    return 0;
}

static int bit_or(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] |= v[1];
    return 0;
}

static int bit_xor(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] ^= v[1];
    return 0;
}

static int bit_not(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = ~v[0];
    return 0;
}

/* operand: how many bits count */
static int zero_ext(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m;
    if (operand == 0 || operand > 64)
        return -AMPGDB_EAGENT;
    v[0] = v[0] << (64 - operand) >> (64 - operand);
    return 0;
}

static int sign_ext(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m;
    if (operand == 0 || operand > 64)
        return -AMPGDB_EAGENT;
    v[0] = (uint64_t)((int64_t)(v[0] << (64 - operand)) >> (64 - operand));
    return 0;
}

/* --- comparisons --- */

static int log_not(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = v[0] == 0;
    return 0;
}

static int equal(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = v[0] == v[1];
    return 0;
}

static int less_signed(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = (int64_t)v[0] < (int64_t)v[1];
    return 0;
}

static int less_unsigned(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[0] = v[0] < v[1];
    return 0;
}

/* --- the program's memory and registers; it is little-endian --- */

/* operand: bytes */
static int load(struct machine *m, uint64_t *v, uint64_t operand)
{
    const uint32_t addr = (uint32_t)v[0];
    uint32_t left = (uint32_t)operand;
    uint8_t bytes[8];

    if (m->world->read_mem(m->world->context, addr, bytes, left) < 0) {
        m->bad_addr = addr;
        return -AMPGDB_EFAULT;
    }
    v[0] = 0;
    while (left-- > 0)
        v[0] = v[0] << 8 | bytes[left];
    return 0;
}

static int reg(struct machine *m, uint64_t *v, uint64_t operand)
{
    if (operand >= AMPGDB_REG_COUNT)
        return -AMPGDB_EAGENT;
    v[0] = m->world->read_reg(m->world->context, (uint32_t)operand);
    return 0;
}

/* --- the stack --- */

static int constant(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m;
    v[0] = operand;
    return 0;
}

static int dup(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)operand;
    v[1] = v[0];
    return 0;
}

static int pop(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)m, (void)v, (void)operand;
    return 0;
}

static int swap(struct machine *m, uint64_t *v, uint64_t operand)
{
    const uint64_t top = v[1];

    (void)m, (void)operand;
    v[1] = v[0];
    v[0] = top;
    return 0;
}

static int rot(struct machine *m, uint64_t *v, uint64_t operand)
{
    const uint64_t top = v[2];

    (void)m, (void)operand;
    v[2] = v[1];
    v[1] = v[0];
    v[0] = top;
    return 0;
}

/* operand: 0 is the top */
static int pick(struct machine *m, uint64_t *v, uint64_t operand)
{
    if (operand >= m->depth)
        return -AMPGDB_EAGENT;
    v[0] = m->stack[m->depth - 1 - (uint32_t)operand];
    return 0;
}

/* --- control --- */

static int jump(struct machine *m, uint64_t *v, uint64_t operand)
{
    (void)v;
    m->pc = (uint32_t)operand;
    return 0;
}

static int jump_if(struct machine *m, uint64_t *v, uint64_t operand)
{
    return v[0] != 0 ? jump(m, v, operand) : 0;
}

/* The values are below function and channel, which the row has taken, the first one on top. */
static int print(struct machine *m, uint64_t *v, uint64_t operand)
{
    const uint32_t id = (uint32_t)(operand >> 24), count = (uint32_t)(operand >> 16) & 0xFFu;
    uint64_t values[AMPGDB_PRINT_VALUES_MAX];

    if (count > AMPGDB_PRINT_VALUES_MAX || count + PRINT_EXTRA > m->depth)
        return -AMPGDB_EAGENT;
    for (uint32_t i = 0; i < count; i++)
        values[i] = *--v;
    m->depth -= count;
    m->world->print(m->world->context, id, (uint32_t)operand & 0xFFFFu, values, count);
    return 0;
}

/* clang-format off */
static const struct opcode {
    opcode_fn *run;
    uint8_t operand; /* bytes, big-endian */
    uint8_t takes, leaves;
    uint8_t fixed; /* operand of one that has no bytes for it */
} opcodes[] = {
    [AMPGDB_AGENT_ADD]          = {add,                0, 2, 1, 0},
    [AMPGDB_AGENT_SUB]          = {subtract,           0, 2, 1, 0},
    [AMPGDB_AGENT_MUL]          = {multiply,           0, 2, 1, 0},
    [AMPGDB_AGENT_DIV_SIGNED]   = {divide_as,          0, 2, 1, DIVIDE_SIGNED},
    [AMPGDB_AGENT_DIV_UNSIGNED] = {divide_as,          0, 2, 1, 0},
    [AMPGDB_AGENT_REM_SIGNED]   = {divide_as,          0, 2, 1, DIVIDE_SIGNED | DIVIDE_REMAINDER},
    [AMPGDB_AGENT_REM_UNSIGNED] = {divide_as,          0, 2, 1, DIVIDE_REMAINDER},
    [AMPGDB_AGENT_LSH]          = {shift_left,         0, 2, 1, 0},
    [AMPGDB_AGENT_RSH_SIGNED]   = {shift_right_signed, 0, 2, 1, 0},
    [AMPGDB_AGENT_RSH_UNSIGNED] = {shift_right,        0, 2, 1, 0},
    [AMPGDB_AGENT_LOG_NOT]      = {log_not,            0, 1, 1, 0},
    [AMPGDB_AGENT_BIT_AND]      = {bit_and,            0, 2, 1, 0},
    [AMPGDB_AGENT_BIT_OR]       = {bit_or,             0, 2, 1, 0},
    [AMPGDB_AGENT_BIT_XOR]      = {bit_xor,            0, 2, 1, 0},
    [AMPGDB_AGENT_BIT_NOT]      = {bit_not,            0, 1, 1, 0},
    [AMPGDB_AGENT_EQUAL]        = {equal,              0, 2, 1, 0},
    [AMPGDB_AGENT_LESS_SIGNED]  = {less_signed,        0, 2, 1, 0},
    [AMPGDB_AGENT_LESS_UNSIGNED] = {less_unsigned,     0, 2, 1, 0},
    [AMPGDB_AGENT_EXT]          = {sign_ext,           1, 1, 1, 0},
    [AMPGDB_AGENT_REF8]         = {load,               0, 1, 1, 1},
    [AMPGDB_AGENT_REF16]        = {load,               0, 1, 1, 2},
    [AMPGDB_AGENT_REF32]        = {load,               0, 1, 1, 4},
    [AMPGDB_AGENT_REF64]        = {load,               0, 1, 1, 8},
    [AMPGDB_AGENT_IF_GOTO]      = {jump_if,            2, 1, 0, 0},
    [AMPGDB_AGENT_GOTO]         = {jump,               2, 0, 0, 0},
    [AMPGDB_AGENT_CONST8]       = {constant,           1, 0, 1, 0},
    [AMPGDB_AGENT_CONST16]      = {constant,           2, 0, 1, 0},
    [AMPGDB_AGENT_CONST32]      = {constant,           4, 0, 1, 0},
    [AMPGDB_AGENT_CONST64]      = {constant,           8, 0, 1, 0},
    [AMPGDB_AGENT_REG]          = {reg,                2, 0, 1, 0},
    [AMPGDB_AGENT_DUP]          = {dup,                0, 1, 2, 0},
    [AMPGDB_AGENT_POP]          = {pop,                0, 1, 0, 0},
    [AMPGDB_AGENT_ZERO_EXT]     = {zero_ext,           1, 1, 1, 0},
    [AMPGDB_AGENT_SWAP]         = {swap,               0, 2, 2, 0},
    [AMPGDB_AGENT_PICK]         = {pick,               1, 0, 1, 0},
    [AMPGDB_AGENT_ROT]          = {rot,                0, 3, 3, 0},
    [AMPGDB_AGENT_PRINT]        = {print,              5, PRINT_EXTRA, 0, 0},
};
/* clang-format on */

static uint64_t take_operand(struct machine *m, uint32_t len)
{
    uint64_t operand = 0;

    while (len-- > 0)
        operand = operand << 8 | m->code[m->pc++];
    return operand;
}

/* One opcode other than END; m->pc is behind its number. */
static int execute(struct machine *m, uint8_t number)
{
    const struct opcode *opcode;
    uint64_t *values;
    uint64_t operand;
    int error;

    if (number >= sizeof opcodes / sizeof opcodes[0] || opcodes[number].run == NULL)
        return -AMPGDB_EAGENT;
    opcode = &opcodes[number];
    if (opcode->operand > m->len - m->pc || opcode->takes > m->depth ||
        m->depth - opcode->takes + opcode->leaves > AMPGDB_AGENT_STACK)
        return -AMPGDB_EAGENT;
    operand = opcode->operand ? take_operand(m, opcode->operand) : opcode->fixed;
    values = m->stack + m->depth - opcode->takes;
    error = opcode->run(m, values, operand);
    m->depth = m->depth - opcode->takes + opcode->leaves;
    return error;
}

int agent_evaluate(const uint8_t *code, uint32_t len, const struct agent_world *world,
                   uint64_t *value, uint32_t *bad_addr)
{
    struct machine m;
    int error = 0;

    m.code = code;
    m.len = len;
    m.pc = 0;
    m.world = world;
    m.depth = 0;
    for (uint32_t steps = 0; steps < AMPGDB_AGENT_STEPS_MAX && m.pc < len && error == 0; steps++) {
        const uint8_t number = code[m.pc++];

        if (number == AMPGDB_AGENT_END) {
            *value = m.depth > 0 ? m.stack[m.depth - 1] : 0;
            return 0;
        }
        error = execute(&m, number);
    }
    if (error == -AMPGDB_EFAULT)
        *bad_addr = m.bad_addr;
    return error ? error : -AMPGDB_EAGENT;
}
