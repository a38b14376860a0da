/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where does the instruction at PC go: entry, and what both instruction sets share, above all the
 * writers of PC. Decoding is in step_arm.c and step_thumb.c. Knows nothing of the machine it runs
 * on; step.h is the contract.
 */
#include "step_internal.h"

#include "ampgdb/armv7.h"

/* usr fiq irq svc abt und sys, by the low four bits of the mode (B1.3.1). Hyp and Monitor are
 * not to be entered from below. */
#define MODES_TO_RETURN_TO 0x888Fu

bool step_condition(uint32_t cpsr, uint32_t cond)
{
    bool n = bit(cpsr, 31), z = bit(cpsr, 30), c = bit(cpsr, 29), v = bit(cpsr, 28);
    bool holds;

    switch (cond >> 1) {
    case 0:
        holds = z;
        break;
    case 1:
        holds = c;
        break;
    case 2:
        holds = n;
        break;
    case 3:
        holds = v;
        break;
    case 4:
        holds = c && !z;
        break;
    case 5:
        holds = n == v;
        break;
    case 6:
        holds = n == v && !z;
        break;
    default:
        return true;
    }
    return holds != (cond & 1);
}

static int load_bytes(const struct step *s, uint32_t addr, uint32_t len, bool big, uint32_t *value)
{
    uint8_t bytes[4];
    uint32_t sum = 0;

    if (s->read(s->context, addr, bytes, len) < 0)
        return -AMPGDB_EFAULT;
    for (uint32_t i = 0; i < len; i++)
        sum = sum << 8 | bytes[big ? i : len - 1 - i];
    *value = sum;
    return 0;
}

int step_fetch(const struct step *s, uint32_t addr, uint32_t len, uint32_t *value)
{
    return load_bytes(s, addr, len, false, value);
}

int step_load(const struct step *s, uint32_t addr, uint32_t len, uint32_t *value)
{
    return load_bytes(s, addr, len, (s->cpu->cpsr & PSR_E) != 0, value);
}

/* MemA[]: a misaligned address is an alignment fault, whatever SCTLR.A says (A3.2.1). */
static int load_aligned(const struct step *s, uint32_t addr, uint32_t *value)
{
    if (addr & 3)
        return -AMPGDB_EFAULT;
    return step_load(s, addr, 4, value);
}

/* --- Writers of PC (A2.3.1, B9.3) ------------------------------------------------------------- */

int step_writes_pc(const struct step *s)
{
    if (s->in_it && !s->last_it)
        return -AMPGDB_EDECODE;
    return s->passed;
}

static int go_to(struct step *s, uint32_t addr, bool thumb)
{
    s->target->pc = addr & (thumb ? ~1u : ~3u);
    s->target->thumb = thumb;
    return 0;
}

int step_branch(struct step *s, uint32_t addr)
{
    int now = step_writes_pc(s);

    return now > 0 ? go_to(s, addr, s->target->thumb) : now;
}

int step_bx(struct step *s, uint32_t addr)
{
    int now = step_writes_pc(s);

    if (now <= 0)
        return now;
    if ((addr & 3) == 2)
        return -AMPGDB_EDECODE;
    return go_to(s, addr, addr & 1);
}

int step_ldr(struct step *s, uint32_t addr)
{
    uint32_t value;
    int now = step_writes_pc(s);

    if (now <= 0)
        return now;
    if (addr & 3)
        return -AMPGDB_EDECODE;
    if (step_load(s, addr, 4, &value) < 0)
        return -AMPGDB_EFAULT;
    return step_bx(s, value);
}

/* CPSRWriteByInstr() as an exception return, then BranchWritePC(), which forces alignment. */
static int return_with(struct step *s, uint32_t pc, uint32_t psr)
{
    uint32_t mode = psr & PSR_MODE;

    if (psr & PSR_J || mode < MODE_USR || !bit(MODES_TO_RETURN_TO, mode & 15))
        return -AMPGDB_EDECODE;
    return go_to(s, pc, (psr & PSR_T) != 0);
}

static bool has_spsr(const struct step *s)
{
    uint32_t mode = s->cpu->cpsr & PSR_MODE;

    return mode != MODE_USR && mode != MODE_SYS;
}

