/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where does the instruction at PC go: the Thumb instruction set, 16-bit (DDI 0406C A6.2) and
 * 32-bit (A6.3), and IT blocks. Each function is one encoding table; a function returns 0 with
 * the target as it was preset for whatever does not write PC. Called by step.c alone.
 */
#include "step_internal.h"

#define SP 13u

static uint32_t align4(uint32_t addr)
{
    return addr & ~3u;
}

/* --- 16-bit instructions (A6.2) --------------------------------------------------------------- */

/* A6.2.3: ADD, MOV, BX and BLX on all sixteen registers */
static int special_data_and_branch(struct step *s)
{
    uint32_t d = bits(s->insn, 7, 7) << 3 | bits(s->insn, 2, 0);
    uint32_t m = bits(s->insn, 6, 3);

    switch (bits(s->insn, 9, 8)) {
    case 0:
        if (d != 15)
            return 0;
        return m == 15 ? -AMPGDB_EDECODE : step_branch(s, s->pc + step_reg(s, m));
    case 1: /* CMP */
        return 0;
    case 2:
        return d == 15 ? step_branch(s, step_reg(s, m)) : 0;
    default:
        if (bits(s->insn, 2, 0) != 0 || (bit(s->insn, 7) && m == 15))
            return -AMPGDB_EDECODE;
        return step_bx(s, step_reg(s, m));
    }
}

/* CBZ, CBNZ */
static int compare_and_branch(struct step *s)
{
    uint32_t offset = bits(s->insn, 9, 9) << 6 | bits(s->insn, 7, 3) << 1;
    bool nonzero = bit(s->insn, 11), is_zero = s->cpu->r[bits(s->insn, 2, 0)] == 0;

    if (s->in_it)
        return -AMPGDB_EDECODE;
    return is_zero != nonzero ? step_branch(s, s->pc + offset) : 0;
}

/* A6.2.5 */
static int miscellaneous(struct step *s)
{
    if ((s->insn & 0xF500) == 0xB100)
        return compare_and_branch(s);
    if ((s->insn & 0xFE00) != 0xBC00)
        return 0;
    /* POP is LDMIA SP!, with P for PC. */
    s->insn = 0xE8B00000u | SP << 16 | bits(s->insn, 8, 8) << 15 | bits(s->insn, 7, 0);
    return step_ldm(s);
}

/* A6.2.6: B encoding T1, UDF, SVC */
static int conditional_branch_and_svc(struct step *s)
{
    uint32_t cond = bits(s->insn, 11, 8);

    if (cond == 14)
        return 0;
    if (cond == 15)
        return step_svc(s);
    if (s->in_it)
        return -AMPGDB_EDECODE;
    s->passed = step_condition(s->cpu->cpsr, cond);
    return step_branch(s, s->pc + (sign_extend(s->insn, 8) << 1));
}

static int thumb16(struct step *s)
{
    switch (bits(s->insn, 15, 12)) {
    case 4:
        return bits(s->insn, 11, 10) == 1 ? special_data_and_branch(s) : 0;
    case 11:
        return miscellaneous(s);
    case 12: /* LDM without registers: older cores load PC */
        return step_unless(bit(s->insn, 11) && bits(s->insn, 7, 0) == 0);
    case 13:
        return conditional_branch_and_svc(s);
    case 14: /* B encoding T2 */
        return step_branch(s, s->pc + (sign_extend(s->insn, 11) << 1));
    default:
        return 0;
    }
}

/* --- 32-bit: load/store multiple, dual, exclusive, table branch (A6.3.5, A6.3.6) -------------- */

static int rfe(struct step *s, bool up)
{
    uint32_t base = step_reg_at(s, 16);

    if (bits(s->insn, 15, 0) != 0xC000)
        return -AMPGDB_EDECODE;
    return step_rfe(s, up ? base : base - 8);
}

static int load_store_multiple(struct step *s)
{
    uint32_t list = bits(s->insn, 15, 0), op = bits(s->insn, 24, 23);
    bool load = bit(s->insn, 20);

    if (op == 0 || op == 3)
        return load ? rfe(s, op == 3) : 0; /* SRS */
    if (load && bit(list, 15) && (list == 0x8000 || bit(list, 14) || bit(list, SP)))
        return -AMPGDB_EDECODE;
    return step_ldm(s);
}

/* TBB, TBH */
static int table_branch(struct step *s)
{
    uint32_t m = bits(s->insn, 3, 0), halfwords, len = bit(s->insn, 4) ? 2 : 1;
    int now = step_writes_pc(s);

    if (now < 0 || bits(s->insn, 15, 8) != 0xF0 || bits(s->insn, 19, 16) == SP || m == SP ||
        m == 15)
        return -AMPGDB_EDECODE;
    if (now == 0)
        return 0;
    if (step_load(s, step_reg_at(s, 16) + step_reg(s, m) * len, len, &halfwords) < 0)
        return -AMPGDB_EFAULT;
    return step_branch(s, s->pc + 2 * halfwords);
}

