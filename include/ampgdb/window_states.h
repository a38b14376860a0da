/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The values that words of the window header take (window.h), as bare numbers: for C and assembly.
 */
#ifndef AMPGDB_WINDOW_STATES_H
#define AMPGDB_WINDOW_STATES_H

/* progress: how far the stub came. The last value tells where it died, without a UART. */
#define AMPGDB_PROGRESS_NONE      0 /* Core 3 never arrived in the stub */
#define AMPGDB_PROGRESS_ENTERED   1 /* first instruction ran, mode recorded */
#define AMPGDB_PROGRESS_RELOCATED 2 /* in HYP mode, image relocated, C runs */
#define AMPGDB_PROGRESS_MMU       3 /* HYP MMU and caches are on */
#define AMPGDB_PROGRESS_DEBUG     4 /* debug registers and stage 2 are set up */
#define AMPGDB_PROGRESS_READY     5 /* serving the ring */

/* state */
#define AMPGDB_STATE_NONE    0
#define AMPGDB_STATE_HALTED  1 /* the stub serves, the program stands still */
#define AMPGDB_STATE_RUNNING 2 /* the program runs */
#define AMPGDB_STATE_PANIC   3 /* the stub failed; see the panic words */
#define AMPGDB_STATE_REFUSED 4 /* Core 3 did not arrive in HYP mode; see entry_cpsr */

/* program_flags: what the program has switched on, live. */
#define AMPGDB_PROGRAM_MMU    1 /* SCTLR.M: its addresses are virtual */
#define AMPGDB_PROGRAM_DCACHE 2 /* SCTLR.C was set at least once since the last reset */

/* The BKPTs that the stub plants. They carry a number that nobody types, so that a dump, or a copy
 * of code that has one in it, shows whose they are. */
#define AMPGDB_BKPT_ARM         0xE12A0A79
#define AMPGDB_BKPT_THUMB       0xBEA9
#define AMPGDB_IS_PLANTED(code) ((code) == AMPGDB_BKPT_ARM || ((code)&0xFFFF) == AMPGDB_BKPT_THUMB)

/* Why the program is halted: stop.reason. "Fault" reasons fill address and syndrome. */
#define AMPGDB_STOP_RESET     0  /* fresh state, not run since the reset */
#define AMPGDB_STOP_HALT      1  /* asked for */
#define AMPGDB_STOP_STEP      2  /* a step is done */
#define AMPGDB_STOP_SW_BREAK  3  /* a software breakpoint of the debugger */
#define AMPGDB_STOP_HW_BREAK  4  /* a hardware breakpoint of the debugger */
#define AMPGDB_STOP_BKPT      5  /* a BKPT that is not planted at PC */
#define AMPGDB_STOP_RETURNED  6  /* the program returned to the LR it was started with */
#define AMPGDB_STOP_UNDEFINED 7  /* undefined instruction; address: FPEXC, syndrome: CPACR */
#define AMPGDB_STOP_SVC       8  /* SVC without a handler; address: none */
#define AMPGDB_STOP_PREFETCH  9  /* prefetch abort by its own MMU or bus; IFAR, IFSR */
#define AMPGDB_STOP_DATA      10 /* data abort by its own MMU, alignment or bus; DFAR, DFSR */
#define AMPGDB_STOP_IRQ       11 /* an IRQ without a handler; syndrome: core 3's IRQ source */
#define AMPGDB_STOP_FIQ       12 /* a FIQ vector was reached without a handler */
#define AMPGDB_STOP_S2_FETCH  13 /* jump to memory that is not the program's; IPA, HSR */
#define AMPGDB_STOP_S2_DATA   14 /* access to memory that is not the program's; VA, HSR */
#define AMPGDB_STOP_LOCAL     15 /* refused store to an ARM-local register; address, HSR */
#define AMPGDB_STOP_SMC       16 /* SMC: Secure monitor calls are not for the program */
#define AMPGDB_STOP_HVC       17 /* HVC: the stub offers no calls */
#define AMPGDB_STOP_SYSREG    18 /* a system register that is not the program's; HSR */
#define AMPGDB_STOP_ABORT     19 /* asynchronous abort by a store that failed late; HSR */
#define AMPGDB_STOP_VECTORS   20 /* its own MMU tables no longer reach its vectors; VBAR */
#define AMPGDB_STOP_UNKNOWN   21 /* a trap nobody expected; HSR */
#define AMPGDB_STOP_WATCH     22 /* about to access watched memory; address: inside it, HSR */
#define AMPGDB_STOP_AGENT                                                                          \
    23 /* a condition or command of a breakpoint here cannot be evaluated;                         \
        * address: of unreadable memory, syndrome: AMPGDB_EFAULT, EAGENT */
#define AMPGDB_STOP_COUNT 24

/* panic.code */
#define AMPGDB_PANIC_NONE  0
#define AMPGDB_PANIC_TRAP  1 /* the stub itself took an exception outside a guarded access */
#define AMPGDB_PANIC_BOOT  2 /* the boot words make no sense */
#define AMPGDB_PANIC_DEBUG 3 /* debug exceptions cannot be enabled: the chip keeps DBGEN low */

#endif
