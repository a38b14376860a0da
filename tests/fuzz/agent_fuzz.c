/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A hostile host: conditions and commands of any content and layout are refused or run, within
 * bounded work, and the store survives them.
 *
 * The input: a byte that says which breakpoint and with how many conditions and commands; then, as
 * words, what comes behind struct ampgdb_break. As many of these as there are, each behind its
 * length.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "ampgdb/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define BREAKPOINTS 8u
#define WORDS_MAX   512u

static unsigned work;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static uint32_t read_reg(void *context, uint32_t number)
{
    (void)context;
    require(number < AMPGDB_REG_COUNT);
    work++;
    return number * 0x01010101u;
}

static int read_mem(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    (void)context;
    require(len == 1 || len == 2 || len == 4 || len == 8);
    work++;
    memset(bytes, (int)addr, len);
    return addr % 16 == 5 ? -AMPGDB_EFAULT : 0;
}

static void print(void *context, uint32_t id, uint32_t strings, const uint64_t *values,
                  uint32_t count)
{
    uint64_t sum = id + strings;

    (void)context;
    require(count <= AMPGDB_PRINT_VALUES_MAX);
    work++;
    for (uint32_t i = 0; i < count; i++)
        sum += values[i]; /* all of them are there, says the sanitizer */
    require(sum != 1 || id <= 0xFFFF);
}

static void run(actions_handle handle, uint32_t expressions)
{
    static const struct agent_world world = {NULL, read_reg, read_mem, print};
    uint32_t bad_addr = 0;
    int verdict;

    work = 0;
    verdict = actions_run(handle, &world, &bad_addr);
    require(verdict == ACTIONS_STOP || verdict == ACTIONS_GO_ON || verdict == -AMPGDB_EFAULT ||
            verdict == -AMPGDB_EAGENT);
    require(verdict != -AMPGDB_EFAULT || bad_addr % 16 == 5);
    require(work <= expressions * AMPGDB_AGENT_STEPS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    actions_handle handles[BREAKPOINTS] = {0};

    while (len >= 2) {
        const uint32_t head = bytes[0];
        const uint32_t size = 4u * bytes[1] < len - 2 ? 4u * bytes[1] : (uint32_t)(len - 2);
        const uint32_t conditions = head >> 3 & 3, commands = head >> 5;
        actions_handle *handle = &handles[head % BREAKPOINTS];
        uint32_t code[WORDS_MAX];

        memcpy(code, bytes + 2, size);
        if (actions_store(handle, conditions, commands, code, size / 4) == 0)
            run(*handle, conditions + commands);
        bytes += 2 + size;
        len -= 2 + size;
    }
    for (uint32_t i = 0; i < BREAKPOINTS; i++)
        run(handles[i], 3 + 7);
    for (uint32_t i = 0; i < BREAKPOINTS; i++)
        actions_forget(&handles[i]);
    return 0;
}
