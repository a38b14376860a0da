/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pure part of core3.h: whose memory is this, and what does a stop mean? Knows the
 * architecture's syndromes and the memory map, and asks nobody.
 *
 * "B3-23" and the like are tables of the ARM Architecture Reference Manual, ARMv7-A edition
 * (DDI 0406C); QA7 is Quad-A7 control.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "core3.h"
#include "core3_explain.h"

/* DFSR and IFSR (B4.1.52, B4.1.96) */
#define FSR_LPAE     (1u << 9)  /* long-descriptor format: STATUS in bits 5:0 */
#define FSR_WNR      (1u << 11) /* DFSR only */
#define FSR_FS4      (1u << 10) /* short-descriptor format: FS is this bit and bits 3:0 */
#define FSR_FS3_0    0xFu
#define FSR_STATUS   0x3Fu
#define HSR_WNR      (1u << 6) /* data aborts only */
#define HSR_S1PTW    (1u << 7)
#define HSR_ISV      (1u << 24)
#define LEVEL_MASK   0x3u
#define LEVEL_GROUPS 0x3Cu

/* Programs made to run alone copy their vectors here. */
#define LOW_VECTORS_SIZE 0x40u

/* QA7 4.10: bits of core 3's IRQ source register. */
#define SOURCE_COUNT 12

struct text {
    char *at;
    size_t left;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(text->at, text->left, format, arguments);
    va_end(arguments);
    if (len < 0)
        return;
    if ((size_t)len >= text->left)
        len = text->left > 0 ? (int)text->left - 1 : 0;
    text->at += len;
    text->left -= (size_t)len;
}

/* --- whose memory --- */

static bool is_within(uint32_t start, uint32_t end, uint32_t addr, uint32_t len)
{
    return addr >= start && addr <= end && len <= end - addr;
}

bool core3_is_program_ram(const struct core3_info *info, uint32_t addr, uint32_t len)
{
    return is_within(info->program_base, info->window, addr, len) ||
           is_within(info->upper_base, info->ram_end, addr, len);
}

static const char *owner_of(const struct core3_info *info, uint32_t addr)
{
    if (core3_is_program_ram(info, addr, 1))
        return "is the program's own RAM";
    if (addr < info->program_base)
        return "belongs to Linux";
    if (addr >= info->window && addr < info->upper_base)
        return addr - info->window >= AMPGDB_CONSOLE_OFFSET ? "is ampgdb's console page"
                                                            : "belongs to ampgdb's stub";
    if (addr < BCM283X_PERIPHERALS)
        return "belongs to VideoCore";
    if (is_within(BCM283X_DMA, BCM283X_DMA + BCM283X_DMA_SIZE, addr, 1) ||
        is_within(BCM283X_DMA15, BCM283X_DMA15 + BCM283X_DMA_SIZE, addr, 1))
        return "is the DMA controller, closed unless the program is started with --allow dma";
    if (addr < BCM283X_PERIPHERALS_END)
        return "is a peripheral";
    if (addr - BCM283X_LOCAL < BCM283X_LOCAL_SIZE)
        return "is an ARM-local register";
    return "is nothing";
}

/* A virtual address says nothing about whose memory it is. */
static void add_address(struct text *text, const struct core3_info *info, uint32_t addr,
                        bool is_virtual)
{
    if (is_virtual && (info->program_flags & AMPGDB_PROGRAM_MMU))
        add(text, "0x%08x (virtual, by the program's own MMU tables)", addr);
    else
        add(text, "0x%08x, which %s", addr, owner_of(info, addr));
}

/* --- why --- */

