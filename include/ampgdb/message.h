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
#define AMPGDB_MSG_SET_BREAK    6u  /* struct ampgdb_break, code      - (again: code replaced) */
#define AMPGDB_MSG_CLEAR_BREAK  7u  /* type, address, kind            - (again: no change) */
#define AMPGDB_MSG_CLEAR_BREAKS 8u  /* -                              - */
#define AMPGDB_MSG_RESUME       9u  /* halted: struct ampgdb_resume   -; then one STOPPED, once */
#define AMPGDB_MSG_HALT         10u /* -                              -; then STOPPED if it ran */
#define AMPGDB_MSG_RESET        11u /* entry, bit 0: Thumb            -; no STOPPED */
#define AMPGDB_MSG_ALLOW        12u /* AMPGDB_ALLOW_* bits            -; until the next ALLOW */
#define AMPGDB_MSG_CATCH        13u /* AMPGDB_CATCH_* bits            -; until the next CATCH */

/* What the program may reach besides; nothing of it when the stub comes up. */
#define AMPGDB_ALLOW_DMA 1u /* the DMA controller, which can write all of Linux's RAM */
#define AMPGDB_ALLOW_ALL 1u

/* Exceptions that stop the program although it has vectors of its own; none when the stub comes up.
 */
#define AMPGDB_CATCH_UNDEFINED 1u
#define AMPGDB_CATCH_SVC       2u
#define AMPGDB_CATCH_PREFETCH  4u
#define AMPGDB_CATCH_DATA      8u
#define AMPGDB_CATCH_ALL       15u

/* Events. */
#define AMPGDB_MSG_STOPPED 0x40u /* struct ampgdb_stop */
#define AMPGDB_MSG_PRINT   0x41u /* struct ampgdb_print, values, strings */

/* A read or write that meets a bad address after some good bytes reports the good ones; the
 * next attempt, starting at the bad address, gets -AMPGDB_EFAULT. */

#define AMPGDB_RESUME_CONTINUE 0u
#define AMPGDB_RESUME_STEP     1u
#define AMPGDB_RESUME_RANGE    2u /* steps, at least one, until PC is outside [start, end) */
/* Or-ed to them: if the last stop was an exception that was caught (stop.caught), and PC is still
 * where that stop left it, the program's own handler runs. */
#define AMPGDB_RESUME_DELIVER 0x100u

struct ampgdb_resume {
    uint32_t how;   /* AMPGDB_RESUME_* */
    uint32_t start; /* of RANGE; 0 otherwise */
    uint32_t end;   /* the first address behind it */
};
#define AMPGDB_RESUME_WORDS 3u

/*
 * A breakpoint or watchpoint. The code behind it is conditions, then commands, each expression as a
 * word with its length in bytes and the bytecode (agent.h), padded to whole words. A hit counts if
 * there are no conditions or if one of them is true; it then runs the commands, and stops the
 * program unless there are commands. Watchpoints take no code.
 */
struct ampgdb_break {
    uint32_t type; /* AMPGDB_BREAK_* */
    uint32_t address;
    uint32_t kind;       /* AMPGDB_BREAK_KIND_*; of a watchpoint: bytes, at least 1 */
    uint32_t conditions; /* how many expressions */
    uint32_t commands;
};
#define AMPGDB_BREAK_WORDS 5u

/*
 * What a PRINT of the agent's printed. Values are two words each, the lower one first. Each bit of
 * "strings", lowest for the first value, says that the value is the address of a string, and for
 * each of them follow, in order: its length in bytes, at most AMPGDB_PRINT_STRING_MAX, or
 * AMPGDB_PRINT_NO_STRING when its memory cannot be read; and its bytes, padded to whole words.
 */
struct ampgdb_print {
    uint32_t id;      /* the host's, from the code */
    uint32_t lost;    /* how many PRINTs were dropped before this one, because the ring was full */
    uint32_t values;  /* at most AMPGDB_PRINT_VALUES_MAX */
    uint32_t strings; /* a bit for each value */
};
#define AMPGDB_PRINT_WORDS      4u
#define AMPGDB_PRINT_VALUES_MAX 16u
#define AMPGDB_PRINT_STRING_MAX 128u
#define AMPGDB_PRINT_NO_STRING  0xFFFFFFFFu

/* Breakpoint types, and kinds as in GDB's Z packets (GDB manual, "ARM Breakpoint Kinds"). */
#define AMPGDB_BREAK_SOFTWARE    0u
#define AMPGDB_BREAK_HARDWARE    1u
#define AMPGDB_WATCH_WRITE       2u
#define AMPGDB_WATCH_READ        3u
#define AMPGDB_WATCH_ACCESS      4u
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

    /* The floating-point unit, also while the program has it off: d0 to d31, two words each, the
     * lower one first. */
    AMPGDB_REG_D0,
    AMPGDB_REG_FPSCR = AMPGDB_REG_D0 + 64,
    AMPGDB_REG_FPEXC,

    /* System registers of the program. */
    AMPGDB_REG_SCTLR,
    AMPGDB_REG_CPACR,
    AMPGDB_REG_TTBR0,
    AMPGDB_REG_TTBR1,
    AMPGDB_REG_TTBCR,
    AMPGDB_REG_DACR,
    AMPGDB_REG_DFSR,
    AMPGDB_REG_DFAR,
    AMPGDB_REG_IFSR,
    AMPGDB_REG_IFAR,
    AMPGDB_REG_CONTEXTIDR,
    AMPGDB_REG_VBAR,
    /* Of the core; these cannot be written. */
    AMPGDB_REG_MPIDR,
    AMPGDB_REG_READ_ONLY = AMPGDB_REG_MPIDR,
    AMPGDB_REG_ISR,
    AMPGDB_REG_CNTFRQ,
    AMPGDB_REG_CNTPCT, /* two words, the lower one first */
    AMPGDB_REG_CNTPCT_HIGH,
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
    AMPGDB_EAGENT,     /* bytecode that cannot be evaluated: a bug of the caller */
    AMPGDB_ECORRUPT,   /* the other side's ring index or message is impossible: give up on it */
    AMPGDB_ERROR_COUNT
};

#endif
