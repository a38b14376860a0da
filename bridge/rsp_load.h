/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a session watches in order to notice that its client loads a program. How it tells: see
 * rsp_load.c. Private to the session, as rsp.h is.
 *
 *      in                  what comes                                     leads to
 *      WRITTEN             memory is read                                 LOOKED_AT
 *      LOOKED_AT           memory is written                              WRITTEN
 *      WRITTEN             a PC in what was written                       TAKEN_IN
 *      WRITTEN, LOOKED_AT  rsp_settle_load(), with more than a            TAKEN_IN
 *                          patch over the entry, and PC there
 *      TAKEN_IN            memory is written, as the first of a new load  WRITTEN
 *
 * A resume, and a program that starts over, forget what was written; without that no state matters.
 * So does a write in LOOKED_AT or TAKEN_IN, but for a rewritten entry whose end is not known yet.
 */
#ifndef BRIDGE_RSP_LOAD_H
#define BRIDGE_RSP_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "ranges.h"
#include "session.h"

struct load_watch {
    struct ranges written; /* by the client since the last resume; but nothing before a load */
    struct ranges loaded;  /* of these, those since the entry was rewritten */
    enum {
        LOAD_WRITTEN,   /* perhaps a load */
        LOAD_LOOKED_AT, /* a user has looked at memory since: his PC is no load's */
        LOAD_TAKEN_IN,  /* written is what the program was loaded from */
    } state;
    bool empty;            /* nothing was loaded on Core 3, and the client has not changed it */
    bool failed;           /* a load, and nothing was loaded or reset since */
    unsigned cpsr_packets; /* from this one on in which a CPSR tells T of what was taken in */
    uint32_t told_cpsr;    /* the last that the client was sent or has set */
};

/* The client has sent a packet: to be called before it is served. */
void rsp_note_packet(struct session *session);
/* It reads memory. It is about to write some: 0 or a negative error. So much it has written. It
 * could not write all. */
void rsp_note_read(struct session *session);
int rsp_note_write(struct session *session, uint32_t addr, uint32_t len);
void rsp_note_written(struct session *session, uint32_t addr, uint32_t len);
void rsp_note_failed_write(struct session *session, uint32_t addr, uint32_t len);
/* What was written so far is of the past. */
void rsp_forget_writes(struct session *session);

/* Is this PC the end of a load? Then the program is to be taken in. */
bool rsp_is_load(const struct session *session, uint32_t pc);
int rsp_load(struct session *session, uint32_t pc);
/* A CPSR in the packet directly after that tells in which state the program shall start. */
bool rsp_is_cpsr_of_load(const struct session *session);
int rsp_correct_load(struct session *session);
/* Was a program loaded without a word about PC? To be called before anything after which it could
 * not be told any more. */
int rsp_settle_load(struct session *session);
/* A program is resumed: speak of what has become of its code, if that is neither a load nor a
 * patch. */
void rsp_doubt_load(struct session *session);
/* After a load that failed: the program does not start, and the client will be told. */
bool rsp_refuse_start(struct session *session);

#endif
