/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files behind core3.h share: core3.c (life cycle), core3_requests.c, core3_load.c,
 * core3_direct.c.
 */
#ifndef HOST_CORE3_INTERNAL_H
#define HOST_CORE3_INTERNAL_H

#include "core3.h"
#include "core3_link.h"
#include "layout.h"
#include "physmem.h"

struct core3 {
    struct physmem *physmem;
    struct layout layout;    /* what this board calls for */
    struct core3_info fixed; /* the same from the stub, checked; the live part is read anew */
    int lock_fd;
    struct error notice;  /* what had to be replaced; "": nothing */
    struct error trouble; /* of the machine itself: belongs to -HOST_EFAIL */
    struct link link;
    uint32_t request[AMPGDB_PAYLOAD_WORDS];
};

#endif
