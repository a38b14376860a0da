/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a program of GDB's testsuite finds before main(), on any Cortex-A7 without an operating
 * system: a stack, a cleared .bss, the FPU on. Linked with newlib's own linker script; stack_top
 * comes from the board.
 *
 * References: ARM DDI 0406C, B1.11.1 (CPACR) and B1.11.3 (FPEXC).
 */
        .syntax unified
        .arch   armv7-a
        .fpu    neon-vfpv4
        .arm
        .cfi_sections .debug_frame

#define CPACR_CP10_CP11_FULL 0x00F00000
#define FPEXC_EN 0x40000000

        .text
        .global _start
        .type   _start, %function
_start:
        .cfi_startproc
        .cfi_undefined lr               /* a backtrace ends here */
        ldr     sp, =stack_top
        mov     r0, #CPACR_CP10_CP11_FULL
        mcr     p15, 0, r0, c1, c0, 2   /* CPACR */
        isb
        mov     r0, #FPEXC_EN
        vmsr    fpexc, r0

        ldr     r0, =__bss_start__
        ldr     r1, =__bss_end__
        mov     r2, #0
1:      cmp     r0, r1
        strblo  r2, [r0], #1
        blo     1b

        mov     r0, #0                  /* argc, argv, envp */
        mov     r1, #0
        mov     r2, #0
        bl      main
        bl      exit
        b       .
        .cfi_endproc
        .size   _start, . - _start

        .ltorg
