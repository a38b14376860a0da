/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pure part of core3.h: what does a stop mean? The table of all reasons, and those about
 * interrupts and registers; faults are in describe_fault.c.
 *
 * Each sentence says what happened; what to do about it follows behind the first semicolon.
 * References are to the ARM Architecture Reference Manual, ARMv7-A edition (DDI 0406C); QA7 is
 * Quad-A7 control.
 */
#include <string.h>

#include "ampgdb/armv7.h"
#include "ampgdb/bcm283x.h"
#include "core3.h"
#include "core3_explain.h"
#include "describe_fault.h"

/* QA7 4.10: bits of core 3's IRQ source register. */
#define SOURCE_COUNT 12

/* clang-format off */
/* QA7, section 4: what a program may not write, and why. Each row reaches up to the next one. */
static const struct local_name {
    uint32_t offset;
    const char *name;
} local_names[] = {
    {0x00, "the core timers' control, which all cores share"},
    {0x08, "the core timers' prescaler, which all cores share"},
    {0x0C, "the routing of the GPU's interrupts, which Linux needs"},
    {LOCAL_PMU_ROUTING_CLR - 4, "the routing of performance interrupts, whose FIQs belong to the debugger"},
    {LOCAL_PMU_ROUTING_CLR + 4, "the core timer, which all cores share"},
    {LOCAL_TIMER_ROUTING, "the local timer's routing, of which only core 3's IRQ is the program's; write 3"},
    {LOCAL_TIMER_ROUTING + 4, "the AXI counters, which all cores share"},
    {LOCAL_TIMER_CONTROL, "the local timer"},
    {LOCAL_TIMER_CLEAR + 4, "nothing known"},
    {0x40, "another core's timer interrupts"},
    {LOCAL_CORE3_TIMER_CTL, "core 3's timer interrupts, whose FIQs belong to the debugger; use the IRQ bits 3:0"},
    {0x50, "another core's mailbox interrupts"},
    {LOCAL_CORE3_MAILBOX_CTL, "core 3's mailbox interrupts, whose FIQs belong to the debugger; use the IRQ bits 3:0"},
    {0x60, "an interrupt source, which can only be read"},
    {0x80, "another core's mailbox"},
    {LOCAL_CORE3_MAILBOX0_SET, "core 3's mailbox"},
    {0xC0, "another core's mailbox"},
    {LOCAL_CORE3_MAILBOX0_CLR, "core 3's mailbox"},
    {0x100, "nothing known"},
};

static const char *const source_names[SOURCE_COUNT] = {
    "CNTPS timer", "CNTPNS timer", "CNTHP timer", "CNTV timer",
    "mailbox 0", "mailbox 1", "mailbox 2", "mailbox 3",
    "GPU", "performance counters", "AXI", "local timer",
};
/* clang-format on */

static void add_sources(struct sentence *text, uint32_t sources)
{
    const char *separator = "";

    for (unsigned i = 0; i < SOURCE_COUNT; i++) {
        if (!(sources >> i & 1))
            continue;
        sentence_add(text, "%s%s", separator, source_names[i]);
        separator = ", ";
    }
    if (separator[0] == '\0')
        sentence_add(text, "none pending any more");
}

static const char *local_name(uint32_t offset)
{
    const char *name = "nothing known";

    for (size_t i = 0;
         i < sizeof local_names / sizeof local_names[0] && local_names[i].offset <= offset; i++)
        name = local_names[i].name;
    return name;
}

/* --- one function for each reason that has more to say than its name --- */

static void add_reset(struct sentence *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop)
{
    (void)stop;
    sentence_add(text, "fresh start at 0x%08x, nothing has run yet", info->entry & ~1u);
}

static void add_irq(struct sentence *text, const struct core3_info *info,
                    const struct ampgdb_stop *stop)
{
    (void)info;
    sentence_add(text, "an IRQ arrived (");
    add_sources(text, stop->syndrome);
    sentence_add(text, "), but the program has no vectors; set VBAR before enabling IRQs");
}

static void add_local(struct sentence *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop)
{
    (void)info;
    sentence_add(text, "refused a store to the ARM-local register 0x%08x: ", stop->address);
    if (stop->syndrome & HSR_ISV)
        sentence_add(text, "%s", local_name(stop->address % BCM283X_LOCAL_SIZE));
    else
        sentence_add(text, "only plain STR of a word is possible here, no STRD, STM or write-back");
}

