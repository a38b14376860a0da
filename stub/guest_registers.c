/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * System registers of the program that trap, because we want to know or because they are not the
 * program's alone. See guest_internal.h. HSR: DDI 0406C, B3.13.6.
 */
#include "guest_internal.h"

#include "ampgdb/message.h"
#include "cp.h"
#include "guest.h"
#include "regs.h"
#include "shared.h"

/* CRn, opc1, CRm, opc2 of an MCR or MRC; MCRR has fields of its own */
#define ISS_REG(crn, opc1, crm, opc2)                                                              \
    ((uint32_t)(opc2) << 17 | (uint32_t)(opc1) << 14 | (uint32_t)(crn) << 10 | (uint32_t)(crm) << 1)
#define ISS_REG_MASK       ISS_REG(0xF, 7, 0xF, 7)
#define ISS_REG_CRN(reg)   ((reg) >> 10 & 0xFu)
#define ISS_IS_READ(hsr)   ((hsr)&1u)
#define ISS_RT(hsr)        ((hsr) >> 5 & 0xFu)
#define ISS_MCRR_RT2(hsr)  ((hsr) >> 10 & 0xFu)
#define ISS_MCRR_OPC1(hsr) ((hsr) >> 16 & 0xFu)
#define ISS_MCRR_CRM(hsr)  ((hsr) >> 1 & 0xFu)

#define REG_ACTLR ISS_REG(1, 0, 0, 1)
#define REG_VBAR  ISS_REG(12, 0, 0, 0)
#define REG_ISR   ISS_REG(12, 0, 1, 0)

/* HCR.TVM: what translates, and what describes faults. */
static const struct {
    uint32_t reg;
    void (*write)(uint32_t value);
} virtual_memory[] = {
    {ISS_REG(1, 0, 0, 0), sctlr_write},   {ISS_REG(2, 0, 0, 0), ttbr0_write},
    {ISS_REG(2, 0, 0, 1), ttbr1_write},   {ISS_REG(2, 0, 0, 2), ttbcr_write},
    {ISS_REG(3, 0, 0, 0), dacr_write},    {ISS_REG(5, 0, 0, 0), dfsr_write},
    {ISS_REG(5, 0, 0, 1), ifsr_write},    {ISS_REG(5, 0, 1, 0), adfsr_write},
    {ISS_REG(5, 0, 1, 1), aifsr_write},   {ISS_REG(6, 0, 0, 0), dfar_write},
    {ISS_REG(6, 0, 0, 2), ifar_write},    {ISS_REG(10, 0, 2, 0), prrr_write},
    {ISS_REG(10, 0, 2, 1), nmrr_write},   {ISS_REG(10, 0, 3, 0), amair0_write},
    {ISS_REG(10, 0, 3, 1), amair1_write}, {ISS_REG(13, 0, 0, 1), contextidr_write},
};

void guest_publish_flags(void)
{
    const uint32_t sctlr = sctlr_read();
    uint32_t flags = shared_program_flags() & AMPGDB_PROGRAM_DCACHE; /* sticky until a reset */

    if (sctlr & SCTLR_M)
        flags |= AMPGDB_PROGRAM_MMU;
    if (sctlr & SCTLR_C)
        flags |= AMPGDB_PROGRAM_DCACHE;
    shared_set_program_flags(flags);
}

/* Vectors are left while they can still be reached, and followed to where they are afterwards. */
static bool write_virtual_memory(uint32_t reg, uint32_t value)
{
    const uint32_t crn = ISS_REG_CRN(reg);
    const bool describes_fault = crn == 5 || crn == 6;

    for (uint32_t i = 0; i < sizeof virtual_memory / sizeof virtual_memory[0]; i++) {
        if (virtual_memory[i].reg != reg)
            continue;
        if (!describes_fault)
            guest_leave_vectors();
        virtual_memory[i].write(value);
        if (!describes_fault)
            guest_follow();
        return true;
    }
    return false;
}

/* c12, while exceptions are caught (HSTR.T12): VBAR and ISR are the program's, in privileged modes.
 * Of the rest the core has nothing for it (B3.17.2, table B3-49). */
static void access_vectors(struct frame *frame, uint32_t reg, uint32_t rt)
{
    const bool privileged = (frame->cpsr & PSR_MODE) != MODE_USR;
    const bool read = ISS_IS_READ(frame->hsr);

    if (privileged && read && (reg == REG_VBAR || reg == REG_ISR)) {
        regs_write(frame, rt, regs_read(frame, reg == REG_VBAR ? AMPGDB_REG_VBAR : AMPGDB_REG_ISR));
        regs_skip(frame, 4);
    } else if (privileged && !read && reg == REG_VBAR) {
        regs_write(frame, AMPGDB_REG_VBAR, regs_read(frame, rt));
        regs_skip(frame, 4);
    } else {
        guest_undefine(frame);
    }
}

static bool access_register(struct frame *frame)
{
    const uint32_t reg = frame->hsr & ISS_REG_MASK;
    const uint32_t rt = ISS_RT(frame->hsr);

    if (ISS_REG_CRN(reg) == 12) {
        access_vectors(frame, reg, rt);
        return true;
    }
    if (reg == REG_ACTLR) { /* the real value to read, writes ignored: SMP is set already */
        if (ISS_IS_READ(frame->hsr))
            regs_write(frame, rt, actlr_read());
    } else if (ISS_IS_READ(frame->hsr) || !write_virtual_memory(reg, regs_read(frame, rt))) {
        return false;
    }
    regs_skip(frame, 4);
    return true;
}

static bool access_register_pair(struct frame *frame)
{
    const uint32_t crm = ISS_MCRR_CRM(frame->hsr);
    const uint32_t opc1 = ISS_MCRR_OPC1(frame->hsr);
    const uint64_t value = regs_read(frame, ISS_RT(frame->hsr)) |
                           (uint64_t)regs_read(frame, ISS_MCRR_RT2(frame->hsr)) << 32;

    if (crm == 12) {
        guest_undefine(frame); /* there is none, neither to read nor to write */
        return true;
    }
    if (ISS_IS_READ(frame->hsr) || crm != 2 || opc1 > 1)
        return false;
    guest_leave_vectors();
    if (opc1 == 0)
        ttbr0_64_write(value);
    else
        ttbr1_64_write(value);
    guest_follow();
    regs_skip(frame, 4);
    return true;
}

bool guest_access_register(struct frame *frame)
{
    if (HSR_EC(frame->hsr) == EC_MCR_CP15)
        return access_register(frame);
    return HSR_EC(frame->hsr) == EC_MCRR_CP15 && access_register_pair(frame);
}
