/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The two maps of Core 3: the stub's own (HYP stage 1) and what the program can reach at all
 * (stage 2). Both map addresses to themselves.
 */
#ifndef STUB_MMU_H
#define STUB_MMU_H

#include "regions.h"

/* mmu_on - the stub's own map and caches on. Once, with caches off and stale lines gone. */
void mmu_on(const struct layout *layout);

/* mmu_protect - stage 2 for the program. After mmu_on(); layout->vectors is placed. Again when
 * layout->allow has changed, while the program stands still. */
void mmu_protect(const struct layout *layout);

#endif
