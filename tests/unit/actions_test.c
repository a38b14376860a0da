/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/actions.h: the store forgets nothing and loses no room, and the rule that combines
 * conditions and commands (message.h, struct ampgdb_break).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "actions.h"
#include "ampgdb/message.h"

#define STORE_WORDS (ACTIONS_STORE / 4)
#define MAX_WORDS   (AMPGDB_AGENT_CODE_MAX / 4)

/* Expressions of two words each. */
#define TRUE_   3, 0x270122u   /* const8 1, end */
#define FALSE_  3, 0x270022u   /* const8 0, end */
#define WRONG   1, 0x02u       /* add */
#define BAD_MEM 4, 0x27170022u /* const8 0, ref8, end */

static uint32_t prints, last_id;
static actions_handle handles[ACTIONS_MAX + 1];

static uint32_t read_reg(void *context, uint32_t number)
{
    (void)context;
    return number;
}

static int read_mem(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    (void)context;
    (void)addr;
    (void)bytes;
    (void)len;
    return -AMPGDB_EFAULT;
}

static void print(void *context, uint32_t id, uint32_t strings, const uint64_t *values,
                  uint32_t count)
{
    (void)context;
    (void)strings;
    (void)values;
    (void)count;
    prints++;
    last_id = id;
}

static const struct agent_world world = {NULL, read_reg, read_mem, print};

static int forget_all(void **state)
{
    (void)state;
    for (size_t i = 0; i <= ACTIONS_MAX; i++)
        actions_forget(&handles[i]);
    prints = 0;
    last_id = 0;
    return 0;
}

#define STORE(handle, conditions, commands, ...)                                                   \
    actions_store(handle, conditions, commands, (const uint32_t[]){__VA_ARGS__},                   \
                  sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static int run(actions_handle handle)
{
    uint32_t bad_addr = 1;
    const int verdict = actions_run(handle, &world, &bad_addr);

    if (verdict == -AMPGDB_EFAULT)
        assert_int_equal(bad_addr, 0);
    return verdict;
}

/* const8 0, const8 0, print id with no values, end: 11 bytes in 3 words. */
static int store_print(actions_handle *handle, uint32_t id)
{
    const uint8_t code[12] = {0x22,        0, 0x22, 0, 0x34, (uint8_t)(id >> 8),
                              (uint8_t)id, 0, 0,    0, 0x27};
    uint32_t words[4] = {11};

    memcpy(words + 1, code, sizeof code);
    return actions_store(handle, 0, 1, words, 4);
}

/* One block of as many words. */
static int store_large(actions_handle *handle, uint32_t words)
{
    static uint32_t code[MAX_WORDS * 5];
    uint32_t at = 0, expressions = 0;

    while (at < words) {
        const uint32_t room = words - at - 1;
        const uint32_t body = room < MAX_WORDS ? room : MAX_WORDS - (room == MAX_WORDS + 1);

        code[at] = 4 * body;
        at += 1 + body;
        expressions++;
    }
    return actions_store(handle, expressions, 0, code, words);
}

/* --- the rule --- */

static void without_actions_a_hit_stops(void **state)
{
    (void)state;
    assert_int_equal(run(0), ACTIONS_STOP);
    assert_int_equal(actions_store(&handles[0], 0, 0, NULL, 0), 0);
    assert_int_equal(handles[0], 0);
}

static void one_true_condition_is_enough(void **state)
{
    (void)state;
    assert_int_equal(STORE(&handles[0], 1, 0, FALSE_), 0);
    assert_int_equal(run(handles[0]), ACTIONS_GO_ON);
    assert_int_equal(STORE(&handles[0], 1, 0, TRUE_), 0);
    assert_int_equal(run(handles[0]), ACTIONS_STOP);
    assert_int_equal(STORE(&handles[0], 3, 0, FALSE_, TRUE_, FALSE_), 0);
    assert_int_equal(run(handles[0]), ACTIONS_STOP);
    assert_int_equal(STORE(&handles[0], 2, 0, FALSE_, FALSE_), 0);
    assert_int_equal(run(handles[0]), ACTIONS_GO_ON);
}

static void conditions_behind_a_true_one_are_not_looked_at(void **state)
{
    (void)state;
    assert_int_equal(STORE(&handles[0], 2, 0, TRUE_, WRONG), 0);
    assert_int_equal(run(handles[0]), ACTIONS_STOP);
}

static void what_cannot_be_evaluated_is_told(void **state)
{
    (void)state;
    assert_int_equal(STORE(&handles[0], 2, 0, WRONG, TRUE_), 0);
    assert_int_equal(run(handles[0]), -AMPGDB_EAGENT);
    assert_int_equal(STORE(&handles[0], 1, 0, BAD_MEM), 0);
    assert_int_equal(run(handles[0]), -AMPGDB_EFAULT);
    assert_int_equal(STORE(&handles[0], 0, 1, BAD_MEM), 0);
    assert_int_equal(run(handles[0]), -AMPGDB_EFAULT);
}

static void commands_run_instead_of_a_stop(void **state)
{
    (void)state;
    assert_int_equal(store_print(&handles[0], 0x1234), 0);
    assert_int_equal(run(handles[0]), ACTIONS_GO_ON);
    assert_int_equal(prints, 1);
    assert_int_equal(last_id, 0x1234);
}

static void commands_run_only_when_the_hit_counts(void **state)
{
    (void)state;
    assert_int_equal(STORE(&handles[0], 1, 1, FALSE_, WRONG), 0);
    assert_int_equal(run(handles[0]), ACTIONS_GO_ON);
    assert_int_equal(STORE(&handles[0], 1, 1, TRUE_, WRONG), 0);
    assert_int_equal(run(handles[0]), -AMPGDB_EAGENT);
    assert_int_equal(STORE(&handles[0], 2, 1, TRUE_, WRONG, FALSE_), 0); /* behind both of them */
    assert_int_equal(run(handles[0]), ACTIONS_GO_ON);
}

/* --- the store --- */

static void what_does_not_fill_the_message_exactly_is_refused(void **state)
{
    (void)state;
    assert_int_equal(STORE(&handles[0], 1, 0, TRUE_, 0), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 2, 0, TRUE_), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 0, 0, TRUE_), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 1, 0, 5, 0), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 1, 0, 0, TRUE_), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 1, 0, 0), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 1, 0, 0xFFFFFFFF, 0), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 1, 0, 0xFFFFFFFC, 0), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 0xFFFFFFFF, 2, TRUE_), -AMPGDB_EINVAL);
    assert_int_equal(STORE(&handles[0], 2, 0xFFFFFFFF, TRUE_), -AMPGDB_EINVAL);
    assert_int_equal(handles[0], 0);
}

