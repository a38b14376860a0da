/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * One client and Core 3, from attach to leave: bytes in, bytes out. Knows no socket; whoever owns
 * the bytes' way to the client drives it. One session is the debugger's; beside it others may
 * observe.
 *
 * The client is in one of two states: it waits for a stop, or it does not. The program is in one
 * of three: it runs, it is halted, or it is dead. GDB's all-stop mode ties them together; nothing
 * but "monitor resume" and "monitor reset" unties them (program runs, client does not wait).
 */
#ifndef BRIDGE_SESSION_H
#define BRIDGE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core3.h"
#include "error.h"
#include "trace.h"

/* What becomes of the program when a client leaves without a word. */
enum on_disconnect {
    ON_DISCONNECT_KEEP, /* it stays halted, or goes on */
    ON_DISCONNECT_RUN,
    ON_DISCONNECT_HALT,
};

struct session_config {
    enum on_disconnect on_disconnect;
    bool post_mortem;    /* only look at what Core 3 left, even if it could be had */
    uint32_t allow;      /* AMPGDB_ALLOW_* for the programs of this session */
    struct trace *trace; /* or NULL */

    /* send - queue bytes for the client; never blocks, keeps nothing of bytes. */
    void (*send)(void *context, const uint8_t *bytes, size_t len);
    /* log - one sentence for whoever runs the bridge. */
    void (*log)(void *context, const char *sentence);
    /* freed - Core 3 is not owned any more, and the client has not heard of it: whoever needs it
     * still may own it now. Or NULL. */
    void (*freed)(void *context);
    void *context;
};

struct session;

/* What a client is to the program, from the first to the last byte. */
enum session_role {
    SESSION_DEBUGS,
    SESSION_OBSERVES,
    SESSION_REFUSED,
};
enum session_role session_role(const struct session *session);

/*
 * session_open - a client attaches: own Core 3, remove breakpoints left behind, halt the program
 *
 * A Core 3 that cannot be had, but has left a record, gives a session too: a post-mortem, which
 * reads memory and the last registers and changes nothing. A session whose Core 3 dies becomes one.
 * holder: see core3_own(). config is copied.
 * Returns 0 and *session, for session_close(); or an error with its sentence, and Core 3 is not
 * owned.
 */
int session_open(struct session **session, struct core3 *core3, const char *holder,
                 const struct session_config *config, struct error *error);

/*
 * session_observe - a client that only looks: at memory and registers, also while the program runs
 *
 * It owns nothing: somebody else does, or its reads fail. Nothing that it sends changes or moves
 * the program, and leaving does nothing. Where debugger is a post-mortem, the observer is one.
 * Returns 0 and *session, or -HOST_EFAIL with its sentence.
 */
int session_observe(struct session **session, const struct session *debugger,
                    const struct session_config *config, struct error *error);

/* session_refuse - a client that cannot be served: its first packet gets sentence as an error, and
 * that is all. Returns as session_observe(). */
int session_refuse(struct session **session, const char *sentence,
                   const struct session_config *config, struct error *error);

/* session_is_post_mortem - it asks Core 3 for nothing any more. */
bool session_is_post_mortem(const struct session *session);

/* session_loss - the error by which an observer has found out that Core 3 is lost, or 0.
 * session_note_loss - tell it to the debugger's session, which becomes a post-mortem. */
int session_loss(const struct session *observer);
void session_note_loss(struct session *debugger, int error);

/* session_find_record - is there something for a post-mortem? A stub that never served has left
 * nothing. 0, or -HOST_ELOST; *verdict in both cases. */
int session_find_record(struct core3 *core3, struct error *verdict);

/* session_close - the client is gone: if it left without a word, do what config says. A debugger's
 * session does not own Core 3 any more. */
void session_close(struct session *session);

/*
 * session_input - take bytes from the client, up to the end of one packet
 *
 * Returns the bytes taken, at least one of len > 0: the caller gives the rest again, once what
 * was sent has found its way. Any bytes will do.
 */
size_t session_input(struct session *session, const uint8_t *bytes, size_t len);

/* session_poll - look whether the program has stopped; to be called while session_is_waiting(). */
void session_poll(struct session *session);

/* session_keep_up - in its place, while what was sent has not found its way: Core 3's ring is
 * emptied, the client is told nothing. */
void session_keep_up(struct session *session);

/* session_is_waiting - the client, for a stop. */
bool session_is_waiting(const struct session *session);

/* session_is_over - nothing more will come: send what is queued, then close. */
bool session_is_over(const struct session *session);

/* session_stop - the bridge ends: tell a waiting client, or it would wait for ever. */
void session_stop(struct session *session, const char *sentence);

#endif
