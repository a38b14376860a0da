/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * core3_describe_stop() in host/core3.h: the sentence names what happened, whose memory it was and,
 * where there is one, the remedy. Whole sentences are compared for one stop of each kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core3.h"

static const struct core3_info info = {
    .program_base = 0x20000000,
    .window = 0x30000000,
    .upper_base = 0x30100000,
    .ram_end = 0x3B400000,
    .entry = 0x20000001,
};

#define WRITE 0x93800046u /* HSR: data abort, translation fault level 2, write */
#define READ  0x93800006u

#define SEMIHOSTING                                                                                \
    ", a semihosting call, which ampgdb does not serve; link the program without semihosting "     \
    "(not "                                                                                        \
    "with --specs=rdimon.specs)"
#define OUR_BKPT                                                                                   \
    "a breakpoint of the debugger's in code that the program has copied or mapped to here; "       \
    "delete "                                                                                      \
    "it, use \"hbreak\", and let the program copy its code again"

/* clang-format off */
static const struct {
    uint32_t reason, address, syndrome;
    const char *text;
} cases[] = {
    {AMPGDB_STOP_RESET, 0, 0, "fresh start at 0x20000000, nothing has run yet"},
    {AMPGDB_STOP_HALT, 0, 0, "halted on request"},
    {AMPGDB_STOP_STEP, 0, 0, "step done"},
    {AMPGDB_STOP_SW_BREAK, 0, 0, "software breakpoint"},
    {AMPGDB_STOP_HW_BREAK, 0, 0, "hardware breakpoint"},
    {AMPGDB_STOP_BKPT, 0, 0, "BKPT instruction of the program"},
    {AMPGDB_STOP_RETURNED, 0, 0, "the program has ended: it returned from where it was entered"},
    {AMPGDB_STOP_SMC, 0, 0, "SMC instruction: Secure monitor calls are not for the program"},
    {AMPGDB_STOP_HVC, 0, 0, "HVC instruction: ampgdb's stub offers no calls"},
    /* stage 2: whose memory */
    {AMPGDB_STOP_S2_DATA, 0x00001000, WRITE, "data abort: write to 0x00001000, which belongs to Linux"},
    {AMPGDB_STOP_S2_DATA, 0x1FFFFFFF, READ, "data abort: read of 0x1fffffff, which belongs to Linux"},
    {AMPGDB_STOP_S2_DATA, 0x20000000, READ, "data abort: read of 0x20000000, which is the program's own RAM"},
    {AMPGDB_STOP_S2_DATA, 0x30000000, READ, "data abort: read of 0x30000000, which belongs to ampgdb's stub"},
    {AMPGDB_STOP_S2_DATA, 0x300FEFFF, READ, "data abort: read of 0x300fefff, which belongs to ampgdb's stub"},
    {AMPGDB_STOP_S2_DATA, 0x300FF000, READ, "data abort: read of 0x300ff000, which is ampgdb's console page"},
    {AMPGDB_STOP_S2_DATA, 0x30100000, READ, "data abort: read of 0x30100000, which is the program's own RAM"},
    {AMPGDB_STOP_S2_DATA, 0x3B400000, READ, "data abort: read of 0x3b400000, which belongs to VideoCore"},
    {AMPGDB_STOP_S2_DATA, 0x3F000000, READ, "data abort: read of 0x3f000000, which is a peripheral"},
    {AMPGDB_STOP_S2_DATA, 0x3F007000, READ, "data abort: read of 0x3f007000, which is the DMA controller, closed unless the program is started with --allow dma"},
    {AMPGDB_STOP_S2_DATA, 0x3FE05000, READ, "data abort: read of 0x3fe05000, which is the DMA controller, closed unless the program is started with --allow dma"},
    {AMPGDB_STOP_S2_DATA, 0x40000000, READ, "data abort: read of 0x40000000, which is an ARM-local register"},
    {AMPGDB_STOP_S2_DATA, 0x40001000, READ, "data abort: read of 0x40001000, which is nothing"},
    {AMPGDB_STOP_S2_DATA, 0xFFFFFFFC, READ, "data abort: read of 0xfffffffc, which is nothing"},
    {AMPGDB_STOP_S2_DATA, 0x0000001C, WRITE, "data abort: write to 0x0000001c, which belongs to Linux; if these are exception vectors, keep them in the program's RAM and set VBAR"},
    {AMPGDB_STOP_S2_DATA, 0x50001234, 0x90000086, "data abort: the program's MMU tables for 0x50001234 are not in its own RAM"},
    {AMPGDB_STOP_S2_FETCH, 0x00008000, 0x80000005, "prefetch abort: jump to 0x00008000, which belongs to Linux"},
    /* fault status registers, short and long descriptors */
    {AMPGDB_STOP_DATA, 0x20000001, 0x001, "data abort: read of 0x20000001, which is the program's own RAM (alignment fault)"},
    {AMPGDB_STOP_DATA, 0x3F999998, 0x808, "data abort: write to 0x3f999998, which is a peripheral (external abort)"},
    {AMPGDB_STOP_DATA, 0x20000000, 0x80F, "data abort: write to 0x20000000, which is the program's own RAM (permission fault, level 2)"},
    {AMPGDB_STOP_DATA, 0x20000000, 0x406, "data abort: read of 0x20000000, which is the program's own RAM (asynchronous external abort)"},
    {AMPGDB_STOP_DATA, 0x20000000, 0x40F, "data abort: read of 0x20000000, which is the program's own RAM (unknown fault status 0x1f)"},
    {AMPGDB_STOP_DATA, 0x20000002, 0x221, "data abort: read of 0x20000002, which is the program's own RAM (alignment fault)"},
    {AMPGDB_STOP_DATA, 0x20000000, 0xA07, "data abort: write to 0x20000000, which is the program's own RAM (translation fault, level 3)"},
    {AMPGDB_STOP_DATA, 0x20000000, 0xA3F, "data abort: write to 0x20000000, which is the program's own RAM (unknown fault status 0x3f)"},
    {AMPGDB_STOP_DATA, 0x20000000, 0x000, "data abort: read of 0x20000000, which is the program's own RAM (unknown fault status 0x00)"},
    {AMPGDB_STOP_DATA, 0x40000800, 0x008, "data abort: read of 0x40000800, which is an ARM-local register (external abort)"},
    {AMPGDB_STOP_PREFETCH, 0x80000000, 0x008, "prefetch abort: jump to 0x80000000, which is nothing (external abort)"},
    {AMPGDB_STOP_PREFETCH, 0x20000002, 0x005, "prefetch abort: jump to 0x20000002, which is the program's own RAM (translation fault, level 1)"},
    /* ARM-local registers */
    {AMPGDB_STOP_LOCAL, 0x4000005C, 0x9380004F, "refused a store to the ARM-local register 0x4000005c: core 3's mailbox interrupts, whose FIQs belong to the debugger; use the IRQ bits 3:0"},
    {AMPGDB_STOP_LOCAL, 0x4000004C, 0x9380004F, "refused a store to the ARM-local register 0x4000004c: core 3's timer interrupts, whose FIQs belong to the debugger; use the IRQ bits 3:0"},
    {AMPGDB_STOP_LOCAL, 0x40000048, 0x9380004F, "refused a store to the ARM-local register 0x40000048: another core's timer interrupts"},
    {AMPGDB_STOP_LOCAL, 0x4000000C, 0x9380004F, "refused a store to the ARM-local register 0x4000000c: the routing of the GPU's interrupts, which Linux needs"},
    {AMPGDB_STOP_LOCAL, 0x40000024, 0x9380004F, "refused a store to the ARM-local register 0x40000024: the local timer's routing, of which only core 3's IRQ is the program's; write 3"},
    {AMPGDB_STOP_LOCAL, 0x40000080, 0x9380004F, "refused a store to the ARM-local register 0x40000080: another core's mailbox"},
    {AMPGDB_STOP_LOCAL, 0x40000FFC, 0x9380004F, "refused a store to the ARM-local register 0x40000ffc: nothing known"},
    {AMPGDB_STOP_LOCAL, 0x4000004C, 0x9000004F, "refused a store to the ARM-local register 0x4000004c: only plain STR of a word is possible here, no STRD, STM or write-back"},
    /* the rest */
    {AMPGDB_STOP_IRQ, 0, 0x108, "an IRQ arrived (CNTV timer, GPU), but the program has no vectors; set VBAR before enabling IRQs"},
    {AMPGDB_STOP_IRQ, 0, 0, "an IRQ arrived (none pending any more), but the program has no vectors; set VBAR before enabling IRQs"},
    {AMPGDB_STOP_SYSREG, 0, 0x0FE204A1, "a system register that is not the program's: CP15 access, MRC p15, 0, r5, c1, c0, 1 (HSR 0x0fe204a1)"},
    {AMPGDB_STOP_SYSREG, 0, 0x17E40044, "a system register that is not the program's: CP14 access, MCR p14, 0, r2, c0, c2, 2 (HSR 0x17e40044)"},
    {AMPGDB_STOP_SYSREG, 0, 0x17E54044, "a system register that is not the program's: CP14 access, MCR p14, 5, r2, c0, c2, 2 (HSR 0x17e54044)"},
    {AMPGDB_STOP_ABORT, 0, 0x92000011, "asynchronous abort: an earlier access, not the one at PC, failed on the bus"},
    {AMPGDB_STOP_VECTORS, 0x30001000, 0, "the program's MMU tables do not reach its exception vectors at 0x30001000: an exception there repeats for ever; map them, or set VBAR"},
    {AMPGDB_STOP_UNKNOWN, 0, 0x4E000000, "a trap that nobody expected: SMC (HSR 0x4e000000)"},
    {AMPGDB_STOP_UNKNOWN, 0, 0xFE000000, "a trap that nobody expected: unknown (HSR 0xfe000000)"},
    {AMPGDB_STOP_FIQ, 0, 0, "an FIQ reached the program, but it has no vectors, and FIQs of core 3 belong to the debugger; use IRQ"},
    {AMPGDB_STOP_WATCH, 0x20001000, WRITE, "watchpoint: about to write 0x20001000"},
    {AMPGDB_STOP_WATCH, 0x20001000, READ, "watchpoint: about to read 0x20001000"},
    {AMPGDB_STOP_AGENT, 0x00000010, AMPGDB_EFAULT, "the condition or command of the breakpoint here cannot be evaluated: it reads 0x00000010, which belongs to Linux"},
    {AMPGDB_STOP_AGENT, 0, AMPGDB_EAGENT, "the condition or command of the breakpoint here cannot be evaluated: it divides by zero, takes too long or makes no sense"},
    {AMPGDB_STOP_COUNT, 0, 0, "stopped for a reason that this version does not know (24)"},
    {0xFFFFFFFF, 0, 0, "stopped for a reason that this version does not know (4294967295)"},
};
/* clang-format on */

