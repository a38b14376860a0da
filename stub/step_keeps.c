/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See step_keeps.h. A 32-bit Thumb instruction has its first halfword in bits 31:16, a 16-bit one
 * has its only one there.
 */
#include "step_keeps.h"

struct pattern {
    uint32_t mask, value;
};

/* clang-format off */

/* Those that write the mode field of the CPSR, the c field of MSR among them. */
static const struct pattern arm_mode[] = {
    {0xFFF30020, 0xF1020000}, /* CPS with a mode */
    {0xFE500000, 0xF8100000}, /* RFE */
    {0x0FF000F0, 0x01200000}, /* MSR, register */
    {0x0FF1F000, 0x0321F000}, /* MSR, immediate */
    {0x0F000000, 0x0F000000}, /* SVC */
    {0x0C10F000, 0x0010F000}, /* SUBS PC and the like */
    {0x0E508000, 0x08508000}, /* LDM, exception return */
    {0x0FF000F0, 0x01600060}, /* ERET */
};

/* Those that name SP as the destination, or as a base that is written back. */
static const struct pattern arm_sp[] = {
    {0x0C00F000, 0x0000D000}, /* data processing, loads of halfwords and doublewords */
    {0x0F0F0090, 0x000D0090}, /* loads and stores of those: post-indexed */
    {0x0E2F0090, 0x002D0090}, /*                            pre-indexed */
    {0x0C00F000, 0x0400D000}, /* loads and stores, media */
    {0x0D0F0000, 0x040D0000}, /* loads and stores: post-indexed; VLDn, VSTn */
    {0x0C2F0000, 0x042D0000}, /*                   pre-indexed */
    {0x0E2F0000, 0x082D0000}, /* LDM, STM, SRS with write-back */
    {0x0E102000, 0x08102000}, /* LDM of SP */
    {0x0C00F000, 0x0C00D000}, /* MRC, MRRC */
    {0x0E2F0000, 0x0C2D0000}, /* LDC, STC, VLDM, VSTM with write-back */
};

/* Those that read or write CPSR.I and keep the mode; and WFE, which no masked interrupt ends
 * (DDI 0406C, B1.8.13), unlike WFI (B1.8.14). QEMU, where WFE is over at once, cannot show it. */
static const struct pattern arm_interrupts[] = {
    {0xFFF10020, 0xF1000000}, /* CPS */
    {0x0FF000F0, 0x01000000}, /* MRS */
    {0x0FFF00FF, 0x03200002}, /* WFE */
};

static const struct pattern thumb_interrupts[] = {
    {0xFFE80000, 0xB6600000}, /* CPS */
    {0xFFF0D400, 0xF3A08400}, /* CPS, 32 bits */
    {0xFFF0D000, 0xF3E08000}, /* MRS */
    {0xFFFF0000, 0xBF200000}, /* WFE */
    {0xFFF0D7FF, 0xF3A08002}, /* WFE, 32 bits */
};

static const struct pattern thumb_mode[] = {
    {0xFF000000, 0xDF000000}, /* SVC */
    {0xFFE0D100, 0xF3808100}, /* MSR */
    {0xFFF0D100, 0xF3A08100}, /* CPS with a mode */
    {0xFFF0D000, 0xF3D08000}, /* SUBS PC, LR */
    {0xFFD00000, 0xE8100000}, /* RFEDB */
    {0xFFD00000, 0xE9900000}, /* RFEIA */
};

static const struct pattern thumb_sp[] = {
    {0xF6000000, 0xB4000000}, /* PUSH, POP */
    {0xFF000000, 0xB0000000}, /* ADD, SUB SP, immediate */
    {0xFF870000, 0x44850000}, /* ADD SP, register */
    {0xFF870000, 0x46850000}, /* MOV SP, register */
    {0xFE000F00, 0xEA000D00}, /* data processing: shifted register */
    {0xF8008F00, 0xF0000D00}, /*                  immediate; no branches */
    {0xF8000F00, 0xF8000D00}, /*                  register, multiplication; some loads */
    {0xFE400F00, 0xE8400D00}, /* LDRD, second register */
    {0xFE40F000, 0xE840D000}, /* LDRD, LDREX */
    {0xFE00F000, 0xF800D000}, /* loads */
    {0xEC00F000, 0xEC00D000}, /* MRC, MRRC */
    {0xFE6F0000, 0xE82D0000}, /* LDM, STM, SRS with write-back */
    {0xFF4F0000, 0xE84D0000}, /* LDRD, STRD: post-indexed */
    {0xFE6F0000, 0xE86D0000}, /*             pre-indexed */
    {0xFE8F0C00, 0xF80D0800}, /* loads and stores: post-indexed */
    {0xFE8F0900, 0xF80D0900}, /*                   pre-indexed */
    {0xEE2F0000, 0xEC2D0000}, /* LDC, STC, VLDM, VSTM with write-back */
    {0xFF1F0000, 0xF90D0000}, /* VLDn, VSTn */
};

/* clang-format on */

static bool is_any_of(const struct pattern *patterns, uint32_t count, uint32_t insn)
{
    for (uint32_t i = 0; i < count; i++)
        if ((insn & patterns[i].mask) == patterns[i].value)
            return true;
    return false;
}

#define IS_ANY_OF(patterns, insn) is_any_of(patterns, sizeof(patterns) / sizeof(patterns)[0], insn)

struct step_keeps step_keeps(uint32_t code, bool thumb)
{
    const bool is_short = (code & 0xF800u) < 0xE800u; /* A6.1 */
    const uint32_t insn = is_short ? code << 16 : code << 16 | code >> 16;

    struct step_keeps keeps;

    if (thumb) {
        keeps.mode = !IS_ANY_OF(thumb_mode, insn);
        keeps.sp = !IS_ANY_OF(thumb_sp, insn);
        keeps.interrupts = keeps.mode && !IS_ANY_OF(thumb_interrupts, insn);
    } else {
        keeps.mode = !IS_ANY_OF(arm_mode, code);
        keeps.sp = !IS_ANY_OF(arm_sp, code);
        keeps.interrupts = keeps.mode && !IS_ANY_OF(arm_interrupts, code);
    }
    return keeps;
}
