/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/step_keeps.h: an instruction that changes SP or the mode and is said to keep it makes a step
 * that never ends. The words are an assembler's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "step_keeps.h"

struct row {
    uint32_t code; /* Thumb: the first halfword low; behind a 16-bit instruction comes 0xBF00 */
    bool mode, sp;
    const char *text;
};

/* clang-format off */
static const struct row arm[] = {
    {0xE1A00001, true, true, "mov r0, r1"},
    {0xE59D0004, true, true, "ldr r0, [sp, #4]"},
    {0xE58D0004, true, true, "str r0, [sp, #4]"},
    {0xE1CD00F8, true, true, "strd r0, [sp, #8]"},
    {0xE1DD00B8, true, true, "ldrh r0, [sp, #8]"},
    {0xE89D0003, true, true, "ldm sp, {r0, r1}"},
    {0xE88D0003, true, true, "stm sp, {r0, r1}"},
    {0xE28D0008, true, true, "add r0, sp, #8"},
    {0xE35D0008, true, true, "cmp sp, #8"},
    {0xE320F000, true, true, "nop {0}"},
    {0xE320F003, true, true, "wfi"},
    {0xEBFFFFF3, true, true, "bl label"},
    {0xEAFFFFF2, true, true, "b label"},
    {0xE12FFF1E, true, true, "bx lr"},
    {0xE49D0004, true, false, "pop {r0}"},
    {0xE92D0003, true, false, "push {r0, r1}"},
    {0xE52D0004, true, false, "push {r0}"},
    {0xE8BD8010, true, false, "pop {r4, pc}"},
    {0xE24DD010, true, false, "sub sp, sp, #16"},
    {0xE1A0D007, true, false, "mov sp, r7"},
    {0xE590D000, true, false, "ldr sp, [r0]"},
    {0xE16D00F8, true, false, "strd r0, [sp, #-8]!"},
    {0xE0CD00D8, true, false, "ldrd r0, [sp], #8"},
    {0xE16D00B2, true, false, "strh r0, [sp, #-2]!"},
    {0xE0DD00B2, true, false, "ldrh r0, [sp], #2"},
    {0xED2D0B02, true, false, "vpush {d0}"},
    {0xECBD0B08, true, false, "vpop {d0-d3}"},
    {0xED9D0B02, true, true, "vldr d0, [sp, #8]"},
    {0xEC8D0B02, true, true, "vstmia sp, {d0}"},
    {0xF42D070D, true, false, "vld1.8 {d0}, [sp]!"},
    {0xF420070F, true, true, "vld1.8 {d0}, [r0]"},
    {0xE9902002, true, false, "ldmib r0, {r1, sp}"},
    {0xF96D0513, true, false, "srsdb sp!, #19"},
    {0xF1020012, false, true, "cps #18"},
    {0xF1080080, true, true, "cpsie i"},
    {0xF10E0093, false, true, "cpsid i,#19"},
    {0xE121F000, false, true, "msr CPSR_c, r0"},
    {0xE128F000, false, true, "msr CPSR_f, r0"},
    {0xE32FF0D3, false, true, "msr CPSR_fsxc, #211"},
    {0xE328F20F, true, true, "msr CPSR_f, #-268435456"},
    {0xF8BD0A00, false, false, "rfeia sp!"},
    {0xF8900A00, false, true, "rfeia r0"},
    {0xEF000001, false, true, "svc 0x00000001"},
    {0xE1B0F00E, false, true, "movs pc, lr"},
    {0xE25EF004, false, true, "subs pc, lr, #4"},
    {0xE8FD800F, false, false, "ldm sp!, {r0, r1, r2, r3, pc}^"},
    {0xE8D08002, false, true, "ldm r0, {r1, pc}^"},
    {0xE1A0F00E, true, true, "mov pc, lr"},
    {0xE10F0000, true, true, "mrs r0, CPSR"},
    {0xEE110F10, true, true, "mrc 15, 0, r0, cr1, cr0, {0}"},
    {0xEE010F10, true, true, "mcr 15, 0, r0, cr1, cr0, {0}"},
    {0xE0000291, true, true, "mul r0, r1, r2"},
    {0xEC410B10, true, true, "vmov d0, r0, r1"},
};