static void each_stop_has_its_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct ampgdb_stop stop = {
            .reason = cases[i].reason, .address = cases[i].address, .syndrome = cases[i].syndrome};
        char text[256];

        core3_describe_stop(&info, &stop, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void every_reason_says_something(void **state)
{
    (void)state;
    for (uint32_t reason = 0; reason < AMPGDB_STOP_COUNT; reason++) {
        const struct ampgdb_stop stop = {.reason = reason};
        char text[256];

        core3_describe_stop(&info, &stop, text, sizeof text);
        assert_true(strlen(text) > 5);
    }
}

/* --- What more than address and syndrome decides ------------------------------------------------
 */

#define ARM_SVC   0x1D3u /* CPSR */
#define THUMB_SVC 0x1F3u
#define ARM_USER  0x1D0u
#define FPU_ON    0x40000000u /* FPEXC */
#define CP_ALL    0x00F00000u /* CPACR */
#define CP_PL1    0x00500000u
#define MMU       AMPGDB_PROGRAM_MMU

#define STACK_OUT(sp) "; the stack has run out: SP is " sp

/* clang-format off */
static const struct {
    struct ampgdb_stop stop;
    uint32_t sp, cpsr, program_flags;
    const char *text;
} whole[] = {
    /* undefined: the bits as a disassembler shows them */
    {{.reason = AMPGDB_STOP_BKPT, .instruction = 0xE1200070}, 0, ARM_SVC, 0, "BKPT instruction of the program"},
    {{.reason = AMPGDB_STOP_BKPT, .instruction = AMPGDB_BKPT_ARM}, 0, ARM_SVC, 0, OUR_BKPT},
    {{.reason = AMPGDB_STOP_BKPT, .instruction = 0x46C00000 | AMPGDB_BKPT_THUMB}, 0, THUMB_SVC, 0, OUR_BKPT},
    {{.reason = AMPGDB_STOP_BKPT, .instruction = 0xE1200A7B}, 0, ARM_SVC, 0, "BKPT 0xAB" SEMIHOSTING},
    {{.reason = AMPGDB_STOP_BKPT, .instruction = 0x46C0BEAB}, 0, THUMB_SVC, 0, "BKPT 0xAB" SEMIHOSTING},
    {{.reason = AMPGDB_STOP_BKPT, .instruction = 0xE120BEAB}, 0, ARM_SVC, 0, "BKPT instruction of the program"},
    {{.reason = AMPGDB_STOP_SVC, .instruction = 0xEF123456}, 0, ARM_SVC, 0, "SVC 0x123456" SEMIHOSTING},
    {{.reason = AMPGDB_STOP_SVC, .instruction = 0x46C0DFAB}, 0, THUMB_SVC, 0, "SVC 0xAB" SEMIHOSTING},
    {{.reason = AMPGDB_STOP_SVC, .instruction = 0xEF123456, .caught = 1}, 0, ARM_SVC, 0, "SVC #1193046; the program's handler runs on continue, or \"signal 0\" to retry"},
    {{.reason = AMPGDB_STOP_UNDEFINED}, 0, ARM_SVC, 0, "undefined instruction"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xFFFFFFFF}, 0, ARM_SVC, 0, "undefined instruction 0xffffffff"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0x1234B7FF}, 0, THUMB_SVC, 0, "undefined instruction 0xb7ff"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0x1234FFFF, .address = FPU_ON, .syndrome = CP_ALL}, 0, THUMB_SVC, 0, "undefined instruction 0xffff1234"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xE7F000F0}, 0, ARM_SVC, 0, "undefined instruction 0xe7f000f0: UDF, a trap on purpose"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0x0000DEFF}, 0, THUMB_SVC, 0, "undefined instruction 0xdeff: UDF, a trap on purpose"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xA000F7F0}, 0, THUMB_SVC, 0, "undefined instruction 0xf7f0a000: UDF, a trap on purpose"},
    /* vadd.f64 d0, d0, d0 */
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xEE300B00}, 0, ARM_SVC, 0, "undefined instruction 0xee300b00: the FPU is not enabled: set CPACR and FPEXC first"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0x0B00EE30}, 0, THUMB_SVC, 0, "undefined instruction 0xee300b00: the FPU is not enabled: set CPACR and FPEXC first"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xEE300B00, .address = FPU_ON}, 0, ARM_SVC, 0, "undefined instruction 0xee300b00: the FPU is not enabled: set CPACR first"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xEE300B00, .syndrome = CP_ALL}, 0, ARM_SVC, 0, "undefined instruction 0xee300b00: the FPU is not enabled: set FPEXC first"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xEE300B00, .address = FPU_ON, .syndrome = CP_PL1}, 0, ARM_SVC, 0, "undefined instruction 0xee300b00"},
    {{.reason = AMPGDB_STOP_UNDEFINED, .instruction = 0xEE300B00, .address = FPU_ON, .syndrome = CP_PL1}, 0, ARM_USER, 0, "undefined instruction 0xee300b00: the FPU is not enabled: set CPACR first"},
    /* supervisor calls */
    {{.reason = AMPGDB_STOP_SVC}, 0, ARM_SVC, 0, "SVC instruction, but the program has no vectors; set VBAR (LR of its mode is lost)"},
    {{.reason = AMPGDB_STOP_SVC, .instruction = 0xEF000007}, 0, ARM_SVC, 0, "SVC #7, but the program has no vectors; set VBAR (LR of its mode is lost)"},
    {{.reason = AMPGDB_STOP_SVC, .instruction = 0x4770DF2A}, 0, THUMB_SVC, 0, "SVC #42, but the program has no vectors; set VBAR (LR of its mode is lost)"},
    /* caught: the program has a handler */
    {{.reason = AMPGDB_STOP_SVC, .instruction = 0xEF123456, .caught = 1}, 0, ARM_SVC, 0, "SVC #1193046; the program's handler runs on continue, or \"signal 0\" to retry"},
    {{.reason = AMPGDB_STOP_DATA, .address = 0x3F999998, .syndrome = 0x808, .caught = 1}, 0, ARM_SVC, 0, "data abort: write to 0x3f999998, which is a peripheral (external abort); the program's handler runs on continue, or \"signal 0\" to retry"},
    /* virtual and physical */
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x1000, .physical = 0x1000, .syndrome = WRITE}, 0, ARM_SVC, MMU, "data abort: write to 0x00001000, which belongs to Linux"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x80001000, .physical = 0x00001000, .syndrome = WRITE}, 0, ARM_SVC, MMU, "data abort: write to 0x80001000 (physical 0x00001000), which belongs to Linux"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0xFFFF0004, .physical = 0x00000004, .syndrome = WRITE}, 0, ARM_SVC, MMU, "data abort: write to 0xffff0004 (physical 0x00000004), which belongs to Linux; if these are exception vectors, keep them in the program's RAM and set VBAR"},
    {{.reason = AMPGDB_STOP_S2_FETCH, .address = 0x80001000, .physical = 0x3F000000}, 0, ARM_SVC, MMU, "prefetch abort: jump to 0x80001000 (physical 0x3f000000), which is a peripheral"},
    {{.reason = AMPGDB_STOP_S2_FETCH, .address = 0x80001000, .syndrome = 0x80000086}, 0, ARM_SVC, MMU, "prefetch abort: the program's MMU tables for 0x80001000 are not in its own RAM"},
    {{.reason = AMPGDB_STOP_DATA, .address = 0x1000, .syndrome = 0x805}, 0, ARM_SVC, MMU, "data abort: write to 0x00001000, virtual by the program's own MMU tables (translation fault, level 1)"},
    {{.reason = AMPGDB_STOP_PREFETCH, .address = 0x1000, .syndrome = 0x00F}, 0, ARM_SVC, MMU, "prefetch abort: jump to 0x00001000, virtual by the program's own MMU tables (permission fault, level 2)"},
    {{.reason = AMPGDB_STOP_WATCH, .address = 0x1000, .physical = 0x20001000, .syndrome = WRITE}, 0, ARM_SVC, MMU, "watchpoint: about to write 0x00001000 (physical 0x20001000)"},
    {{.reason = AMPGDB_STOP_AGENT, .address = 0x1000, .syndrome = AMPGDB_EFAULT}, 0, ARM_SVC, MMU, "the condition or command of the breakpoint here cannot be evaluated: it reads 0x00001000, where the program has no memory"},
    /* the stack: push {r0-r7}; a frame of 16 KiB, by the frame pointer; the upper RAM */
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x1FFFFFE8, .syndrome = WRITE, .instruction = 0xE92D00FF}, 0x20000008, ARM_SVC, 0, "data abort: write to 0x1fffffe8, which belongs to Linux" STACK_OUT("0x20000008")},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x1FFFFFFC, .syndrome = WRITE, .instruction = 0xE50B0008}, 0x1FFFC000, ARM_SVC, 0, "data abort: write to 0x1ffffffc, which belongs to Linux" STACK_OUT("0x1fffc000")},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x300FFFFC, .syndrome = WRITE}, 0x30100000, ARM_SVC, 0, "data abort: write to 0x300ffffc, which is ampgdb's console page" STACK_OUT("0x30100000")},
    {{.reason = AMPGDB_STOP_DATA, .address = 0x1FFFFFFC, .syndrome = 0x808}, 0x20000000, ARM_SVC, 0, "data abort: write to 0x1ffffffc, which belongs to Linux (external abort)" STACK_OUT("0x20000000")},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x8FFFFFFC, .physical = 0x1FFFFFFC, .syndrome = WRITE}, 0x90000000, ARM_SVC, MMU, "data abort: write to 0x8ffffffc (physical 0x1ffffffc), which belongs to Linux" STACK_OUT("0x90000000")},
    /* pop {r0} of an empty one; not so by another register */
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x30000000, .syndrome = READ, .instruction = 0xE49D0004}, 0x30000000, ARM_SVC, 0, "data abort: read of 0x30000000, which belongs to ampgdb's stub; the stack is empty already: SP is 0x30000000"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x30000000, .syndrome = READ, .instruction = 0x0000BC01}, 0x30000000, THUMB_SVC, 0, "data abort: read of 0x30000000, which belongs to ampgdb's stub; the stack is empty already: SP is 0x30000000"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x30000000, .syndrome = READ, .instruction = 0xE5901000}, 0x30000000, ARM_SVC, 0, "data abort: read of 0x30000000, which belongs to ampgdb's stub"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x3B400000, .syndrome = READ, .instruction = 0xE49D0004}, 0x3B400000, ARM_SVC, 0, "data abort: read of 0x3b400000, which belongs to VideoCore; the stack is empty already: SP is 0x3b400000"},
    /* never set up; not so by another register */
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0xFFFFFFF8, .syndrome = WRITE, .instruction = 0xE92D4001}, 0, ARM_SVC, 0, "data abort: write to 0xfffffff8, which is nothing; SP is 0x00000000: it has to be set in each mode that uses a stack"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x00001000, .syndrome = WRITE, .instruction = 0xE5801000}, 0, ARM_SVC, 0, "data abort: write to 0x00001000, which belongs to Linux"},
    /* near, but SP is well inside; and far away from an SP at the edge */
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x1FFFFFFC, .syndrome = WRITE, .instruction = 0xE58D0000}, 0x20000100, ARM_SVC, 0, "data abort: write to 0x1ffffffc, which belongs to Linux"},
    {{.reason = AMPGDB_STOP_S2_DATA, .address = 0x1FFEFFFC, .syndrome = WRITE, .instruction = 0xE58D0000}, 0x20000000, ARM_SVC, 0, "data abort: write to 0x1ffefffc, which belongs to Linux"},
};
/* clang-format on */

