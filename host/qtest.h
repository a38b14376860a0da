/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * One command to QEMU's qtest socket (QEMU documentation, "QTest Device Emulation Testing
 * Framework"): a line of text there, a line that begins with OK or FAIL back. The socket serves one
 * client at a time, so each command has a connection of its own and nobody is kept waiting.
 */
#ifndef HOST_QTEST_H
#define HOST_QTEST_H

#include <stddef.h>

#include "error.h"

#define QTEST_REPLY_MAX 256

/*
 * qtest_command - send a line, take its reply
 *
 * socket_path: less than 108 bytes (sun_path).
 * line:        with its newline.
 * reply:       what followed OK, without the newline.
 * Returns 0; -HOST_EFAIL when nobody is there, when QEMU says FAIL or nothing for two seconds.
 */
int qtest_command(const char *socket_path, const char *line, size_t len,
                  char reply[QTEST_REPLY_MAX], struct error *error);

#endif
