/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See actions.h. The store has no holes: what is behind a forgotten block moves down, and only the
 * table of blocks, which handles are the indices of, knows where a block is.
 */
#include "actions.h"

#include <stddef.h>

#include "ampgdb/message.h"

#define STORE_WORDS (ACTIONS_STORE / 4u)

/* The expressions of one breakpoint, each a word with its length and the code. */
struct block {
    uint32_t start, words; /* words 0: free */
    uint32_t conditions, commands;
};

static uint32_t store[STORE_WORDS];
static uint32_t used; /* words */
static struct block blocks[ACTIONS_MAX];

static struct block *block_of(actions_handle handle)
{
    return handle ? &blocks[handle - 1] : NULL;
}

static actions_handle free_handle(void)
{
    for (uint32_t i = 0; i < ACTIONS_MAX; i++)
        if (blocks[i].words == 0)
            return (actions_handle)(i + 1);
    return 0;
}

/* Words of an expression with its length, which the caller has checked. */
static uint32_t words_of(uint32_t length)
{
    return 1 + (length + 3) / 4;
}

static bool is_well_formed(uint32_t conditions, uint32_t commands, const uint32_t *code,
                           uint32_t words)
{
    uint32_t left = words, bytes = 0;

    if (conditions > words || commands > words)
        return false;
    for (uint32_t i = 0; i < conditions + commands; i++) {
        if (left == 0 || *code == 0 || *code > AMPGDB_AGENT_CODE_MAX || words_of(*code) > left)
            return false;
        bytes += 4 * (words_of(*code) - 1);
        left -= words_of(*code);
        code += words_of(*code);
    }
    return left == 0 && bytes <= AMPGDB_AGENT_CODES_MAX;
}

static void free_block(struct block *block)
{
    const uint32_t end = block->start + block->words;

    for (uint32_t i = end; i < used; i++)
        store[i - block->words] = store[i];
    for (uint32_t i = 0; i < ACTIONS_MAX; i++)
        if (blocks[i].start >= end)
            blocks[i].start -= block->words;
    used -= block->words;
    *block = (struct block){0, 0, 0, 0};
}

int actions_store(actions_handle *handle, uint32_t conditions, uint32_t commands,
                  const uint32_t *code, uint32_t words)
{
    const uint32_t room = STORE_WORDS - used + (*handle ? block_of(*handle)->words : 0);
    const actions_handle kept = *handle ? *handle : free_handle();

    if (!is_well_formed(conditions, commands, code, words))
        return -AMPGDB_EINVAL;
    if (words > 0 && (words > room || kept == 0))
        return -AMPGDB_ENOSPC;
    actions_forget(handle);
    if (words == 0)
        return 0;
    *block_of(kept) = (struct block){used, words, conditions, commands};
    for (uint32_t i = 0; i < words; i++)
        store[used++] = code[i];
    *handle = kept;
    return 0;
}

void actions_forget(actions_handle *handle)
{
    if (*handle)
        free_block(block_of(*handle));
    *handle = 0;
}

/* One expression, and *at goes behind it. */
static int evaluate(uint32_t *at, const struct agent_world *world, uint64_t *value,
                    uint32_t *bad_addr)
{
    const uint32_t length = store[*at];
    const uint8_t *code = (const uint8_t *)&store[*at + 1];

    *at += words_of(length);
    return agent_evaluate(code, length, world, value, bad_addr);
}

/* Does the hit count? 1, 0 or an error. Conditions behind a true one are not looked at. */
static int is_true(const struct block *block, const struct agent_world *world, uint32_t *bad_addr)
{
    uint32_t at = block->start;
    uint64_t value = block->conditions == 0;

    for (uint32_t i = 0; i < block->conditions && value == 0; i++) {
        const int error = evaluate(&at, world, &value, bad_addr);

        if (error)
            return error;
    }
    return value != 0;
}

static int run_commands(const struct block *block, const struct agent_world *world,
                        uint32_t *bad_addr)
{
    uint32_t at = block->start;
    uint64_t value;

    for (uint32_t i = 0; i < block->conditions; i++)
        at += words_of(store[at]);
    for (uint32_t i = 0; i < block->commands; i++) {
        const int error = evaluate(&at, world, &value, bad_addr);

        if (error)
            return error;
    }
    return 0;
}

int actions_run(actions_handle handle, const struct agent_world *world, uint32_t *bad_addr)
{
    const struct block *block = block_of(handle);
    int counts;

    if (!block)
        return ACTIONS_STOP;
    counts = is_true(block, world, bad_addr);
    if (counts < 0)
        return counts;
    if (!counts)
        return ACTIONS_GO_ON;
    if (block->commands == 0)
        return ACTIONS_STOP;
    counts = run_commands(block, world, bad_addr);
    return counts < 0 ? counts : ACTIONS_GO_ON;
}
