/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the commands of breakpoints print: values go to the host, which has the format (struct
 * ampgdb_print). The program never waits for it.
 */
#ifndef STUB_PRINTS_H
#define STUB_PRINTS_H

#include <stdint.h>

/* prints_send - as agent_world.print. When the ring has no room it is lost, and counted. */
void prints_send(uint32_t id, uint32_t strings, const uint64_t *values, uint32_t count);

#endif
