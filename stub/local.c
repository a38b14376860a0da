/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See local.h. Source: Quad-A7 control (QA7), its chapter on the registers.
 */
#include "local.h"

#include "ampgdb/bcm283x.h"

#define IRQ_BITS           0x0Fu
#define ROUTE_TO_CORE3_IRQ 3u /* local timer routing, QA7 4.5 */

bool local_store_allowed(uint32_t offset, uint32_t *value)
{
    switch (offset) {
    case LOCAL_CORE3_TIMER_CTL:
        return (*value & ~IRQ_BITS) == 0;
    case LOCAL_CORE3_MAILBOX_CTL:
        /* A read-modify-write brings our own enable back: that is not a foreign FIQ. */
        if (*value & ~(IRQ_BITS | LOCAL_MAILBOX_CTL_DOORBELL))
            return false;
        *value = (*value & ~(uint32_t)LOCAL_MAILBOX_CTL_MAILBOX1) | LOCAL_MAILBOX_CTL_DOORBELL;
        return true;
    case LOCAL_TIMER_ROUTING:
        return *value == ROUTE_TO_CORE3_IRQ;
    case LOCAL_CORE3_MAILBOX1_SET:
    case LOCAL_CORE3_MAILBOX1_CLR:
    case LOCAL_CORE3_MAILBOX3_SET:
        *value = 0; /* the doorbell, and the way to the park page: of no use to the program */
        return true;
    case LOCAL_TIMER_CONTROL:
    case LOCAL_TIMER_CLEAR:
    case LOCAL_CORE3_MAILBOX0_SET:
    case LOCAL_CORE3_MAILBOX2_SET:
    case LOCAL_CORE3_MAILBOX0_CLR:
    case LOCAL_CORE3_MAILBOX2_CLR:
    case LOCAL_CORE3_MAILBOX3_CLR:
        return true;
    default:
        return false;
    }
}
