/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See target_xml.h.
 *
 * osabi none: without it a GDB built for Linux takes a bare-metal ELF for a Linux program, probes
 * for signal frames at each stop and steps with breakpoints of its own.
 * cpsr has number 25 by convention (GDB manual, "ARM Features"); its fields are named in
 * ARM DDI 0406C, B1.3.3.
 */
#include "target_xml.h"

const char target_xml[] =
    "<?xml version=\"1.0\"?>\n"
    "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
    "<target version=\"1.0\">\n"
    "  <architecture>arm</architecture>\n"
    "  <osabi>none</osabi>\n"
    "  <feature name=\"org.gnu.gdb.arm.core\">\n"
    "    <flags id=\"cpsr_flags\" size=\"4\">\n"
    "      <field name=\"M\" start=\"0\" end=\"4\"/>\n"
    "      <field name=\"T\" start=\"5\" end=\"5\"/>\n"
    "      <field name=\"F\" start=\"6\" end=\"6\"/>\n"
    "      <field name=\"I\" start=\"7\" end=\"7\"/>\n"
    "      <field name=\"A\" start=\"8\" end=\"8\"/>\n"
    "      <field name=\"E\" start=\"9\" end=\"9\"/>\n"
    "      <field name=\"GE\" start=\"16\" end=\"19\"/>\n"
    "      <field name=\"J\" start=\"24\" end=\"24\"/>\n"
    "      <field name=\"Q\" start=\"27\" end=\"27\"/>\n"
    "      <field name=\"V\" start=\"28\" end=\"28\"/>\n"
    "      <field name=\"C\" start=\"29\" end=\"29\"/>\n"
    "      <field name=\"Z\" start=\"30\" end=\"30\"/>\n"
    "      <field name=\"N\" start=\"31\" end=\"31\"/>\n"
    "    </flags>\n"
    "    <reg name=\"r0\" bitsize=\"32\" regnum=\"0\" type=\"uint32\"/>\n"
    "    <reg name=\"r1\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r2\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r3\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r4\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r5\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r6\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r7\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r8\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r9\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r10\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r11\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"r12\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"sp\" bitsize=\"32\" type=\"data_ptr\"/>\n"
    "    <reg name=\"lr\" bitsize=\"32\" type=\"uint32\"/>\n"
    "    <reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\"/>\n"
    "    <reg name=\"cpsr\" bitsize=\"32\" regnum=\"25\" type=\"cpsr_flags\"/>\n"
    "  </feature>\n"
    "</target>\n";
