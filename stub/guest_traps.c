/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a trap of the program means: an exception through the page of vectors, a wall it ran
 * into, or an access that the monitor performs for it. See guest.h. HSR: DDI 0406C, B3.13.6.
 */
#include "guest.h"

#include "ampgdb/bcm283x.h"
#include "cp.h"
#include "local.h"
#include "regs.h"
#include "shared.h"
#include "step.h"

/* --- exceptions through the page of vectors --- */

/*
 * The program's own handler would find the place in LR of the mode: DDI 0406C, B1.8.3, table B1-7.
 * The offset of LR depends on the exception, and for two of them on the state it came from.
 */
struct vector {
    uint32_t reason;
    uint32_t lr; /* number of the mode's LR; its SPSR is the next */
    uint8_t arm_offset, thumb_offset;
};

static const struct vector vectors[8] = {
    [1] = {AMPGDB_STOP_UNDEFINED, AMPGDB_REG_LR_UND, 4, 2},
    [2] = {AMPGDB_STOP_SVC, AMPGDB_REG_LR_SVC, 4, 2},
    [3] = {AMPGDB_STOP_PREFETCH, AMPGDB_REG_LR_ABT, 4, 4},
    [4] = {AMPGDB_STOP_DATA, AMPGDB_REG_LR_ABT, 8, 8},
    [6] = {AMPGDB_STOP_IRQ, AMPGDB_REG_LR_IRQ, 4, 4},
    [7] = {AMPGDB_STOP_FIQ, AMPGDB_REG_LR_FIQ, 4, 4},
};

#define VECTOR_RETURNED 8u

static void add_syndrome(struct ampgdb_stop *stop)
{
    switch (stop->reason) {
    case AMPGDB_STOP_DATA:
        stop->address = dfar_read();
        stop->syndrome = dfsr_read();
        break;
    case AMPGDB_STOP_PREFETCH:
        stop->address = ifar_read();
        stop->syndrome = ifsr_read();
        break;
    case AMPGDB_STOP_IRQ:
        stop->syndrome = *(volatile uint32_t *)(uintptr_t)(BCM283X_LOCAL + LOCAL_CORE3_IRQ_SOURCE);
        break;
    default:
        break;
    }
}

/* The frame goes back to where the exception came from: its mode, its state, its instruction. */
static void leave_handler(struct frame *frame, const struct vector *vector)
{
    const uint32_t lr = regs_read(frame, vector->lr);
    const uint32_t spsr = regs_read(frame, vector->lr + 1);
    const uint32_t offset = spsr & PSR_T ? vector->thumb_offset : vector->arm_offset;

    if (regs_write(frame, AMPGDB_REG_CPSR, spsr) == 0)
        regs_write(frame, AMPGDB_REG_PC, lr - offset);
}

/* An HVC: of the page of vectors if that is where it was, whatever its number; else a stray one. */
static void explain_hvc(struct frame *frame, const struct layout *layout, struct ampgdb_stop *stop)
{
    frame->pc -= 4; /* HVC has four bytes in both states; ELR points behind it */

    const uint32_t index = (frame->pc - layout->vectors) / 4;

    if (index == VECTOR_RETURNED) {
        stop->reason = AMPGDB_STOP_RETURNED;
    } else if (index < 8 && vectors[index].lr != 0) {
        stop->reason = vectors[index].reason;
        add_syndrome(stop);
        leave_handler(frame, &vectors[index]);
    } else {
        stop->reason = AMPGDB_STOP_HVC;
    }
}

/* --- system registers that trap because we want to know, or because they are not the program's ---
 */

/* CRn, opc1, CRm, opc2 of an MCR or MRC; MCRR has fields of its own (B3.13.6) */
#define ISS_REG(crn, opc1, crm, opc2)                                                              \
    ((uint32_t)(opc2) << 17 | (uint32_t)(opc1) << 14 | (uint32_t)(crn) << 10 | (uint32_t)(crm) << 1)
#define ISS_REG_MASK       ISS_REG(0xF, 7, 0xF, 7)
#define ISS_IS_READ(hsr)   ((hsr)&1u)
#define ISS_RT(hsr)        ((hsr) >> 5 & 0xFu)
#define ISS_MCRR_RT2(hsr)  ((hsr) >> 10 & 0xFu)
#define ISS_MCRR_OPC1(hsr) ((hsr) >> 16 & 0xFu)
#define ISS_MCRR_CRM(hsr)  ((hsr) >> 1 & 0xFu)

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

#define REG_ACTLR ISS_REG(1, 0, 0, 1)

static void publish_program_flags(void)
{
    const uint32_t sctlr = sctlr_read();
    uint32_t flags = shared_program_flags() & AMPGDB_PROGRAM_DCACHE; /* sticky until a reset */

    if (sctlr & SCTLR_M)
        flags |= AMPGDB_PROGRAM_MMU;
    if (sctlr & SCTLR_C)
        flags |= AMPGDB_PROGRAM_DCACHE;
    shared_set_program_flags(flags);
}

static bool write_virtual_memory(uint32_t reg, uint32_t value)
{
    for (uint32_t i = 0; i < sizeof virtual_memory / sizeof virtual_memory[0]; i++) {
        if (virtual_memory[i].reg != reg)
            continue;
        virtual_memory[i].write(value);
        publish_program_flags();
        return true;
    }
    return false;
}

/* ACTLR: the real value to read, writes ignored; SMP is set already. */
static bool access_register(struct frame *frame)
{
    const uint32_t reg = frame->hsr & ISS_REG_MASK;
    const uint32_t rt = ISS_RT(frame->hsr);

    if (reg == REG_ACTLR) {
        if (ISS_IS_READ(frame->hsr))
            regs_write(frame, rt, actlr_read());
        return true;
    }
    return !ISS_IS_READ(frame->hsr) && write_virtual_memory(reg, regs_read(frame, rt));
}

