/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See regs_vfp.h. HYP mode asks HCPTR, which is open (guest.c), and NSACR, which the firmware opens
 * (raspberrypi/tools, armstub7.S), and not the program's CPACR (DDI 0406C, B4.1.40); but FPEXC.EN
 * must be set in HYP mode, too (B1.11.3), so it is for the time of an access. FPEXC itself can
 * always be accessed; that EN counts for the instructions behind it takes an ISB (B3.15.5). VLDM
 * and VSTM want words aligned even without HSCTLR.A (A3.2.1). The compiler may not use these
 * registers: they appear here only.
 */
#include "regs_vfp.h"

#include "ampgdb/message.h"
#include "cp.h"

#define WORDS (AMPGDB_REG_FPSCR - AMPGDB_REG_D0)

static uint32_t bank[WORDS] __attribute__((aligned(8))); /* d0 to d31, while they are looked at */

static uint32_t read_fpexc(void)
{
    uint32_t value;

    __asm__ volatile(".fpu neon-vfpv4\n\tvmrs %0, fpexc" : "=r"(value));
    return value;
}

static void write_fpexc(uint32_t value)
{
    __asm__ volatile(".fpu neon-vfpv4\n\tvmsr fpexc, %0\n\tisb" ::"r"(value));
}

static uint32_t read_fpscr(void)
{
    uint32_t value;

    __asm__ volatile(".fpu neon-vfpv4\n\tvmrs %0, fpscr" : "=r"(value));
    return value;
}

static void write_fpscr(uint32_t value)
{
    __asm__ volatile(".fpu neon-vfpv4\n\tvmsr fpscr, %0" ::"r"(value));
}

static void save_bank(void)
{
    __asm__ volatile(".fpu neon-vfpv4\n\t"
                     "vstm %0, {d0-d15}\n\t"
                     "add r3, %0, #128\n\t"
                     "vstm r3, {d16-d31}" ::"r"(bank)
                     : "r3", "memory");
}

static void load_bank(void)
{
    __asm__ volatile(".fpu neon-vfpv4\n\t"
                     "vldm %0, {d0-d15}\n\t"
                     "add r3, %0, #128\n\t"
                     "vldm r3, {d16-d31}" ::"r"(bank)
                     : "r3", "memory");
}

uint32_t regs_vfp_read(uint32_t number)
{
    const uint32_t fpexc = read_fpexc();
    uint32_t value = fpexc;

    if (number == AMPGDB_REG_FPEXC)
        return value;
    write_fpexc(fpexc | FPEXC_EN);
    if (number == AMPGDB_REG_FPSCR) {
        value = read_fpscr();
    } else {
        save_bank();
        value = bank[number - AMPGDB_REG_D0];
    }
    write_fpexc(fpexc);
    return value;
}

void regs_vfp_write(uint32_t number, uint32_t value)
{
    const uint32_t fpexc = read_fpexc();

    if (number == AMPGDB_REG_FPEXC) {
        write_fpexc(value);
        return;
    }
    write_fpexc(fpexc | FPEXC_EN);
    if (number == AMPGDB_REG_FPSCR) {
        write_fpscr(value);
    } else {
        save_bank();
        bank[number - AMPGDB_REG_D0] = value;
        load_bank();
    }
    write_fpexc(fpexc);
}

void regs_vfp_clear(void)
{
    write_fpexc(FPEXC_EN);
    for (uint32_t i = 0; i < WORDS; i++)
        bank[i] = 0;
    load_bank();
    write_fpscr(0);
    write_fpexc(0);
}
