/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * System registers, one line each: NAME_read() and NAME_write(). Encodings and meaning: ARM
 * Architecture Reference Manual ARMv7-A/R (DDI 0406C), B3.18 and B4.1 (CP15), C11.11 (CP14).
 * Each write is followed by an ISB, so that the next instruction already sees its effect;
 * cache and TLB operations are not.
 *
 * What the program may not notice (banked registers of its modes) is in regs.c.
 */
#ifndef STUB_CP_H
#define STUB_CP_H

#include <stdint.h>

#include "ampgdb/armv7.h"

#define BIT(n) (1u << (n))

static inline void isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}

static inline void dsb(void)
{
    __asm__ volatile("dsb" ::: "memory");
}

#define CP_READ(name, cp, op1, crn, crm, op2)                                                      \
    static inline uint32_t name##_read(void)                                                       \
    {                                                                                              \
        uint32_t value;                                                                            \
        __asm__ volatile("mrc " #cp ", " #op1 ", %0, " #crn ", " #crm ", " #op2 : "=r"(value));    \
        return value;                                                                              \
    }
#define CP_WRITE(name, cp, op1, crn, crm, op2)                                                     \
    static inline void name##_write(uint32_t value)                                                \
    {                                                                                              \
        __asm__ volatile("mcr " #cp ", " #op1 ", %0, " #crn ", " #crm ", " #op2                    \
                         "\n\tisb" ::"r"(value)                                                    \
                         : "memory");                                                              \
    }
#define CP_RW(name, cp, op1, crn, crm, op2)                                                        \
    CP_READ(name, cp, op1, crn, crm, op2) CP_WRITE(name, cp, op1, crn, crm, op2)
/* Operations rather than registers: complete after a DSB, the caller's to issue once per batch. */
#define CP_OP(name, cp, op1, crn, crm, op2)                                                        \
    static inline void name(uint32_t value)                                                        \
    {                                                                                              \
        __asm__ volatile("mcr " #cp ", " #op1 ", %0, " #crn ", " #crm ", " #op2 ::"r"(value)       \
                         : "memory");                                                              \
    }
#define CP_READ64(name, cp, op1, crm)                                                              \
    static inline uint64_t name##_read(void)                                                       \
    {                                                                                              \
        uint32_t low, high;                                                                        \
        __asm__ volatile("mrrc " #cp ", " #op1 ", %0, %1, " #crm : "=r"(low), "=r"(high));         \
        return (uint64_t)high << 32 | low;                                                         \
    }
#define CP_WRITE64(name, cp, op1, crm)                                                             \
    static inline void name##_write(uint64_t value)                                                \
    {                                                                                              \
        __asm__ volatile("mcrr " #cp ", " #op1 ", %0, %1, " #crm "\n\tisb" ::"r"((uint32_t)value), \
                         "r"((uint32_t)(value >> 32))                                              \
                         : "memory");                                                              \
    }

/* clang-format off */

/* The program's own (PL1). */
CP_READ (midr,        p15, 0, c0,  c0, 0)  /* Main ID */
CP_READ (mpidr,       p15, 0, c0,  c0, 5)  /* Multiprocessor Affinity */
CP_RW   (sctlr,       p15, 0, c1,  c0, 0)  /* System Control */
CP_READ (actlr,       p15, 0, c1,  c0, 1)  /* Auxiliary Control */
CP_RW   (cpacr,       p15, 0, c1,  c0, 2)  /* Coprocessor Access Control */
CP_RW   (ttbr0,       p15, 0, c2,  c0, 0)  /* Translation Table Base 0 */
CP_RW   (ttbr1,       p15, 0, c2,  c0, 1)  /* Translation Table Base 1 */
CP_RW   (ttbcr,       p15, 0, c2,  c0, 2)  /* Translation Table Base Control */
CP_WRITE64(ttbr0_64,  p15, 0, c2)
CP_WRITE64(ttbr1_64,  p15, 1, c2)
CP_RW   (dacr,        p15, 0, c3,  c0, 0)  /* Domain Access Control */
CP_RW   (dfsr,        p15, 0, c5,  c0, 0)  /* Data Fault Status */
CP_RW   (ifsr,        p15, 0, c5,  c0, 1)  /* Instruction Fault Status */
CP_WRITE(adfsr,       p15, 0, c5,  c1, 0)  /* Auxiliary Data Fault Status */
CP_WRITE(aifsr,       p15, 0, c5,  c1, 1)  /* Auxiliary Instruction Fault Status */
CP_RW   (dfar,        p15, 0, c6,  c0, 0)  /* Data Fault Address */
CP_RW   (ifar,        p15, 0, c6,  c0, 2)  /* Instruction Fault Address */
CP_WRITE(prrr,        p15, 0, c10, c2, 0)  /* Primary Region Remap, MAIR0 */
CP_WRITE(nmrr,        p15, 0, c10, c2, 1)  /* Normal Memory Remap, MAIR1 */
CP_WRITE(amair0,      p15, 0, c10, c3, 0)  /* Auxiliary Memory Attribute 0 */
CP_WRITE(amair1,      p15, 0, c10, c3, 1)  /* Auxiliary Memory Attribute 1 */
CP_RW   (vbar,        p15, 0, c12, c0, 0)  /* Vector Base Address */
CP_READ (isr,         p15, 0, c12, c1, 0)  /* Interrupt Status */
CP_RW   (contextidr,  p15, 0, c13, c0, 1)  /* Context ID */
CP_WRITE(tpidrurw,    p15, 0, c13, c0, 2)  /* User read/write thread ID */
CP_WRITE(tpidruro,    p15, 0, c13, c0, 3)  /* User read-only thread ID */
CP_WRITE(tpidrprw,    p15, 0, c13, c0, 4)  /* PL1 thread ID */
CP_RW   (pmcr,        p15, 0, c9,  c12, 0) /* Performance Monitors Control */
CP_WRITE(pmcntenclr,  p15, 0, c9,  c12, 2) /* Count Enable Clear */
CP_WRITE(pmuserenr,   p15, 0, c9,  c14, 0) /* User Enable */
CP_WRITE(pmintenclr,  p15, 0, c9,  c14, 2) /* Interrupt Enable Clear */
CP_WRITE(cntkctl,     p15, 0, c14, c1, 0)  /* Timer PL1 Control */
CP_WRITE(cntp_ctl,    p15, 0, c14, c2, 1)  /* PL1 Physical Timer Control */
CP_WRITE(cntv_ctl,    p15, 0, c14, c3, 1)  /* Virtual Timer Control */
CP_READ (cntfrq,      p15, 0, c14, c0, 0)  /* Counter Frequency */
CP_READ64(cntpct,     p15, 0, c14)         /* Physical Count */

/* Ours (PL2). */
CP_WRITE(vpidr,       p15, 4, c0,  c0, 0)  /* Virtualization Processor ID */
CP_WRITE(vmpidr,      p15, 4, c0,  c0, 5)  /* Virtualization Multiprocessor ID */
CP_RW   (hsctlr,      p15, 4, c1,  c0, 0)  /* Hyp System Control */
CP_WRITE(hcr,         p15, 4, c1,  c1, 0)  /* Hyp Configuration */
CP_WRITE(hdcr,        p15, 4, c1,  c1, 1)  /* Hyp Debug Configuration */
CP_WRITE(hcptr,       p15, 4, c1,  c1, 2)  /* Hyp Coprocessor Trap */
CP_WRITE(hstr,        p15, 4, c1,  c1, 3)  /* Hyp System Trap */
CP_WRITE(hacr,        p15, 4, c1,  c1, 7)  /* Hyp Auxiliary Configuration */
CP_WRITE(hactlr,      p15, 4, c1,  c0, 1)  /* Hyp Auxiliary Control */
CP_WRITE(htcr,        p15, 4, c2,  c0, 2)  /* Hyp Translation Control */
CP_WRITE(vtcr,        p15, 4, c2,  c1, 2)  /* Virtualization Translation Control */
CP_WRITE64(httbr,     p15, 4, c2)          /* Hyp Translation Table Base */
CP_WRITE64(vttbr,     p15, 6, c2)          /* Virtualization Translation Table Base */
CP_WRITE(hmair0,      p15, 4, c10, c2, 0)  /* Hyp Memory Attribute Indirection 0 */
CP_WRITE(hmair1,      p15, 4, c10, c2, 1)
CP_WRITE(hvbar,       p15, 4, c12, c0, 0)  /* Hyp Vector Base Address */
CP_WRITE(cnthctl,     p15, 4, c14, c1, 0)  /* Timer PL2 Control */
CP_WRITE(cnthp_ctl,   p15, 4, c14, c2, 1)  /* PL2 Physical Timer Control */
CP_WRITE64(cntvoff,   p15, 4, c14)         /* Virtual Offset */

/* Address translation and maintenance. Local forms only: a broadcast would slow Linux down. */
CP_WRITE(ats1cpr,     p15, 0, c7,  c8, 0)  /* stage 1 current state PL1 read */
CP_WRITE(ats12nsopr,  p15, 0, c7,  c8, 4)  /* stages 1 and 2 non-secure PL1 read */
CP_READ64(par,        p15, 0, c7)          /* Physical Address, long format */
CP_WRITE64(par,       p15, 0, c7)
CP_OP   (iciallu,     p15, 0, c7,  c5, 0)  /* invalidate instruction caches */
CP_OP   (bpiall,      p15, 0, c7,  c5, 6)  /* invalidate branch predictors */
CP_OP   (dccimvac,    p15, 0, c7,  c14, 1) /* clean and invalidate data line by address */
CP_OP   (tlbiallh,    p15, 4, c8,  c7, 0)  /* invalidate Hyp TLB */
CP_OP   (tlbiallnsnh, p15, 4, c8,  c7, 4)  /* invalidate non-secure non-Hyp TLB */

/* Debug. */
CP_READ (dbgdidr,     p14, 0, c0,  c0, 0)  /* Debug ID */
CP_RW   (dbgdscrext,  p14, 0, c0,  c2, 2)  /* Debug Status and Control, external view */
CP_WRITE(dbgvcr,      p14, 0, c0,  c7, 0)  /* Vector Catch */
CP_WRITE(dbgoslar,    p14, 0, c1,  c0, 4)  /* OS Lock Access */
CP_WRITE(dbgosdlr,    p14, 0, c1,  c3, 4)  /* OS Double Lock */

/* clang-format on */

/* What the program's address becomes, by one of the two operations above. PAR is the program's: it
 * may stand between its own operation and its read. */
#define PAR_FAULT 1u
static inline uint64_t ask_translation(void (*operation)(uint32_t), uint32_t addr)
{
    const uint64_t programs = par_read();

    operation(addr);

    const uint64_t par = par_read();

    par_write(programs);
    return par;
}

/* SCTLR (B4.1.130), HSCTLR (B4.1.74) */
#define SCTLR_M  BIT(0)
#define SCTLR_A  BIT(1)
#define SCTLR_C  BIT(2)
#define SCTLR_I  BIT(12)
#define SCTLR_V  BIT(13)
#define SCTLR_EE BIT(25)
#define SCTLR_TE BIT(30)

/* HSTR (B4.1.92): accesses of the program's with CRn 12 trap */
#define HSTR_T12 BIT(12)

/* Fault status in the HSR (B3.13.6) */
#define FAULT_DEBUG_EVENT        0x22u
#define FAULT_ASYNC_EXTERNAL     0x11u
#define FAULT_PERMISSION(status) (((status)&0x3Cu) == 0x0Cu)

/* DBGDSCR.MOE, method of debug entry (C11.11.20) */
#define DBGDSCR_MOE(dscr) ((dscr) >> 2 & 0xFu)
#define DBGDSCR_MDBGEN    BIT(15)
#define MOE_BREAKPOINT    0x1u
#define MOE_BKPT          0x3u

#endif
