/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Exceptions of the program: the page of vectors it has while it brings none, and the BKPTs at its
 * own vectors that catch. See guest.h.
 */
#include "guest_internal.h"

#include "ampgdb/bcm283x.h"
#include "ampgdb/message.h"
#include "breakpoints.h"
#include "cp.h"
#include "guest.h"
#include "regs.h"

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

#define VECTORS_CAUGHT 4u /* AMPGDB_CATCH_* bit n: vector n + 1 */

extern const uint32_t program_vectors[], program_vectors_end[];

static uint32_t vectors_page[1024] __attribute__((aligned(4096)));

static uint32_t catch_mask;
static struct {
    bool valid;
    uint32_t pc;           /* where the stop left the program */
    uint32_t vector, cpsr; /* where its handler begins, and how */
    uint32_t spsr;         /* number of the handler's SPSR */
} caught;

/* --- the page --- */

void guest_place_vectors(struct layout *layout)
{
    const uint32_t words = (uint32_t)(program_vectors_end - program_vectors);

    for (uint32_t i = 0; i < words; i++)
        vectors_page[i] = program_vectors[i];
    layout->vectors = (uint32_t)(uintptr_t)vectors_page;
    for (uint32_t line = 0; line < sizeof vectors_page; line += 64)
        dccimvac(layout->vectors + line); /* fetched with caches off (DDI 0406C, B2.2.6) */
    dsb();
    iciallu(0);
    dsb();
    isb();
}

uint32_t guest_vectors(void)
{
    return sctlr_read() & SCTLR_V ? 0xFFFF0000u : vbar_read();
}

bool guest_has_vectors(void)
{
    return guest_vectors() != (uint32_t)(uintptr_t)vectors_page;
}

bool guest_has_lost_vectors(const struct frame *frame)
{
    const uint32_t prefetch_vector = guest_vectors() + 4 * VECTOR_PREFETCH;

    return (frame->cpsr & PSR_MODE) == MODE_ABT && frame->pc == prefetch_vector &&
           ifar_read() == prefetch_vector;
}

/* --- an exception, taken --- */

/* The floating-point unit is off for one of two reasons, or the instruction is no good. */
static void add_syndrome(const struct frame *frame, struct ampgdb_stop *stop)
{
    switch (stop->reason) {
    case AMPGDB_STOP_UNDEFINED:
        stop->address = regs_read(frame, AMPGDB_REG_FPEXC);
        stop->syndrome = cpacr_read();
        break;
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

/* The frame goes back to where the exception came from: its mode, its state, its instruction. What
 * the exception overwrote is lost: an SVC in Supervisor mode its LR, an abort in Abort mode its. */
static void leave_handler(struct frame *frame, const struct vector *vector)
{
    const uint32_t lr = regs_read(frame, vector->lr);
    const uint32_t spsr = regs_read(frame, vector->lr + 1);
    const uint32_t offset = spsr & PSR_T ? vector->thumb_offset : vector->arm_offset;

    if (regs_write(frame, AMPGDB_REG_CPSR, spsr) == 0)
        regs_write(frame, AMPGDB_REG_PC, lr - offset);
}

bool guest_explain_exception(struct frame *frame, uint32_t index, struct ampgdb_stop *stop)
{
    if (index >= sizeof vectors / sizeof vectors[0] || vectors[index].lr == 0)
        return false;
    stop->reason = vectors[index].reason;
    add_syndrome(frame, stop);
    leave_handler(frame, &vectors[index]);
    return true;
}

/* DDI 0406C, B1.9, "Undefined Instruction exception". */
void guest_undefine(struct frame *frame)
{
    const uint32_t sctlr = sctlr_read();
    const uint32_t kept = frame->cpsr & ~(PSR_MODE | PSR_T | PSR_J | PSR_IT | PSR_E);

    regs_write(frame, AMPGDB_REG_LR_UND, frame->pc + (regs_is_thumb(frame) ? 2 : 4));
    regs_write(frame, AMPGDB_REG_SPSR_UND, frame->cpsr);
    frame->cpsr =
        kept | MODE_UND | PSR_I | (sctlr & SCTLR_TE ? PSR_T : 0) | (sctlr & SCTLR_EE ? PSR_E : 0);
    frame->pc = guest_vectors() + 4 * VECTOR_UNDEFINED;
}

/* --- catching --- */

void guest_leave_vectors(void)
{
    if (catch_mask)
        breakpoints_uncatch();
}

/*
 * Exceptions through our own page stop anyway. Vectors that cannot be patched cannot be executed
 * either, so for now an exception stops the program for that (S2_FETCH, VECTORS). They are tried
 * again at the next write to a register that brings us here: whoever maps them turns an MMU on, or
 * switches tables.
 *
 * A BKPT at a vector is no trap for us: what makes it UNPREDICTABLE for a debugger in Abort mode is
 * that LR_abt and SPSR_abt are overwritten (DDI 0406C, C4.2), and ours comes to HYP mode.
 *
 * The translation asked for here may come from a TLB entry that the program is about to drop: it
 * writes the register first and invalidates afterwards (B3.10). It may not depend on either then,
 * since the core may look tables up early on its own; but if its vectors move by that, the BKPT
 * stays where they were. QEMU drops its entries at the write.
 */
void guest_follow(void)
{
    const uint32_t base = guest_vectors();
    const bool thumb = (sctlr_read() & SCTLR_TE) != 0;

    guest_publish_flags();
    if (!guest_has_vectors())
        return;
    for (uint32_t i = 0; i < VECTORS_CAUGHT; i++)
        if (catch_mask & BIT(i))
            breakpoints_catch(base + 4 * (i + 1), thumb);
}

/* HSTR.T12: the program's accesses to c12, VBAR among them, trap (B4.1.92); those from User mode,
 * which are undefined anyway, may trap or not, so both mean the same (guest_registers.c), and so
 * may those whose condition fails (guest_traps.c). Only while we have to follow: an operating
 * system that changes it at each switch pays for it. */
void guest_catch(uint32_t mask)
{
    guest_leave_vectors();
    catch_mask = mask & AMPGDB_CATCH_ALL;
    hstr_write(catch_mask ? HSTR_T12 : 0);
    guest_follow();
}

void guest_caught(struct frame *frame, struct ampgdb_stop *stop)
{
    const uint32_t index = frame->pc / 4 % 8; /* a base is a multiple of 32 */

    caught.vector = frame->pc;
    caught.cpsr = frame->cpsr;
    caught.spsr = vectors[index].lr + 1;
    stop->address = 0;
    stop->syndrome = 0;
    stop->physical = 0;
    stop->caught = guest_explain_exception(frame, index, stop);
    caught.valid = stop->caught;
    caught.pc = frame->pc;
}

void guest_forget_caught(void)
{
    caught.valid = false;
}

/* What the user made of the flags meanwhile is what the handler will return to. */
void guest_deliver(struct frame *frame)
{
    if (caught.valid && frame->pc == caught.pc) {
        regs_write(frame, caught.spsr, frame->cpsr);
        frame->cpsr = caught.cpsr;
        frame->pc = caught.vector;
    }
    caught.valid = false;
}