static struct ampgdb_stop whole_stop(size_t i)
{
    struct ampgdb_stop stop = whole[i].stop;

    stop.regs[AMPGDB_REG_SP] = whole[i].sp;
    stop.regs[AMPGDB_REG_CPSR] = whole[i].cpsr;
    return stop;
}

static void registers_and_instruction_decide_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        const struct ampgdb_stop stop = whole_stop(i);
        struct core3_info of_program = info;
        char text[256];

        of_program.program_flags = whole[i].program_flags;
        core3_describe_stop(&of_program, &stop, text, sizeof text);
        assert_string_equal(text, whole[i].text);
    }
}

/* Nothing of what to do about it, and never nothing. */
static void brief_is_the_part_before_the_semicolon(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        const struct ampgdb_stop stop = whole_stop(i);
        struct core3_info of_program = info;
        char text[256];

        of_program.program_flags = whole[i].program_flags;
        core3_describe_stop_briefly(&of_program, &stop, text, sizeof text);
        assert_int_equal(strlen(text), strcspn(whole[i].text, ";"));
        assert_memory_equal(text, whole[i].text, strlen(text));
        assert_true(strlen(text) > 5);
    }
}

static void a_short_buffer_is_filled_and_not_passed(void **state)
{
    const struct ampgdb_stop stop = {
        .reason = AMPGDB_STOP_S2_DATA, .address = 0x1000, .syndrome = WRITE};

    (void)state;
    for (size_t size = 0; size < 80; size++) {
        char *text = test_malloc(size + 1);

        text[size] = '#';
        core3_describe_stop(&info, &stop, text, size);
        assert_int_equal(text[size], '#');
        if (size > 0)
            assert_int_equal(strlen(text), size - 1 < 55 ? size - 1 : 55);
        core3_describe_stop_briefly(&info, &stop, text, size);
        assert_int_equal(text[size], '#');
        test_free(text);
    }
}