int step_return(struct step *s, uint32_t pc)
{
    int now = step_writes_pc(s);

    if (now < 0 || !has_spsr(s))
        return -AMPGDB_EDECODE;
    return now > 0 ? return_with(s, pc, s->cpu->spsr) : 0;
}

int step_rfe(struct step *s, uint32_t addr)
{
    uint32_t pc, psr;
    int now = step_writes_pc(s);

    if (now < 0 || step_is_pc(s, 16) || (s->cpu->cpsr & PSR_MODE) == MODE_USR)
        return -AMPGDB_EDECODE;
    if (now == 0)
        return 0;
    if (load_aligned(s, addr, &pc) < 0 || load_aligned(s, addr + 4, &psr) < 0)
        return -AMPGDB_EFAULT;
    return return_with(s, pc, psr);
}

int step_svc(struct step *s)
{
    return s->passed ? go_to(s, s->cpu->vectors + 8, s->cpu->thumb_exceptions) : 0;
}

static unsigned count_ones(uint32_t word)
{
    unsigned ones = 0;

    for (; word; word &= word - 1)
        ones++;
    return ones;
}

/* PC is the last register of the list: it comes from the highest address. */
static uint32_t ldm_pc_address(const struct step *s)
{
    uint32_t base = step_reg_at(s, 16);
    bool before = bit(s->insn, 24), up = bit(s->insn, 23);

    if (up)
        return base + 4 * count_ones(s->insn & 0xFFFF) - (before ? 0 : 4);
    return base - (before ? 4 : 0);
}

int step_ldm(struct step *s)
{
    bool user = bit(s->insn, 22), wback = bit(s->insn, 21), load = bit(s->insn, 20);
    uint32_t value = 0;
    int now = step_writes_pc(s);

    if (!load)
        return step_unless(wback && step_is_pc(s, 16));
    if ((s->insn & 0xFFFF) == 0 || step_is_pc(s, 16))
        return -AMPGDB_EDECODE;
    if (!bit(s->insn, 15))
        return 0;
    if ((wback && bit(s->insn, bits(s->insn, 19, 16))) || (user && !has_spsr(s)))
        return -AMPGDB_EDECODE;
    if (now > 0 && load_aligned(s, ldm_pc_address(s), &value) < 0)
        return -AMPGDB_EFAULT;
    return user ? step_return(s, value) : step_bx(s, value);
}

/* --- Coprocessors and Advanced SIMD ----------------------------------------------------------- */

/* MRC then writes APSR.NZCV, not PC. Of the floating-point registers only FPSCR can (VMRS). */
static bool mrc_can_name_pc(uint32_t insn)
{
    return bits(insn, 11, 9) != 5 || (insn & 0x00FF0FFF) == 0x00F10A10;
}

int step_coprocessor(struct step *s)
{
    uint32_t op1 = bits(s->insn, 25, 20);
    bool load = bit(s->insn, 20), wback = bit(s->insn, 21);

    if (op1 < 2 || op1 >= 0x30)
        return 0;
    if (op1 == 5)
        return step_unless(step_is_pc(s, 12) || step_is_pc(s, 16));
    if (op1 >= 0x20)
        return step_unless(load && bit(s->insn, 4) && step_is_pc(s, 12) &&
                           !mrc_can_name_pc(s->insn));
    return step_unless(wback && step_is_pc(s, 16));
}

int step_simd_elements(struct step *s)
{
    return step_unless(step_is_pc(s, 16) && !step_is_pc(s, 0));
}

/* --- Entry ------------------------------------------------------------------------------------ */

int step_next(const struct step_cpu *cpu, step_read_fn *read, void *context,
              struct step_target *target)
{
    struct step s = {.cpu = cpu, .read = read, .context = context, .target = target};
    bool thumb = (cpu->cpsr & PSR_T) != 0;

    if (cpu->cpsr & PSR_J || cpu->r[15] & (thumb ? 1 : 3))
        return -AMPGDB_EDECODE;
    s.passed = true;
    target->thumb = thumb;
    return thumb ? step_thumb(&s) : step_arm(&s);
}
