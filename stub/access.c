/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See access.h. Encodings that the manual leaves undefined never access anything, so nobody asks
 * about them: they are not told apart from their neighbours. Those of ARMv8 (load-acquire,
 * store-release) share the size field of the exclusives.
 */
#include "access.h"

static uint32_t field(uint32_t code, uint32_t high, uint32_t low)
{
    return code >> low & ((2u << (high - low)) - 1u);
}

static struct access access(uint32_t bytes, bool load)
{
    return (struct access){(uint16_t)bytes, load ? ACCESS_READ : ACCESS_WRITE};
}

static struct access unknown(void)
{
    return (struct access){ACCESS_UNKNOWN_BYTES, ACCESS_READ | ACCESS_WRITE};
}

/* An empty list is UNPREDICTABLE: the most it could be. */
static struct access multiple(uint32_t list, bool load)
{
    uint32_t bytes = 0;

    for (uint32_t rest = list; rest; rest &= rest - 1)
        bytes += 4;
    return access(bytes ? bytes : 64, load);
}

/* VLD1 to VLD4, VST1 to VST4; the same fields in both states (A7.7). */
static struct access elements(uint32_t code)
{
    static const uint8_t registers[16] = {4, 4, 4, 4, 3, 3, 3, 1, 2, 2, 2, 4, 4, 4, 4, 4};
    const bool load = field(code, 21, 21);
    const bool all_lanes = field(code, 11, 10) == 3;
    const uint32_t size = all_lanes ? field(code, 7, 6) : field(code, 11, 10);

    if (!field(code, 23, 23))
        return access(8u * registers[field(code, 11, 8)], load);
    return access((field(code, 9, 8) + 1) << (size < 2 ? size : 2), load);
}

/* LDC and STC: of coprocessors 10 and 11, VLDR, VLDM and their stores (A7.6); the same fields in
 * both states. How much another coprocessor takes is its own affair. */
static struct access coprocessor(uint32_t code)
{
    const bool load = field(code, 20, 20);
    const bool is_single = field(code, 24, 24) && !field(code, 21, 21);
    const uint32_t words = field(code, 7, 0);

    if (field(code, 11, 9) != 5)
        return access(ACCESS_UNKNOWN_BYTES, load);
    if (is_single)
        return access(field(code, 8, 8) ? 8 : 4, load);
    return access(words ? 4 * words : ACCESS_UNKNOWN_BYTES, load);
}

/* --- ARM (A5) --- */

/* Bits 7 and 4 set: SWP, exclusives, and loads and stores of anything but a word or byte. */
static struct access arm_extra(uint32_t code)
{
    static const uint8_t exclusive_bytes[4] = {4, 8, 1, 2};
    const uint32_t kind = field(code, 6, 5);
    const bool load = field(code, 20, 20);

    if (kind == 0 && field(code, 24, 23) == 2)
        return (struct access){field(code, 22, 22) ? 1 : 4, ACCESS_READ | ACCESS_WRITE};
    if (kind == 0 && field(code, 24, 23) == 3)
        return access(exclusive_bytes[field(code, 22, 21)], load);
    if (kind == 0)
        return unknown();
    if (!load && kind != 1)
        return access(8, kind == 2);
    return access(kind == 2 ? 1 : 2, load);
}

static struct access arm_unconditional(uint32_t code)
{
    const uint32_t group = field(code, 27, 25);

    if (group == 2 && !field(code, 24, 24) && !field(code, 20, 20))
        return elements(code);
    if (group == 4)
        return access(8, field(code, 20, 20)); /* RFE, SRS */
    return group == 6 ? coprocessor(code) : unknown();
}

static struct access access_of_arm(uint32_t code)
{
    const bool load = field(code, 20, 20);
    const bool is_extra = field(code, 7, 7) && field(code, 4, 4);

    if (field(code, 31, 28) == 15)
        return arm_unconditional(code);
    switch (field(code, 27, 25)) {
    case 0:
        return is_extra ? arm_extra(code) : unknown();
    case 2:
        return access(field(code, 22, 22) ? 1 : 4, load);
    case 3:
        return field(code, 4, 4) ? unknown() : access(field(code, 22, 22) ? 1 : 4, load);
    case 4:
        return multiple(field(code, 15, 0), load);
    case 6:
        return coprocessor(code);
    default:
        return unknown();
    }
}

/* --- Thumb (A6) --- */

/* Register offset: STR, STRH, STRB, LDRSB, LDR, LDRH, LDRB, LDRSH. */
static struct access thumb_register(uint32_t code)
{
    static const uint8_t bytes[8] = {4, 2, 1, 1, 4, 2, 1, 2};
    const uint32_t opcode = field(code, 11, 9);

    return access(bytes[opcode], opcode >= 3);
}

static struct access access_of_thumb16(uint32_t code)
{
    const bool load = field(code, 11, 11);

    switch (field(code, 15, 12)) {
    case 0x4:
        return load ? access(4, true) : unknown(); /* literal */
    case 0x5:
        return thumb_register(code);
    case 0x6:
    case 0x9:
        return access(4, load);
    case 0x7:
        return access(1, load);
    case 0x8:
        return access(2, load);
    case 0xB: /* PUSH and POP; bit 8 is LR or PC */
        return field(code, 10, 9) == 2 ? multiple(field(code, 8, 0), load) : unknown();
    case 0xC:
        return multiple(field(code, 7, 0), load);
    default:
        return unknown();
    }
}

/* LDRD, LDREX with its sizes, TBB and TBH, and their stores; code: the first halfword on top. */
static struct access thumb_dual(uint32_t code)
{
    const bool load = field(code, 20, 20);
    const uint32_t form = field(code, 7, 4);

    if (field(code, 24, 24) || field(code, 21, 21))
        return access(8, load);
    if (!field(code, 23, 23))
        return access(4, load);
    return access(form < 4 ? form + 1 : 1u << (form & 3u), load);
}

static struct access thumb_multiple(uint32_t code)
{
    const uint32_t mode = field(code, 24, 23);
    const bool load = field(code, 20, 20);

    return mode == 0 || mode == 3 ? access(8, load) : multiple(field(code, 15, 0), load);
}

static struct access access_of_thumb32(uint32_t code)
{
    const uint32_t size = field(code, 22, 21);

    switch (field(code, 31, 25)) {
    case 0x74:
        return field(code, 22, 22) ? thumb_dual(code) : thumb_multiple(code);
    case 0x76:
    case 0x7E:
        return coprocessor(code);
    case 0x7C:
        if (field(code, 24, 24) && !field(code, 20, 20))
            return elements(code);
        return size < 3 ? access(1u << size, field(code, 20, 20)) : unknown();
    default:
        return unknown();
    }
}

struct access access_of(uint32_t code, bool thumb)
{
    if (!thumb)
        return access_of_arm(code);
    if (field(code, 15, 11) < 0x1D)
        return access_of_thumb16(code);
    return access_of_thumb32(code << 16 | code >> 16);
}
