/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program's rights and its start state. See guest.h. Its traps are in guest_traps.c, its
 * exceptions in guest_vectors.c, its system registers in guest_registers.c.
 */
#include "guest.h"

#include "ampgdb/bcm283x.h"
#include "cp.h"
#include "guest_internal.h"
#include "memory.h"
#include "regs.h"
#include "shared.h"

/*
 * HCR (DDI 0406C, B4.1.65). IMO, FB, BSU, DC and TGE stay 0.
 *
 *      VM      stage 2: Linux's RAM and the stub do not exist for the program
 *      SWIO    its invalidate by set/way cleans as well: on a Cortex-A7 it would throw away
 *              dirty lines of Linux in the shared L2
 *      PTW     its table walks fault in device memory instead of reading registers
 *      FMO     FIQ, the doorbell, arrives in HYP whatever the program masks
 *      AMO     asynchronous aborts arrive at once instead of hiding behind CPSR.A
 *      TSC     SMC traps: the firmware's handler returns any caller in HYP mode
 *      TIDCP   implementation-defined registers trap: L2CTLR is Linux's too
 *      TAC     ACTLR traps: SMP mode is not the program's to leave
 *      TVM     its MMU set-up traps: we know live whether MMU and caches are on
 */
#define HCR_VM    BIT(0)
#define HCR_SWIO  BIT(1)
#define HCR_PTW   BIT(2)
#define HCR_FMO   BIT(3)
#define HCR_AMO   BIT(5)
#define HCR_TSC   BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TAC   BIT(21)
#define HCR_TVM   BIT(26)

#define HCPTR_VALUE 0x33FFu /* RES1 bits; TCP10, TCP11 0: the FPU is the program's (B4.1.63) */
#define CNTHCTL_PL1 3u      /* physical counter and timer open to PL1 (B8.1.3) */

#define PRRR_RESET  0x00098AA4u /* B4.1.127 */
#define NMRR_RESET  0x44E048E0u /* B4.1.116 */
#define PMCR_E      BIT(0)
#define START_MASKS (PSR_A | PSR_I | PSR_F)

#define VECTORS_RETURNED 0x20u /* where LR points at the start */

void guest_confine(void)
{
    vpidr_write(midr_read());
    vmpidr_write(mpidr_read());
    hcptr_write(HCPTR_VALUE);
    hstr_write(0);
    hacr_write(0);
    hactlr_write(0); /* CPUECTLR, L2CTLR and the like of a Cortex-A53 are not the program's */
    cnthctl_write(CNTHCTL_PL1);
    cntvoff_write(0);
    cnthp_ctl_write(0);
    hcr_write(HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_AMO | HCR_TSC | HCR_TIDCP | HCR_TAC |
              HCR_TVM);
}

static void disarm_devices(void)
{
    volatile uint32_t *const local = (volatile uint32_t *)(uintptr_t)BCM283X_LOCAL;

    cntv_ctl_write(0); /* the firmware leaves it enabled */
    cntp_ctl_write(0);
    local[LOCAL_CORE3_TIMER_CTL / 4] = 0;
    local[LOCAL_CORE3_MAILBOX_CTL / 4] = LOCAL_MAILBOX_CTL_DOORBELL;
    local[LOCAL_CORE3_MAILBOX0_CLR / 4] = ~0u;
    local[LOCAL_CORE3_MAILBOX2_CLR / 4] = ~0u;
    local[LOCAL_PMU_ROUTING_CLR / 4] =
        0x88u; /* core 3, IRQ and FIQ (QA7, "Performance monitors interrupt") */
    if ((local[LOCAL_TIMER_ROUTING / 4] & 3u) ==
        3u) { /* to core 3, IRQ or FIQ (QA7, "Local timer") */
        local[LOCAL_TIMER_CONTROL / 4] = 0;
        local[LOCAL_TIMER_ROUTING / 4] = 0;
    }
    pmcr_write(pmcr_read() & ~PMCR_E);
    pmcntenclr_write(~0u);
    pmintenclr_write(~0u);
    pmuserenr_write(0);
    dsb();
}

/* CP15 as after a reset. The MMU goes off first; the program's translations are dropped last. */
static void reset_cp15(const struct layout *layout)
{
    sctlr_write(SCTLR_RESET);
    ttbcr_write(0);
    ttbr0_write(0);
    ttbr1_write(0);
    dacr_write(0);
    contextidr_write(0);
    tpidrurw_write(0);
    tpidruro_write(0);
    tpidrprw_write(0);
    prrr_write(PRRR_RESET);
    nmrr_write(NMRR_RESET);
    amair0_write(0);
    amair1_write(0);
    cpacr_write(0);
    cntkctl_write(0);
    dfsr_write(0);
    ifsr_write(0);
    adfsr_write(0);
    aifsr_write(0);
    par_write(0);
    dfar_write(0);
    ifar_write(0);
    vbar_write(layout->vectors);
    tlbiallnsnh(0);
    dsb();
    isb();
}

void guest_reset(struct frame *frame, const struct layout *layout, uint32_t entry)
{
    const bool thumb = entry & 1;

    disarm_devices();
    guest_leave_vectors(); /* while its translation is still there */
    guest_forget_caught();
    reset_cp15(layout);
    if (shared_program_flags() & AMPGDB_PROGRAM_DCACHE)
        memory_forget();
    shared_set_program_flags(0);

    regs_clear(frame);
    frame->cpsr = MODE_SVC | START_MASKS | (thumb ? PSR_T : 0);
    frame->pc = entry & (thumb ? ~1u : ~3u);
    regs_write(frame, AMPGDB_REG_SP_SVC, layout->window);
    regs_write(frame, AMPGDB_REG_LR_SVC, layout->vectors + VECTORS_RETURNED);
    shared_entry(entry);
}
