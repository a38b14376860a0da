/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Agent code from a client, checked and rewritten for Core 3: registers get message.h's numbers,
 * format strings of prints stay here. Pure.
 */
#ifndef BRIDGE_AGENT_CHECK_H
#define BRIDGE_AGENT_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "print_formats.h"

/*
 * agent_check - one expression
 *
 * in, len: from the client. out: at least AMPGDB_AGENT_CODE_MAX bytes. formats: takes the format
 * strings of its prints. What is checked: every opcode is known and whole, jumps go to
 * instructions, execution cannot run past the end, the stack neither under- nor overflows on any
 * path, registers exist and are one word. Returns the bytes in out, or -AMPGDB_EAGENT and a
 * sentence.
 */
int agent_check(const uint8_t *in, size_t len, uint8_t *out, struct print_formats *formats,
                struct error *error);

#endif
