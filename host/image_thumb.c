/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Is a raw file Thumb code? Nothing in it says so, and a wrong "yes" would keep a good program from
 * running, so two things must come together: its first halfword is one that Thumb programs really
 * begin with, and it is no ARM code, of which nearly every instruction is unconditional
 * (ARM DDI 0406C, A5.1: bits 31:28 are 1110, or 1111 for a few others).
 */
#include <string.h>

#include "image.h"

#define LOOK_AT 8u /* words */

struct pattern {
    uint32_t mask;
    uint32_t value;
};

static bool matches(uint32_t code, const struct pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((code & patterns[i].mask) == patterns[i].value)
            return true;
    return false;
}

#define MATCHES(code, patterns) matches(code, patterns, sizeof(patterns) / sizeof((patterns)[0]))

/* clang-format off */
/* ARM DDI 0406C, A5.1 and A5.7. */
static const struct pattern arm_code[] = {
    {0xF0000000, 0xE0000000}, /* always */
    {0xFFF10020, 0xF1000000}, /* CPS */
    {0xFFF000F0, 0xF5700040}, /* DSB */
    {0xFFF000F0, 0xF5700050}, /* DMB */
    {0xFFF000F0, 0xF5700060}, /* ISB */
    {0xFE000000, 0xFA000000}, /* BLX */
};

static const struct pattern arm_undefined[] = {
    {0xFFF000F0, 0xE7F000F0}, /* UDF: as Thumb, a branch */
};

/* What Thumb programs begin with (A6.2 and A6.3). */
static const struct pattern thumb_starts[] = {
    {0xFF00, 0xB500}, /* PUSH with LR */
    {0xFFE8, 0xB660}, /* CPSIE, CPSID */
    {0xFF00, 0xB000}, /* ADD, SUB to SP */
    {0xF800, 0x4800}, /* LDR from the literal pool */
    {0xF800, 0x2000}, /* MOVS with a constant */
    {0xFF00, 0x4600}, /* MOV */
    {0xFFFF, 0xBF00}, /* NOP */
    {0xFF00, 0xBE00}, /* BKPT */
    {0xF800, 0xE000}, /* B */
    {0xF800, 0xA000}, /* ADR */
};

/* 32-bit instructions, first halfword above. */
static const struct pattern thumb_long_starts[] = {
    {0xF8008000, 0xF0008000}, /* BL, B.W, MSR, MRS, barriers */
    {0xFF7F0000, 0xF85F0000}, /* LDR.W from the literal pool */
    {0xFBF08000, 0xF2400000}, /* MOVW */
    {0xFBEF8000, 0xF04F0000}, /* MOV.W */
    {0xFFFF0000, 0xE92D0000}, /* PUSH.W */
};
/* clang-format on */

static uint32_t word_at(const uint8_t *bytes, size_t index)
{
    uint32_t word;

    memcpy(&word, bytes + 4 * index, sizeof word); /* both sides are little-endian */
    return word;
}

static bool is_arm(uint32_t word)
{
    return MATCHES(word, arm_code) && !MATCHES(word, arm_undefined);
}

static bool is_thumb_start(uint32_t word)
{
    return MATCHES(word & 0xFFFF, thumb_starts) ||
           MATCHES(word << 16 | word >> 16, thumb_long_starts);
}

/* Some Thumb code looks like ARM code at its first word; hardly any does for long. */
bool image_looks_like_thumb(const uint8_t *bytes, size_t size)
{
    const size_t words = size / 4 < LOOK_AT ? size / 4 : LOOK_AT;
    size_t arm = 0;

    if (words == 0 || !is_thumb_start(word_at(bytes, 0)))
        return false;
    for (size_t i = 0; i < words; i++)
        arm += is_arm(word_at(bytes, i));
    return !is_arm(word_at(bytes, 0)) || (words == LOOK_AT && arm == 1);
}
