/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Objects of all sizes, each written by write_NAME() and then read by read_NAME(), round and round.
 */
#include <stdint.h>

#include "start.h"

#define BLOCKS     4
#define BLOCK_SIZE 256
#define PART       (BLOCK_SIZE / (BLOCKS - 1))

volatile uint8_t byte;
volatile uint16_t half;
volatile uint32_t word;
volatile uint64_t wide;

/* No object here is aligned to its size; they are accessed byte by byte. */
volatile struct __attribute__((packed)) {
    uint8_t before;
    uint32_t word;
    uint64_t wide;
    uint16_t half;
    uint8_t behind;
} odd __attribute__((aligned(8)));

/* In one word, which is what a watchpoint register looks at. */
volatile struct {
    uint8_t before, watched, behind, last;
} near __attribute__((aligned(8)));

/* Apart, so that each needs a register of its own. */
volatile struct {
    uint8_t watched[BLOCK_SIZE], gap[BLOCK_SIZE];
} blocks[BLOCKS] __attribute__((aligned(2 * BLOCK_SIZE)));

/* Parts of them, at odd places, take more registers than there are, if nothing else is covered. */
volatile uint8_t crowds[BLOCKS][32] __attribute__((aligned(32)));

volatile uint32_t round;
volatile uint64_t sink;

#define USE(name, object)                                                                          \
    static void write_##name(void)                                                                 \
    {                                                                                              \
        object = (uint8_t)round;                                                                   \
    }                                                                                              \
    static void read_##name(void)                                                                  \
    {                                                                                              \
        sink = object;                                                                             \
    }
USE(byte, byte)
USE(half, half)
USE(word, word)
USE(wide, wide)
USE(block, blocks[0].watched[200])
USE(near, near.watched)

/* clang-format off */
#define USE_BYTES(name, object)                                       \
    static void write_##name(void)                                    \
    {                                                                 \
        for (unsigned i = 0; i < sizeof object; i++)                  \
            ((volatile uint8_t *)&object)[i] = (uint8_t)round;        \
    }                                                                 \
    static void read_##name(void)                                     \
    {                                                                 \
        for (unsigned i = 0; i < sizeof object; i++)                  \
            sink = ((volatile uint8_t *)&object)[i];                  \
    }
USE_BYTES(odd_word, odd.word)
USE_BYTES(odd_wide, odd.wide)
USE_BYTES(odd_half, odd.half)
/* clang-format on */

static void beside(void)
{
    near.before = near.behind = near.last = (uint8_t)round;
    sink = near.before + near.behind + near.last;
}

static void write_blocks(void)
{
    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[i].watched[i * PART] = (uint8_t)round;
}

static void write_crowds(void)
{
    for (unsigned i = 0; i < BLOCKS; i++)
        for (unsigned j = 0; j < sizeof crowds[i]; j++)
            crowds[i][j] = (uint8_t)round;
}

static void new_round(void)
{
    round++;
}

void kernel_main(void)
{
    for (;;) {
        new_round();
        write_byte();
        read_byte();
        write_half();
        read_half();
        write_word();
        read_word();
        write_wide();
        read_wide();
        write_odd_word();
        read_odd_word();
        write_odd_wide();
        read_odd_wide();
        write_odd_half();
        read_odd_half();
        beside();
        write_near();
        read_near();
        write_block();
        read_block();
        write_blocks();
        write_crowds();
    }
}
