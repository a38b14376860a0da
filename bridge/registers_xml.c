/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of registers as a target description (GDB manual, "Target Description Format"). See
 * registers.h.
 *
 * osabi none: without it a GDB built for Linux takes a bare-metal ELF for a Linux program, probes
 * for signal frames at each stop and steps with breakpoints of its own.
 * save-restore no: a function that the debugger calls in the program leaves these as they are, and
 * GDB shall not write all of them back after it. Types are known only inside of their feature, so
 * some come twice.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "registers.h"

#define XML_MAX 24576u

#define FIELD(name, start, end) "<field name=\"" name "\" start=\"" #start "\" end=\"" #end "\"/>"
#define BIT(name, bit)          FIELD(name, bit, bit)
#define ENUM(id, values)        "<enum id=\"" id "\" size=\"4\">" values "</enum>\n"
#define VALUE(name, value)      "<evalue name=\"" name "\" value=\"" #value "\"/>"
#define FLAGS(id, fields)       "<flags id=\"" id "\" size=\"4\">" fields "</flags>\n"

/* clang-format off */
/* CPSR and SPSR (ARM DDI 0406C, B1.3.3) */
#define PSR_FLAGS FLAGS("psr_flags", \
    FIELD("M", 0, 4) BIT("T", 5) BIT("F", 6) BIT("I", 7) BIT("A", 8) BIT("E", 9) \
    FIELD("GE", 16, 19) BIT("J", 24) BIT("Q", 27) BIT("V", 28) BIT("C", 29) BIT("Z", 30) BIT("N", 31))

/* B4.1.58 */
#define FPSCR_FLAGS FLAGS("fpscr_flags", \
    BIT("IOC", 0) BIT("DZC", 1) BIT("OFC", 2) BIT("UFC", 3) BIT("IXC", 4) BIT("IDC", 7) \
    BIT("IOE", 8) BIT("DZE", 9) BIT("OFE", 10) BIT("UFE", 11) BIT("IXE", 12) BIT("IDE", 15) \
    FIELD("LEN", 16, 18) FIELD("STRIDE", 20, 21) FIELD("RMODE", 22, 23) BIT("FZ", 24) BIT("DN", 25) \
    BIT("AHP", 26) BIT("QC", 27) BIT("V", 28) BIT("C", 29) BIT("Z", 30) BIT("N", 31))

/* FS without its bit 4, which is FS4: what all but late aborts, parity errors and implementation-defined
 * ones have (table B3-23) */
#define FS_NAMES ENUM("fs_names", \
    VALUE("none", 0) VALUE("alignment", 1) VALUE("debug", 2) VALUE("access_flag_1", 3) \
    VALUE("maintenance", 4) VALUE("translation_1", 5) VALUE("access_flag_2", 6) \
    VALUE("translation_2", 7) VALUE("external", 8) VALUE("domain_1", 9) VALUE("domain_2", 11) \
    VALUE("external_walk_1", 12) VALUE("permission_1", 13) VALUE("external_walk_2", 14) \
    VALUE("permission_2", 15))
#define FS "<field name=\"FS\" start=\"0\" end=\"3\" type=\"fs_names\"/>"

/* In order: B4.1.130, B4.1.40, B4.1.52 and B4.1.96 with short descriptors, B4.1.57, B4.1.98 */
#define SYSTEM_FLAGS FS_NAMES \
    FLAGS("sctlr_flags", \
        BIT("M", 0) BIT("A", 1) BIT("C", 2) BIT("SW", 10) BIT("Z", 11) BIT("I", 12) BIT("V", 13) \
        BIT("UWXN", 20) BIT("EE", 25) BIT("TRE", 28) BIT("AFE", 29) BIT("TE", 30)) \
    FLAGS("cpacr_flags", \
        FIELD("CP10", 20, 21) FIELD("CP11", 22, 23) BIT("D32DIS", 30) BIT("ASEDIS", 31)) \
    FLAGS("dfsr_flags", \
        FS FIELD("DOMAIN", 4, 7) BIT("LPAE", 9) BIT("FS4", 10) BIT("WNR", 11) \
        BIT("EXT", 12) BIT("CM", 13)) \
    FLAGS("ifsr_flags", \
        FS BIT("LPAE", 9) BIT("FS4", 10) BIT("EXT", 12)) \
    FLAGS("fpexc_flags", BIT("EN", 30) BIT("EX", 31)) \
    FLAGS("isr_flags", BIT("F", 6) BIT("I", 7) BIT("A", 8))
/* clang-format on */