static void expressions_have_limits(void **state)
{
    static uint32_t code[2 + MAX_WORDS];

    (void)state;
    code[0] = AMPGDB_AGENT_CODE_MAX;
    assert_int_equal(actions_store(&handles[0], 1, 0, code, 1 + MAX_WORDS), 0);
    code[0] = AMPGDB_AGENT_CODE_MAX + 1;
    assert_int_equal(actions_store(&handles[0], 1, 0, code, 2 + MAX_WORDS), -AMPGDB_EINVAL);
    assert_int_equal(store_large(&handles[0], AMPGDB_AGENT_CODES_MAX / 4 + 4), 0);
    assert_int_equal(store_large(&handles[0], AMPGDB_AGENT_CODES_MAX / 4 + 6), -AMPGDB_EINVAL);
}

static void a_refusal_leaves_the_earlier_actions(void **state)
{
    (void)state;
    assert_int_equal(store_print(&handles[0], 7), 0);
    assert_int_equal(STORE(&handles[0], 1, 0, 5, 0), -AMPGDB_EINVAL);
    assert_int_equal(run(handles[0]), ACTIONS_GO_ON);
    assert_int_equal(last_id, 7);
}

static void others_are_still_there_when_one_is_forgotten(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal(store_print(&handles[i], 100 + i), 0);
    assert_int_equal(STORE(&handles[0], 1, 0, TRUE_), 0);
    for (uint32_t i = 3; i < 20; i += 4)
        actions_forget(&handles[i]);
    assert_int_equal(STORE(&handles[6], 2, 0, FALSE_, FALSE_), 0);
    for (uint32_t i = 1; i < 20; i++) {
        if (i % 4 == 3 || i == 6)
            continue;
        assert_int_equal(run(handles[i]), ACTIONS_GO_ON);
        assert_int_equal(last_id, 100 + i);
    }
    assert_int_equal(run(handles[0]), ACTIONS_STOP);
    assert_int_equal(run(handles[3]), ACTIONS_STOP); /* none: forgotten */
}

static void all_room_can_be_used_again_and_again(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 16; i++)
            assert_int_equal(store_large(&handles[i], STORE_WORDS / 16), 0);
        assert_int_equal(STORE(&handles[16], 1, 0, TRUE_), -AMPGDB_ENOSPC);
        assert_int_equal(handles[16], 0);
        assert_int_equal(store_large(&handles[4], STORE_WORDS / 16), 0); /* instead of itself */
        actions_forget(&handles[7]);
        assert_int_equal(STORE(&handles[16], 1, 0, TRUE_), 0);
        assert_int_equal(store_large(&handles[7], STORE_WORDS / 16), -AMPGDB_ENOSPC);
        forget_all(NULL);
    }
}

static void handles_have_their_limit(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ACTIONS_MAX; i++)
        assert_int_equal(STORE(&handles[i], 1, 0, TRUE_), 0);
    assert_int_equal(STORE(&handles[ACTIONS_MAX], 1, 0, TRUE_), -AMPGDB_ENOSPC);
    assert_int_equal(STORE(&handles[5], 1, 0, FALSE_), 0);
    assert_int_equal(run(handles[5]), ACTIONS_GO_ON);
    actions_forget(&handles[9]);
    assert_int_equal(STORE(&handles[ACTIONS_MAX], 1, 0, TRUE_), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_actions_a_hit_stops, forget_all),
        cmocka_unit_test_setup(one_true_condition_is_enough, forget_all),
        cmocka_unit_test_setup(conditions_behind_a_true_one_are_not_looked_at, forget_all),
        cmocka_unit_test_setup(what_cannot_be_evaluated_is_told, forget_all),
        cmocka_unit_test_setup(commands_run_instead_of_a_stop, forget_all),
        cmocka_unit_test_setup(commands_run_only_when_the_hit_counts, forget_all),
        cmocka_unit_test_setup(what_does_not_fill_the_message_exactly_is_refused, forget_all),
        cmocka_unit_test_setup(expressions_have_limits, forget_all),
        cmocka_unit_test_setup(a_refusal_leaves_the_earlier_actions, forget_all),
        cmocka_unit_test_setup(others_are_still_there_when_one_is_forgotten, forget_all),
        cmocka_unit_test_setup(all_room_can_be_used_again_and_again, forget_all),
        cmocka_unit_test_setup(handles_have_their_limit, forget_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
