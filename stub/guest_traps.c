/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a trap of the program means: an exception through the page of vectors, a wall it ran
 * into, or an access that the monitor performs for it. See guest.h. HSR: DDI 0406C, B3.13.6.
 */
#include "guest.h"

#include "ampgdb/bcm283x.h"
#include "cp.h"
#include "guest_internal.h"
#include "local.h"
#include "regs.h"
#include "step.h"

#define VECTOR_RETURNED 8u

/* An HVC: of the page of vectors if that is where it was, whatever its number; else a stray one. */
static void explain_hvc(struct frame *frame, const struct layout *layout, struct ampgdb_stop *stop)
{
    frame->pc -= 4; /* HVC has four bytes in both states; ELR points behind it */

    const uint32_t index = (frame->pc - layout->vectors) / 4;

    if (index == VECTOR_RETURNED) {
        stop->reason = AMPGDB_STOP_RETURNED;
    } else if (!guest_explain_exception(frame, index, stop)) {
        stop->reason = AMPGDB_STOP_HVC;
    }
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

#define ISS_SAS_WORD(hsr) (((hsr) >> 22 & 3u) == 2u)
#define ISS_SRT(hsr)      ((hsr) >> 16 & 0xFu)

/* HPFAR is not promised for permission faults: ask the program's own tables (stage 1) again. */
uint32_t guest_physical(uint32_t addr)
{
    const uint64_t par = ask_translation(ats1cpr_write, addr);

    return par & PAR_FAULT ? addr : ((uint32_t)par & ~0xFFFu) | (addr & 0xFFFu);
}

/* During a walk of the program's own tables it is the table that is out of reach, and HPFAR has its
 * page (B3.13.6, B4.1.76). */
static uint32_t faulting_physical(const struct frame *frame, uint32_t addr)
{
    return frame->hsr & HSR_S1PTW ? (frame->hpfar & ~0xFu) << 8 : guest_physical(addr);
}

/* The length from the instruction's bits would need memory; HSR.IL is not to be trusted when ISV
 * is 0, but those stores are refused: with ISV 1, IL is defined (B3.13.6). */
static bool perform_local_store(struct frame *frame, uint32_t offset)
{
    volatile uint32_t *const reg = (volatile uint32_t *)(uintptr_t)(BCM283X_LOCAL + offset);
    uint32_t value;

    if (!(frame->hsr & HSR_ISV) || !ISS_SAS_WORD(frame->hsr) || offset % 4 != 0)
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
    const uint32_t phys = faulting_physical(frame, frame->hdfar);

    if (FAULT_PERMISSION(status) && frame->hsr & HSR_WNR &&
        region_of(layout, phys) == REGION_LOCAL) {
        if (perform_local_store(frame, phys - BCM283X_LOCAL))
            return false;
        stop->reason = AMPGDB_STOP_LOCAL;
        stop->address = phys;
    } else {
        stop->reason = status == FAULT_ASYNC_EXTERNAL ? AMPGDB_STOP_ABORT : AMPGDB_STOP_S2_DATA;
        stop->address = status == FAULT_ASYNC_EXTERNAL ? 0 : frame->hdfar; /* late: UNKNOWN */
        stop->physical = status == FAULT_ASYNC_EXTERNAL ? 0 : phys;
    }
    stop->syndrome = frame->hsr;
    return true;
}

/* --- all --- */

static bool explain_register(struct frame *frame, struct ampgdb_stop *stop)
{
    if (condition_failed(frame)) {
        regs_skip(frame, 4);
        return false;
    }
    if (guest_access_register(frame))
        return false;
    stop->reason = AMPGDB_STOP_SYSREG;
    stop->syndrome = frame->hsr;
    return true;
}

bool guest_explain(struct frame *frame, const struct layout *layout, struct ampgdb_stop *stop)
{
    stop->address = 0;
    stop->syndrome = 0;
    stop->physical = 0;
    stop->caught = 0;
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
        stop->physical = faulting_physical(frame, frame->hifar);
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
