/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where does the instruction at PC go: the ARM instruction set (DDI 0406C A5). Each function is
 * one encoding table; a function returns 0 with the target as it was preset for whatever does not
 * write PC. Called by step.c alone.
 */
#include "step_internal.h"

#define OPCODE_MOV 13u
#define OPCODE_MVN 15u

/* --- Data processing (A5.2) ------------------------------------------------------------------- */

static uint32_t shifted(const struct step *s)
{
    uint32_t value = step_reg_at(s, 0), amount = bits(s->insn, 11, 7);
    uint32_t carry = bit(s->cpu->cpsr, 29);

    switch (bits(s->insn, 6, 5)) {
    case 0:
        return value << amount;
    case 1:
        return amount ? value >> amount : 0;
    case 2:
        return (uint32_t)((int32_t)value >> (amount ? amount : 31));
    default:
        return amount ? value >> amount | value << (32 - amount) : carry << 31 | value >> 1;
    }
}

static uint32_t expanded_immediate(uint32_t insn)
{
    uint32_t value = insn & 0xFF, turn = 2 * bits(insn, 11, 8);

    return turn ? value >> turn | value << (32 - turn) : value;
}

static uint32_t computed(const struct step *s, uint32_t b)
{
    uint32_t a = step_reg_at(s, 16), carry = bit(s->cpu->cpsr, 29);

    switch (bits(s->insn, 24, 21)) {
    case 0:
        return a & b;
    case 1:
        return a ^ b;
    case 2:
        return a - b;
    case 3:
        return b - a;
    case 4:
        return a + b;
    case 5:
        return a + b + carry;
    case 6:
        return a + ~b + carry;
    case 7:
        return b + ~a + carry;
    case 12:
        return a | b;
    case 14:
        return a & ~b;
    case OPCODE_MVN:
        return ~b;
    default:
        return b;
    }
}

/* A5.2.1 and A5.2.3, with PC as destination: ALUWritePC(), or with S an exception return. */
static int data_processing(struct step *s, uint32_t operand2)
{
    uint32_t opcode = bits(s->insn, 24, 21);
    bool test = opcode >= 8 && opcode < 12, setflags = bit(s->insn, 20);

    if (test || !step_is_pc(s, 12))
        return 0;
    if ((opcode == OPCODE_MOV || opcode == OPCODE_MVN) && bits(s->insn, 19, 16) != 0)
        return -AMPGDB_EDECODE;
    return setflags ? step_return(s, computed(s, operand2)) : step_bx(s, computed(s, operand2));
}

/* A5.2.2: PC is no operand at all. */
static int register_shifted_register(struct step *s)
{
    return step_unless(bits(s->insn, 24, 23) != 2 && step_is_pc(s, 12));
}

/* BX, BXJ and BLX (register). Without Jazelle BXJ is BX. */
static int branch_exchange(struct step *s)
{
    bool plain = bits(s->insn, 6, 4) == 1;

    if (bits(s->insn, 19, 8) != 0xFFF || (step_is_pc(s, 0) && !plain))
        return -AMPGDB_EDECODE;
    return step_bx(s, step_reg_at(s, 0));
}

/* A5.2.12 */
static int miscellaneous(struct step *s)
{
    uint32_t op = bits(s->insn, 22, 21);

    switch (bits(s->insn, 6, 4)) {
    case 0: /* MRS, MSR */
        return step_unless(!(op & 1) && step_is_pc(s, 12));
    case 1:
        if (op == 1)
            return branch_exchange(s);
        return step_unless(op == 3 && step_is_pc(s, 12)); /* CLZ */
    case 2:
    case 3:
        return op == 1 ? branch_exchange(s) : 0;
    case 4: /* CRC32 of ARMv8 */
    case 5: /* saturating addition and subtraction */
        return step_unless(step_is_pc(s, 12));
    case 6: /* ERET */
        if (op != 3)
            return 0;
        return (s->insn & 0xFFFFF) == 0x0006E ? step_return(s, s->cpu->r[14]) : -AMPGDB_EDECODE;
    default: /* BKPT, HVC, SMC, unallocated */
        return 0;
    }
}

/* A5.2.7 */
static int halfword_multiply(struct step *s)
{
    bool is_long = bits(s->insn, 22, 21) == 2;

    return step_unless(step_is_pc(s, 16) || (is_long && step_is_pc(s, 12)));
}

/* A5.2.5 */
static int multiply(struct step *s)
{
    uint32_t op = bits(s->insn, 23, 20);
    bool is_long = op == 4 || op >= 8;

    if (op == 5 || op == 7)
        return 0;
    return step_unless(step_is_pc(s, 16) || (is_long && step_is_pc(s, 12)));
}

/* A5.2.10. The STL of ARMv8 has ones where the status register of STREX is. */
static int synchronization(struct step *s)
{
    uint32_t op = bits(s->insn, 23, 20), kind = bits(s->insn, 11, 8);

    if (op < 8)
        return step_unless(!(op & 3) && step_is_pc(s, 12)); /* SWP */
    if (op == 11)
        return step_unless(bits(s->insn, 15, 12) >= 14); /* LDREXD */
    return step_unless(step_is_pc(s, 12) && (bit(op, 0) || kind != 12));
}