/* LDREX, STREX and their family. The STL of ARMv8 (bit 6 clear) has no status register. */
static int exclusive(struct step *s)
{
    bool load = bit(s->insn, 20), word = !bit(s->insn, 23), dual = bits(s->insn, 5, 4) == 3;

    if (load)
        return step_unless(step_is_pc(s, 12) || (!word && dual && step_is_pc(s, 8)));
    if (word)
        return step_unless(step_is_pc(s, 8));
    return step_unless(bit(s->insn, 6) && step_is_pc(s, 0));
}

static int load_store_dual(struct step *s)
{
    bool wback = bit(s->insn, 21), load = bit(s->insn, 20);

    return step_unless((wback && step_is_pc(s, 16)) ||
                       (load && (step_is_pc(s, 12) || step_is_pc(s, 8))));
}

static int dual_exclusive_table(struct step *s)
{
    if (bit(s->insn, 24) || bit(s->insn, 21))
        return load_store_dual(s);
    if (bit(s->insn, 23) && bit(s->insn, 20) && bits(s->insn, 7, 5) == 0)
        return table_branch(s);
    return exclusive(s);
}

/* --- 32-bit: data processing (A6.3.1 to A6.3.3, A6.3.11 to A6.3.17) --------------------------- */

/* A6.3.1 and A6.3.11: Rd is never PC; with S, four opcodes have no Rd and are tests. */
static int data_processing(struct step *s)
{
    const uint32_t tests = 1u << 0 | 1u << 4 | 1u << 8 | 1u << 13;
    const uint32_t unallocated = 1u << 5 | 1u << 7 | 1u << 9 | 1u << 12 | 1u << 15;
    uint32_t ordinary = unallocated | (bit(s->insn, 20) ? tests : 0);

    return step_unless(step_is_pc(s, 8) && !bit(ordinary, bits(s->insn, 24, 21)));
}

/* A6.3.3 */
static int plain_immediate(struct step *s)
{
    return step_unless(!bit(s->insn, 20) && step_is_pc(s, 8));
}

/* A6.3.12 */
static int register_operands(struct step *s)
{
    return step_unless(bits(s->insn, 15, 12) == 15 && step_is_pc(s, 8));
}

/* A6.3.17: RdLo in 15:12, which is all ones in a division */
static int long_multiply_divide(struct step *s)
{
    bool divide = bit(s->insn, 20) && bits(s->insn, 7, 4) == 15;

    return step_unless(step_is_pc(s, 8) || (!divide && step_is_pc(s, 12)));
}

/* --- 32-bit: branches and miscellaneous control (A6.3.4) -------------------------------------- */

/* imm32 of B encoding T4, BL and BLX: S:I1:I2:imm10:imm11:0 */
static uint32_t far_offset(uint32_t insn)
{
    uint32_t s = bits(insn, 26, 26);
    uint32_t i1 = !(bits(insn, 13, 13) ^ s), i2 = !(bits(insn, 11, 11) ^ s);

    return sign_extend(
        s << 24 | i1 << 23 | i2 << 22 | bits(insn, 25, 16) << 12 | bits(insn, 10, 0) << 1, 25);
}

/* B encoding T3 */
static int conditional_branch(struct step *s)
{
    uint32_t offset = bits(s->insn, 26, 26) << 20 | bits(s->insn, 11, 11) << 19 |
                      bits(s->insn, 13, 13) << 18 | bits(s->insn, 21, 16) << 12 |
                      bits(s->insn, 10, 0) << 1;

    if (s->in_it)
        return -AMPGDB_EDECODE;
    s->passed = step_condition(s->cpu->cpsr, bits(s->insn, 25, 22));
    return step_branch(s, s->pc + sign_extend(offset, 21));
}

/* BXJ, without Jazelle: BX */
static int branch_jazelle(struct step *s)
{
    uint32_t m = bits(s->insn, 19, 16);

    if (m == SP || m == 15 || bits(s->insn, 13, 0) != 0x0F00)
        return -AMPGDB_EDECODE;
    return step_bx(s, step_reg(s, m));
}

/* SUBS PC, LR, #imm8; with 0 it is ERET (B9.3.3, B9.3.19) */
static int subs_pc_lr(struct step *s)
{
    if (bits(s->insn, 19, 16) != 14 || bits(s->insn, 13, 8) != 0x0F)
        return -AMPGDB_EDECODE;
    return step_return(s, s->cpu->r[14] - bits(s->insn, 7, 0));
}

/* What is left where B encoding T3 would have a condition of 0b111x. */
static int control(struct step *s)
{
    switch (bits(s->insn, 26, 20)) {
    case 0x3C:
        return branch_jazelle(s);
    case 0x3D:
        return subs_pc_lr(s);
    case 0x3E:
    case 0x3F: /* MRS */
        return step_unless(step_is_pc(s, 8));
    default: /* MSR, CPS, hints, barriers, HVC, SMC, UDF */
        return 0;
    }
}