/* clang-format off */
/* B3-24: STATUS, long-descriptor format, also of the HSR. Bits 1:0 are a level where it says so. */
static const struct status_name {
    uint8_t status;
    bool has_level;
    const char *name;
} status_names[] = {
    {0x04, true, "translation fault"},
    {0x08, true, "access flag fault"},
    {0x0C, true, "permission fault"},
    {0x10, false, "external abort"},
    {0x11, false, "asynchronous external abort"},
    {0x14, true, "external abort on a table walk"},
    {0x18, false, "parity error"},
    {0x19, false, "asynchronous parity error"},
    {0x1C, true, "parity error on a table walk"},
    {0x21, false, "alignment fault"},
    {0x22, false, "debug event"},
    {0x30, false, "TLB conflict"},
    {0x34, false, "implementation-defined fault (lockdown)"},
    {0x3A, false, "implementation-defined fault (coprocessor)"},
};

/* B3-23: FS, short-descriptor format. */
static const char *const fs_names[32] = {
    [0x01] = "alignment fault",
    [0x02] = "debug event",
    [0x03] = "access flag fault, level 1",
    [0x04] = "fault on instruction cache maintenance",
    [0x05] = "translation fault, level 1",
    [0x06] = "access flag fault, level 2",
    [0x07] = "translation fault, level 2",
    [0x08] = "external abort",
    [0x09] = "domain fault, level 1",
    [0x0B] = "domain fault, level 2",
    [0x0C] = "external abort on a table walk, level 1",
    [0x0D] = "permission fault, level 1",
    [0x0E] = "external abort on a table walk, level 2",
    [0x0F] = "permission fault, level 2",
    [0x10] = "TLB conflict",
    [0x14] = "implementation-defined fault (lockdown)",
    [0x16] = "asynchronous external abort",
    [0x18] = "asynchronous parity error",
    [0x19] = "parity error",
    [0x1A] = "implementation-defined fault (coprocessor)",
    [0x1C] = "parity error on a table walk, level 1",
    [0x1E] = "parity error on a table walk, level 2",
};