static void add_sysreg(struct sentence *text, const struct core3_info *info,
                       const struct ampgdb_stop *stop)
{
    const uint32_t hsr = stop->syndrome;

    (void)info;
    /* MCR and MRC (B3.13.6): Opc2 19:17, Opc1 16:14, CRn 13:10, Rt 8:5, CRm 4:1, read 0 */
    sentence_add(text, "a system register that is not the program's: %s",
                 explain_exception_class(hsr));
    if (HSR_EC(hsr) == EC_MCR_CP15 || HSR_EC(hsr) == EC_MCR_CP14)
        sentence_add(text, ", %s p%u, %u, r%u, c%u, c%u, %u", hsr & 1 ? "MRC" : "MCR",
                     HSR_EC(hsr) == EC_MCR_CP15 ? 15 : 14, hsr >> 14 & 7, hsr >> 5 & 0xF,
                     hsr >> 10 & 0xF, hsr >> 1 & 0xF, hsr >> 17 & 7);
    sentence_add(text, " (HSR 0x%08x)", hsr);
}

static void add_vectors(struct sentence *text, const struct core3_info *info,
                        const struct ampgdb_stop *stop)
{
    (void)info;
    sentence_add(
        text,
        "the program's MMU tables do not reach its exception vectors at 0x%08x: an exception there "
        "repeats for ever; map them, or set VBAR",
        stop->address);
}

static void add_unknown(struct sentence *text, const struct core3_info *info,
                        const struct ampgdb_stop *stop)
{
    (void)info;
    sentence_add(text, "a trap that nobody expected: %s (HSR 0x%08x)",
                 explain_exception_class(stop->syndrome), stop->syndrome);
}

/* clang-format off */
static const struct stop_text {
    const char *text; /* all there is to say, or NULL: */
    describe_fn *add;
} stop_texts[AMPGDB_STOP_COUNT] = {
    [AMPGDB_STOP_RESET] = {NULL, add_reset},
    [AMPGDB_STOP_HALT] = {"halted on request", NULL},
    [AMPGDB_STOP_STEP] = {"step done", NULL},
    [AMPGDB_STOP_SW_BREAK] = {"software breakpoint", NULL},
    [AMPGDB_STOP_HW_BREAK] = {"hardware breakpoint", NULL},
    [AMPGDB_STOP_BKPT] = {NULL, describe_bkpt},
    [AMPGDB_STOP_RETURNED] = {"the program has ended: it returned from where it was entered", NULL},
    [AMPGDB_STOP_UNDEFINED] = {NULL, describe_undefined},
    [AMPGDB_STOP_SVC] = {NULL, describe_svc},
    [AMPGDB_STOP_PREFETCH] = {NULL, describe_prefetch},
    [AMPGDB_STOP_DATA] = {NULL, describe_data},
    [AMPGDB_STOP_IRQ] = {NULL, add_irq},
    [AMPGDB_STOP_FIQ] = {"an FIQ reached the program, but it has no vectors, and FIQs of core 3 belong to the debugger; use IRQ", NULL},
    [AMPGDB_STOP_S2_FETCH] = {NULL, describe_s2_fetch},
    [AMPGDB_STOP_S2_DATA] = {NULL, describe_s2_data},
    [AMPGDB_STOP_LOCAL] = {NULL, add_local},
    [AMPGDB_STOP_SMC] = {"SMC instruction: Secure monitor calls are not for the program", NULL},
    [AMPGDB_STOP_HVC] = {"HVC instruction: ampgdb's stub offers no calls", NULL},
    [AMPGDB_STOP_SYSREG] = {NULL, add_sysreg},
    [AMPGDB_STOP_ABORT] = {"asynchronous abort: an earlier access, not the one at PC, failed on the bus", NULL},
    [AMPGDB_STOP_VECTORS] = {NULL, add_vectors},
    [AMPGDB_STOP_UNKNOWN] = {NULL, add_unknown},
    [AMPGDB_STOP_WATCH] = {NULL, describe_watch},
    [AMPGDB_STOP_AGENT] = {NULL, describe_agent},
};
/* clang-format on */

void core3_describe_stop(const struct core3_info *info, const struct ampgdb_stop *stop, char *text,
                         size_t size)
{
    struct sentence out = sentence_begin(text, size);
    const struct stop_text *known;

    if (stop->reason >= AMPGDB_STOP_COUNT) {
        sentence_add(&out, "stopped for a reason that this version does not know (%u)",
                     stop->reason);
        return;
    }
    known = &stop_texts[stop->reason];
    if (known->text)
        sentence_add(&out, "%s", known->text);
    else
        known->add(&out, info, stop);
    if (stop->caught)
        sentence_add(&out, "; the program's handler runs on continue, or \"signal 0\" to retry");
}

void core3_describe_stop_briefly(const struct core3_info *info, const struct ampgdb_stop *stop,
                                 char *text, size_t size)
{
    core3_describe_stop(info, stop, text, size);
    if (size > 0)
        text[strcspn(text, ";")] = '\0';
}