static bool access_register_pair(struct frame *frame)
{
    const uint64_t value = regs_read(frame, ISS_RT(frame->hsr)) |
                           (uint64_t)regs_read(frame, ISS_MCRR_RT2(frame->hsr)) << 32;

    if (ISS_IS_READ(frame->hsr) || ISS_MCRR_CRM(frame->hsr) != 2)
        return false;
    if (ISS_MCRR_OPC1(frame->hsr) == 0)
        ttbr0_64_write(value);
    else if (ISS_MCRR_OPC1(frame->hsr) == 1)
        ttbr1_64_write(value);
    else
        return false;
    return true;
}

/* A core may trap a conditional instruction whose condition fails (B1.14.2). HSR.CV says that
 * HSR.COND is valid; without it the condition is that of the IT block, if there is one. */
static bool condition_failed(const struct frame *frame)
{
    uint32_t condition = 14;

    if (frame->hsr & HSR_CV)
        condition = HSR_COND(frame->hsr);
    else if (frame->cpsr & PSR_IT)
        condition = PSR_IT_COND(frame->cpsr);
    return !step_condition(frame->cpsr, condition);
}

/* --- stores to the ARM-local page --- */

#define ISS_ISV(hsr)      ((hsr) >> 24 & 1u)
#define ISS_SAS_WORD(hsr) (((hsr) >> 22 & 3u) == 2u)
#define ISS_SRT(hsr)      ((hsr) >> 16 & 0xFu)
#define ISS_IS_WRITE(hsr) ((hsr) >> 6 & 1u)

/* HPFAR is not promised for permission faults: ask the program's own tables (stage 1) again. */
static uint32_t intermediate_address(uint32_t addr)
{
    const uint64_t par = ask_translation(ats1cpr_write, addr);

    return par & PAR_FAULT ? addr : ((uint32_t)par & ~0xFFFu) | (addr & 0xFFFu);
}

/* The length from the instruction's bits would need memory; HSR.IL is not to be trusted when ISV
 * is 0, but those stores are refused: with ISV 1, IL is defined (B3.13.6). */
static bool perform_local_store(struct frame *frame, uint32_t offset)
{
    volatile uint32_t *const reg = (volatile uint32_t *)(uintptr_t)(BCM283X_LOCAL + offset);
    uint32_t value;

    if (!ISS_ISV(frame->hsr) || !ISS_SAS_WORD(frame->hsr) || offset % 4 != 0)
        return false;
    value = regs_read(frame, ISS_SRT(frame->hsr));
    if (!local_store_allowed(offset, &value))
        return false;
    *reg = value;
    dsb();
    regs_skip(frame, frame->hsr >> 25 & 1 ? 4 : 2);
    return true;
}

static bool explain_data_abort(struct frame *frame, const struct layout *layout,
                               struct ampgdb_stop *stop)
{
    const uint32_t status = HSR_FAULT_STATUS(frame->hsr);
    const uint32_t phys = intermediate_address(frame->hdfar);

    if (FAULT_PERMISSION(status) && ISS_IS_WRITE(frame->hsr) &&
        region_of(layout, phys) == REGION_LOCAL) {
        if (perform_local_store(frame, phys - BCM283X_LOCAL))
            return false;
        stop->reason = AMPGDB_STOP_LOCAL;
        stop->address = phys;
    } else {
        stop->reason = status == FAULT_ASYNC_EXTERNAL ? AMPGDB_STOP_ABORT : AMPGDB_STOP_S2_DATA;
        stop->address = status == FAULT_ASYNC_EXTERNAL ? 0 : frame->hdfar; /* late: UNKNOWN */
    }
    stop->syndrome = frame->hsr;
    return true;
}

/* --- all --- */

static bool explain_register(struct frame *frame, struct ampgdb_stop *stop)
{
    const uint32_t class = HSR_EC(frame->hsr);
    bool done = condition_failed(frame);

    if (!done && class == EC_MCR_CP15)
        done = access_register(frame);
    if (!done && class == EC_MCRR_CP15)
        done = access_register_pair(frame);
    if (done) {
        regs_skip(frame, 4);
        return false;
    }
    stop->reason = AMPGDB_STOP_SYSREG;
    stop->syndrome = frame->hsr;
    return true;
}

bool guest_explain(struct frame *frame, const struct layout *layout, struct ampgdb_stop *stop)
{
    stop->address = 0;
    stop->syndrome = 0;
    switch (HSR_EC(frame->hsr)) {
    case EC_MCR_CP15:
    case EC_MCRR_CP15:
    case EC_MCR_CP14:
    case EC_LDC_CP14:
    case EC_MRRC_CP14:
        return explain_register(frame, stop);
    case EC_HVC:
        explain_hvc(frame, layout, stop);
        return true;
    case EC_SMC:
        if (condition_failed(frame)) {
            regs_skip(frame, 4);
            return false;
        }
        stop->reason = AMPGDB_STOP_SMC;
        return true;
    case EC_PREFETCH_ABORT:
        stop->reason = AMPGDB_STOP_S2_FETCH;
        stop->address = frame->hifar;
        stop->syndrome = frame->hsr;
        return true;
    case EC_DATA_ABORT:
        return explain_data_abort(frame, layout, stop);
    default:
        stop->reason = AMPGDB_STOP_UNKNOWN;
        stop->syndrome = frame->hsr;
        return true;
    }
}
