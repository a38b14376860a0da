/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a trap saves, for C and assembly. Everything that a second trap would destroy is saved
 * before anything else happens: a guarded access that faults is a trap from HYP to HYP, and it
 * overwrites ELR_hyp, SPSR_hyp, HSR and the fault addresses.
 *
 * Banked registers of the program's modes stay in the core: the stub never touches them except
 * through regs.c.
 */
#ifndef STUB_FRAME_H
#define STUB_FRAME_H

#define FRAME_LR_USR  52
#define FRAME_PC      56
#define FRAME_CPSR    60
#define FRAME_SP_USR  64
#define FRAME_VECTOR  68
#define FRAME_HSR     72
#define FRAME_HDFAR   76
#define FRAME_HIFAR   80
#define FRAME_HPFAR   84
#define FRAME_DBGDSCR 88
#define FRAME_SIZE    96

/* HSCTLR (DDI 0406C, B4.1.74) with everything off: RES1 bits and CP15BEN; TE, EE, WXN, M, C and I
 * are 0. Always written whole: it comes up UNKNOWN, and the firmware does not touch it. */
#define HSCTLR_OFF 0x30C50878

/* SCTLR (B4.1.130) of a program at its start: the same for PL1. */
#define SCTLR_RESET 0x00C50078

/* Of struct ampgdb_header, for entry.S. */
#define HEADER_PROGRESS   0x40
#define HEADER_STATE      0x44
#define HEADER_ENTRY_CPSR 0x54

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#include "ampgdb/window.h"

struct frame {
    uint32_t r[13];  /* r8 to r12: of User mode, also when the program is in FIQ mode */
    uint32_t lr_usr; /* HYP mode has no LR of its own */
    uint32_t pc;     /* ELR_hyp */
    uint32_t cpsr;   /* SPSR_hyp */
    uint32_t sp_usr;
    uint32_t vector; /* offset / 4 in the HYP vector table */
    uint32_t hsr;
    uint32_t hdfar;
    uint32_t hifar;
    uint32_t hpfar;
    uint32_t dbgdscr;
    uint32_t pad;
};

_Static_assert(offsetof(struct frame, lr_usr) == FRAME_LR_USR, "vectors.S");
_Static_assert(offsetof(struct frame, pc) == FRAME_PC, "vectors.S");
_Static_assert(offsetof(struct frame, cpsr) == FRAME_CPSR, "vectors.S");
_Static_assert(offsetof(struct frame, sp_usr) == FRAME_SP_USR, "vectors.S");
_Static_assert(offsetof(struct frame, vector) == FRAME_VECTOR, "vectors.S");
_Static_assert(offsetof(struct frame, hsr) == FRAME_HSR, "vectors.S");
_Static_assert(offsetof(struct frame, hdfar) == FRAME_HDFAR, "vectors.S");
_Static_assert(offsetof(struct frame, hifar) == FRAME_HIFAR, "vectors.S");
_Static_assert(offsetof(struct frame, hpfar) == FRAME_HPFAR, "vectors.S");
_Static_assert(offsetof(struct frame, dbgdscr) == FRAME_DBGDSCR, "vectors.S");
_Static_assert(sizeof(struct frame) == FRAME_SIZE && FRAME_SIZE % 8 == 0, "AAPCS stack alignment");
_Static_assert(offsetof(struct ampgdb_header, progress) == HEADER_PROGRESS, "entry.S");
_Static_assert(offsetof(struct ampgdb_header, state) == HEADER_STATE, "entry.S");
_Static_assert(offsetof(struct ampgdb_header, entry_cpsr) == HEADER_ENTRY_CPSR, "entry.S");

#endif
#endif
