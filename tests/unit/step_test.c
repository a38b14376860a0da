/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/step.h: an instruction that is decoded wrongly loses the program, because the breakpoint
 * behind it is never met. Rows are instructions with the place they go to; the text is what an
 * assembler accepts, except where a row shows what an assembler refuses to make.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "step.h"

#define PC      0x00008000u
#define VECTORS 0x00010000u

/* Data: the word at address a is a + 0x10000000, so that a target tells where it came from. */
#define DATA      0x20000000u
#define DATA_END  0x20010000u
#define LOADED(a) ((a) + 0x10000000u)

#define R0  0x20000000u
#define R1  0x00000004u
#define R2  0x00000010u
#define R3  0xFFFFFFFCu
#define R4  0x80000001u
#define R5  0x20000100u
#define R6  0x00003001u /* a Thumb address */
#define R7  0x00003002u /* no address to branch to */
#define R8  0x20000200u
#define R9  0x00000000u
#define R10 0x00007000u
#define R11 0x20000002u /* misaligned */
#define R12 0x60000000u /* nothing there */
#define SP  0x20000800u
#define LR  0x00009000u

#define N      (1u << 31)
#define Z      (1u << 30)
#define C      (1u << 29)
#define V      (1u << 28)
#define J      (1u << 24)
#define BIG    (1u << 9)
#define T      (1u << 5)
#define USR    0x10u
#define SVC    0x13u
#define HYP    0x1Au
#define SYS    0x1Fu
#define IT(it) (((it) >> 2 & 0x3Fu) << 10 | ((it)&3u) << 25)

/* Outcomes. NEXT: behind the instruction, in the same state. */
#define ARM(a)                                                                                     \
    {                                                                                              \
        0, (a), false, false                                                                       \
    }
#define THUMB(a)                                                                                   \
    {                                                                                              \
        0, (a), true, false                                                                        \
    }
#define NEXT                                                                                       \
    {                                                                                              \
        0, 0, false, true                                                                          \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        -AMPGDB_EDECODE, 0, false, false                                                           \
    }
#define FAULTS                                                                                     \
    {                                                                                              \
        -AMPGDB_EFAULT, 0, false, false                                                            \
    }

struct outcome {
    int status;
    uint32_t pc;
    bool thumb;
    bool next;
};

struct row {
    const char *text;
    uint32_t insn; /* 32-bit Thumb: first halfword above */
    struct outcome want;
};

struct world {
    struct step_cpu cpu;
    uint8_t code[4];
    uint32_t code_len;
    uint32_t special, special_value; /* one word of data that differs */
    unsigned reads;
};

static int read_world(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    struct world *w = context;
    uint8_t *out = bytes;

    w->reads++;
    for (uint32_t i = 0; i < len; i++, addr++) {
        uint32_t word = addr & ~3u, code = addr - w->cpu.r[15];

        if (code < w->code_len) {
            out[i] = w->code[code];
            continue;
        }
        if (addr < DATA || addr >= DATA_END)
            return -AMPGDB_EFAULT;
        word = word == w->special ? w->special_value : LOADED(word);
        out[i] = (uint8_t)(word >> 8 * (addr & 3));
    }
    return 0;
}

static struct world world_of(uint32_t cpsr)
{
    struct world w = {
        .cpu = {.r = {R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12, SP, LR, PC},
                .cpsr = cpsr,
                .spsr = SVC,
                .vectors = VECTORS},
    };

    return w;
}

static struct world arm_world(void)
{
    return world_of(SVC);
}

static struct world thumb_world(void)
{
    return world_of(SVC | T);
}

static bool is_wide(const struct world *w, uint32_t insn)
{
    return !(w->cpu.cpsr & T) || insn > 0xFFFF;
}

static void put_instruction(struct world *w, uint32_t insn)
{
    if (w->cpu.cpsr & T && insn > 0xFFFF)
        insn = insn >> 16 | insn << 16;
    for (unsigned i = 0; i < 4; i++)
        w->code[i] = (uint8_t)(insn >> 8 * i);
    w->code_len = is_wide(w, insn) ? 4 : 2;
}

static void check(struct world *w, const struct row *row)
{
    struct step_target got = {0xDEADBEEF, false};
    struct outcome want = row->want;
    int status;

    if (want.next) {
        want.pc = w->cpu.r[15] + (is_wide(w, row->insn) ? 4 : 2);
        want.thumb = (w->cpu.cpsr & T) != 0;
    }
    put_instruction(w, row->insn);
    status = step_next(&w->cpu, read_world, w, &got);
    if (status != want.status)
        fail_msg("%s (%08x, cpsr %08x): returns %d, not %d", row->text, row->insn, w->cpu.cpsr,
                 status, want.status);
    if (status == 0 && (got.pc != want.pc || got.thumb != want.thumb))
        fail_msg("%s (%08x, cpsr %08x): goes to %08x %s, not %08x %s", row->text, row->insn,
                 w->cpu.cpsr, got.pc, got.thumb ? "Thumb" : "ARM", want.pc,
                 want.thumb ? "Thumb" : "ARM");
}

static void check_rows(struct world w, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&w, &rows[i]);
}

#define CHECK_ROWS(world, rows) check_rows((world), (rows), sizeof(rows) / sizeof(rows)[0])

static void check_one(struct world w, const char *text, uint32_t insn, struct outcome want)
{
    struct row row = {text, insn, want};

    check(&w, &row);
}

/* CHECK(world, text, encoding, outcome) */
#define CHECK(world, text, insn, ...)                                                              \
    check_one((world), (text), (insn), (struct outcome)__VA_ARGS__)

/* What the manual's table A8-1 says, written down a second time and differently. */
static bool condition_holds(unsigned cond, uint32_t flags)
{
    static const char *const names[] = {"Z", "C", "N", "V", "Cz", "NV nv", "NVz nvz", ""};
    bool holds = false, all = true;

    for (const char *p = names[cond / 2];; p++) {
        static const char letters[] = "NZCVnzcv";

        if (*p == ' ' || *p == '\0') {
            holds = holds || all;
            all = true;
            if (*p == '\0')
                break;
            continue;
        }
        size_t i = (size_t)(strchr(letters, *p) - letters);
        all = all && ((flags >> (31 - i % 4) & 1) == (i < 4));
    }
    return cond < 14 && cond & 1 ? !holds : holds;
}

/* clang-format off */

/* --- ARM -------------------------------------------------------------------------------------- */

static const struct row arm_without_pc[] = {
    {"nop", 0xE320F000, NEXT},
    {"mov r0, r1", 0xE1A00001, NEXT},
    {"adds r0, pc, r1, lsl r2", 0xE09F0211, NEXT},
    {"mov r0, pc", 0xE1A0000F, NEXT},
    {"movw r0, #0xffff", 0xE30F0FFF, NEXT},
    {"movt r0, #0xffff", 0xE34F0FFF, NEXT},
    {"cmp pc, #0", 0xE35F0000, NEXT},
    {"tst r0, pc", 0xE110000F, NEXT},
    {"teq r0, #1 (Rd field 15: TEQP of old)", 0xE330F001, NEXT},
    {"tst r0, #1 (Rd field 15)", 0xE310F001, NEXT},
    {"cmn r0, #1 (Rd field 15)", 0xE370F001, NEXT},
    {"cmp r0, r1, lsl r2 (Rd field 15)", 0xE150F211, NEXT},
    {"smmul r7, r1, r2", 0xE757F211, NEXT},
    {"clz r7, r1", 0xE16F7F11, NEXT},
    {"ldrexd r8, r9, [r5]", 0xE1B58F9F, NEXT},
    {"ldrex r7, [r1]", 0xE1917F9F, NEXT},
    {"ldrh lr, [r0]", 0xE1D0E0B0, NEXT},
    {"ldrsb lr, [r0]", 0xE1D0E0D0, NEXT},
    {"strh lr, [r0]", 0xE1C0E0B0, NEXT},
    {"mrrc p15, 0, r7, r0, c2", 0xEC507F02, NEXT},
    {"vmov r7, s0", 0xEE107A10, NEXT},
    {"mul r0, r1, r2", 0xE0000291, NEXT},
    {"mla r0, r1, r2, r3", 0xE0203291, NEXT},
    {"smull r0, r1, r2, r3", 0xE0C10392, NEXT},
    {"smmul r0, r1, r2", 0xE750F211, NEXT},
    {"smuad r0, r1, r2", 0xE700F211, NEXT},
    {"usad8 r0, r1, r2", 0xE780F211, NEXT},
    {"smulbb r0, r1, r2", 0xE1600281, NEXT},
    {"smlalbb r0, r1, r2, r3", 0xE1410382, NEXT},
    {"sdiv r0, r1, r2", 0xE710F211, NEXT},
    {"udiv r0, r1, r2", 0xE730F211, NEXT},
    {"uxtb r0, r1", 0xE6EF0071, NEXT},
    {"bfc r0, #0, #4", 0xE7C3001F, NEXT},
    {"ubfx r0, r1, #2, #3", 0xE7E20151, NEXT},
    {"clz r0, r1", 0xE16F0F11, NEXT},
    {"qadd r0, r1, r2", 0xE1020051, NEXT},
    {"mrs r0, cpsr", 0xE10F0000, NEXT},
    {"msr cpsr_f, r0", 0xE128F000, NEXT},
    {"msr cpsr_c, #0x13", 0xE321F013, NEXT},
    {"mrs r0, sp_usr", 0xE1050200, NEXT},
    {"ldr r0, [r1]", 0xE5910000, NEXT},
    {"ldr r0, [pc, #8]", 0xE59F0008, NEXT},
    {"str pc, [r0]", 0xE580F000, NEXT},
    {"ldrb r0, [r1], #1", 0xE4D10001, NEXT},
    {"ldrh r0, [pc, #4]", 0xE1DF00B4, NEXT},
    {"ldrd r0, r1, [r8]", 0xE1C800D0, NEXT},
    {"strd r0, r1, [r8, #8]!", 0xE1E800F8, NEXT},
    {"strht r0, [r1], #2", 0xE0E100B2, NEXT},
    {"ldrex r0, [r1]", 0xE1910F9F, NEXT},
    {"strex r0, r1, [r5]", 0xE1850F91, NEXT},
    {"ldrexd r0, r1, [r5]", 0xE1B50F9F, NEXT},
    {"stl r0, [r5] (ARMv8)", 0xE185FC90, NEXT},
    {"swp r0, r1, [r2]", 0xE1020091, NEXT},
    {"ldm r0, {r1, r2}", 0xE8900006, NEXT},
    {"ldm r0, {r1, sp}^", 0xE8D02002, NEXT},
    {"stm r0!, {r1, pc}", 0xE8A08002, NEXT},
    {"stmdb sp!, {r0-r12, lr, pc}", 0xE92DDFFF, NEXT},
    {"mrc p15, 0, r0, c1, c0, 0", 0xEE110F10, NEXT},
    {"mrc p14, 0, apsr_nzcv, c0, c1, 0", 0xEE10FE11, NEXT},
    {"mcr p15, 0, r0, c7, c5, 4", 0xEE070F95, NEXT},
    {"mcrr p15, 0, r0, r1, c2", 0xEC410F02, NEXT},
    {"mrrc p15, 0, r0, r1, c2", 0xEC510F02, NEXT},
    {"cdp p15, 15, c15, c15, c15, 7", 0xEEFFFFEF, NEXT},
    {"ldc p14, c5, [r0], #4", 0xECB05E01, NEXT},
    {"ldc p14, c5, [pc, #4]", 0xED9F5E01, NEXT},
    {"vmrs apsr_nzcv, fpscr", 0xEEF1FA10, NEXT},
    {"vmov r0, r1, d0", 0xEC510B10, NEXT},
    {"vldmia r0!, {d0-d3}", 0xECB00B08, NEXT},
    {"vldr d0, [pc, #8]", 0xED9F0B02, NEXT},
    {"vadd.f32 s0, s1, s2", 0xEE300A81, NEXT},
    {"wfi", 0xE320F003, NEXT},
    {"wfe", 0xE320F002, NEXT},
    {"sev", 0xE320F004, NEXT},
};

