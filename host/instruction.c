/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See instruction.h.
 */
#include "instruction.h"

#define ALWAYS       0xEu /* condition codes (A8.3.1) */
#define NO_CONDITION 0xFu

/* A6.1: the first five bits tell a halfword that has a second one. */
static bool has_second(uint32_t first)
{
    return first >> 11 >= 0x1D;
}

uint32_t instruction_bits(uint32_t instruction, bool thumb, int *digits)
{
    const uint32_t first = instruction & 0xFFFFu;

    *digits = thumb && !has_second(first) ? 4 : 8;
    if (!thumb)
        return instruction;
    return has_second(first) ? first << 16 | instruction >> 16 : first;
}

bool instruction_is_svc(uint32_t instruction, bool thumb, uint32_t *number)
{
    *number = instruction & (thumb ? 0xFFu : 0xFFFFFFu);
    if (thumb)
        return (instruction & 0xFF00u) == 0xDF00u; /* A8.8.228 */
    return (instruction & 0x0F000000u) == 0x0F000000u && instruction >> 28 != NO_CONDITION;
}

bool instruction_is_udf(uint32_t instruction, bool thumb)
{
    int digits;
    const uint32_t bits = instruction_bits(instruction, thumb, &digits);

    if (digits == 4)
        return bits >> 8 == 0xDE; /* A8.8.247 */
    if (thumb)
        return (bits & 0xFFF0F000u) == 0xF7F0A000u;
    return (bits & 0xFFF000F0u) == 0xE7F000F0u;
}

/* Coprocessors 10 and 11, in the encoding that ARM has with a condition and Thumb with ALWAYS:
 * loads and stores, data processing, moves (A7.5 to A7.9). */
static bool is_vfp(uint32_t bits)
{
    const uint32_t group = bits >> 24 & 0xF;

    return (group == 0xC || group == 0xD || group == 0xE) && (bits >> 9 & 7) == 5;
}

bool instruction_is_fpu(uint32_t instruction, bool thumb)
{
    int digits;
    const uint32_t bits = instruction_bits(instruction, thumb, &digits);

    if (digits == 4)
        return false;
    if (thumb)
        return (bits >> 28 == ALWAYS && is_vfp(bits)) || (bits & 0xEF000000u) == 0xEF000000u ||
               (bits & 0xFF100000u) == 0xF9000000u;
    if (bits >> 28 != NO_CONDITION)
        return is_vfp(bits);
    return (bits & 0xFE000000u) == 0xF2000000u ||
           (bits & 0xFF100000u) == 0xF4000000u; /* A7.4, A7.7 */
}

/* Rn has the same place in all loads and stores of 32 bits (A5.3, A5.5, A5.6, A6.3.5 to A6.3.10).
 * With 16 bits SP is the base in forms of its own: LDR, STR, PUSH and POP (A6.2). */
bool instruction_is_by_sp(uint32_t instruction, bool thumb)
{
    int digits;
    const uint32_t bits = instruction_bits(instruction, thumb, &digits);

    if (digits == 4)
        return bits >> 12 == 9 || (bits & 0xF600u) == 0xB400u;
    return (bits >> 16 & 0xF) == 13;
}