static void program_ram_is_two_ranges(void **state)
{
    (void)state;
    assert_true(core3_is_program_ram(&info, 0x20000000, 0x10000000));
    assert_true(core3_is_program_ram(&info, 0x30100000, 0x0B300000));
    assert_true(core3_is_program_ram(&info, 0x20000000, 0));
    assert_false(core3_is_program_ram(&info, 0x20000000, 0x10000001));
    assert_false(core3_is_program_ram(&info, 0x1FFFFFFF, 1));
    assert_false(core3_is_program_ram(&info, 0x2FFFFFFF, 2));
    assert_false(core3_is_program_ram(&info, 0x30000000, 1));
    assert_false(core3_is_program_ram(&info, 0x3B400000, 1));
    assert_false(core3_is_program_ram(&info, 0xFFFFFFFF, 0xFFFFFFFF));
    assert_false(core3_is_program_ram(&info, 0x20000004, 0xFFFFFFFC));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stop_has_its_sentence),
        cmocka_unit_test(every_reason_says_something),
        cmocka_unit_test(registers_and_instruction_decide_too),
        cmocka_unit_test(brief_is_the_part_before_the_semicolon),
        cmocka_unit_test(a_short_buffer_is_filled_and_not_passed),
        cmocka_unit_test(program_ram_is_two_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
