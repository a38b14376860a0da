/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What travels on the rings: requests of the host, one reply to each, and events of the stub.
 *
 * A message is a whole number of 32-bit words: this header, then its payload. It is published
 * whole or not at all, so a reader never meets half a message, whoever died. Numbers are
 * little-endian; addresses are the program's (virtual when its MMU is on).
 */
#ifndef AMPGDB_MESSAGE_H
#define AMPGDB_MESSAGE_H

#include <stdint.h>

struct ampgdb_message {
    uint32_t words; /* of the message, header included */
    uint32_t type;  /* AMPGDB_MSG_*; in a reply with AMPGDB_MSG_REPLY set */
    uint32_t tag;   /* chosen by the host, returned in the reply; 0 in events */
    int32_t status; /* requests: 0; replies: a count, 0, or -AMPGDB_E* */
};

#define AMPGDB_MESSAGE_WORDS 4u      /* of the header */
#define AMPGDB_DATA_MAX      0x4000u /* bytes of memory in one message */
#define AMPGDB_PAYLOAD_WORDS (2u + AMPGDB_DATA_MAX / 4u)
#define AMPGDB_MESSAGE_MAX   (AMPGDB_MESSAGE_WORDS + AMPGDB_PAYLOAD_WORDS) /* words */

#define AMPGDB_MSG_REPLY 0x80000000u

/*
 * Requests. "halted" ones answer -AMPGDB_EBUSY while the program runs; the others make a
 * running program pause for the time it takes to serve them.
 *
 *                                    payload of the request         payload of the reply
 */
#define AMPGDB_MSG_PING         1u  /* nonce                          nonce, AMPGDB_ABI_VERSION */
#define AMPGDB_MSG_READ_REGS    2u  /* halted: first, count           count values */
#define AMPGDB_MSG_WRITE_REGS   3u  /* halted: first, count, values   - */
#define AMPGDB_MSG_READ_MEM     4u  /* address, bytes                 status bytes, padded */
#define AMPGDB_MSG_WRITE_MEM    5u  /* address, bytes, data padded    status: bytes written */
#define AMPGDB_MSG_SET_BREAK    6u  /* type, address, kind            - (again: no change) */
#define AMPGDB_MSG_CLEAR_BREAK  7u  /* type, address, kind            - (again: no change) */
#define AMPGDB_MSG_CLEAR_BREAKS 8u  /* -                              - */
#define AMPGDB_MSG_RESUME       9u  /* halted: AMPGDB_RESUME_*        -; then one STOPPED, once */
#define AMPGDB_MSG_HALT         10u /* -                              -; then STOPPED if it ran */
#define AMPGDB_MSG_RESET        11u /* entry, bit 0: Thumb            -; no STOPPED */
#define AMPGDB_MSG_ALLOW        12u /* AMPGDB_ALLOW_* bits            -; until the next ALLOW */

/* What the program may reach besides; nothing of it when the stub comes up. */
#define AMPGDB_ALLOW_DMA 1u /* the DMA controller, which can write all of Linux's RAM */
#define AMPGDB_ALLOW_ALL 1u

/* Events. */
#define AMPGDB_MSG_STOPPED 0x40u /* struct ampgdb_stop */

/* A read or write that meets a bad address after some good bytes reports the good ones; the
 * next attempt, starting at the bad address, gets -AMPGDB_EFAULT. */

#define AMPGDB_RESUME_CONTINUE 0u
#define AMPGDB_RESUME_STEP     1u

/* Breakpoint types, and kinds as in GDB's Z packets (GDB manual, "ARM Breakpoint Kinds"). */
#define AMPGDB_BREAK_SOFTWARE    0u
#define AMPGDB_BREAK_HARDWARE    1u
#define AMPGDB_BREAK_KIND_THUMB  2u
#define AMPGDB_BREAK_KIND_THUMB2 3u /* on a 32-bit Thumb instruction */
#define AMPGDB_BREAK_KIND_ARM    4u

/*
 * Register numbers of READ_REGS and WRITE_REGS. 0 to 16 are those of the mode the program is in;
 * the others name their mode and reach also what that mode has banked away.
 */
enum ampgdb_reg {
    AMPGDB_REG_R0 = 0,
    AMPGDB_REG_SP = 13,
    AMPGDB_REG_LR = 14,
    AMPGDB_REG_PC = 15,
    AMPGDB_REG_CPSR = 16,
    AMPGDB_REG_SP_USR,
    AMPGDB_REG_LR_USR,
    AMPGDB_REG_SP_SVC,
    AMPGDB_REG_LR_SVC,
    AMPGDB_REG_SPSR_SVC,
    AMPGDB_REG_SP_ABT,
    AMPGDB_REG_LR_ABT,
    AMPGDB_REG_SPSR_ABT,
    AMPGDB_REG_SP_UND,
    AMPGDB_REG_LR_UND,
    AMPGDB_REG_SPSR_UND,
    AMPGDB_REG_SP_IRQ,
    AMPGDB_REG_LR_IRQ,
    AMPGDB_REG_SPSR_IRQ,
    AMPGDB_REG_R8_FIQ,
    AMPGDB_REG_R9_FIQ,
    AMPGDB_REG_R10_FIQ,
    AMPGDB_REG_R11_FIQ,
    AMPGDB_REG_R12_FIQ,
    AMPGDB_REG_SP_FIQ,
    AMPGDB_REG_LR_FIQ,
    AMPGDB_REG_SPSR_FIQ,
    AMPGDB_REG_COUNT
};

/* Errors of both worlds, returned negative. What the caller should do: */
enum ampgdb_error {
    AMPGDB_EFAULT = 1, /* no such memory for the program: report it, go on */
    AMPGDB_EINVAL,     /* malformed request: a bug of the caller */
    AMPGDB_EBUSY,      /* the program runs: halt it first */
    AMPGDB_ENOSPC,     /* no breakpoint left: clear one */
    AMPGDB_EDECODE,    /* the instruction at PC cannot be stepped: use a breakpoint instead */
    AMPGDB_EFULL,      /* the ring has no room now: let the other side read, try again */
    AMPGDB_ECORRUPT,   /* the other side's ring index or message is impossible: give up on it */
    AMPGDB_ERROR_COUNT
};

#endif