/* QA7, section 4: what a program may not write, and why. Each row reaches up to the next one. */
static const struct local_name {
    uint32_t offset;
    const char *name;
} local_names[] = {
    {0x00, "the core timers' control, which all cores share"},
    {0x08, "the core timers' prescaler, which all cores share"},
    {0x0C, "the routing of the GPU's interrupts, which Linux needs"},
    {LOCAL_PMU_ROUTING_CLR - 4, "the routing of performance interrupts; FIQs belong to the debugger"},
    {LOCAL_PMU_ROUTING_CLR + 4, "the core timer, which all cores share"},
    {LOCAL_TIMER_ROUTING, "the local timer's routing; only core 3's IRQ is the program's: write 3"},
    {LOCAL_TIMER_ROUTING + 4, "the AXI counters, which all cores share"},
    {LOCAL_TIMER_CONTROL, "the local timer"},
    {LOCAL_TIMER_CLEAR + 4, "nothing known"},
    {0x40, "another core's timer interrupts"},
    {LOCAL_CORE3_TIMER_CTL, "core 3's timer interrupts; FIQs belong to the debugger: use the IRQ bits 3:0"},
    {0x50, "another core's mailbox interrupts"},
    {LOCAL_CORE3_MAILBOX_CTL, "core 3's mailbox interrupts; FIQs belong to the debugger: use the IRQ bits 3:0"},
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_long_status(struct text *text, uint32_t status)
{
    for (size_t i = 0; i < COUNT(status_names); i++) {
        const struct status_name *known = &status_names[i];

        if (known->has_level && known->status == (status & LEVEL_GROUPS)) {
            add(text, "%s, level %u", known->name, status & LEVEL_MASK);
            return;
        }
        if (!known->has_level && known->status == status) {
            add(text, "%s", known->name);
            return;
        }
    }
    add(text, "unknown fault status 0x%02x", status);
}

/* What a fault status register says; its format tells itself apart. */
static void add_fault(struct text *text, uint32_t fsr)
{
    const uint32_t fs = (fsr & FSR_FS4 ? 0x10u : 0) | (fsr & FSR_FS3_0);

    if (fsr & FSR_LPAE)
        add_long_status(text, fsr & FSR_STATUS);
    else if (fs_names[fs])
        add(text, "%s", fs_names[fs]);
    else
        add(text, "unknown fault status 0x%02x", fs);
}

static void add_sources(struct text *text, uint32_t sources)
{
    const char *separator = "";

    for (unsigned i = 0; i < SOURCE_COUNT; i++) {
        if (!(sources >> i & 1))
            continue;
        add(text, "%s%s", separator, source_names[i]);
        separator = ", ";
    }
    if (separator[0] == '\0')
        add(text, "none pending any more");
}

static const char *local_name(uint32_t offset)
{
    const char *name = "nothing known";

    for (size_t i = 0; i < COUNT(local_names) && local_names[i].offset <= offset; i++)
        name = local_names[i].name;
    return name;
}

/* --- one function for each reason that has more to say than its name --- */

static void add_reset(struct text *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop)
{
    (void)stop;
    add(text, "fresh start at 0x%08x, nothing has run yet", info->entry & ~1u);
}

static void add_prefetch(struct text *text, const struct core3_info *info,
                         const struct ampgdb_stop *stop)
{
    add(text, "prefetch abort: jump to ");
    add_address(text, info, stop->address, true);
    add(text, " (");
    add_fault(text, stop->syndrome);
    add(text, ")");
}

static void add_data(struct text *text, const struct core3_info *info,
                     const struct ampgdb_stop *stop)
{
    add(text, "data abort: %s ", stop->syndrome & FSR_WNR ? "write to" : "read of");
    add_address(text, info, stop->address, true);
    add(text, " (");
    add_fault(text, stop->syndrome);
    add(text, ")");
}

static void add_irq(struct text *text, const struct core3_info *info,
                    const struct ampgdb_stop *stop)
{
    (void)info;
    add(text, "an IRQ arrived (");
    add_sources(text, stop->syndrome);
    add(text, "), but the program has no vectors: set VBAR before enabling IRQs");
}

static void add_s2_fetch(struct text *text, const struct core3_info *info,
                         const struct ampgdb_stop *stop)
{
    add(text, "prefetch abort: jump to ");
    add_address(text, info, stop->address, true);
}

static void add_s2_data(struct text *text, const struct core3_info *info,
                        const struct ampgdb_stop *stop)
{
    if (stop->syndrome & HSR_S1PTW)
        add(text, "data abort: the program's MMU tables for 0x%08x are not in its own RAM",
            stop->address);
    else {
        add(text, "data abort: %s ", stop->syndrome & HSR_WNR ? "write to" : "read of");
        add_address(text, info, stop->address, true);
    }
    if (stop->address < LOW_VECTORS_SIZE && stop->syndrome & HSR_WNR)
        add(text, "; if these are exception vectors, keep them in the program's RAM and set VBAR");
}

static void add_local(struct text *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop)
{
    (void)info;
    add(text, "refused a store to the ARM-local register 0x%08x: ", stop->address);
    if (stop->syndrome & HSR_ISV)
        add(text, "%s", local_name(stop->address % BCM283X_LOCAL_SIZE));
    else
        add(text, "only plain STR of a word is possible here, no STRD, STM or write-back");
}

static void add_sysreg(struct text *text, const struct core3_info *info,
                       const struct ampgdb_stop *stop)
{
    const uint32_t hsr = stop->syndrome;

    (void)info;
    /* MCR and MRC (B3.13.6): Opc2 19:17, Opc1 16:14, CRn 13:10, Rt 8:5, CRm 4:1, read 0 */
    add(text, "a system register that is not the program's: %s", explain_exception_class(hsr));
    if (hsr >> 26 == 0x03 || hsr >> 26 == 0x05)
        add(text, ", %s p%u, %u, r%u, c%u, c%u, %u", hsr & 1 ? "MRC" : "MCR",
            hsr >> 26 == 0x03 ? 15 : 14, hsr >> 14 & 7, hsr >> 5 & 0xF, hsr >> 10 & 0xF,
            hsr >> 1 & 0xF, hsr >> 17 & 7);
    add(text, " (HSR 0x%08x)", hsr);
}

static void add_vectors(struct text *text, const struct core3_info *info,
                        const struct ampgdb_stop *stop)
{
    (void)info;
    add(text,
        "the program's MMU tables do not reach its exception vectors at 0x%08x: an exception there "
        "repeats for ever; map them, or set VBAR",
        stop->address);
}

static void add_unknown(struct text *text, const struct core3_info *info,
                        const struct ampgdb_stop *stop)
{
    (void)info;
    add(text, "a trap that nobody expected: %s (HSR 0x%08x)",
        explain_exception_class(stop->syndrome), stop->syndrome);
}

/* clang-format off */
static const struct stop_text {
    const char *text; /* all there is to say, or NULL: */
    void (*add)(struct text *text, const struct core3_info *info, const struct ampgdb_stop *stop);
} stop_texts[AMPGDB_STOP_COUNT] = {
    [AMPGDB_STOP_RESET] = {NULL, add_reset},
    [AMPGDB_STOP_HALT] = {"halted on request", NULL},
    [AMPGDB_STOP_STEP] = {"step done", NULL},
    [AMPGDB_STOP_SW_BREAK] = {"software breakpoint", NULL},
    [AMPGDB_STOP_HW_BREAK] = {"hardware breakpoint", NULL},
    [AMPGDB_STOP_BKPT] = {"BKPT instruction of the program", NULL},
    [AMPGDB_STOP_RETURNED] = {"the program has ended: it returned from where it was entered", NULL},
    [AMPGDB_STOP_UNDEFINED] = {"undefined instruction", NULL},
    [AMPGDB_STOP_SVC] = {"SVC instruction, but the program has no vectors: set VBAR (LR of its mode is lost)", NULL},
    [AMPGDB_STOP_PREFETCH] = {NULL, add_prefetch},
    [AMPGDB_STOP_DATA] = {NULL, add_data},
    [AMPGDB_STOP_IRQ] = {NULL, add_irq},
    [AMPGDB_STOP_FIQ] = {"an FIQ reached the program, but it has no vectors, and FIQs of core 3 belong to the debugger: use IRQ", NULL},
    [AMPGDB_STOP_S2_FETCH] = {NULL, add_s2_fetch},
    [AMPGDB_STOP_S2_DATA] = {NULL, add_s2_data},
    [AMPGDB_STOP_LOCAL] = {NULL, add_local},
    [AMPGDB_STOP_SMC] = {"SMC instruction: Secure monitor calls are not for the program", NULL},
    [AMPGDB_STOP_HVC] = {"HVC instruction: ampgdb's stub offers no calls", NULL},
    [AMPGDB_STOP_SYSREG] = {NULL, add_sysreg},
    [AMPGDB_STOP_ABORT] = {"asynchronous abort: an earlier access, not the one at PC, failed on the bus", NULL},
    [AMPGDB_STOP_VECTORS] = {NULL, add_vectors},
    [AMPGDB_STOP_UNKNOWN] = {NULL, add_unknown},
};
/* clang-format on */

void core3_describe_stop(const struct core3_info *info, const struct ampgdb_stop *stop, char *text,
                         size_t size)
{
    struct text out = {.at = text, .left = size};
    const struct stop_text *known;

    if (size > 0)
        text[0] = '\0';
    if (stop->reason >= AMPGDB_STOP_COUNT) {
        add(&out, "stopped for a reason that this version does not know (%u)", stop->reason);
        return;
    }
    known = &stop_texts[stop->reason];
    if (known->text)
        add(&out, "%s", known->text);
    else
        known->add(&out, info, stop);
}