static const struct row thumb[] = {
    {0xBF002001, true, true, "movs r0, #1"},
    {0xBF009801, true, true, "ldr r0, [sp, #4]"},
    {0xBF009001, true, true, "str r0, [sp, #4]"},
    {0xBF00A802, true, true, "add r0, sp, #8"},
    {0xFFFAF7FF, true, true, "bl label"},
    {0xBFF8F7FF, true, true, "b.w label"},
    {0xBF004770, true, true, "bx lr"},
    {0xBF00BF00, true, true, "nop"},
    {0xBF00BF30, true, true, "wfi"},
    {0x8000F3AF, true, true, "nop.w"},
    {0x8003F3AF, true, true, "wfi.w"},
    {0xBF004585, true, true, "cmp sp, r0"},
    {0xBF004668, true, true, "mov r0, sp"},
    {0xBF00B662, true, true, "cpsie i"},
    {0xBF00B501, true, false, "push {r0, lr}"},
    {0xBF00BD01, true, false, "pop {r0, pc}"},
    {0xBF00B084, true, false, "sub sp, #16"},
    {0xBF00B002, true, false, "add sp, #8"},
    {0xBF0046BD, true, false, "mov sp, r7"},
    {0xBF00448D, true, false, "add sp, r1"},
    {0x0008F8DD, true, true, "ldr.w r0, [sp, #8]"},
    {0x0102E9DD, true, true, "ldrd r0, r1, [sp, #8]"},
    {0x0006E880, true, true, "stmia.w r0, {r1, r2}"},
    {0x0006E890, true, true, "ldmia.w r0, {r1, r2}"},
    {0x0008F10D, true, true, "add.w r0, sp, #8"},
    {0x0B02ED9D, true, true, "vldr d0, [sp, #8]"},
    {0x4FF0E92D, true, false, "stmdb sp!, {r4, r5, r6, r7, r8, r9, sl, fp, lr}"},
    {0x8FF0E8BD, true, false, "ldmia.w sp!, {r4, r5, r6, r7, r8, r9, sl, fp, pc}"},
    {0x0D04F84D, true, false, "str.w r0, [sp, #-4]!"},
    {0x0B04F85D, true, false, "ldr.w r0, [sp], #4"},
    {0x0102E96D, true, false, "strd r0, r1, [sp, #-8]!"},
    {0x0102E8FD, true, false, "ldrd r0, r1, [sp], #8"},
    {0x5D80F5AD, true, false, "sub.w sp, sp, #4096"},
    {0x0D64F2AD, true, false, "subw sp, sp, #100"},
    {0x0D40EB0D, true, false, "add.w sp, sp, r0, lsl #1"},
    {0x0D00EA4F, true, false, "mov.w sp, r0"},
    {0xD000F8D0, true, false, "ldr.w sp, [r0]"},
    {0x8B02ED2D, true, false, "vpush {d8}"},
    {0x8B02ECBD, true, false, "vpop {d8}"},
    {0x070DF92D, true, false, "vld1.8 {d0}, [sp]!"},
    {0xC013E82D, true, false, "srsdb sp!, #19"},
    {0xBF00DF01, false, true, "svc 1"},
    {0x8100F380, false, true, "msr CPSR_c, r0"},
    {0x8800F380, true, true, "msr CPSR_f, r0"},
    {0x8112F3AF, false, true, "cps #18"},
    {0x8F04F3DE, false, true, "subs pc, lr, #4"},
    {0xC000E9BD, false, false, "rfeia sp!"},
    {0xC000E810, false, true, "rfedb r0"},
    {0x8000F3EF, true, true, "mrs r0, CPSR"},
    {0xF002FB01, true, true, "mul.w r0, r1, r2"},
};
/* clang-format on */

static void assert_rows(const struct row *rows, size_t count, bool is_thumb)
{
    for (size_t i = 0; i < count; i++) {
        const struct step_keeps keeps = step_keeps(rows[i].code, is_thumb);

        if (keeps.mode != rows[i].mode || keeps.sp != rows[i].sp)
            fail_msg("%s: keeps mode %d, SP %d", rows[i].text, keeps.mode, keeps.sp);
    }
}

static void arm_instructions(void **state)
{
    (void)state;
    assert_rows(arm, sizeof arm / sizeof arm[0], false);
}

static void thumb_instructions(void **state)
{
    (void)state;
    assert_rows(thumb, sizeof thumb / sizeof thumb[0], true);
}

/* Those that read or write CPSR.I, with or without the mode, and WFE. */
static void interrupts(void **state)
{
    static const uint32_t arm_minding[] = {0xF1080080, 0xF10C0080, 0xF1020012, 0xE10F0000,
                                           0xE121F000, 0xEF000001, 0xF8BD0A00, 0xE25EF004,
                                           0xE160006E, 0xE320F002};
    static const uint32_t thumb_minding[] = {0xBF00B662, 0xBF00B672, 0x8440F3AF, 0x8640F3AF,
                                             0x8112F3AF, 0x8000F3EF, 0x8100F380, 0xBF00DF01,
                                             0xBF00BF20, 0x8002F3AF};
    static const uint32_t arm_not[] = {0xE1A00001, 0xE320F003, 0xE1000091, 0xE92D0003, 0xEBFFFFF3};
    static const uint32_t thumb_not[] = {0xBF002001, 0xBF00BF30, 0x8000F3AF, 0xBF00B501,
                                         0xBF00B6FF};

    (void)state;
    for (size_t i = 0; i < sizeof arm_minding / sizeof arm_minding[0]; i++)
        assert_false(step_keeps(arm_minding[i], false).interrupts);
    for (size_t i = 0; i < sizeof thumb_minding / sizeof thumb_minding[0]; i++)
        assert_false(step_keeps(thumb_minding[i], true).interrupts);
    for (size_t i = 0; i < sizeof arm_not / sizeof arm_not[0]; i++)
        assert_true(step_keeps(arm_not[i], false).interrupts);
    for (size_t i = 0; i < sizeof thumb_not / sizeof thumb_not[0]; i++)
        assert_true(step_keeps(thumb_not[i], true).interrupts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arm_instructions),
        cmocka_unit_test(thumb_instructions),
        cmocka_unit_test(interrupts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
