/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Agent expressions: the bytecode that GDB compiles breakpoint conditions and agent-style dprintf
 * to, evaluated on Core 3 (GDB manual, appendix "The GDB Agent Expression Mechanism", "Bytecode
 * Descriptions"). The host checks and rewrites what came from the client, the stub trusts it as
 * little as anything else.
 *
 * A machine with a stack of 64-bit values. Operands are big-endian. Two opcodes differ from GDB's:
 *      reg    its operand is an enum ampgdb_reg, one word's worth
 *      print  the format stays on Linux: id (16 bits), number of values (8), strings (16 bits, as
 * in struct ampgdb_print). Takes GDB's function and channel and then the values, the first one on
 * top
 */
#ifndef AMPGDB_AGENT_H
#define AMPGDB_AGENT_H

#define AMPGDB_AGENT_STACK    32u   /* values */
#define AMPGDB_AGENT_CODE_MAX 1024u /* bytes of one expression */
#define AMPGDB_AGENT_CODES_MAX                                                                     \
    4096u /* bytes of all expressions of one breakpoint, padding included */
#define AMPGDB_AGENT_STEPS_MAX 10000u /* opcodes executed in one evaluation */

enum ampgdb_agent_opcode {
    AMPGDB_AGENT_ADD = 0x02,
    AMPGDB_AGENT_SUB = 0x03,
    AMPGDB_AGENT_MUL = 0x04,
    AMPGDB_AGENT_DIV_SIGNED = 0x05,
    AMPGDB_AGENT_DIV_UNSIGNED = 0x06,
    AMPGDB_AGENT_REM_SIGNED = 0x07,
    AMPGDB_AGENT_REM_UNSIGNED = 0x08,
    AMPGDB_AGENT_LSH = 0x09,
    AMPGDB_AGENT_RSH_SIGNED = 0x0A,
    AMPGDB_AGENT_RSH_UNSIGNED = 0x0B,
    AMPGDB_AGENT_LOG_NOT = 0x0E,
    AMPGDB_AGENT_BIT_AND = 0x0F,
    AMPGDB_AGENT_BIT_OR = 0x10,
    AMPGDB_AGENT_BIT_XOR = 0x11,
    AMPGDB_AGENT_BIT_NOT = 0x12,
    AMPGDB_AGENT_EQUAL = 0x13,
    AMPGDB_AGENT_LESS_SIGNED = 0x14,
    AMPGDB_AGENT_LESS_UNSIGNED = 0x15,
    AMPGDB_AGENT_EXT = 0x16, /* sign extension from n bits: 8 */
    AMPGDB_AGENT_REF8 = 0x17,
    AMPGDB_AGENT_REF16 = 0x18,
    AMPGDB_AGENT_REF32 = 0x19,
    AMPGDB_AGENT_REF64 = 0x1A,
    AMPGDB_AGENT_IF_GOTO = 0x20, /* offset in this expression: 16 */
    AMPGDB_AGENT_GOTO = 0x21,    /* 16 */
    AMPGDB_AGENT_CONST8 = 0x22,
    AMPGDB_AGENT_CONST16 = 0x23,
    AMPGDB_AGENT_CONST32 = 0x24,
    AMPGDB_AGENT_CONST64 = 0x25,
    AMPGDB_AGENT_REG = 0x26, /* 16 */
    AMPGDB_AGENT_END = 0x27,
    AMPGDB_AGENT_DUP = 0x28,
    AMPGDB_AGENT_POP = 0x29,
    AMPGDB_AGENT_ZERO_EXT = 0x2A, /* from n bits: 8 */
    AMPGDB_AGENT_SWAP = 0x2B,
    AMPGDB_AGENT_PICK = 0x32, /* depth: 8 */
    AMPGDB_AGENT_ROT = 0x33,
    AMPGDB_AGENT_PRINT = 0x34,
};

#endif