static int branches_and_control(struct step *s)
{
    bool link = bit(s->insn, 14), thumb = bit(s->insn, 12);

    if (!link && !thumb)
        return bits(s->insn, 25, 23) == 7 ? control(s) : conditional_branch(s);
    if (thumb)
        return step_branch(s, s->pc + far_offset(s->insn));
    if (bit(s->insn, 0)) /* BLX with H set is UNDEFINED */
        return 0;
    return step_bx(s, align4(s->pc) + far_offset(s->insn));
}

/* --- 32-bit: single loads (A6.3.7 to A6.3.9) -------------------------------------------------- */

/* LDR to PC: register offset, shifted left */
static int ldr_pc_register(struct step *s)
{
    uint32_t m = bits(s->insn, 3, 0);

    if (bits(s->insn, 11, 6) != 0) /* UNDEFINED */
        return 0;
    if (m == SP || m == 15)
        return -AMPGDB_EDECODE;
    return step_ldr(s, step_reg_at(s, 16) + (step_reg(s, m) << bits(s->insn, 5, 4)));
}

/* LDR to PC: 8-bit offset, before or after, with P, U and W in bits 10:8 */
static int ldr_pc_imm8(struct step *s)
{
    uint32_t base = step_reg_at(s, 16), offset = bits(s->insn, 7, 0);

    switch (bits(s->insn, 10, 8)) {
    case 0:
    case 2: /* UNDEFINED */
        return 0;
    case 6: /* LDRT */
        return -AMPGDB_EDECODE;
    case 1:
    case 3:
        return step_ldr(s, base);
    default:
        return step_ldr(s, bit(s->insn, 9) ? base + offset : base - offset);
    }
}

static int ldr_pc(struct step *s)
{
    uint32_t offset = bits(s->insn, 11, 0);

    if (step_is_pc(s, 16))
        return step_ldr(s, align4(s->pc) + (bit(s->insn, 23) ? offset : -offset));
    if (bit(s->insn, 23))
        return step_ldr(s, step_reg_at(s, 16) + offset);
    return bit(s->insn, 11) ? ldr_pc_imm8(s) : ldr_pc_register(s);
}

/* Bytes and halfwords "to PC" are preload hints, but not with writeback nor unprivileged. */
static int narrow_load_pc(struct step *s)
{
    uint32_t puw = bits(s->insn, 10, 8);
    bool hint_form = step_is_pc(s, 16) || bit(s->insn, 23) || !bit(s->insn, 11);

    return step_unless(!hint_form && (puw & 1 || puw == 6));
}

static int load_store_single(struct step *s)
{
    if (!bit(s->insn, 20))
        return bit(s->insn, 24) ? step_simd_elements(s) : 0;
    if (!step_is_pc(s, 12) || bits(s->insn, 22, 21) == 3)
        return 0;
    if (bits(s->insn, 22, 21) < 2)
        return narrow_load_pc(s);
    return bit(s->insn, 24) ? 0 : ldr_pc(s); /* with bit 24: UNDEFINED */
}

/* --- Dispatch (A6.3) -------------------------------------------------------------------------- */

/* op1 = 0b01 */
static int group_1(struct step *s)
{
    if (bit(s->insn, 25))
        return data_processing(s);
    return bit(s->insn, 22) ? dual_exclusive_table(s) : load_store_multiple(s);
}

/* op1 = 0b10 */
static int group_2(struct step *s)
{
    if (bit(s->insn, 15))
        return branches_and_control(s);
    return bit(s->insn, 25) ? plain_immediate(s) : data_processing(s);
}

/* op1 = 0b11 */
static int group_3(struct step *s)
{
    if (!bit(s->insn, 25))
        return load_store_single(s);
    if (!bit(s->insn, 24))
        return register_operands(s);
    return bit(s->insn, 23) ? long_multiply_divide(s) : step_unless(step_is_pc(s, 8));
}

static int thumb32(struct step *s)
{
    if (bits(s->insn, 28, 27) == 2)
        return group_2(s);
    if (bit(s->insn, 26))
        return step_coprocessor(s);
    return bit(s->insn, 28) ? group_3(s) : group_1(s);
}

/* ITSTATE is CPSR 15:10 and 26:25 (A2.5.2). */
static void enter_it_block(struct step *s)
{
    uint32_t it = bits(s->cpu->cpsr, 15, 10) << 2 | bits(s->cpu->cpsr, 26, 25);

    s->in_it = (it & 15) != 0;
    s->last_it = (it & 15) == 8;
    if (s->in_it)
        s->passed = step_condition(s->cpu->cpsr, it >> 4);
}

int step_thumb(struct step *s)
{
    uint32_t at = s->cpu->r[15], second;

    s->pc = at + 4;
    enter_it_block(s);
    if (step_fetch(s, at, 2, &s->insn) < 0)
        return -AMPGDB_EFAULT;
    s->target->pc = at + 2;
    if (s->insn < 0xE800)
        return thumb16(s);
    if (step_fetch(s, at + 2, 2, &second) < 0)
        return -AMPGDB_EFAULT;
    s->target->pc = at + 4;
    s->insn = s->insn << 16 | second;
    return thumb32(s);
}
