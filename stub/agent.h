/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Evaluates agent expressions (ampgdb/agent.h). Pure: code and a way to look at the program in, a
 * value out, so that it is tested and fuzzed on a PC too. Work is bounded whatever the code says:
 * AMPGDB_AGENT_STEPS_MAX opcodes, AMPGDB_AGENT_STACK values.
 */
#ifndef STUB_AGENT_H
#define STUB_AGENT_H

#include <stdint.h>

#include "ampgdb/agent.h"

/* What the code may look at, and where its PRINTs go. context: the owner's, passed on. */
struct agent_world {
    void *context;
    uint32_t (*read_reg)(void *context, uint32_t number); /* below AMPGDB_REG_COUNT */
    /* 0, or a negative error when any byte cannot be read */
    int (*read_mem)(void *context, uint32_t addr, void *bytes, uint32_t len);
    /* values: count of them; never fails: what cannot be told is lost */
    void (*print)(void *context, uint32_t id, uint32_t strings, const uint64_t *values,
                  uint32_t count);
};

/*
 * agent_evaluate - run one expression
 *
 * code, len: hostile. *value: the top of the stack at END, 0 when that is empty (commands).
 * Returns: 0; -AMPGDB_EFAULT when memory cannot be read, *bad_addr then says where; -AMPGDB_EAGENT
 *          for everything else: unknown opcode, stack over- or underflow, division by zero, a
 *          jump or an operand outside the code, no END, too many steps.
 */
int agent_evaluate(const uint8_t *code, uint32_t len, const struct agent_world *world,
                   uint64_t *value, uint32_t *bad_addr);

#endif
