/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What kind of target this is, in GDB's words.
 */
#ifndef BRIDGE_TARGET_XML_H
#define BRIDGE_TARGET_XML_H

/* GDB manual, "Target Descriptions". */
extern const char target_xml[];

/* Register numbers of the description; r0 to pc are 0 to 15. */
#define TARGET_REG_PC   15u
#define TARGET_REG_CPSR 25u

#endif
