/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whose is a physical address? core3_is_program_ram() is here, too. Pure.
 */
#ifndef HOST_WHOSE_MEMORY_H
#define HOST_WHOSE_MEMORY_H

#include "core3.h"

/* whose_memory - "belongs to Linux": what follows "0x00001000, which". */
const char *whose_memory(const struct core3_info *info, uint32_t addr);

#endif