static void arm_instructions_that_do_not_name_pc_go_on(void **state)
{
    (void)state;
    CHECK_ROWS(arm_world(), arm_without_pc);
}

static void arm_unconditional_space_that_does_not_branch_goes_on(void **state)
{
    static const struct row rows[] = {
        {"cpsid i", 0xF10C0080, NEXT},
        {"cps #0x13", 0xF1020013, NEXT},
        {"setend be", 0xF1010200, NEXT},
        {"dsb", 0xF57FF04F, NEXT},
        {"dmb", 0xF57FF05F, NEXT},
        {"isb", 0xF57FF06F, NEXT},
        {"clrex", 0xF57FF01F, NEXT},
        {"pld [r0]", 0xF5D0F000, NEXT},
        {"pld [pc, #4]", 0xF5DFF004, NEXT},
        {"pli [r0, r1]", 0xF6D0F001, NEXT},
        {"srsdb sp!, #0x13", 0xF96D0513, NEXT},
        {"vadd.i32 q0, q1, q2", 0xF2220844, NEXT},
        {"vld1.8 {d0}, [r0]!", 0xF420070D, NEXT},
        {"vld1.8 {d0}, [pc] (no writeback)", 0xF42F070F, NEXT},
        {"vst1.8 {d0}, [r0], r1", 0xF4000701, NEXT},
        {"mrc2 p14, 0, apsr_nzcv, c0, c1, 0", 0xFE10FE11, NEXT},
        {"ldc2 p14, c5, [r0, #4]!", 0xFDB05E01, NEXT},
        {"unallocated", 0xFFFFFFFF, NEXT},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_instructions_that_trap_are_given_as_going_on(void **state)
{
    static const struct row rows[] = {
        {"bkpt #0", 0xE1200070, NEXT},
        {"hvc #1", 0xE1400071, NEXT},
        {"smc #0", 0xE1600070, NEXT},
        {"udf #0xfedf", 0xE7FFEDFF, NEXT},
        {"udf #16", 0xE7F001F0, NEXT},
        {"udf #0xffdf", 0xE7FFFDFF, NEXT},
        {"unallocated, multiply space", 0xE05FF09F, NEXT},
        {"unallocated, coprocessor space", 0xEC0FF0FF, NEXT},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_branches(void **state)
{
    static const struct row rows[] = {
        {"b .", 0xEAFFFFFE, ARM(PC)},
        {"b .+8", 0xEA000000, ARM(PC + 8)},
        {"b .-0x100", 0xEAFFFFBE, ARM(PC - 0x100)},
        {"bl .+0x1000", 0xEB0003FE, ARM(PC + 0x1000)},
        {"b, farthest forward", 0xEA7FFFFF, ARM(PC + 8 + 0x1FFFFFC)},
        {"b, farthest back, below zero", 0xEA800000, ARM(PC + 8 - 0x2000000)},
        {"blx .+0x100", 0xFA00003E, THUMB(PC + 0x100)},
        {"blx .+0x102", 0xFB00003E, THUMB(PC + 0x102)},
        {"blx .-0x100", 0xFAFFFFBE, THUMB(PC - 0x100)},
        {"blx .-0xfe", 0xFBFFFFBE, THUMB(PC - 0xFE)},
        {"bx r6", 0xE12FFF16, THUMB(R6 - 1)},
        {"bx r10", 0xE12FFF1A, ARM(R10)},
        {"bx lr", 0xE12FFF1E, ARM(LR)},
        {"bx pc", 0xE12FFF1F, ARM(PC + 8)},
        {"blx r6", 0xE12FFF36, THUMB(R6 - 1)},
        {"blx r10", 0xE12FFF3A, ARM(R10)},
        {"bxj r6", 0xE12FFF26, THUMB(R6 - 1)},
        {"bxj r10", 0xE12FFF2A, ARM(R10)},
        {"bx r7", 0xE12FFF17, REFUSED},
        {"blx r7", 0xE12FFF37, REFUSED},
        {"bxj r7", 0xE12FFF27, REFUSED},
        {"blx pc", 0xE12FFF3F, REFUSED},
        {"bxj pc", 0xE12FFF2F, REFUSED},
        {"bx r10 with a should-be-one bit clear", 0xE127FF1A, REFUSED},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_data_processing_to_pc_computes_like_the_core(void **state)
{
    static const struct row rows[] = {
        {"mov pc, r10", 0xE1A0F00A, ARM(R10)},
        {"mov pc, #0x4000", 0xE3A0F901, ARM(0x4000)},
        {"mov pc, #0xf000000f", 0xE3A0F2FF, THUMB(0xF000000E)},
        {"mvn pc, #3", 0xE3E0F003, ARM(0xFFFFFFFC)},
        {"add pc, pc, #8", 0xE28FF008, ARM(PC + 16)},
        {"sub pc, pc, #4", 0xE24FF004, ARM(PC + 4)},
        {"sub pc, pc, #8", 0xE24FF008, ARM(PC)},
        {"add pc, pc, r1, lsl #2", 0xE08FF101, ARM(PC + 8 + 16)},
        {"sub pc, pc, r1", 0xE04FF001, ARM(PC + 4)},
        {"add pc, r10, r3", 0xE08AF003, ARM(R10 - 4)},
        {"add pc, r3, #8 (wraps)", 0xE283F008, ARM(4)},
        {"rsb pc, r1, r10", 0xE061F00A, ARM(R10 - 4)},
        {"and pc, r10, #0x3000", 0xE20AFA03, ARM(0x3000)},
        {"eor pc, r10, #0x1000", 0xE22AFA01, ARM(0x6000)},
        {"orr pc, r10, #0x100", 0xE38AFC01, ARM(0x7100)},
        {"bic pc, r10, #0x1000", 0xE3CAFA01, ARM(0x6000)},
        {"mvn pc, r1, lsl #28", 0xE1E0FE01, THUMB(0xBFFFFFFE)},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_data_processing_to_pc_uses_carry(void **state)
{
    struct world w = arm_world();

    (void)state;
    w.cpu.r[0] = 0x7000;
    w.cpu.r[1] = 3;
    CHECK(w, "adc pc, r0, #4 without C", 0xE2A0F004, ARM(0x7004));
    CHECK(w, "sbc pc, r0, r1 without C", 0xE0C0F001, ARM(0x6FFC));
    CHECK(w, "rsc pc, r1, r0 without C", 0xE0E1F000, ARM(0x6FFC));
    CHECK(w, "mov pc, r0, rrx without C", 0xE1A0F060, ARM(0x3800));
    w.cpu.cpsr |= C;
    CHECK(w, "adc pc, r0, #4 with C", 0xE2A0F004, THUMB(0x7004));
    CHECK(w, "sbc pc, r0, r1 with C", 0xE0C0F001, THUMB(0x6FFC));
    CHECK(w, "rsc pc, r1, r0 with C", 0xE0E1F000, THUMB(0x6FFC));
    CHECK(w, "mov pc, r0, rrx with C", 0xE1A0F060, ARM(0x80003800));
}

static void arm_shifts_by_immediate_include_the_odd_ones(void **state)
{
    static const struct row rows[] = {
        {"mov pc, r10, lsl #4", 0xE1A0F20A, ARM(0x70000)},
        {"mov pc, r4, lsl #31", 0xE1A0FF84, ARM(0x80000000)},
        {"mov pc, r10, lsr #1", 0xE1A0F0AA, ARM(0x3800)},
        {"mov pc, r4, lsr #32", 0xE1A0F024, ARM(0)},
        {"mov pc, r4, lsr #31", 0xE1A0FFA4, THUMB(0)},
        {"mov pc, r4, asr #4", 0xE1A0F244, ARM(0xF8000000)},
        {"mov pc, r4, asr #32", 0xE1A0F044, THUMB(0xFFFFFFFE)},
        {"mov pc, r10, asr #32", 0xE1A0F04A, ARM(0)},
        {"mov pc, r4, ror #4", 0xE1A0F264, ARM(0x18000000)},
        {"mov pc, r4, ror #31", 0xE1A0FFE4, THUMB(2)},
        {"add pc, r4, r4, ror #30", 0xE084FF64, THUMB(0x80000006)},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_data_processing_to_pc_interworks(void **state)
{
    static const struct row rows[] = {
        {"mov pc, r6", 0xE1A0F006, THUMB(R6 - 1)},
        {"mov pc, r7", 0xE1A0F007, REFUSED},
        {"add pc, pc, #1", 0xE28FF001, THUMB(PC + 8)},
        {"add pc, pc, #2", 0xE28FF002, REFUSED},
        {"add pc, pc, #3", 0xE28FF003, THUMB(PC + 10)},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_refuses_pc_where_the_manual_does(void **state)
{
    static const struct row rows[] = {
        {"add pc, r0, r1, lsl r2", 0xE080F211, REFUSED},
        {"movs pc, r1, lsr r2", 0xE1B0F231, REFUSED},
        {"mov pc, r10 with Rn", 0xE1A1F00A, REFUSED},
        {"movw pc, #0", 0xE300F000, REFUSED},
        {"movt pc, #0", 0xE340F000, REFUSED},
        {"mul pc, r1, r2", 0xE00F0291, REFUSED},
        {"mls pc, r1, r2, r3", 0xE06F3291, REFUSED},
        {"umull pc, r1, r2, r3", 0xE081F392, REFUSED},
        {"umull r1, pc, r2, r3", 0xE08F1392, REFUSED},
        {"umaal pc, r1, r2, r3", 0xE041F392, REFUSED},
        {"smulbb pc, r1, r2", 0xE16F0281, REFUSED},
        {"smlalbb pc, r1, r2, r3", 0xE141F382, REFUSED},
        {"sdiv pc, r1, r2", 0xE71FF211, REFUSED},
        {"smlald pc, r1, r2, r3", 0xE741F312, REFUSED},
        {"usad8 pc, r1, r2", 0xE78FF211, REFUSED},
        {"uadd8 pc, r1, r2", 0xE651FF92, REFUSED},
        {"uxtb pc, r1", 0xE6EFF071, REFUSED},
        {"ubfx pc, r1, #2, #31", 0xE7FEF151, REFUSED},
        {"lda pc, [r5] (ARMv8)", 0xE195FC9F, REFUSED},
        {"bfc pc, #0, #4", 0xE7C3F01F, REFUSED},
        {"clz pc, r1", 0xE16FFF11, REFUSED},
        {"qadd pc, r1, r2", 0xE102F051, REFUSED},
        {"mrs pc, cpsr", 0xE10FF000, REFUSED},
        {"ldrb pc, [r0]", 0xE5D0F000, REFUSED},
        {"ldrt pc, [r0]", 0xE4B0F000, REFUSED},
        {"ldr pc, [r0, pc]", 0xE790F00F, REFUSED},
        {"ldr r0, [pc], #4", 0xE49F0004, REFUSED},
        {"ldr r0, [pc, #4]!", 0xE5BF0004, REFUSED},
        {"str r0, [pc], #4", 0xE48F0004, REFUSED},
        {"ldrh pc, [r0]", 0xE1D0F0B0, REFUSED},
        {"ldrsb pc, [r0]", 0xE1D0F0D0, REFUSED},
        {"ldrd lr, pc, [r0]", 0xE1C0E0D0, REFUSED},
        {"strh r0, [pc, #4]!", 0xE1EF00B4, REFUSED},
        {"ldrex pc, [r0]", 0xE190FF9F, REFUSED},
        {"ldrexd lr, pc, [r0]", 0xE1B0EF9F, REFUSED},
        {"strex pc, r0, [r1]", 0xE181FF90, REFUSED},
        {"swp pc, r0, [r1]", 0xE101F090, REFUSED},
        {"ldm r0, {}", 0xE8900000, REFUSED},
        {"ldm pc, {r0, pc}", 0xE89F8001, REFUSED},
        {"ldm r0!, {r0, pc}", 0xE8B08001, REFUSED},
        {"stm pc!, {r0}", 0xE8AF0001, REFUSED},
        {"mrrc p15, 0, r0, pc, c2", 0xEC5F0F02, REFUSED},
        {"vmov pc, s0", 0xEE10FA10, REFUSED},
        {"vmrs pc, fpexc", 0xEEF8FA10, REFUSED},
        {"ldc p14, c5, [pc], #4", 0xECBF5E01, REFUSED},
        {"vld1.8 {d0}, [pc]!", 0xF42F070D, REFUSED},
        {"crc32b pc, r1, r2", 0xE101F042, REFUSED},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void arm_loads_to_pc_in_all_addressing_modes(void **state)
{
    static const struct row rows[] = {
        {"ldr pc, [r0]", 0xE590F000, ARM(LOADED(R0))},
        {"ldr pc, [r0, #0xffc]", 0xE590FFFC, ARM(LOADED(R0 + 0xFFC))},
        {"ldr pc, [r5, #-0x20]", 0xE515F020, ARM(LOADED(R5 - 0x20))},
        {"ldr pc, [r5, #8]!", 0xE5B5F008, ARM(LOADED(R5 + 8))},
        {"ldr pc, [r5, #-8]!", 0xE535F008, ARM(LOADED(R5 - 8))},
        {"ldr pc, [r5], #8", 0xE495F008, ARM(LOADED(R5))},
        {"pop {pc}", 0xE49DF004, ARM(LOADED(SP))},
        {"ldr pc, [r5, r1]", 0xE795F001, ARM(LOADED(R5 + 4))},
        {"ldr pc, [r5, -r1]", 0xE715F001, ARM(LOADED(R5 - 4))},
        {"ldr pc, [r5, r3]!", 0xE7B5F003, ARM(LOADED(R5 - 4))},
        {"ldr pc, [r5], r1", 0xE695F001, ARM(LOADED(R5))},
        {"ldr pc, [r5], -r1, lsl #3", 0xE615F181, ARM(LOADED(R5))},
        {"ldr pc, [r5, r1, lsl #2]", 0xE795F101, ARM(LOADED(R5 + 16))},
        {"ldr pc, [r5, -r1, lsl #2]!", 0xE735F101, ARM(LOADED(R5 - 16))},
        {"ldr pc, [r5, r2, lsr #2]", 0xE795F122, ARM(LOADED(R5 + 4))},
        {"ldr pc, [r5, r2, lsr #32]", 0xE795F022, ARM(LOADED(R5))},
        {"ldr pc, [r5, r3, asr #0x20]", 0xE795F043, REFUSED}, /* R5 - 1 */
        {"ldr pc, [r5, r2, asr #1]", 0xE795F0C2, ARM(LOADED(R5 + 8))},
        {"ldr pc, [r5, r2, ror #1]", 0xE795F0E2, ARM(LOADED(R5 + 8))},
        {"ldr pc, [r5, r2, rrx]", 0xE795F062, ARM(LOADED(R5 + 8))},
        {"ldr pc, [r11]", 0xE59BF000, REFUSED},
        {"ldr pc, [r12]", 0xE59CF000, FAULTS},
        {"ldr pc, [r9, #-4]", 0xE519F004, FAULTS},
    };
    struct world w = arm_world();

    (void)state;
    CHECK_ROWS(arm_world(), rows);
    w.cpu.r[15] = DATA + 0x400;
    CHECK(w, "ldr pc, [pc, #0x10]", 0xE59FF010, ARM(LOADED(DATA + 0x418)));
    CHECK(w, "ldr pc, [pc, #-0x10]", 0xE51FF010, ARM(LOADED(DATA + 0x3F8)));
    CHECK(w, "ldr pc, [pc, r1, lsl #2]", 0xE79FF101, ARM(LOADED(DATA + 0x418)));
}

static void arm_load_multiple_takes_pc_from_the_highest_address(void **state)
{
    static const struct row rows[] = {
        {"pop {r0-r3, pc}", 0xE8BD800F, ARM(LOADED(SP + 16))},
        {"pop {r4, pc}", 0xE8BD8010, ARM(LOADED(SP + 4))},
        {"ldmia r5, {pc}", 0xE8958000, ARM(LOADED(R5))},
        {"ldmia r5, {r0, r1, pc}", 0xE8958003, ARM(LOADED(R5 + 8))},
        {"ldmib r5, {r0, r1, pc}", 0xE9958003, ARM(LOADED(R5 + 12))},
        {"ldmda r5!, {r0, r1, pc}", 0xE8358003, ARM(LOADED(R5))},
        {"ldmdb r5!, {r0, r1, pc}", 0xE9358003, ARM(LOADED(R5 - 4))},
        {"ldmia r5, {r0-r12, sp, lr, pc}", 0xE895FFFF, ARM(LOADED(R5 + 60))},
        {"ldmia r5, {r5, pc}", 0xE8958020, ARM(LOADED(R5 + 4))},
        {"ldmia r11, {r0, pc}", 0xE89B8001, FAULTS},
        {"ldmia r12, {r0, pc}", 0xE89C8001, FAULTS},
        {"ldmia r7, {r0, pc}", 0xE8978001, FAULTS},
    };

    (void)state;
    CHECK_ROWS(arm_world(), rows);
}

static void loads_to_pc_interwork(void **state)
{
    struct world w = arm_world();

    (void)state;
    w.special = DATA;
    w.special_value = 0x00005001;
    CHECK(w, "ldr pc, [r0]", 0xE590F000, THUMB(0x5000));
    CHECK(w, "ldm r0, {pc}", 0xE8908000, THUMB(0x5000));
    w.special_value = 0x00005002;
    CHECK(w, "ldr pc, [r0]", 0xE590F000, REFUSED);
    CHECK(w, "ldm r0, {pc}", 0xE8908000, REFUSED);
    w.cpu.cpsr |= T;
    CHECK(w, "ldr.w pc, [r0]", 0xF8D0F000, REFUSED);
    w.special_value = 0x00005003;
    CHECK(w, "ldr.w pc, [r0]", 0xF8D0F000, THUMB(0x5002));
    w.special_value = 0x00005004;
    CHECK(w, "ldr.w pc, [r0]", 0xF8D0F000, ARM(0x5004));
}

static void loads_to_pc_follow_the_byte_order_of_data(void **state)
{
    struct world w = arm_world();

    (void)state;
    w.cpu.cpsr |= BIG;
    w.special = DATA;
    w.special_value = 0x04500000;
    CHECK(w, "ldr pc, [r0]", 0xE590F000, ARM(0x5004));
    w.cpu.cpsr |= T;
    w.cpu.r[1] = 0;
    w.special_value = 0x00000201;
    CHECK(w, "tbh [r0, r1, lsl #1]", 0xE8D0F011, THUMB(PC + 4 + 2 * 0x102));
}

static void every_condition_decides_in_arm(void **state)
{
    (void)state;
    for (uint32_t cond = 0; cond < 15; cond++) {
        for (uint32_t flags = 0; flags < 16; flags++) {
            struct world w = world_of(SVC | flags << 28);
            bool holds = condition_holds(cond, flags << 28);
            struct outcome there = ARM(PC + 0x108), loaded = ARM(LOADED(R0)), next = NEXT;
            struct outcome vector = ARM(VECTORS + 8);

            check_one(w, "b<c> .+0x108", cond << 28 | 0x0A000040, holds ? there : next);
            check_one(w, "ldr<c> pc, [r0]", cond << 28 | 0x0590F000, holds ? loaded : next);
            check_one(w, "svc<c> #0", cond << 28 | 0x0F000000, holds ? vector : next);
        }
    }
}

static void a_failed_condition_neither_reads_nor_looks_at_values(void **state)
{
    static const struct row rows[] = {
        {"ldreq pc, [r12]", 0x059CF000, NEXT},
        {"ldmeq r12, {r0, pc}", 0x089C8001, NEXT},
        {"bxeq r7", 0x012FFF17, NEXT},
        {"moveq pc, r7", 0x01A0F007, NEXT},
        {"movseq pc, lr", 0x01B0F00E, NEXT},
        {"ldmeq sp!, {r0, pc}^", 0x08FD8001, NEXT},
    };
    struct world w = arm_world();

    (void)state;
    w.cpu.spsr = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.reads = 0;
        check(&w, &rows[i]);
        assert_int_equal(w.reads, 1);
    }
}

static void an_unpredictable_encoding_is_refused_whatever_its_condition(void **state)
{
    (void)state;
    CHECK(arm_world(), "ldrbeq pc, [r0]", 0x05D0F000, REFUSED);
    CHECK(arm_world(), "blxeq pc", 0x012FFF3F, REFUSED);
    CHECK(world_of(USR), "movseq pc, lr", 0x01B0F00E, REFUSED);
    CHECK(world_of(USR), "ldmeq sp!, {r0, pc}^", 0x08FD8001, REFUSED);
}

/* --- Exceptions ------------------------------------------------------------------------------- */

static void svc_goes_to_its_vector(void **state)
{
    struct world w = arm_world();

    (void)state;
    CHECK(w, "svc #0", 0xEF000000, ARM(VECTORS + 8));
    w.cpu.cpsr |= T;
    CHECK(w, "svc #255 (Thumb)", 0xDFFF, ARM(VECTORS + 8));
    w.cpu.thumb_exceptions = true;
    CHECK(w, "svc #255 (Thumb)", 0xDFFF, THUMB(VECTORS + 8));
    w.cpu.cpsr = USR;
    w.cpu.vectors = 0xFFFF0000;
    CHECK(w, "svc #0", 0xEF000000, THUMB(0xFFFF0008));
}

static const struct row arm_returns[] = {
    {"movs pc, lr", 0xE1B0F00E, ARM(LR)},
    {"subs pc, lr, #4", 0xE25EF004, ARM(LR - 4)},
    {"subs pc, lr, #6 (bits 1:0 are dropped)", 0xE25EF006, ARM(LR - 8)},
    {"ldm sp!, {r0, pc}^", 0xE8FD8001, ARM(LOADED(SP + 4))},
    {"ldmdb sp, {pc}^", 0xE95D8000, ARM(LOADED(SP - 4))},
    {"adds pc, lr, r1, lsl #1", 0xE09EF081, ARM(LR + 8)},
    {"mvns pc, r3", 0xE1F0F003, ARM(0)},
    {"eret", 0xE160006E, ARM(LR)},
};

static void arm_exception_returns_take_the_state_from_spsr(void **state)
{
    static const struct row to_thumb[] = {
        {"movs pc, lr", 0xE1B0F00E, THUMB(LR)},
        {"subs pc, lr, #6", 0xE25EF006, THUMB(LR - 6)},
        {"subs pc, lr, #5", 0xE25EF005, THUMB(LR - 6)},
        {"ldm sp!, {r0, pc}^", 0xE8FD8001, THUMB(LOADED(SP + 4))},
        {"eret", 0xE160006E, THUMB(LR)},
    };
    struct world w = arm_world();

    (void)state;
    CHECK_ROWS(w, arm_returns);
    w.cpu.spsr = USR | T | IT(0x08);
    CHECK_ROWS(w, to_thumb);
    CHECK(w, "movs pc, r1, lsl r2", 0xE1B0F211, REFUSED);
    CHECK(w, "ldm r12, {pc}^", 0xE8DC8000, FAULTS);
    CHECK(w, "ldm r11, {pc}^", 0xE8DB8000, FAULTS);
    CHECK(w, "eret with a should-be-zero bit", 0xE160016E, REFUSED);
}

static void exception_returns_are_refused_without_an_spsr(void **state)
{
    static const uint32_t modes[] = {USR, SYS};

    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        for (size_t k = 0; k < sizeof arm_returns / sizeof arm_returns[0]; k++)
            CHECK(world_of(modes[i]), arm_returns[k].text, arm_returns[k].insn, REFUSED);
        CHECK(world_of(modes[i]), "ldm r12, {pc}^, where there is nothing", 0xE8DC8000, REFUSED);
        CHECK(world_of(modes[i] | T), "subs pc, lr, #4", 0xF3DE8F04, REFUSED);
    }
}

static void exception_returns_only_enter_modes_below_the_monitor(void **state)
{
    static const bool allowed[32] = {
        [0x10] = true, [0x11] = true, [0x12] = true, [0x13] = true,
        [0x17] = true, [0x1B] = true, [0x1F] = true,
    };
    struct outcome there = ARM(LR), refused = REFUSED;

    (void)state;
    for (uint32_t mode = 0; mode < 32; mode++) {
        struct world w = arm_world();

        w.cpu.spsr = mode;
        check_one(w, "movs pc, lr", 0xE1B0F00E, allowed[mode] ? there : refused);
    }
}

static void jazelle_and_thumbee_are_refused(void **state)
{
    struct world w = arm_world();

    (void)state;
    CHECK(world_of(SVC | J), "nop in Jazelle state", 0xE320F000, REFUSED);
    CHECK(world_of(SVC | J | T), "nop in ThumbEE state", 0xBF00, REFUSED);
    w.cpu.spsr = SVC | J | T;
    CHECK(w, "movs pc, lr", 0xE1B0F00E, REFUSED);
    w.cpu.spsr = SVC | J;
    CHECK(w, "movs pc, lr", 0xE1B0F00E, REFUSED);
}

static void rfe_takes_pc_and_state_from_memory(void **state)
{
    static const struct row rows[] = {
        {"rfeia r5", 0xF8950A00, ARM(LOADED(R5))},
        {"rfeib r5!", 0xF9B50A00, ARM(LOADED(R5 + 4))},
        {"rfeda r5", 0xF8150A00, ARM(LOADED(R5 - 4))},
        {"rfedb r5!", 0xF9350A00, ARM(LOADED(R5 - 8))},
    };
    static const struct row thumb_rows[] = {
        {"rfeia sp!", 0xE9BDC000, THUMB(LOADED(SP))},
        {"rfedb sp", 0xE81DC000, THUMB(LOADED(SP - 8))},
    };
    static const uint32_t psr_at[] = {R5 + 4, R5 + 8, R5, R5 - 4};
    struct world w = arm_world();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome to_thumb = {0, rows[i].want.pc, true, false}, refused = REFUSED;

        w.special = psr_at[i];
        w.special_value = USR | C;
        check(&w, &rows[i]);
        w.special_value = SYS | T;
        check_one(w, rows[i].text, rows[i].insn, to_thumb);
        w.special_value = HYP;
        check_one(w, rows[i].text, rows[i].insn, refused);
        w.special_value = SVC | J | T;
        check_one(w, rows[i].text, rows[i].insn, refused);
    }
    w.cpu.cpsr = SYS | T;
    w.special_value = USR | T;
    w.special = SP + 4;
    check(&w, &thumb_rows[0]);
    w.special = SP - 4;
    check(&w, &thumb_rows[1]);
}

static void rfe_is_refused_or_faults(void **state)
{
    static const struct row rows[] = {
        {"rfeia pc", 0xF89F0A00, REFUSED},
        {"rfeia r5 with a should-be-zero bit", 0xF8950A01, REFUSED},
        {"rfeia r5 with a should-be-zero bit", 0xF8958A00, REFUSED},
        {"rfeia r12", 0xF89C0A00, FAULTS},
        {"rfeia r11", 0xF89B0A00, FAULTS},
    };
    struct world w = world_of(SVC | T | IT(0xE4));

    (void)state;
    CHECK_ROWS(arm_world(), rows);
    CHECK(world_of(USR), "rfeia r5", 0xF8950A00, REFUSED);
    CHECK(world_of(USR | T), "rfeia r5", 0xE995C000, REFUSED);
    CHECK(w, "rfeia r5 in the middle of an IT block", 0xE995C000, REFUSED);
    CHECK(thumb_world(), "rfeia r5 with a should-be-zero bit", 0xE995C001, REFUSED);
    CHECK(world_of(SVC | T | IT(0x08)), "rfeia r12, condition failed", 0xE99CC000, NEXT);
}

/* --- Thumb, 16 bits --------------------------------------------------------------------------- */

static void thumb16_instructions_that_do_not_write_pc_go_on(void **state)
{
    static const struct row rows[] = {
        {"nop", 0xBF00, NEXT},
        {"lsls r0, r1, #3", 0x00C8, NEXT},
        {"adds r0, r1, r2", 0x1888, NEXT},
        {"movs r0, #255", 0x20FF, NEXT},
        {"cmp r0, #7", 0x2807, NEXT},
        {"ands r0, r1", 0x4008, NEXT},
        {"add r0, pc", 0x4478, NEXT},
        {"mov r8, pc", 0x46F8, NEXT},
        {"mov r7, r9", 0x464F, NEXT},
        {"cmp r8, r9", 0x45C8, NEXT},
        {"cmp pc, r9 (Rn 15)", 0x45CF, NEXT},
        {"ldr r0, [pc, #4]", 0x4801, NEXT},
        {"str r0, [r1, r2]", 0x5088, NEXT},
        {"ldrb r0, [r1, #1]", 0x7848, NEXT},
        {"ldr r0, [sp, #4]", 0x9801, NEXT},
        {"adr r0, .+4", 0xA000, NEXT},
        {"add r0, sp, #4", 0xA801, NEXT},
        {"add sp, #8", 0xB002, NEXT},
        {"sxtb r0, r1", 0xB248, NEXT},
        {"rev r0, r1", 0xBA08, NEXT},
        {"push {r0, lr}", 0xB501, NEXT},
        {"pop {r0, r7}", 0xBC81, NEXT},
        {"cpsid i", 0xB672, NEXT},
        {"setend be", 0xB658, NEXT},
        {"it eq", 0xBF08, NEXT},
        {"ittet ne", 0xBF1B, NEXT},
        {"wfi", 0xBF30, NEXT},
        {"wfe", 0xBF20, NEXT},
        {"stmia r0!, {r1}", 0xC002, NEXT},
        {"ldmia r0!, {r1, r2}", 0xC806, NEXT},
        {"ldmia r1!, {r0}", 0xC901, NEXT},
        {"bkpt #1", 0xBE01, NEXT},
        {"udf #1", 0xDE01, NEXT},
        {"hlt #0 (ARMv8)", 0xBA80, NEXT},
    };

    (void)state;
    CHECK_ROWS(thumb_world(), rows);
}

static void thumb16_branches(void **state)
{
    static const struct row rows[] = {
        {"b.n .", 0xE7FE, THUMB(PC)},
        {"b.n .+6", 0xE001, THUMB(PC + 6)},
        {"b.n, farthest forward", 0xE3FF, THUMB(PC + 4 + 2046)},
        {"b.n, farthest back", 0xE400, THUMB(PC + 4 - 2048)},
        {"bne.n .+8", 0xD102, THUMB(PC + 8)},
        {"beq.n .+8", 0xD002, NEXT},
        {"bne.n, farthest forward", 0xD17F, THUMB(PC + 4 + 254)},
        {"bne.n, farthest back", 0xD180, THUMB(PC + 4 - 256)},
        {"bx r6", 0x4730, THUMB(R6 - 1)},
        {"bx r10", 0x4750, ARM(R10)},
        {"bx r7", 0x4738, REFUSED},
        {"bx pc", 0x4778, ARM(PC + 4)},
        {"blx r6", 0x47B0, THUMB(R6 - 1)},
        {"blx r10", 0x47D0, ARM(R10)},
        {"blx r7", 0x47B8, REFUSED},
        {"blx pc", 0x47F8, REFUSED},
        {"bx r10 with a should-be-zero bit", 0x4751, REFUSED},
        {"mov pc, r10", 0x46D7, THUMB(R10)},
        {"mov pc, r6", 0x46B7, THUMB(R6 - 1)},
        {"mov pc, r7", 0x46BF, THUMB(R7)},
        {"mov pc, pc", 0x46FF, THUMB(PC + 4)},
        {"add pc, r1", 0x448F, THUMB(PC + 8)},
        {"add pc, r3", 0x449F, THUMB(PC)},
        {"add pc, r6", 0x44B7, THUMB(PC + 4 + R6 - 1)},
        {"add pc, sp", 0x44EF, THUMB(PC + 4 + SP)},
        {"add pc, pc", 0x44FF, REFUSED},
    };
    struct world w = thumb_world();

    (void)state;
    CHECK_ROWS(w, rows);
    w.cpu.r[15] = PC + 2;
    CHECK(w, "bx pc, not word aligned", 0x4778, REFUSED);
    CHECK(w, "add pc, r1, not word aligned", 0x448F, THUMB(PC + 10));
}

static void every_condition_decides_in_thumb(void **state)
{
    (void)state;
    for (uint32_t cond = 0; cond < 14; cond++) {
        for (uint32_t flags = 0; flags < 16; flags++) {
            struct world w = world_of(SVC | T | flags << 28);
            struct outcome there = THUMB(PC + 4 + 0x20), next = NEXT;
            bool holds = condition_holds(cond, flags << 28);

            check_one(w, "b<c>.n .+0x24", 0xD010 | cond << 8, holds ? there : next);
            check_one(w, "b<c>.w .+0x24", 0xF0008010 | cond << 22, holds ? there : next);
        }
    }
}

static void compare_and_branch_looks_at_its_register(void **state)
{
    static const struct row rows[] = {
        {"cbz r0, .+4 (not zero)", 0xB100, NEXT},
        {"cbnz r0, .+4", 0xB900, THUMB(PC + 4)},
        {"cbnz r0, .+130", 0xBBF8, THUMB(PC + 4 + 126)},
        {"cbnz r0, .+68", 0xBB00, THUMB(PC + 4 + 64)},
        {"cbnz r0, .+66", 0xB9F8, THUMB(PC + 4 + 62)},
    };
    struct world w = thumb_world();

    (void)state;
    CHECK_ROWS(w, rows);
    w.cpu.r[7] = 0;
    CHECK(w, "cbz r7, .+4", 0xB107, THUMB(PC + 4));
    CHECK(w, "cbz r7, .+130", 0xB3FF, THUMB(PC + 130));
    CHECK(w, "cbnz r7, .+4 (zero)", 0xB907, NEXT);
}

static void thumb16_pop_takes_pc_from_the_highest_address(void **state)
{
    static const struct row rows[] = {
        {"pop {pc}", 0xBD00, ARM(LOADED(SP))},
        {"pop {r0, r1, r7, pc}", 0xBD83, ARM(LOADED(SP + 12))},
        {"pop {r0-r7, pc}", 0xBDFF, ARM(LOADED(SP + 32))},
        {"pop {}", 0xBC00, REFUSED},
        {"ldmia r0!, {}", 0xC800, REFUSED},
        {"stmia r0!, {}", 0xC000, NEXT},
    };
    struct world w = thumb_world();

    (void)state;
    CHECK_ROWS(w, rows);
    w.special = SP + 4;
    w.special_value = 0x5003;
    CHECK(w, "pop {r4, pc}", 0xBD10, THUMB(0x5002));
    w.special_value = 0x5002;
    CHECK(w, "pop {r4, pc}", 0xBD10, REFUSED);
    w.cpu.r[13] = R12;
    CHECK(w, "pop {r4, pc}", 0xBD10, FAULTS);
    w.cpu.r[13] = R11;
    CHECK(w, "pop {r4, pc}", 0xBD10, FAULTS);
}

/* --- Thumb, 32 bits --------------------------------------------------------------------------- */

static const struct row thumb32_without_pc[] = {
    {"nop.w", 0xF3AF8000, NEXT},
    {"mov.w r0, #1", 0xF04F0001, NEXT},
    {"movw r0, #0xffff", 0xF64F70FF, NEXT},
    {"tst.w r0, #1", 0xF0100F01, NEXT},
    {"teq r0, #1", 0xF0900F01, NEXT},
    {"cmn.w r0, #1", 0xF1100F01, NEXT},
    {"cmp.w r0, #1", 0xF1B00F01, NEXT},
    {"tst.w r0, r8", 0xEA100F08, NEXT},
    {"cmp.w r0, r1, lsl #3", 0xEBB00FC1, NEXT},
    {"add.w r8, r9, r10", 0xEB09080A, NEXT},
    {"adr.w r0, .+0x104", 0xF20F1000, NEXT},
    {"ubfx r0, r1, #2, #3", 0xF3C10082, NEXT},
    {"ssat r0, #5, r1", 0xF3010004, NEXT},
    {"lsl.w r0, r1, r2", 0xFA01F002, NEXT},
    {"uxtb.w r0, r8", 0xFA5FF088, NEXT},
    {"uadd8 r0, r1, r2", 0xFA81F042, NEXT},
    {"clz r0, r1", 0xFAB1F081, NEXT},
    {"mul r0, r1, r2", 0xFB01F002, NEXT},
    {"smull r0, r1, r2, r3", 0xFB820103, NEXT},
    {"sdiv r0, r1, r2", 0xFB91F0F2, NEXT},
    {"udiv r0, r1, r2", 0xFBB1F0F2, NEXT},
    {"mrs r0, cpsr", 0xF3EF8000, NEXT},
    {"msr cpsr_f, r0", 0xF3808800, NEXT},
    {"cpsid.w i", 0xF3AF8640, NEXT},
    {"dsb", 0xF3BF8F4F, NEXT},
    {"isb", 0xF3BF8F6F, NEXT},
    {"wfi.w", 0xF3AF8003, NEXT},
    {"hvc #1", 0xF7E08001, NEXT},
    {"smc #0", 0xF7F08000, NEXT},
    {"udf.w #1", 0xF7F0A001, NEXT},
    {"ldr.w r0, [r1, #4]", 0xF8D10004, NEXT},
    {"ldr.w r0, [pc, #4]", 0xF8DF0004, NEXT},
    {"str.w r0, [r1], #4", 0xF8410B04, NEXT},
    {"ldrb.w r0, [r1, #-4]!", 0xF8110D04, NEXT},
    {"pld [r0]", 0xF890F000, NEXT},
    {"pld [r0, #-4]", 0xF810FC04, NEXT},
    {"pld [r0, r1]", 0xF810F001, NEXT},
    {"pld [r0, #0xf00]", 0xF890FF00, NEXT},
    {"pld [pc, #-0xd04]", 0xF81FFD04, NEXT},
    {"memory hint space, UNDEFINED", 0xF810F540, NEXT},
    {"load of unallocated size", 0xF8F0F000, NEXT},
    {"load of unallocated size", 0xF870FC04, NEXT},
    {"data processing, unallocated", 0xEB800F01, NEXT},
    {"lsl.w lr, r1, r2", 0xFA01FE02, NEXT},
    {"smull r1, lr, r2, r3", 0xFB821E03, NEXT},
    {"mul lr, r1, r2", 0xFB01FE02, NEXT},
    {"ldrex r7, [r1]", 0xE8517F00, NEXT},
    {"pld [pc, #4]", 0xF89FF004, NEXT},
    {"pli [r0]", 0xF990F000, NEXT},
    {"pli [r0, #-4]", 0xF910FC04, NEXT},
    {"memory hint, unallocated", 0xF9B0F000, NEXT},
    {"ldr to PC, UNDEFINED form", 0xF850F840, NEXT},
    {"ldr to PC, no pre-index, no writeback", 0xF850F800, NEXT},
    {"ldrsw, unallocated", 0xF9D0F000, NEXT},
    {"ldrd r0, r1, [r8]", 0xE9D80100, NEXT},
    {"strd r0, r1, [r8], #8", 0xE8E80102, NEXT},
    {"ldrd r0, r1, [pc, #8]", 0xE9DF0102, NEXT},
    {"ldrex r0, [r1]", 0xE8510F00, NEXT},
    {"strex r0, r1, [r5]", 0xE8451000, NEXT},
    {"strexb r0, r1, [r5]", 0xE8C51F40, NEXT},
    {"ldrexd r0, r1, [r5]", 0xE8D5017F, NEXT},
    {"stl r0, [r5] (ARMv8)", 0xE8C50FAF, NEXT},
    {"ldmia.w r0, {r1, r8}", 0xE8900102, NEXT},
    {"stmdb sp!, {r4-r11, lr}", 0xE92D4FF0, NEXT},
    {"srsdb sp!, #0x13", 0xE82DC013, NEXT},
    {"mrc p15, 0, r0, c1, c0, 0", 0xEE110F10, NEXT},
    {"mcr p15, 0, r0, c7, c5, 4", 0xEE070F95, NEXT},
    {"vmrs apsr_nzcv, fpscr", 0xEEF1FA10, NEXT},
    {"vadd.i32 q0, q1, q2", 0xEF220844, NEXT},
    {"vadd.f32 s0, s1, s2", 0xEE300A81, NEXT},
    {"vld1.8 {d0}, [r0]!", 0xF920070D, NEXT},
    {"vst1.8 {d0}, [r0], r1", 0xF9000701, NEXT},
    {"vldmia r0!, {d0-d3}", 0xECB00B08, NEXT},
    {"blx with H set, UNDEFINED", 0xF000E801, NEXT},
    {"Advanced SIMD, with the fields of MRC", 0xFF10FA10, NEXT},
};

static void thumb32_instructions_that_do_not_write_pc_go_on(void **state)
{
    (void)state;
    CHECK_ROWS(thumb_world(), thumb32_without_pc);
}

static void thumb32_branches(void **state)
{
    static const struct row rows[] = {
        {"b.w .", 0xF7FFBFFE, THUMB(PC)},
        {"b.w .+0x1000", 0xF000BFFE, THUMB(PC + 0x1000)},
        {"b.w, farthest forward", 0xF3FF97FF, THUMB(PC + 4 + 0xFFFFFE)},
        {"b.w, farthest back", 0xF4009000, THUMB(PC + 4 - 0x1000000)},
        {"b.w, J1 and J2 differ", 0xF0009800, THUMB(PC + 4 + 0x800000)},
        {"b.w, J1 and J2 differ", 0xF000B000, THUMB(PC + 4 + 0x400000)},
        {"bl .+0x1000", 0xF000FFFE, THUMB(PC + 0x1000)},
        {"bl .-0x1000", 0xF7FEFFFE, THUMB(PC - 0x1000)},
        {"blx .+0x100", 0xF000E87E, ARM(PC + 0x100)},
        {"blx .-0x100", 0xF7FFEF7E, ARM(PC - 0x100)},
        {"bne.w .+0x1000", 0xF04087FE, THUMB(PC + 0x1000)},
        {"bne.w .-0x1000", 0xF47EAFFE, THUMB(PC - 0x1000)},
        {"beq.w .+0x1000", 0xF00087FE, NEXT},
        {"bne.w, farthest forward", 0xF07FAFFF, THUMB(PC + 4 + 0xFFFFE)},
        {"bne.w, farthest back", 0xF4408000, THUMB(PC + 4 - 0x100000)},
        {"bne.w, J1 alone", 0xF040A000, THUMB(PC + 4 + 0x40000)},
        {"bne.w, J2 alone", 0xF0408800, THUMB(PC + 4 + 0x80000)},
        {"bxj r6", 0xF3C68F00, THUMB(R6 - 1)},
        {"bxj r10", 0xF3CA8F00, ARM(R10)},
        {"bxj r7", 0xF3C78F00, REFUSED},
        {"bxj sp", 0xF3CD8F00, REFUSED},
        {"bxj pc", 0xF3CF8F00, REFUSED},
        {"bxj r10 with a should-be-zero bit", 0xF3CAAF00, REFUSED},
        {"subs pc, lr, #4 with a should-be-zero bit", 0xF3DEAF04, REFUSED},
        {"bxj r10 with a should-be-zero bit", 0xF3CA8F01, REFUSED},
        {"subs pc, lr, #0", 0xF3DE8F00, ARM(LR)},
        {"subs pc, lr, #4", 0xF3DE8F04, ARM(LR - 4)},
        {"subs pc, lr, #255 (bits 1:0 are dropped)", 0xF3DE8FFF, ARM(LR - 256)},
        {"subs pc, r1, #4", 0xF3D18F04, REFUSED},
    };
    struct world w = thumb_world();

    (void)state;
    CHECK_ROWS(w, rows);
    w.cpu.r[15] = PC + 2;
    CHECK(w, "blx, not word aligned", 0xF000E87E, ARM(PC + 0x100));
    CHECK(w, "bl, not word aligned", 0xF000F87E, THUMB(PC + 0x102));
    w.cpu.spsr = USR | T;
    CHECK(w, "subs pc, lr, #6", 0xF3DE8F06, THUMB(LR - 6));
    w.cpu.spsr = HYP;
    CHECK(w, "subs pc, lr, #6", 0xF3DE8F06, REFUSED);
}

static void thumb32_table_branches(void **state)
{
    struct world w = thumb_world();

    (void)state;
    w.special = DATA;
    w.special_value = 0x8001FF03;
    CHECK(w, "tbb [r0, r9]", 0xE8D0F009, THUMB(PC + 4 + 2 * 0x03));
    w.cpu.r[9] = 1;
    CHECK(w, "tbb [r0, r9]", 0xE8D0F009, THUMB(PC + 4 + 2 * 0xFF));
    CHECK(w, "tbh [r0, r9, lsl #1]", 0xE8D0F019, THUMB(PC + 4 + 2 * 0x8001));
    w.cpu.r[9] = 0;
    CHECK(w, "tbh [r0, r9, lsl #1]", 0xE8D0F019, THUMB(PC + 4 + 2 * 0xFF03));
    w.cpu.r[0] = DATA - 1;
    w.cpu.r[9] = 1;
    CHECK(w, "tbb [r0, r9]", 0xE8D0F009, THUMB(PC + 4 + 2 * 0x03));
    w.cpu.r[0] = R12;
    CHECK(w, "tbb [r0, r9]", 0xE8D0F009, FAULTS);
    w.cpu.r[15] = DATA - 2;
    w.cpu.r[9] = 0xFFFFFFFF;
    w.special_value = 0x00050000;
    CHECK(w, "tbb [pc, r9] into itself", 0xE8DFF009, THUMB(DATA + 2 + 2 * 0xF0));
    w.cpu.r[9] = 1;
    CHECK(w, "tbb [pc, r9]", 0xE8DFF009, THUMB(DATA + 2));
    w.cpu.r[9] = 0;
    CHECK(w, "tbb [pc, r9]", 0xE8DFF009, THUMB(DATA + 2 + 10));
    CHECK(w, "tbb [sp, r9]", 0xE8DDF009, REFUSED);
    CHECK(w, "tbb [r0, sp]", 0xE8D0F00D, REFUSED);
    CHECK(w, "tbb [r0, pc]", 0xE8D0F00F, REFUSED);
    CHECK(w, "tbb with a should-be-zero bit", 0xE8D0F109, REFUSED);
}

static void thumb32_loads_to_pc_in_all_addressing_modes(void **state)
{
    static const struct row rows[] = {
        {"ldr.w pc, [r0]", 0xF8D0F000, ARM(LOADED(R0))},
        {"ldr.w pc, [r0, #0xffc]", 0xF8D0FFFC, ARM(LOADED(R0 + 0xFFC))},
        {"ldr.w pc, [r5, #-0x20]", 0xF855FC20, ARM(LOADED(R5 - 0x20))},
        {"ldr.w pc, [r5, #8]!", 0xF855FF08, ARM(LOADED(R5 + 8))},
        {"ldr.w pc, [r5, #-8]!", 0xF855FD08, ARM(LOADED(R5 - 8))},
        {"ldr.w pc, [r5], #8", 0xF855FB08, ARM(LOADED(R5))},
        {"ldr.w pc, [r5], #-8", 0xF855F908, ARM(LOADED(R5))},
        {"pop.w {pc}", 0xF85DFB04, ARM(LOADED(SP))},
        {"ldr.w pc, [r5, r1]", 0xF855F001, ARM(LOADED(R5 + 4))},
        {"ldr.w pc, [r5, r1, lsl #3]", 0xF855F031, ARM(LOADED(R5 + 32))},
        {"ldr.w pc, [r5, r3]", 0xF855F003, ARM(LOADED(R5 - 4))},
        {"pop.w {r0, r8, pc}", 0xE8BD8101, ARM(LOADED(SP + 8))},
        {"ldmia.w r5, {r0, pc}", 0xE8958001, ARM(LOADED(R5 + 4))},
        {"ldmdb r5!, {r0, r1, r2, pc}", 0xE9358007, ARM(LOADED(R5 - 4))},
        {"ldr.w pc, [r11]", 0xF8DBF000, REFUSED},
        {"ldr.w pc, [r7]", 0xF8D7F000, REFUSED},
        {"ldr.w pc, [r12]", 0xF8DCF000, FAULTS},
        {"ldmia.w r11, {r0, pc}", 0xE89B8001, FAULTS},
        {"ldmia.w r12, {r0, pc}", 0xE89C8001, FAULTS},
    };
    struct world w = thumb_world();

    (void)state;
    CHECK_ROWS(w, rows);
    w.cpu.r[15] = DATA + 0x400;
    CHECK(w, "ldr.w pc, [pc, #0x10]", 0xF8DFF010, ARM(LOADED(DATA + 0x414)));
    CHECK(w, "ldr.w pc, [pc, #-0x10]", 0xF85FF010, ARM(LOADED(DATA + 0x3F4)));
    w.cpu.r[15] = DATA + 0x402;
    CHECK(w, "ldr.w pc, [pc, #0x10], not word aligned", 0xF8DFF010, ARM(LOADED(DATA + 0x414)));
}

static void thumb32_refuses_pc_where_the_manual_does(void **state)
{
    static const struct row rows[] = {
        {"mov.w pc, #1", 0xF04F0F01, REFUSED},
        {"add.w pc, r0, #1", 0xF1000F01, REFUSED},
        {"mvns.w pc, #1", 0xF07F0F01, REFUSED},
        {"addw pc, r0, #1", 0xF2000F01, REFUSED},
        {"adr.w pc, .", 0xF20F0F00, REFUSED},
        {"movw pc, #0", 0xF2400F00, REFUSED},
        {"ubfx pc, r1, #2, #3", 0xF3C10F82, REFUSED},
        {"bfi pc, r1, #0, #1", 0xF3610F00, REFUSED},
        {"and.w pc, r0, r1", 0xEA000F01, REFUSED},
        {"sbc.w pc, r0, r1", 0xEB600F01, REFUSED},
        {"smlsld pc, r2, r1, r3", 0xFBD1F2C3, REFUSED},
        {"mov.w pc, r1", 0xEA4F0F01, REFUSED},
        {"add.w pc, r0, r1", 0xEB000F01, REFUSED},
        {"rsbs pc, r0, r1", 0xEBD00F01, REFUSED},
        {"lsl.w pc, r1, r2", 0xFA01FF02, REFUSED},
        {"uxtb.w pc, r1", 0xFA5FFF81, REFUSED},
        {"clz pc, r1", 0xFAB1FF81, REFUSED},
        {"mul pc, r1, r2", 0xFB01FF02, REFUSED},
        {"smull pc, r1, r2, r3", 0xFB82F103, REFUSED},
        {"smull r1, pc, r2, r3", 0xFB821F03, REFUSED},
        {"sdiv pc, r1, r2", 0xFB91FFF2, REFUSED},
        {"mrs pc, cpsr", 0xF3EF8F00, REFUSED},
        {"ldrb pc, [r0, #-4]!", 0xF810FD04, REFUSED},
        {"ldrb pc, [r0], #4", 0xF810FB04, REFUSED},
        {"ldrbt pc, [r0]", 0xF810FE00, REFUSED},
        {"ldrht pc, [r0]", 0xF830FE00, REFUSED},
        {"ldrsh pc, [r0], #4", 0xF930FB04, REFUSED},
        {"ldrt pc, [r0]", 0xF850FE00, REFUSED},
        {"ldr.w pc, [r0, sp]", 0xF850F00D, REFUSED},
        {"ldr.w pc, [r0, pc]", 0xF850F00F, REFUSED},
        {"ldrd pc, r0, [r1]", 0xE9D1F000, REFUSED},
        {"ldrd r0, pc, [r1]", 0xE9D10F00, REFUSED},
        {"strd r0, r1, [pc, #4]!", 0xE9EF0101, REFUSED},
        {"ldrex pc, [r0]", 0xE850FF00, REFUSED},
        {"ldrexd r0, pc, [r1]", 0xE8D10F7F, REFUSED},
        {"strex pc, r0, [r1]", 0xE8410F00, REFUSED},
        {"strexb pc, r0, [r1]", 0xE8C10F4F, REFUSED},
        {"ldmia.w r5, {pc}", 0xE8958000, REFUSED},
        {"ldmia.w r5, {lr, pc}", 0xE895C000, REFUSED},
        {"ldmia.w r5, {sp, pc}", 0xE895A000, REFUSED},
        {"ldmia.w r5!, {r5, pc}", 0xE8B58020, REFUSED},
        {"ldmia.w pc, {r5, pc}", 0xE89F8020, REFUSED},
        {"stmia.w pc!, {r5, r6}", 0xE8AF0060, REFUSED},
        {"mrrc p15, 0, pc, r0, c2", 0xEC50FF02, REFUSED},
        {"vmov pc, s0", 0xEE10FA10, REFUSED},
        {"vld1.8 {d0}, [pc]!", 0xF92F070D, REFUSED},
    };

    (void)state;
    CHECK_ROWS(thumb_world(), rows);
}

/* --- IT blocks -------------------------------------------------------------------------------- */

/* Everything that may be the last of an IT block, and where it goes. */
static const struct row it_last[] = {
    {"b.n .+0x104", 0xE080, THUMB(PC + 0x104)},
    {"b.w .+0x1000", 0xF000BFFE, THUMB(PC + 0x1000)},
    {"bl .+0x1000", 0xF000FFFE, THUMB(PC + 0x1000)},
    {"blx .+0x100", 0xF000E87E, ARM(PC + 0x100)},
    {"bx r6", 0x4730, THUMB(R6 - 1)},
    {"blx r10", 0x47D0, ARM(R10)},
    {"bxj r10", 0xF3CA8F00, ARM(R10)},
    {"mov pc, r10", 0x46D7, THUMB(R10)},
    {"add pc, r1", 0x448F, THUMB(PC + 8)},
    {"pop {r0, pc}", 0xBD01, ARM(LOADED(SP + 4))},
    {"ldr.w pc, [r0]", 0xF8D0F000, ARM(LOADED(R0))},
    {"ldmia.w r5, {r0, pc}", 0xE8958001, ARM(LOADED(R5 + 4))},
    {"tbb [r0, r9]", 0xE8D0F009, THUMB(PC + 4)},
    {"subs pc, lr, #4", 0xF3DE8F04, ARM(LR - 4)},
};

static bool is_table_branch(const struct row *row)
{
    return row->text[0] == 't';
}

static void a_branch_ends_an_it_block_or_is_refused(void **state)
{
    const struct outcome refused = REFUSED, next = NEXT;

    (void)state;
    for (uint32_t it = 0x01; it < 0x100; it++) {
        bool last = (it & 15) == 8, holds = condition_holds(it >> 4, C);

        if ((it & 15) == 0)
            continue;
        for (size_t i = 0; i < sizeof it_last / sizeof it_last[0]; i++) {
            struct world w = world_of(SVC | T | C | IT(it));

            w.special = DATA;
            w.special_value = is_table_branch(&it_last[i]) ? 0 : LOADED(DATA);
            check_one(w, it_last[i].text, it_last[i].insn,
                      !last ? refused : holds ? it_last[i].want : next);
        }
    }
}

static void a_failed_slot_of_an_it_block_reads_nothing(void **state)
{
    static const struct row rows[] = {
        {"pop {r0, pc}", 0xBD01, NEXT},
        {"ldr.w pc, [r12]", 0xF8DCF000, NEXT},
        {"bx r7", 0x4738, NEXT},
        {"tbb [r12, r1]", 0xE8DCF001, NEXT},
    };
    struct world w = world_of(SVC | T | IT(0x08));

    (void)state;
    w.cpu.r[13] = R12;
    CHECK_ROWS(w, rows);
}

static void ordinary_instructions_go_on_anywhere_in_an_it_block(void **state)
{
    const struct outcome next = NEXT;

    (void)state;
    for (uint32_t it = 0; it < 0x100; it++) {
        struct world w = world_of(SVC | T | IT(it));

        check_one(w, "nop", 0xBF00, next);
        check_one(w, "bkpt #0", 0xBE00, next);
        check_one(w, "add.w r8, r9, r10", 0xEB09080A, next);
    }
}

static void svc_may_be_anywhere_in_an_it_block(void **state)
{
    const struct outcome next = NEXT, vector = ARM(VECTORS + 8);

    (void)state;
    for (uint32_t it = 0; it < 0x100; it++) {
        bool holds = (it & 15) == 0 || condition_holds(it >> 4, Z);

        check_one(world_of(SVC | T | Z | IT(it)), "svc #0", 0xDF00, holds ? vector : next);
    }
}

static void a_branch_with_its_own_condition_is_refused_in_an_it_block(void **state)
{
    static const uint32_t its[] = {0x08, 0xE8, 0x1F};

    (void)state;
    for (size_t i = 0; i < sizeof its / sizeof its[0]; i++) {
        struct world w = world_of(SVC | T | IT(its[i]));

        CHECK(w, "bne.n", 0xD110, REFUSED);
        CHECK(w, "beq.w", 0xF0008010, REFUSED);
        CHECK(w, "cbz", 0xB100, REFUSED);
    }
}

static void it_bits_mean_nothing_in_arm_state(void **state)
{
    (void)state;
    CHECK(world_of(SVC | IT(0x04)), "b .+0x108", 0xEA000040, ARM(PC + 0x108));
}

/* --- The edges of memory ---------------------------------------------------------------------- */

static void an_unreadable_instruction_is_a_fault(void **state)
{
    struct step_target target;
    struct world w = arm_world();

    (void)state;
    assert_int_equal(step_next(&w.cpu, read_world, &w, &target), -AMPGDB_EFAULT);
    w.cpu.cpsr |= T;
    assert_int_equal(step_next(&w.cpu, read_world, &w, &target), -AMPGDB_EFAULT);
}

static void only_a_wide_instruction_needs_its_second_halfword(void **state)
{
    struct step_target target;
    struct world w = thumb_world();

    (void)state;
    put_instruction(&w, 0xF0009000);
    w.code_len = 2;
    assert_int_equal(step_next(&w.cpu, read_world, &w, &target), -AMPGDB_EFAULT);
    put_instruction(&w, 0xE7FE);
    assert_int_equal(step_next(&w.cpu, read_world, &w, &target), 0);
    assert_int_equal(w.reads, 3);
}

static void a_misaligned_pc_is_refused(void **state)
{
    struct world w = arm_world();

    (void)state;
    w.cpu.r[15] = PC + 2;
    CHECK(w, "nop", 0xE320F000, REFUSED);
    w.cpu.r[15] = PC + 1;
    CHECK(w, "nop", 0xE320F000, REFUSED);
    w.cpu.cpsr |= T;
    CHECK(w, "nop", 0xBF00, REFUSED);
    w.cpu.r[15] = PC + 2;
    CHECK(w, "nop", 0xBF00, NEXT);
}

static void addresses_wrap_around(void **state)
{
    struct world w = arm_world();

    (void)state;
    w.cpu.r[15] = 0xFFFFFFFC;
    CHECK(w, "nop at the top", 0xE320F000, ARM(0));
    CHECK(w, "b .+8 at the top", 0xEA000000, ARM(4));
    CHECK(w, "mov pc, pc at the top", 0xE1A0F00F, ARM(4));
    w.cpu.r[15] = 0;
    CHECK(w, "b .-8 at the bottom", 0xEAFFFFFC, ARM(0xFFFFFFF8));
    w.cpu.r[1] = 0x30000000;
    w.cpu.r[5] = 0xF0000000;
    CHECK(w, "ldr pc, [r5, r1] past the top", 0xE795F001, ARM(LOADED(DATA)));
    w.cpu.cpsr |= T;
    w.cpu.r[15] = 0xFFFFFFFE;
    CHECK(w, "nop at the top", 0xBF00, THUMB(0));
    CHECK(w, "nop.w over the top", 0xF3AF8000, THUMB(2));
    CHECK(w, "b.n .+6 at the top", 0xE001, THUMB(4));
    CHECK(w, "add pc, r0 past the top", 0x4487, THUMB(0x20000002));
}

/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arm_instructions_that_do_not_name_pc_go_on),
        cmocka_unit_test(arm_unconditional_space_that_does_not_branch_goes_on),
        cmocka_unit_test(arm_instructions_that_trap_are_given_as_going_on),
        cmocka_unit_test(arm_branches),
        cmocka_unit_test(arm_data_processing_to_pc_computes_like_the_core),
        cmocka_unit_test(arm_data_processing_to_pc_uses_carry),
        cmocka_unit_test(arm_shifts_by_immediate_include_the_odd_ones),
        cmocka_unit_test(arm_data_processing_to_pc_interworks),
        cmocka_unit_test(arm_refuses_pc_where_the_manual_does),
        cmocka_unit_test(arm_loads_to_pc_in_all_addressing_modes),
        cmocka_unit_test(arm_load_multiple_takes_pc_from_the_highest_address),
        cmocka_unit_test(loads_to_pc_interwork),
        cmocka_unit_test(loads_to_pc_follow_the_byte_order_of_data),
        cmocka_unit_test(every_condition_decides_in_arm),
        cmocka_unit_test(a_failed_condition_neither_reads_nor_looks_at_values),
        cmocka_unit_test(an_unpredictable_encoding_is_refused_whatever_its_condition),
        cmocka_unit_test(svc_goes_to_its_vector),
        cmocka_unit_test(arm_exception_returns_take_the_state_from_spsr),
        cmocka_unit_test(exception_returns_are_refused_without_an_spsr),
        cmocka_unit_test(exception_returns_only_enter_modes_below_the_monitor),
        cmocka_unit_test(jazelle_and_thumbee_are_refused),
        cmocka_unit_test(rfe_takes_pc_and_state_from_memory),
        cmocka_unit_test(rfe_is_refused_or_faults),
        cmocka_unit_test(thumb16_instructions_that_do_not_write_pc_go_on),
        cmocka_unit_test(thumb16_branches),
        cmocka_unit_test(every_condition_decides_in_thumb),
        cmocka_unit_test(compare_and_branch_looks_at_its_register),
        cmocka_unit_test(thumb16_pop_takes_pc_from_the_highest_address),
        cmocka_unit_test(thumb32_instructions_that_do_not_write_pc_go_on),
        cmocka_unit_test(thumb32_branches),
        cmocka_unit_test(thumb32_table_branches),
        cmocka_unit_test(thumb32_loads_to_pc_in_all_addressing_modes),
        cmocka_unit_test(thumb32_refuses_pc_where_the_manual_does),
        cmocka_unit_test(a_branch_ends_an_it_block_or_is_refused),
        cmocka_unit_test(a_failed_slot_of_an_it_block_reads_nothing),
        cmocka_unit_test(ordinary_instructions_go_on_anywhere_in_an_it_block),
        cmocka_unit_test(svc_may_be_anywhere_in_an_it_block),
        cmocka_unit_test(a_branch_with_its_own_condition_is_refused_in_an_it_block),
        cmocka_unit_test(it_bits_mean_nothing_in_arm_state),
        cmocka_unit_test(an_unreadable_instruction_is_a_fault),
        cmocka_unit_test(only_a_wide_instruction_needs_its_second_halfword),
        cmocka_unit_test(a_misaligned_pc_is_refused),
        cmocka_unit_test(addresses_wrap_around),
    };

    return cmocka_run_group_tests_name("step", tests, NULL, NULL);
}
