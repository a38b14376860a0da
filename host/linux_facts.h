/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the running Linux says: which chip this is, and which RAM and cores it uses itself, so that
 * they are not ours. Reads the kernel's own lists; the paths are parameters for the tests' sake.
 */
#ifndef HOST_LINUX_FACTS_H
#define HOST_LINUX_FACTS_H

#include <stdint.h>

#include "error.h"

/*
 * facts_check_chip - is this a Pi whose addresses bcm283x.h knows? From a device tree's
 * "compatible"
 *
 * Returns 0, or -HOST_EFAIL naming what it is instead.
 */
int facts_check_chip(const char *compatible_path, struct error *error);

/*
 * facts_ram_end - where Linux's RAM ends, from a file like /proc/iomem
 *
 * Returns 0 and the first byte above its highest "System RAM" below 4 GiB; or -HOST_EFAIL when
 * there is none to be seen (unprivileged readers see only zeros).
 */
int facts_ram_end(const char *iomem_path, uint32_t *ram_end, struct error *error);

/*
 * facts_core - does Linux run on this core? From a file like /sys/devices/system/cpu/online
 *
 * Returns 1, 0, or -HOST_EFAIL when the list cannot be read.
 */
int facts_core(const char *online_path, unsigned core, struct error *error);

#endif
