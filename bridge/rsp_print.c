/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Text that waits until the client takes it. What dprintfs on Core 3 print comes in the middle of a
 * run, and faster than a client reads: so much at a time that somebody else gets a turn.
 */
#include "rsp.h"

#define PRINT_MAX 0x2000u  /* bytes of one print's text; what is beyond is cut */
#define TURN_MAX  0x10000u /* bytes of text, about; twice as much on the wire */

/* Of prints for nobody: far more than can have been kept. */
#define DROP_MAX 0x10000u

int rsp_print(struct session *session)
{
    char text[2 * PRINT_MAX];
    size_t used = 0;
    size_t sent = 0;
    int result = 1;

    text[0] = 0;
    while (sent + used < TURN_MAX) {
        const uint32_t *payload;
        uint32_t words;

        result = core3_poll_print(session->core3, &payload, &words);
        if (result <= 0)
            break;
        used += print_formats_write(session->formats, payload, text + used, PRINT_MAX);
        if (used > sizeof text - PRINT_MAX) {
            session_console(session, text);
            sent += used;
            used = 0;
            text[0] = 0;
        }
    }
    session_console(session, text);
    return result;
}

int rsp_drop_prints(struct session *session)
{
    int result = 1;

    for (unsigned i = 0; i < DROP_MAX && result > 0; i++) {
        const uint32_t *payload;
        uint32_t words;

        result = core3_poll_print(session->core3, &payload, &words);
    }
    return result < 0 ? result : 0;
}

void session_say_now(struct session *session)
{
    session_console(session, session->later);
    session->later[0] = 0;
    if (session->owns)
        rsp_print(session); /* an error will be met by whatever is asked next */
}
