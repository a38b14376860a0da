/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See agent_check.h. Two passes: first all instructions from the first byte to the last are taken
 * and rewritten one by one, then every path through them is followed with the numbers of values
 * that may be on the stack.
 *
 * GDB manual, "Bytecode Descriptions"; opcodes in ampgdb/agent.h.
 */
#include "agent_check.h"

#include <stdbool.h>
#include <string.h>

#include "ampgdb/agent.h"
#include "ampgdb/message.h"
#include "registers.h"

/* What an opcode does to the stack and with the bytes behind it. */
struct opcode {
    uint8_t takes;
    uint8_t gives;
    uint8_t operand; /* bytes in the rewritten code */
    bool is_known;
};

/* clang-format off */
#define OPCODE(takes, gives, operand) {takes, gives, operand, true}
static const struct opcode opcodes[] = {
    [AMPGDB_AGENT_ADD]           = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_SUB]           = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_MUL]           = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_DIV_SIGNED]    = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_DIV_UNSIGNED]  = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_REM_SIGNED]    = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_REM_UNSIGNED]  = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_LSH]           = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_RSH_SIGNED]    = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_RSH_UNSIGNED]  = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_LOG_NOT]       = OPCODE(1, 1, 0),
    [AMPGDB_AGENT_BIT_AND]       = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_BIT_OR]        = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_BIT_XOR]       = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_BIT_NOT]       = OPCODE(1, 1, 0),
    [AMPGDB_AGENT_EQUAL]         = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_LESS_SIGNED]   = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_LESS_UNSIGNED] = OPCODE(2, 1, 0),
    [AMPGDB_AGENT_EXT]           = OPCODE(1, 1, 1),
    [AMPGDB_AGENT_REF8]          = OPCODE(1, 1, 0),
    [AMPGDB_AGENT_REF16]         = OPCODE(1, 1, 0),
    [AMPGDB_AGENT_REF32]         = OPCODE(1, 1, 0),
    [AMPGDB_AGENT_REF64]         = OPCODE(1, 1, 0),
    [AMPGDB_AGENT_IF_GOTO]       = OPCODE(1, 0, 2),
    [AMPGDB_AGENT_GOTO]          = OPCODE(0, 0, 2),
    [AMPGDB_AGENT_CONST8]        = OPCODE(0, 1, 1),
    [AMPGDB_AGENT_CONST16]       = OPCODE(0, 1, 2),
    [AMPGDB_AGENT_CONST32]       = OPCODE(0, 1, 4),
    [AMPGDB_AGENT_CONST64]       = OPCODE(0, 1, 8),
    [AMPGDB_AGENT_REG]           = OPCODE(0, 1, 2),
    [AMPGDB_AGENT_END]           = OPCODE(0, 0, 0),
    [AMPGDB_AGENT_DUP]           = OPCODE(1, 2, 0),
    [AMPGDB_AGENT_POP]           = OPCODE(1, 0, 0),
    [AMPGDB_AGENT_ZERO_EXT]      = OPCODE(1, 1, 1),
    [AMPGDB_AGENT_SWAP]          = OPCODE(2, 2, 0),
    [AMPGDB_AGENT_PICK]          = OPCODE(0, 1, 1), /* and more, see take_instruction() */
    [AMPGDB_AGENT_ROT]           = OPCODE(3, 3, 0),
    [AMPGDB_AGENT_PRINT]         = OPCODE(2, 0, 5), /* and more */
};
/* clang-format on */

struct instruction {
    uint16_t in; /* offsets of its opcode */
    uint16_t out;
    uint8_t opcode;
    uint16_t takes;  /* values that it needs */
    uint16_t gives;  /* and leaves in their place */
    uint16_t target; /* of a jump: first the client's offset, then the instruction's index */
    uint8_t least;   /* values on the stack before it, over all paths that have been followed */
    uint8_t most;
    bool is_reached;
    bool is_due; /* its successors must be looked at */
};

struct check {
    const uint8_t *in;
    size_t len;
    size_t at;
    uint8_t *out;
    size_t out_len;
    unsigned count;
    struct instruction instructions[AMPGDB_AGENT_CODE_MAX];
    struct print_formats *formats;
    struct error *error;
};

/* --- Taking and rewriting ------------------------------------------------------------------ */

