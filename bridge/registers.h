/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The registers that the client sees: one table, from which the target description is written and
 * by which register numbers in packets and in agent code find theirs of message.h.
 */
#ifndef BRIDGE_REGISTERS_H
#define BRIDGE_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ampgdb/message.h"

/* Where a register is. */
enum register_place {
    REGISTER_STUB,   /* words from enum ampgdb_reg "first" on */
    REGISTER_BRIDGE, /* a word of the last stop, see "first": enum register_of_stop */
};

enum register_of_stop { REGISTER_STOP_REASON, REGISTER_FAULT_ADDRESS, REGISTER_FAULT_STATUS };

/* Features of the description, and GDB's register groups. */
enum register_feature {
    REGISTERS_CORE,
    REGISTERS_FLOAT,
    REGISTERS_BANKED,
    REGISTERS_SYSTEM,
    REGISTERS_STOP,
    REGISTERS_FEATURES
};

struct registers_row {
    const char *name;
    uint32_t number; /* in packets */
    enum register_place place;
    uint32_t first;
    uint32_t words; /* 1 or 2 */
    bool writable;
    enum register_feature feature;
    const char *type; /* in the description */
};

/* Numbers in packets of what GDB knows by itself; r0 is 0. */
#define REGISTERS_PC   15u
#define REGISTERS_CPSR 25u

/* registers_find - by its number in packets, or NULL. */
const struct registers_row *registers_find(uint32_t number);

/* registers_row - the one at index, in ascending order of numbers; NULL behind the last. */
const struct registers_row *registers_row(size_t index);

/* registers_core_number - of enum ampgdb_reg R0 to CPSR, in packets. */
uint32_t registers_core_number(uint32_t reg);

/* registers_xml - the whole target description; made once, lives for ever. */
const char *registers_xml(void);

#endif