static const struct {
    const char *name;
    const char *group; /* NULL: none, which GDB takes for "general" */
    bool is_saved;
    const char *types;
} features[REGISTERS_FEATURES] = {
    [REGISTERS_CORE] = {"org.gnu.gdb.arm.core", NULL, true, PSR_FLAGS},
    [REGISTERS_FLOAT] = {"org.gnu.gdb.arm.vfp", "float", true, FPSCR_FLAGS},
    [REGISTERS_BANKED] = {"org.ampgdb.banked", "banked", false, PSR_FLAGS},
    [REGISTERS_SYSTEM] = {"org.ampgdb.system", "system", false, SYSTEM_FLAGS},
    [REGISTERS_STOP] = {"org.ampgdb.stop", "stop", false, ""},
};

static const char *const stop_names[AMPGDB_STOP_COUNT] = {
    [AMPGDB_STOP_RESET] = "reset",
    [AMPGDB_STOP_HALT] = "halt",
    [AMPGDB_STOP_STEP] = "step",
    [AMPGDB_STOP_SW_BREAK] = "software_breakpoint",
    [AMPGDB_STOP_HW_BREAK] = "hardware_breakpoint",
    [AMPGDB_STOP_BKPT] = "bkpt",
    [AMPGDB_STOP_RETURNED] = "returned",
    [AMPGDB_STOP_UNDEFINED] = "undefined",
    [AMPGDB_STOP_SVC] = "svc",
    [AMPGDB_STOP_PREFETCH] = "prefetch_abort",
    [AMPGDB_STOP_DATA] = "data_abort",
    [AMPGDB_STOP_IRQ] = "irq",
    [AMPGDB_STOP_FIQ] = "fiq",
    [AMPGDB_STOP_S2_FETCH] = "foreign_fetch",
    [AMPGDB_STOP_S2_DATA] = "foreign_access",
    [AMPGDB_STOP_LOCAL] = "refused_store",
    [AMPGDB_STOP_SMC] = "smc",
    [AMPGDB_STOP_HVC] = "hvc",
    [AMPGDB_STOP_SYSREG] = "foreign_register",
    [AMPGDB_STOP_ABORT] = "asynchronous_abort",
    [AMPGDB_STOP_VECTORS] = "lost_vectors",
    [AMPGDB_STOP_UNKNOWN] = "unknown",
    [AMPGDB_STOP_WATCH] = "watchpoint",
    [AMPGDB_STOP_AGENT] = "agent_error",
};

static char xml[XML_MAX];
static size_t xml_len;

static void __attribute__((format(printf, 1, 2))) add(const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(xml + xml_len, sizeof xml - xml_len, format, arguments);
    va_end(arguments);
    assert(len >= 0 && (size_t)len < sizeof xml - xml_len);
    xml_len += (size_t)len;
}

/* The name of a fault as one word. */
static void add_fault_kind(enum fault_kind kind)
{
    const char *rest = fault_name(kind);

    add("<evalue name=\"");
    while (*rest) {
        const size_t len = strcspn(rest, " -()");

        add("%.*s", (int)len, rest);
        rest += len;
        rest += strspn(rest, " -()");
        add("%s", *rest ? "_" : "");
    }
    add("\" value=\"%u\"/>", (unsigned)kind);
}

static void add_enums(void)
{
    add("<enum id=\"stop_reasons\" size=\"4\">");
    for (uint32_t i = 0; i < AMPGDB_STOP_COUNT; i++)
        add("<evalue name=\"%s\" value=\"%u\"/>", stop_names[i], i);
    add("</enum>\n<enum id=\"fault_kinds\" size=\"4\">");
    for (enum fault_kind i = 0; i < FAULT_KINDS; i++)
        add_fault_kind(i);
    add("</enum>\n");
}

static void add_row(const struct registers_row *row)
{
    const char *group = features[row->feature].group;

    add("<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\"", row->name, 32 * row->words,
        row->number, row->type);
    if (group)
        add(" group=\"%s\"", group);
    add("%s/>\n", features[row->feature].is_saved ? "" : " save-restore=\"no\"");
}

static void add_feature(enum register_feature feature)
{
    const struct registers_row *row;

    add("<feature name=\"%s\">\n%s", features[feature].name, features[feature].types);
    if (feature == REGISTERS_STOP)
        add_enums();
    for (size_t i = 0; (row = registers_row(i)); i++)
        if (row->feature == feature)
            add_row(row);
    add("</feature>\n");
}

const char *registers_xml(void)
{
    if (xml_len > 0)
        return xml;
    add("<?xml version=\"1.0\"?>\n"
        "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
        "<target version=\"1.0\">\n"
        "<architecture>arm</architecture>\n"
        "<osabi>none</osabi>\n");
    for (enum register_feature i = 0; i < REGISTERS_FEATURES; i++)
        add_feature(i);
    /* For the q0 to q15 that a GDB makes of d0 to d31; 13.1 leaves them void. */
    add("<feature name=\"org.gnu.gdb.arm.neon\"/>\n</target>\n");
    return xml;
}