/* A5.2.8 and A5.2.9 */
static int extra_load_store(struct step *s)
{
    bool wback = !bit(s->insn, 24) || bit(s->insn, 21), load = bit(s->insn, 20);
    bool dual = !load && bits(s->insn, 6, 5) == 2;
    uint32_t t = bits(s->insn, 15, 12);

    return step_unless((load && t == 15) || (dual && t >= 14) || (wback && step_is_pc(s, 16)));
}

/* A5.2, what is not data processing among the encodings with bits 7 and 4 set */
static int multiply_and_extra(struct step *s)
{
    if (bits(s->insn, 6, 5) != 0)
        return extra_load_store(s);
    return bit(s->insn, 24) ? synchronization(s) : multiply(s);
}

/* A5.2 with bit 25 clear */
static int register_group(struct step *s)
{
    bool no_flags_test = bits(s->insn, 24, 23) == 2 && !bit(s->insn, 20);

    if (bit(s->insn, 7) && bit(s->insn, 4))
        return multiply_and_extra(s);
    if (no_flags_test)
        return bit(s->insn, 7) ? halfword_multiply(s) : miscellaneous(s);
    return bit(s->insn, 4) ? register_shifted_register(s) : data_processing(s, shifted(s));
}

/* A5.2 with bit 25 set */
static int immediate_group(struct step *s)
{
    uint32_t op1 = bits(s->insn, 24, 20);

    if (op1 == 0x10 || op1 == 0x14) /* MOVW, MOVT */
        return step_unless(step_is_pc(s, 12));
    if (op1 == 0x12 || op1 == 0x16) /* MSR, hints */
        return 0;
    return data_processing(s, expanded_immediate(s->insn));
}

/* --- Load/store, media, branches (A5.3 to A5.5) ----------------------------------------------- */

/* A5.3, t and n being 15 only where the manual lets them */
static int load_store_word_byte(struct step *s)
{
    bool by_register = bit(s->insn, 25), pre = bit(s->insn, 24), w = bit(s->insn, 21);
    bool byte = bit(s->insn, 22), load = bit(s->insn, 20), wback = !pre || w;
    uint32_t base = step_reg_at(s, 16), offset;

    if (wback && step_is_pc(s, 16))
        return -AMPGDB_EDECODE;
    if (!load || !step_is_pc(s, 12))
        return 0;
    if (byte || (!pre && w) || (by_register && step_is_pc(s, 0)))
        return -AMPGDB_EDECODE;
    if (!pre)
        return step_ldr(s, base);
    offset = by_register ? shifted(s) : bits(s->insn, 11, 0);
    return step_ldr(s, bit(s->insn, 23) ? base + offset : base - offset);
}

/* A5.4: the multiplications and USAD8 have Rd in bits 19:16. */
static int media(struct step *s)
{
    uint32_t op1 = bits(s->insn, 24, 20), op2 = bits(s->insn, 7, 5);

    if (op1 == 0x1F && op2 == 7) /* UDF */
        return 0;
    if (op1 < 0x10 || op1 > 0x18)
        return step_unless(step_is_pc(s, 12));
    return step_unless(step_is_pc(s, 16) || (op1 == 0x14 && step_is_pc(s, 12)));
}

static int branch(struct step *s)
{
    return step_branch(s, s->pc + (sign_extend(s->insn, 24) << 2));
}

/* A5.7 */
static int unconditional(struct step *s)
{
    uint32_t op1 = bits(s->insn, 27, 20), base = step_reg_at(s, 16);
    bool before = bit(s->insn, 24), up = bit(s->insn, 23);

    if (op1 >= 0xC0)
        return step_coprocessor(s);
    if (op1 >= 0xA0) /* BLX (immediate), its H being bit 24 */
        return step_bx(s, (s->pc + (sign_extend(s->insn, 24) << 2) + 2 * before) | 1);
    if ((op1 & 0xE5) == 0x81) {
        if (bits(s->insn, 15, 0) != 0x0A00)
            return -AMPGDB_EDECODE;
        return step_rfe(s, up ? base + 4 * before : base - 4 - 4 * before);
    }
    if ((op1 & 0xF1) == 0x40)
        return step_simd_elements(s);
    return 0;
}

/* A5.1 */
static int decode(struct step *s)
{
    uint32_t cond = bits(s->insn, 31, 28);

    if (cond == 15)
        return unconditional(s);
    s->passed = step_condition(s->cpu->cpsr, cond);
    switch (bits(s->insn, 27, 25)) {
    case 0:
        return register_group(s);
    case 1:
        return immediate_group(s);
    case 3:
        return bit(s->insn, 4) ? media(s) : load_store_word_byte(s);
    case 2:
        return load_store_word_byte(s);
    case 4:
        return step_ldm(s);
    case 5:
        return branch(s);
    default:
        return bits(s->insn, 27, 24) == 15 ? step_svc(s) : step_coprocessor(s);
    }
}

int step_arm(struct step *s)
{
    uint32_t at = s->cpu->r[15];

    if (step_fetch(s, at, 4, &s->insn) < 0)
        return -AMPGDB_EFAULT;
    s->pc = at + 8;
    s->target->pc = at + 4;
    return decode(s);
}
