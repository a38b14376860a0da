/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/instruction.h on what GNU as makes of each form; the mnemonic stands beside its bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instruction.h"

enum { ARM, THUMB };

#define FPU 1u
#define UDF 2u
#define SP  4u

/* clang-format off */
static const struct {
    uint32_t bits; /* of Thumb: first halfword in bits 31:16 */
    int set;
    uint32_t is;
} cases[] = {
    {0xEE310B02, ARM, FPU}, /* vadd.f64 d0, d1, d2 */
    {0xED943B02, ARM, FPU}, /* vldr d3, [r4, #8] */
    {0xEDDD1A00, ARM, FPU | SP}, /* vldr s3, [sp] */
    {0xECA00B08, ARM, FPU}, /* vstmia r0!, {d0-d3} */
    {0xED2D8B02, ARM, FPU | SP}, /* vpush {d8} */
    {0xEE100A90, ARM, FPU}, /* vmov r0, s1 */
    {0xEC510B12, ARM, FPU}, /* vmov r0, r1, d2 */
    {0xEEF10A10, ARM, FPU}, /* vmrs r0, fpscr */
    {0xEEE80A10, ARM, FPU}, /* vmsr fpexc, r0 */
    {0xEEB80AE0, ARM, FPU}, /* vcvt.f32.s32 s0, s1 */
    {0xF2220844, ARM, FPU}, /* vadd.i32 q0, q1, q2 */
    {0xF2010912, ARM, FPU}, /* vmul.i8 d0, d1, d2 */
    {0xF2800051, ARM, FPU}, /* vmov.i32 q0, #1 */
    {0xF38E0011, ARM, FPU}, /* vshr.u8 d0, d1, #2 */
    {0xF3010112, ARM, FPU}, /* veor d0, d1, d2 */
    {0xF3B00042, ARM, FPU}, /* vrev64.8 q0, q1 */
    {0xF420070F, ARM, FPU}, /* vld1.8 {d0}, [r0] */
    {0xF405004D, ARM, FPU}, /* vst4.16 {d0,d1,d2,d3}, [r5]! */
    {0xF4AD080F, ARM, FPU | SP}, /* vld1.32 {d0[0]}, [sp] */
    {0xEEA01B10, ARM, FPU}, /* vdup.32 q0, r1 */
    {0xEE010F10, ARM, 0}, /* mcr p15, 0, r0, c1, c0, 0 */
    {0xEE100E11, ARM, 0}, /* mrc p14, 0, r0, c0, c1, 0 */
    {0xED921600, ARM, 0}, /* ldc p6, c1, [r2] */
    {0xE7F000F0, ARM, UDF}, /* udf #0 */
    {0xE1600070, ARM, 0}, /* smc #0 */
    {0xE5810000, ARM, 0}, /* str r0, [r1] */
    {0xE58D0004, ARM, SP}, /* str r0, [sp, #4] */
    {0xE5DD0001, ARM, SP}, /* ldrb r0, [sp, #1] */
    {0xE1CD00D0, ARM, SP}, /* ldrd r0, r1, [sp] */
    {0xE1CD00B2, ARM, SP}, /* strh r0, [sp, #2] */
    {0xE92D4010, ARM, SP}, /* push {r4, lr} */
    {0xE8BD8010, ARM, SP}, /* pop {r4, pc} */
    {0xE92D4FF0, ARM, SP}, /* push {r4-r11, lr} */
    {0xE89D0003, ARM, SP}, /* ldm sp, {r0, r1} */
    {0xE8A00006, ARM, 0}, /* stm r0!, {r1, r2} */
    {0xE51B0008, ARM, 0}, /* ldr r0, [r11, #-8] */
    {0xE19D0F9F, ARM, SP}, /* ldrex r0, [sp] */
    {0xF5D0F000, ARM, 0}, /* pld [r0] */
    {0xE320F000, ARM, 0}, /* nop */
    {0xEE310B02, THUMB, FPU}, /* vadd.f64 d0, d1, d2 */
    {0xED943B02, THUMB, FPU}, /* vldr d3, [r4, #8] */
    {0xEDDD1A00, THUMB, FPU | SP}, /* vldr s3, [sp] */
    {0xECA00B08, THUMB, FPU}, /* vstmia r0!, {d0-d3} */
    {0xED2D8B02, THUMB, FPU | SP}, /* vpush {d8} */
    {0xEE100A90, THUMB, FPU}, /* vmov r0, s1 */
    {0xEC510B12, THUMB, FPU}, /* vmov r0, r1, d2 */
    {0xEEF10A10, THUMB, FPU}, /* vmrs r0, fpscr */
    {0xEEE80A10, THUMB, FPU}, /* vmsr fpexc, r0 */
    {0xEEB80AE0, THUMB, FPU}, /* vcvt.f32.s32 s0, s1 */
    {0xEF220844, THUMB, FPU}, /* vadd.i32 q0, q1, q2 */
    {0xEF010912, THUMB, FPU}, /* vmul.i8 d0, d1, d2 */
    {0xEF800051, THUMB, FPU}, /* vmov.i32 q0, #1 */
    {0xFF8E0011, THUMB, FPU}, /* vshr.u8 d0, d1, #2 */
    {0xFF010112, THUMB, FPU}, /* veor d0, d1, d2 */
    {0xFFB00042, THUMB, FPU}, /* vrev64.8 q0, q1 */
    {0xF920070F, THUMB, FPU}, /* vld1.8 {d0}, [r0] */
    {0xF905004D, THUMB, FPU}, /* vst4.16 {d0,d1,d2,d3}, [r5]! */
    {0xF9AD080F, THUMB, FPU | SP}, /* vld1.32 {d0[0]}, [sp] */
    {0xEEA01B10, THUMB, FPU}, /* vdup.32 q0, r1 */
    {0xEE010F10, THUMB, 0}, /* mcr p15, 0, r0, c1, c0, 0 */
    {0xEE100E11, THUMB, 0}, /* mrc p14, 0, r0, c0, c1, 0 */
    {0xED921600, THUMB, 0}, /* ldc p6, c1, [r2] */
    {0xDE000000, THUMB, UDF}, /* udf #0 */
    {0xF7F0A003, THUMB, UDF}, /* udf.w #3 */
    {0xF7F08000, THUMB, 0}, /* smc #0 */
    {0x60080000, THUMB, 0}, /* str r0, [r1] */
    {0x90010000, THUMB, SP}, /* str r0, [sp, #4] */
    {0xF89D0001, THUMB, SP}, /* ldrb r0, [sp, #1] */
    {0xE9DD0100, THUMB, SP}, /* ldrd r0, r1, [sp] */
    {0xF8AD0002, THUMB, SP}, /* strh r0, [sp, #2] */
    {0xB5100000, THUMB, SP}, /* push {r4, lr} */
    {0xBD100000, THUMB, SP}, /* pop {r4, pc} */
    {0xE92D4FF0, THUMB, SP}, /* push {r4-r11, lr} */
    {0xE89D0003, THUMB, SP}, /* ldm sp, {r0, r1} */
    {0xC0060000, THUMB, 0}, /* stm r0!, {r1, r2} */
    {0xF85B0C08, THUMB, 0}, /* ldr r0, [r11, #-8] */
    {0xE85D0F00, THUMB, SP}, /* ldrex r0, [sp] */
    {0xF890F000, THUMB, 0}, /* pld [r0] */
    {0xBF000000, THUMB, 0}, /* nop */
};
/* clang-format on */