static int fail_cut(struct check *check)
{
    return error_set(check->error, -AMPGDB_EAGENT,
                     "an agent expression ends within an instruction, at byte %zu", check->at);
}

/* An operand of two bytes, most significant first. */
static unsigned half_at(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static void put_half(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static int take_register(struct check *check, uint8_t *operand)
{
    const unsigned number = half_at(operand);
    const struct registers_row *row = registers_find(number);

    if (!row || row->place != REGISTER_STUB || row->words != 1)
        return error_set(
            check->error, -AMPGDB_EAGENT,
            "%s%s cannot be used in a condition or a dprintf: only registers of Core 3 "
            "that are one word wide can",
            row ? "$" : "an unknown register", row ? row->name : "");
    put_half(operand, row->first);
    return 0;
}

static int take_extension(struct check *check, unsigned bits)
{
    if (bits >= 1 && bits <= 64)
        return 0;
    return error_set(check->error, -AMPGDB_EAGENT,
                     "an agent expression extends a value from %u bits: 1 to 64 there can be",
                     bits);
}

/* values (8), length (16), text with a zero at its end; becomes id (16), values (8), strings (16).
 */
static int take_print(struct check *check, struct instruction *instruction, uint8_t *operand)
{
    const size_t left = check->len - check->at;
    const uint8_t *in = check->in + check->at;
    const uint8_t *format = in + 3;
    uint32_t strings;
    size_t size;
    int id;

    if (left < 3 || left - 3 < half_at(in + 1))
        return fail_cut(check);
    size = half_at(in + 1);
    if (size == 0 || memchr(format, 0, size) != format + size - 1)
        return error_set(check->error, -AMPGDB_EAGENT,
                         "the format of a dprintf does not end where it says");
    id = print_formats_add(check->formats, (const char *)format, in[0], &strings, check->error);
    if (id < 0)
        return id;
    instruction->takes = (uint16_t)(instruction->takes + in[0]);
    put_half(operand, (unsigned)id);
    operand[2] = in[0];
    put_half(operand + 3, strings);
    check->at += 3 + size;
    return 0;
}

/* What is special about some opcodes. operand: in out, a copy of the client's but for PRINT. */
static int take_operand(struct check *check, struct instruction *instruction, uint8_t *operand)
{
    switch (instruction->opcode) {
    case AMPGDB_AGENT_REG:
        return take_register(check, operand);
    case AMPGDB_AGENT_EXT:
    case AMPGDB_AGENT_ZERO_EXT:
        return take_extension(check, operand[0]);
    case AMPGDB_AGENT_IF_GOTO:
    case AMPGDB_AGENT_GOTO:
        instruction->target = (uint16_t)half_at(operand);
        return 0;
    case AMPGDB_AGENT_PICK: /* needs the value that it copies and all above it, and leaves them */
        instruction->takes = (uint16_t)(operand[0] + 1u);
        instruction->gives = (uint16_t)(operand[0] + 2u);
        return 0;
    case AMPGDB_AGENT_PRINT:
        return take_print(check, instruction, operand);
    default:
        return 0;
    }
}

static int take_instruction(struct check *check)
{
    const uint8_t opcode = check->in[check->at];
    const struct opcode *row =
        opcode < sizeof opcodes / sizeof opcodes[0] ? &opcodes[opcode] : NULL;
    struct instruction *instruction = &check->instructions[check->count];
    uint8_t *operand = check->out + check->out_len + 1;

    if (!row || !row->is_known)
        return error_set(
            check->error, -AMPGDB_EAGENT,
            "an agent expression has opcode 0x%02x, which Core 3 does not evaluate: it "
            "is for tracepoints or floating point, or unknown",
            opcode);
    if (check->out_len + 1 + row->operand > AMPGDB_AGENT_CODE_MAX)
        return error_set(check->error, -AMPGDB_EAGENT,
                         "a condition or a dprintf compiles to more than %u bytes: make it shorter",
                         AMPGDB_AGENT_CODE_MAX);
    *instruction = (struct instruction){.in = (uint16_t)check->at,
                                        .out = (uint16_t)check->out_len,
                                        .opcode = opcode,
                                        .takes = row->takes,
                                        .gives = row->gives};
    operand[-1] = opcode;
    check->at++;
    if (opcode != AMPGDB_AGENT_PRINT) {
        if (check->len - check->at < row->operand)
            return fail_cut(check);
        memcpy(operand, check->in + check->at, row->operand);
        check->at += row->operand;
    }
    check->count++;
    check->out_len += 1u + row->operand;
    return take_operand(check, instruction, operand);
}

static bool is_jump(const struct instruction *instruction)
{
    return instruction->opcode == AMPGDB_AGENT_GOTO || instruction->opcode == AMPGDB_AGENT_IF_GOTO;
}

/* The instruction that starts at this byte of the client's, or -1. */
static int find(const struct check *check, unsigned in)
{
    for (unsigned i = 0; i < check->count; i++)
        if (check->instructions[i].in == in)
            return (int)i;
    return -1;
}

static int aim_jumps(struct check *check)
{
    for (unsigned i = 0; i < check->count; i++) {
        struct instruction *jump = &check->instructions[i];
        int target;

        if (!is_jump(jump))
            continue;
        target = find(check, jump->target);
        if (target < 0)
            return error_set(check->error, -AMPGDB_EAGENT,
                             "an agent expression jumps to byte %u, where no instruction starts",
                             jump->target);
        jump->target = (uint16_t)target;
        put_half(check->out + jump->out + 1, check->instructions[target].out);
    }
    return 0;
}

/* --- Following all paths ------------------------------------------------------------------- */

/* Execution may come to an instruction with so many values on the stack. */
static int reach(struct check *check, unsigned index, unsigned least, unsigned most)
{
    struct instruction *there = &check->instructions[index];

    if (index >= check->count)
        return error_set(check->error, -AMPGDB_EAGENT, "an agent expression can run past its end");
    if (!there->is_reached || least < there->least) {
        there->least = (uint8_t)least;
        there->is_due = true;
    }
    if (!there->is_reached || most > there->most) {
        there->most = (uint8_t)most;
        there->is_due = true;
    }
    there->is_reached = true;
    return 0;
}

/* One instruction, and on to those that may follow it. */
static int follow(struct check *check, unsigned index)
{
    struct instruction *here = &check->instructions[index];
    unsigned least;
    unsigned most;
    int result = 0;

    here->is_due = false;
    if (here->opcode == AMPGDB_AGENT_END)
        return 0;
    if (here->least < here->takes)
        return error_set(check->error, -AMPGDB_EAGENT,
                         "an agent expression takes more from its stack than is there, at byte %u",
                         here->in);
    least = here->least - here->takes + here->gives;
    most = here->most - here->takes + here->gives;
    if (most > AMPGDB_AGENT_STACK)
        return error_set(check->error, -AMPGDB_EAGENT,
                         "a condition or a dprintf needs a stack of more than %u values: make it "
                         "simpler",
                         AMPGDB_AGENT_STACK);
    if (is_jump(here))
        result = reach(check, here->target, least, most);
    if (!result && here->opcode != AMPGDB_AGENT_GOTO)
        result = reach(check, index + 1, least, most);
    return result;
}

/* Bounds only ever widen, and within the stack's size, so this ends. */
static int follow_paths(struct check *check)
{
    int result = reach(check, 0, 0, 0);
    bool again = true;

    while (again && !result) {
        again = false;
        for (unsigned i = 0; i < check->count && !result; i++) {
            if (!check->instructions[i].is_due)
                continue;
            result = follow(check, i);
            again = true;
        }
    }
    return result;
}

static int find_end(struct check *check)
{
    for (unsigned i = 0; i < check->count; i++)
        if (check->instructions[i].is_reached && check->instructions[i].opcode == AMPGDB_AGENT_END)
            return 0;
    return error_set(check->error, -AMPGDB_EAGENT, "an agent expression never ends");
}

int agent_check(const uint8_t *in, size_t len, uint8_t *out, struct print_formats *formats,
                struct error *error)
{
    struct check check = {.in = in, .len = len, .out = out, .formats = formats, .error = error};
    int result = 0;

    if (len > UINT16_MAX)
        return error_set(error, -AMPGDB_EAGENT, "an agent expression is %zu bytes long", len);
    while (!result && check.at < check.len)
        result = take_instruction(&check);
    if (!result)
        result = aim_jumps(&check);
    if (!result)
        result = follow_paths(&check);
    if (!result)
        result = find_end(&check);
    return result ? result : (int)check.out_len;
}
