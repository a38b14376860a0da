/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * For test programs that have one client: it, and what comes before and after each test.
 */
#ifndef TESTS_KIT_RSP_FIXTURE_H
#define TESTS_KIT_RSP_FIXTURE_H

#include "rsp_client.h"

static struct rsp_client client;

static inline int attach(void **state)
{
    (void)state;
    client_init(&client);
    client_attach(&client);
    return 0;
}

static inline int leave(void **state)
{
    (void)state;
    if (client.session)
        client_leave(&client);
    return 0;
}

#endif
