/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fields of the processor's registers that a stop carries (window.h): the stub acts on them, the
 * host explains them. ARM Architecture Reference Manual, ARMv7-A edition (DDI 0406C). Bare numbers:
 * for C and assembly.
 */
#ifndef AMPGDB_ARMV7_H
#define AMPGDB_ARMV7_H

/* PSRs (B1.3.3), modes (B1.3.1) */
#define PSR_MODE         0x1F
#define PSR_T            0x20
#define PSR_F            0x40
#define PSR_I            0x80
#define PSR_A            0x100
#define PSR_E            0x200
#define PSR_IT           0x0600FC00
#define PSR_IT_COND(psr) ((psr) >> 12 & 0xF)
#define PSR_J            (1 << 24)
#define MODE_USR         0x10
#define MODE_FIQ         0x11
#define MODE_IRQ         0x12
#define MODE_SVC         0x13
#define MODE_MON         0x16
#define MODE_ABT         0x17
#define MODE_HYP         0x1A
#define MODE_UND         0x1B
#define MODE_SYS         0x1F

/* HSR (B3.13.6); WNR, S1PTW and the fault status are of aborts, ISV of data aborts. */
#define HSR_EC(hsr)           ((hsr) >> 26)
#define HSR_CV                (1 << 24)
#define HSR_COND(hsr)         ((hsr) >> 20 & 0xF)
#define HSR_ISV               (1 << 24)
#define HSR_S1PTW             0x80
#define HSR_WNR               0x40
#define HSR_FAULT_STATUS(hsr) ((hsr)&0x3F)
#define EC_MCR_CP15           0x03
#define EC_MCRR_CP15          0x04
#define EC_MCR_CP14           0x05
#define EC_LDC_CP14           0x06
#define EC_MRRC_CP14          0x0C
#define EC_HVC                0x12
#define EC_SMC                0x13
#define EC_PREFETCH_ABORT     0x20
#define EC_DATA_ABORT         0x24

/* FPEXC (B4.1.57) */
#define FPEXC_EN (1 << 30)

#endif
