/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of registers. See registers.h; the description is written by registers_xml.c.
 *
 * GDB finds registers by their names ("ARM Features" of its manual). The numbers are ours, but for
 * r0 to pc and cpsr, and stay what they are: clients may remember them.
 */
#include "registers.h"

#define ROW(feature, name, number, first, words, writable, type)                                   \
    {                                                                                              \
        name, number, REGISTER_STUB, first, words, writable, feature, type                         \
    }
#define CORE(name, number, type)                                                                   \
    ROW(REGISTERS_CORE, name, number, AMPGDB_REG_R0 + (number), 1, true, type)
#define DOUBLE(n)                                                                                  \
    ROW(REGISTERS_FLOAT, "d" #n, 26 + (n), AMPGDB_REG_D0 + 2 * (n), 2, true, "ieee_double")
#define BANKED(name, number, first, type) ROW(REGISTERS_BANKED, name, number, first, 1, true, type)
#define SYSTEM(name, number, first, type) ROW(REGISTERS_SYSTEM, name, number, first, 1, true, type)
#define FIXED(name, number, first, words, type)                                                    \
    ROW(REGISTERS_SYSTEM, name, number, first, words, false, type)
#define OF_STOP(name, number, which, type)                                                         \
    {                                                                                              \
        name, number, REGISTER_BRIDGE, which, 1, false, REGISTERS_STOP, type                       \
    }

/* clang-format off */
static const struct registers_row rows[] = {
    CORE("r0", 0, "uint32"), CORE("r1", 1, "uint32"), CORE("r2", 2, "uint32"),
    CORE("r3", 3, "uint32"), CORE("r4", 4, "uint32"), CORE("r5", 5, "uint32"),
    CORE("r6", 6, "uint32"), CORE("r7", 7, "uint32"), CORE("r8", 8, "uint32"),
    CORE("r9", 9, "uint32"), CORE("r10", 10, "uint32"), CORE("r11", 11, "uint32"),
    CORE("r12", 12, "uint32"), CORE("sp", 13, "data_ptr"), CORE("lr", 14, "uint32"),
    CORE("pc", REGISTERS_PC, "code_ptr"),
    ROW(REGISTERS_CORE, "cpsr", REGISTERS_CPSR, AMPGDB_REG_CPSR, 1, true, "psr_flags"),

    DOUBLE(0), DOUBLE(1), DOUBLE(2), DOUBLE(3), DOUBLE(4), DOUBLE(5), DOUBLE(6), DOUBLE(7),
    DOUBLE(8), DOUBLE(9), DOUBLE(10), DOUBLE(11), DOUBLE(12), DOUBLE(13), DOUBLE(14), DOUBLE(15),
    DOUBLE(16), DOUBLE(17), DOUBLE(18), DOUBLE(19), DOUBLE(20), DOUBLE(21), DOUBLE(22), DOUBLE(23),
    DOUBLE(24), DOUBLE(25), DOUBLE(26), DOUBLE(27), DOUBLE(28), DOUBLE(29), DOUBLE(30), DOUBLE(31),
    ROW(REGISTERS_FLOAT, "fpscr", 58, AMPGDB_REG_FPSCR, 1, true, "fpscr_flags"),

    BANKED("sp_usr", 64, AMPGDB_REG_SP_USR, "data_ptr"),
    BANKED("lr_usr", 65, AMPGDB_REG_LR_USR, "code_ptr"),
    BANKED("sp_svc", 66, AMPGDB_REG_SP_SVC, "data_ptr"),
    BANKED("lr_svc", 67, AMPGDB_REG_LR_SVC, "code_ptr"),
    BANKED("spsr_svc", 68, AMPGDB_REG_SPSR_SVC, "psr_flags"),
    BANKED("sp_abt", 69, AMPGDB_REG_SP_ABT, "data_ptr"),
    BANKED("lr_abt", 70, AMPGDB_REG_LR_ABT, "code_ptr"),
    BANKED("spsr_abt", 71, AMPGDB_REG_SPSR_ABT, "psr_flags"),
    BANKED("sp_und", 72, AMPGDB_REG_SP_UND, "data_ptr"),
    BANKED("lr_und", 73, AMPGDB_REG_LR_UND, "code_ptr"),
    BANKED("spsr_und", 74, AMPGDB_REG_SPSR_UND, "psr_flags"),
    BANKED("sp_irq", 75, AMPGDB_REG_SP_IRQ, "data_ptr"),
    BANKED("lr_irq", 76, AMPGDB_REG_LR_IRQ, "code_ptr"),
    BANKED("spsr_irq", 77, AMPGDB_REG_SPSR_IRQ, "psr_flags"),
    BANKED("r8_fiq", 78, AMPGDB_REG_R8_FIQ, "uint32"),
    BANKED("r9_fiq", 79, AMPGDB_REG_R9_FIQ, "uint32"),
    BANKED("r10_fiq", 80, AMPGDB_REG_R10_FIQ, "uint32"),
    BANKED("r11_fiq", 81, AMPGDB_REG_R11_FIQ, "uint32"),
    BANKED("r12_fiq", 82, AMPGDB_REG_R12_FIQ, "uint32"),
    BANKED("sp_fiq", 83, AMPGDB_REG_SP_FIQ, "data_ptr"),
    BANKED("lr_fiq", 84, AMPGDB_REG_LR_FIQ, "code_ptr"),
    BANKED("spsr_fiq", 85, AMPGDB_REG_SPSR_FIQ, "psr_flags"),

    SYSTEM("sctlr", 96, AMPGDB_REG_SCTLR, "sctlr_flags"),
    SYSTEM("cpacr", 97, AMPGDB_REG_CPACR, "cpacr_flags"),
    SYSTEM("ttbr0", 98, AMPGDB_REG_TTBR0, "uint32"),
    SYSTEM("ttbr1", 99, AMPGDB_REG_TTBR1, "uint32"),
    SYSTEM("ttbcr", 100, AMPGDB_REG_TTBCR, "uint32"),
    SYSTEM("dacr", 101, AMPGDB_REG_DACR, "uint32"),
    SYSTEM("dfsr", 102, AMPGDB_REG_DFSR, "dfsr_flags"),
    SYSTEM("dfar", 103, AMPGDB_REG_DFAR, "data_ptr"),
    SYSTEM("ifsr", 104, AMPGDB_REG_IFSR, "ifsr_flags"),
    SYSTEM("ifar", 105, AMPGDB_REG_IFAR, "code_ptr"),
    SYSTEM("contextidr", 106, AMPGDB_REG_CONTEXTIDR, "uint32"),
    SYSTEM("vbar", 107, AMPGDB_REG_VBAR, "code_ptr"),
    SYSTEM("fpexc", 108, AMPGDB_REG_FPEXC, "fpexc_flags"),
    FIXED("mpidr", 109, AMPGDB_REG_MPIDR, 1, "uint32"),
    FIXED("isr", 110, AMPGDB_REG_ISR, 1, "isr_flags"),
    FIXED("cntfrq", 111, AMPGDB_REG_CNTFRQ, 1, "uint32"),
    FIXED("cntpct", 112, AMPGDB_REG_CNTPCT, 2, "uint64"),

    OF_STOP("stop_reason", 120, REGISTER_STOP_REASON, "stop_reasons"),
    OF_STOP("fault_address", 121, REGISTER_FAULT_ADDRESS, "data_ptr"),
    OF_STOP("fault_status", 122, REGISTER_FAULT_STATUS, "fault_kinds"),
};
/* clang-format on */

#define ROWS (sizeof rows / sizeof rows[0])

const struct registers_row *registers_find(uint32_t number)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].number == number)
            return &rows[i];
    return NULL;
}

const struct registers_row *registers_row(size_t index)
{
    return index < ROWS ? &rows[index] : NULL;
}

uint32_t registers_core_number(uint32_t reg)
{
    return reg == AMPGDB_REG_CPSR ? REGISTERS_CPSR : reg;
}
