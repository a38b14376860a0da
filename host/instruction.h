/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * As much of an instruction's bits as a sentence about it needs. Pure.
 *
 * instruction, thumb: as in struct ampgdb_stop, a word, or two halfwords with the first one low;
 * and CPSR.T. DDI 0406C, A5 (ARM), A6 (Thumb), A7 (floating point and Advanced SIMD).
 */
#ifndef HOST_INSTRUCTION_H
#define HOST_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

/* instruction_bits - as manuals and disassemblers write it: first halfword first; *digits: 4 or 8.
 */
uint32_t instruction_bits(uint32_t instruction, bool thumb, int *digits);

/* instruction_is_svc - and *number, what the program calls. */
bool instruction_is_svc(uint32_t instruction, bool thumb, uint32_t *number);

/* instruction_is_udf - permanently undefined: compilers make it of __builtin_trap(). */
bool instruction_is_udf(uint32_t instruction, bool thumb);

/* instruction_is_fpu - floating point or Advanced SIMD (NEON): undefined while the FPU is off. */
bool instruction_is_fpu(uint32_t instruction, bool thumb);

/* instruction_is_by_sp - of an instruction that accesses memory: is SP its base register? */
bool instruction_is_by_sp(uint32_t instruction, bool thumb);

#endif
