/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sentences about instructions and accesses that failed, for core3_describe.c.
 */
#ifndef HOST_DESCRIBE_FAULT_H
#define HOST_DESCRIBE_FAULT_H

#include "core3.h"
#include "sentence.h"

typedef void describe_fn(struct sentence *text, const struct core3_info *info,
                         const struct ampgdb_stop *stop);

describe_fn describe_undefined, describe_bkpt, describe_svc, describe_prefetch, describe_data,
    describe_s2_fetch, describe_s2_data, describe_watch, describe_agent;

#endif