/* As struct ampgdb_stop carries it. */
static uint32_t carried(uint32_t bits, int set)
{
    return set == ARM ? bits : bits << 16 | bits >> 16;
}

static void each_form_is_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const bool thumb = cases[i].set == THUMB;
        const uint32_t instruction = carried(cases[i].bits, cases[i].set);

        if (instruction_is_fpu(instruction, thumb) != !!(cases[i].is & FPU) ||
            instruction_is_udf(instruction, thumb) != !!(cases[i].is & UDF) ||
            instruction_is_by_sp(instruction, thumb) != !!(cases[i].is & SP))
            fail_msg("0x%08x, %s", cases[i].bits, thumb ? "Thumb" : "ARM");
    }
}

static void a_supervisor_call_has_its_number(void **state)
{
    uint32_t number;

    (void)state;
    assert_true(instruction_is_svc(0xEF000000, false, &number));
    assert_int_equal(number, 0);
    assert_true(instruction_is_svc(0x0FABCDEF, false, &number)); /* svceq */
    assert_int_equal(number, 0xABCDEF);
    assert_true(instruction_is_svc(0x0000DFFF, true, &number));
    assert_int_equal(number, 0xFF);
    assert_false(instruction_is_svc(0xFF000000, false, &number));
    assert_false(instruction_is_svc(0xEE000000, false, &number));
    assert_false(instruction_is_svc(0x0000DE00, true, &number));
    assert_false(instruction_is_svc(0xDF000000, true, &number));
}

static void bits_are_written_first_halfword_first(void **state)
{
    int digits;

    (void)state;
    assert_int_equal(instruction_bits(0x12345678, false, &digits), 0x12345678);
    assert_int_equal(digits, 8);
    assert_int_equal(instruction_bits(0x1234E800, true, &digits), 0xE8001234);
    assert_int_equal(digits, 8);
    assert_int_equal(instruction_bits(0x1234E7FF, true, &digits), 0xE7FF);
    assert_int_equal(digits, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_what_it_is),
        cmocka_unit_test(a_supervisor_call_has_its_number),
        cmocka_unit_test(bits_are_written_first_halfword_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
