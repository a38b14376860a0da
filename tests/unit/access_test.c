/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/access.h against what the assembler makes of every form of load and store, in both states.
 * The words are arm-none-eabi-as's; behind a 16-bit instruction stands a halfword of ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access.h"

#define READ    ACCESS_READ
#define WRITE   ACCESS_WRITE
#define BOTH    (ACCESS_READ | ACCESS_WRITE)
#define ROWS(x) (sizeof(x) / sizeof(x)[0])

struct row {
    uint32_t code, bytes, how;
};

/* clang-format off */
static const struct row arm[] = {
    {0xE5D21005, 1, READ}, /* ldrb r1, [r2, #5] */
    {0xE5C21005, 1, WRITE}, /* strb r1, [r2, #5] */
    {0xE7D29003, 1, READ}, /* ldrb r9, [r2, r3] */
    {0xE7C29003, 1, WRITE}, /* strb r9, [r2, r3] */
    {0xE4D21001, 1, READ}, /* ldrb r1, [r2], #1 */
    {0xE5E21001, 1, WRITE}, /* strb r1, [r2, #1]! */
    {0xE4F21000, 1, READ}, /* ldrbt r1, [r2] */
    {0xE4E21000, 1, WRITE}, /* strbt r1, [r2] */
    {0xE1D210D5, 1, READ}, /* ldrsb r1, [r2, #5] */
    {0xE19290D3, 1, READ}, /* ldrsb r9, [r2, r3] */
    {0xE1D210B6, 2, READ}, /* ldrh r1, [r2, #6] */
    {0xE1C210B6, 2, WRITE}, /* strh r1, [r2, #6] */
    {0xE19290B3, 2, READ}, /* ldrh r9, [r2, r3] */
    {0xE18290B3, 2, WRITE}, /* strh r9, [r2, r3] */
    {0xE0D210B2, 2, READ}, /* ldrh r1, [r2], #2 */
    {0xE16210B2, 2, WRITE}, /* strh r1, [r2, #-2]! */
    {0xE1D210F6, 2, READ}, /* ldrsh r1, [r2, #6] */
    {0xE19290F3, 2, READ}, /* ldrsh r9, [r2, r3] */
    {0xE5921008, 4, READ}, /* ldr r1, [r2, #8] */
    {0xE5821008, 4, WRITE}, /* str r1, [r2, #8] */
    {0xE7929003, 4, READ}, /* ldr r9, [r2, r3] */
    {0xE7829003, 4, WRITE}, /* str r9, [r2, r3] */
    {0xE4921004, 4, READ}, /* ldr r1, [r2], #4 */
    {0xE5221004, 4, WRITE}, /* str r1, [r2, #-4]! */
    {0xE4B21000, 4, READ}, /* ldrt r1, [r2] */
    {0xE4A21000, 4, WRITE}, /* strt r1, [r2] */
    {0xE59F9008, 4, READ}, /* ldr r9, [pc, #8] */
    {0xE5121004, 4, READ}, /* ldr r1, [r2, #-4] */
    {0xE5021004, 4, WRITE}, /* str r1, [r2, #-4] */
    {0xE1C420D8, 8, READ}, /* ldrd r2, r3, [r4, #8] */
    {0xE1C420F8, 8, WRITE}, /* strd r2, r3, [r4, #8] */
    {0xE0C420D8, 8, READ}, /* ldrd r2, r3, [r4], #8 */
    {0xE16420F8, 8, WRITE}, /* strd r2, r3, [r4, #-8]! */
    {0xE1921F9F, 4, READ}, /* ldrex r1, [r2] */
    {0xE1820F91, 4, WRITE}, /* strex r0, r1, [r2] */
    {0xE1D21F9F, 1, READ}, /* ldrexb r1, [r2] */
    {0xE1C20F91, 1, WRITE}, /* strexb r0, r1, [r2] */
    {0xE1F21F9F, 2, READ}, /* ldrexh r1, [r2] */
    {0xE1E20F91, 2, WRITE}, /* strexh r0, r1, [r2] */
    {0xE1B42F9F, 8, READ}, /* ldrexd r2, r3, [r4] */
    {0xE1A40F92, 8, WRITE}, /* strexd r0, r2, r3, [r4] */
    {0xE891020C, 12, READ}, /* ldm r1, {r2, r3, r9} */
    {0xE881020C, 12, WRITE}, /* stm r1, {r2, r3, r9} */
    {0xE931020C, 12, READ}, /* ldmdb r1!, {r2, r3, r9} */
    {0xE921000C, 8, WRITE}, /* stmdb r1!, {r2, r3} */
    {0xE92D4FF0, 36, WRITE}, /* push {r4-r11, lr} */
    {0xE8BD8FF0, 36, READ}, /* pop {r4-r11, pc} */
    {0xF8BD0A00, 8, READ}, /* rfeia sp! */
    {0xF91D0A00, 8, READ}, /* rfedb sp */
    {0xF96D0513, 8, WRITE}, /* srsdb sp!, #19 */
    {0xF8CD0513, 8, WRITE}, /* srsia sp, #19 */
    {0xE1921C9F, 4, READ}, /* lda r1, [r2] */
    {0xE182FC91, 4, WRITE}, /* stl r1, [r2] */
    {0xE1D21C9F, 1, READ}, /* ldab r1, [r2] */
    {0xE1E2FC91, 2, WRITE}, /* stlh r1, [r2] */
    {0xE1B42E9F, 8, READ}, /* ldaexd r2, r3, [r4] */
    {0xE1C20E91, 1, WRITE}, /* stlexb r0, r1, [r2] */
    {0xEDD20A00, 4, READ}, /* vldr s1, [r2] */
    {0xEDC20A01, 4, WRITE}, /* vstr s1, [r2, #4] */
    {0xED521B02, 8, READ}, /* vldr d17, [r2, #-8] */
    {0xED821B00, 8, WRITE}, /* vstr d1, [r2] */
    {0xEC910A03, 12, READ}, /* vldmia r1, {s0-s2} */
    {0xED210A03, 12, WRITE}, /* vstmdb r1!, {s0-s2} */
    {0xECB10B20, 128, READ}, /* vldmia r1!, {d0-d15} */
    {0xECC10B20, 128, WRITE}, /* vstmia r1, {d16-d31} */
    {0xED2D8B04, 16, WRITE}, /* vpush {d8-d9} */
    {0xECBD2A01, 4, READ}, /* vpop {s4} */
    {0xF421070F, 8, READ}, /* vld1.8 {d0}, [r1] */
    {0xF4210ACD, 16, READ}, /* vld1.64 {d0-d1}, [r1]! */
    {0xF401064F, 24, WRITE}, /* vst1.16 {d0-d2}, [r1] */
    {0xF4010282, 32, WRITE}, /* vst1.32 {d0-d3}, [r1], r2 */
    {0xF421080F, 16, READ}, /* vld2.8 {d0-d1}, [r1] */
    {0xF421090F, 16, READ}, /* vld2.8 {d0, d2}, [r1] */
    {0xF401034F, 32, WRITE}, /* vst2.16 {d0-d3}, [r1] */
    {0xF421040F, 24, READ}, /* vld3.8 {d0-d2}, [r1] */
    {0xF401058F, 24, WRITE}, /* vst3.32 {d0, d2, d4}, [r1] */
    {0xF421004F, 32, READ}, /* vld4.16 {d0-d3}, [r1] */
    {0xF401010D, 32, WRITE}, /* vst4.8 {d0, d2, d4, d6}, [r1]! */
    {0xF4A1006F, 1, READ}, /* vld1.8 {d0[3]}, [r1] */
    {0xF481044F, 2, WRITE}, /* vst1.16 {d0[1]}, [r1] */
    {0xF4A1088F, 4, READ}, /* vld1.32 {d0[1]}, [r1] */
    {0xF481012F, 2, WRITE}, /* vst2.8 {d0[1], d1[1]}, [r1] */
    {0xF4A109CF, 8, READ}, /* vld2.32 {d0[1], d2[1]}, [r1] */
    {0xF4A1064F, 6, READ}, /* vld3.16 {d0[1], d1[1], d2[1]}, [r1] */
    {0xF4810B8F, 16, WRITE}, /* vst4.32 {d0[1], d1[1], d2[1], d3[1]}, [r1] */
    {0xF4A103EF, 4, READ}, /* vld4.8 {d0[7], d1[7], d2[7], d3[7]}, [r1] */
    {0xF4A10C0F, 1, READ}, /* vld1.8 {d0[]}, [r1] */
    {0xF4A10CAF, 4, READ}, /* vld1.32 {d0[], d1[]}, [r1] */
    {0xF4A10D4F, 4, READ}, /* vld2.16 {d0[], d1[]}, [r1] */
    {0xF4A10E8F, 12, READ}, /* vld3.32 {d0[], d1[], d2[]}, [r1] */
    {0xF4A10FDF, 16, READ}, /* vld4.32 {d0[], d1[], d2[], d3[]}, [r1:128] */
    {0xECB15E01, 64, READ}, /* ldc p14, c5, [r1], #4 */
    {0xECA15E01, 64, WRITE}, /* stc p14, c5, [r1], #4 */
    {0xFD911700, 64, READ}, /* ldc2 p7, c1, [r1] */
    {0xFDC11700, 64, WRITE}, /* stc2l p7, c1, [r1] */
    {0xEE070F36, 64, BOTH}, /* mcr p15, 0, r0, c7, c6, 1 */
    {0xE1031092, 4, BOTH}, /* swp r1, r2, [r3] */
    {0xE1431092, 1, BOTH}, /* swpb r1, r2, [r3] */
    {0xE0F210B2, 2, READ}, /* ldrht r1, [r2], #2 */
    {0xE0E210B2, 2, WRITE}, /* strht r1, [r2], #2 */
    {0xE0F210D1, 1, READ}, /* ldrsbt r1, [r2], #1 */
    {0xE0F210F2, 2, READ}, /* ldrsht r1, [r2], #2 */
    {0x17B21103, 4, READ}, /* ldrne r1, [r2, r3, lsl #2]! */
    {0xE74213E3, 1, WRITE}, /* strb r1, [r2, -r3, ror #7] */
    {0xE18420D5, 8, READ}, /* ldrd r2, r3, [r4, r5] */
    {0xE12420F5, 8, WRITE}, /* strd r2, r3, [r4, -r5]! */
    {0xE8D1000C, 8, READ}, /* ldm r1, {r2, r3}^ */
    {0xE9CD7FFF, 60, WRITE}, /* stmib sp, {r0-r14}^ */
    {0xE49D4004, 4, READ}, /* pop {r4} */
    {0xE52D4004, 4, WRITE}, /* push {r4} */
    {0xE0010392, 64, BOTH}, /* mul r1, r2, r3 */
    {0xE0821003, 64, BOTH}, /* add r1, r2, r3 */
    {0xE08210A3, 64, BOTH}, /* add r1, r2, r3, lsr #1 */
    {0xE2821004, 64, BOTH}, /* add r1, r2, #4 */
    {0xE7A110D2, 64, BOTH}, /* sbfx r1, r2, #1, #2 */
    {0xE0821493, 64, BOTH}, /* umull r1, r2, r3, r4 */
    {0xEAFFFFFE, 64, BOTH}, /* b . */
    {0xF1020013, 64, BOTH}, /* cps #19 */
};

static const struct row thumb[] = {
    {0x1005F892, 1, READ}, /* ldrb.w r1, [r2, #5] */
    {0x1005F882, 1, WRITE}, /* strb.w r1, [r2, #5] */
    {0x9003F812, 1, READ}, /* ldrb.w r9, [r2, r3] */
    {0x9003F802, 1, WRITE}, /* strb.w r9, [r2, r3] */
    {0x1B01F812, 1, READ}, /* ldrb r1, [r2], #1 */
    {0x1F01F802, 1, WRITE}, /* strb r1, [r2, #1]! */
    {0x1E00F812, 1, READ}, /* ldrbt r1, [r2] */
    {0x1E00F802, 1, WRITE}, /* strbt r1, [r2] */
    {0x1005F992, 1, READ}, /* ldrsb.w r1, [r2, #5] */
    {0x9003F912, 1, READ}, /* ldrsb.w r9, [r2, r3] */
    {0x1006F8B2, 2, READ}, /* ldrh.w r1, [r2, #6] */
    {0x1006F8A2, 2, WRITE}, /* strh.w r1, [r2, #6] */
    {0x9003F832, 2, READ}, /* ldrh.w r9, [r2, r3] */
    {0x9003F822, 2, WRITE}, /* strh.w r9, [r2, r3] */
    {0x1B02F832, 2, READ}, /* ldrh r1, [r2], #2 */
    {0x1D02F822, 2, WRITE}, /* strh r1, [r2, #-2]! */
    {0x1006F9B2, 2, READ}, /* ldrsh.w r1, [r2, #6] */
    {0x9003F932, 2, READ}, /* ldrsh.w r9, [r2, r3] */
    {0x1008F8D2, 4, READ}, /* ldr.w r1, [r2, #8] */
    {0x1008F8C2, 4, WRITE}, /* str.w r1, [r2, #8] */
    {0x9003F852, 4, READ}, /* ldr.w r9, [r2, r3] */
    {0x9003F842, 4, WRITE}, /* str.w r9, [r2, r3] */
    {0x1B04F852, 4, READ}, /* ldr r1, [r2], #4 */
    {0x1D04F842, 4, WRITE}, /* str r1, [r2, #-4]! */
    {0x1E00F852, 4, READ}, /* ldrt r1, [r2] */
    {0x1E00F842, 4, WRITE}, /* strt r1, [r2] */
    {0x9008F8DF, 4, READ}, /* ldr.w r9, [pc, #8] */
    {0x1C04F852, 4, READ}, /* ldr r1, [r2, #-4] */
    {0x1C04F842, 4, WRITE}, /* str r1, [r2, #-4] */
    {0x2302E9D4, 8, READ}, /* ldrd r2, r3, [r4, #8] */
    {0x2302E9C4, 8, WRITE}, /* strd r2, r3, [r4, #8] */
    {0x2302E8F4, 8, READ}, /* ldrd r2, r3, [r4], #8 */
    {0x2302E964, 8, WRITE}, /* strd r2, r3, [r4, #-8]! */
    {0x1F00E852, 4, READ}, /* ldrex r1, [r2] */
    {0x1000E842, 4, WRITE}, /* strex r0, r1, [r2] */
    {0x1F4FE8D2, 1, READ}, /* ldrexb r1, [r2] */
    {0x1F40E8C2, 1, WRITE}, /* strexb r0, r1, [r2] */
    {0x1F5FE8D2, 2, READ}, /* ldrexh r1, [r2] */
    {0x1F50E8C2, 2, WRITE}, /* strexh r0, r1, [r2] */
    {0x237FE8D4, 8, READ}, /* ldrexd r2, r3, [r4] */
    {0x2370E8C4, 8, WRITE}, /* strexd r0, r2, r3, [r4] */
    {0x020CE891, 12, READ}, /* ldm.w r1, {r2, r3, r9} */
    {0x020CE881, 12, WRITE}, /* stm.w r1, {r2, r3, r9} */
    {0x020CE931, 12, READ}, /* ldmdb r1!, {r2, r3, r9} */
    {0x000CE921, 8, WRITE}, /* stmdb r1!, {r2, r3} */
    {0x4FF0E92D, 36, WRITE}, /* push.w {r4-r11, lr} */
    {0x8FF0E8BD, 36, READ}, /* pop.w {r4-r11, pc} */
    {0xC000E9BD, 8, READ}, /* rfeia sp! */
    {0xC000E81D, 8, READ}, /* rfedb sp */
    {0xC013E82D, 8, WRITE}, /* srsdb sp!, #19 */
    {0xC013E98D, 8, WRITE}, /* srsia sp, #19 */
    {0x1FAFE8D2, 4, READ}, /* lda r1, [r2] */
    {0x1FAFE8C2, 4, WRITE}, /* stl r1, [r2] */
    {0x1F8FE8D2, 1, READ}, /* ldab r1, [r2] */
    {0x1F9FE8C2, 2, WRITE}, /* stlh r1, [r2] */
    {0x23FFE8D4, 8, READ}, /* ldaexd r2, r3, [r4] */
    {0x1FC0E8C2, 1, WRITE}, /* stlexb r0, r1, [r2] */
    {0x0A00EDD2, 4, READ}, /* vldr s1, [r2] */
    {0x0A01EDC2, 4, WRITE}, /* vstr s1, [r2, #4] */
    {0x1B02ED52, 8, READ}, /* vldr d17, [r2, #-8] */
    {0x1B00ED82, 8, WRITE}, /* vstr d1, [r2] */
    {0x0A03EC91, 12, READ}, /* vldmia r1, {s0-s2} */
    {0x0A03ED21, 12, WRITE}, /* vstmdb r1!, {s0-s2} */
    {0x0B20ECB1, 128, READ}, /* vldmia r1!, {d0-d15} */
    {0x0B20ECC1, 128, WRITE}, /* vstmia r1, {d16-d31} */
    {0x8B04ED2D, 16, WRITE}, /* vpush {d8-d9} */
    {0x2A01ECBD, 4, READ}, /* vpop {s4} */
    {0x070FF921, 8, READ}, /* vld1.8 {d0}, [r1] */
    {0x0ACDF921, 16, READ}, /* vld1.64 {d0-d1}, [r1]! */
    {0x064FF901, 24, WRITE}, /* vst1.16 {d0-d2}, [r1] */
    {0x0282F901, 32, WRITE}, /* vst1.32 {d0-d3}, [r1], r2 */
    {0x080FF921, 16, READ}, /* vld2.8 {d0-d1}, [r1] */
    {0x090FF921, 16, READ}, /* vld2.8 {d0, d2}, [r1] */
    {0x034FF901, 32, WRITE}, /* vst2.16 {d0-d3}, [r1] */
    {0x040FF921, 24, READ}, /* vld3.8 {d0-d2}, [r1] */
    {0x058FF901, 24, WRITE}, /* vst3.32 {d0, d2, d4}, [r1] */
    {0x004FF921, 32, READ}, /* vld4.16 {d0-d3}, [r1] */
    {0x010DF901, 32, WRITE}, /* vst4.8 {d0, d2, d4, d6}, [r1]! */
    {0x006FF9A1, 1, READ}, /* vld1.8 {d0[3]}, [r1] */
    {0x044FF981, 2, WRITE}, /* vst1.16 {d0[1]}, [r1] */
    {0x088FF9A1, 4, READ}, /* vld1.32 {d0[1]}, [r1] */
    {0x012FF981, 2, WRITE}, /* vst2.8 {d0[1], d1[1]}, [r1] */
    {0x09CFF9A1, 8, READ}, /* vld2.32 {d0[1], d2[1]}, [r1] */
    {0x064FF9A1, 6, READ}, /* vld3.16 {d0[1], d1[1], d2[1]}, [r1] */
    {0x0B8FF981, 16, WRITE}, /* vst4.32 {d0[1], d1[1], d2[1], d3[1]}, [r1] */
    {0x03EFF9A1, 4, READ}, /* vld4.8 {d0[7], d1[7], d2[7], d3[7]}, [r1] */
    {0x0C0FF9A1, 1, READ}, /* vld1.8 {d0[]}, [r1] */
    {0x0CAFF9A1, 4, READ}, /* vld1.32 {d0[], d1[]}, [r1] */
    {0x0D4FF9A1, 4, READ}, /* vld2.16 {d0[], d1[]}, [r1] */
    {0x0E8FF9A1, 12, READ}, /* vld3.32 {d0[], d1[], d2[]}, [r1] */
    {0x0FDFF9A1, 16, READ}, /* vld4.32 {d0[], d1[], d2[], d3[]}, [r1:128] */
    {0x5E01ECB1, 64, READ}, /* ldc p14, c5, [r1], #4 */
    {0x5E01ECA1, 64, WRITE}, /* stc p14, c5, [r1], #4 */
    {0x1700FD91, 64, READ}, /* ldc2 p7, c1, [r1] */
    {0x1700FDC1, 64, WRITE}, /* stc2l p7, c1, [r1] */
    {0x0F36EE07, 64, BOTH}, /* mcr p15, 0, r0, c7, c6, 1 */
    {0xF002E8D1, 1, READ}, /* tbb [r1, r2] */
    {0xF012E8D1, 2, READ}, /* tbh [r1, r2, lsl #1] */
    {0x1E00F822, 2, WRITE}, /* strht r1, [r2] */
    {0x1E00F832, 2, READ}, /* ldrht r1, [r2] */
    {0x1E00F912, 1, READ}, /* ldrsbt r1, [r2] */
    {0x1E00F932, 2, READ}, /* ldrsht r1, [r2] */
    {0xFFFF5CD1, 1, READ}, /* ldrb r1, [r2, r3] */
    {0xFFFF54D1, 1, WRITE}, /* strb r1, [r2, r3] */
    {0xFFFF56D1, 1, READ}, /* ldrsb r1, [r2, r3] */
    {0xFFFF5AD1, 2, READ}, /* ldrh r1, [r2, r3] */
    {0xFFFF52D1, 2, WRITE}, /* strh r1, [r2, r3] */
    {0xFFFF5ED1, 2, READ}, /* ldrsh r1, [r2, r3] */
    {0xFFFF58D1, 4, READ}, /* ldr r1, [r2, r3] */
    {0xFFFF50D1, 4, WRITE}, /* str r1, [r2, r3] */
    {0xFFFF7951, 1, READ}, /* ldrb r1, [r2, #5] */
    {0xFFFF7151, 1, WRITE}, /* strb r1, [r2, #5] */
    {0xFFFF88D1, 2, READ}, /* ldrh r1, [r2, #6] */
    {0xFFFF80D1, 2, WRITE}, /* strh r1, [r2, #6] */
    {0xFFFF6891, 4, READ}, /* ldr r1, [r2, #8] */
    {0xFFFF6091, 4, WRITE}, /* str r1, [r2, #8] */
    {0xFFFF9902, 4, READ}, /* ldr r1, [sp, #8] */
    {0xFFFF9102, 4, WRITE}, /* str r1, [sp, #8] */
    {0xFFFF4902, 4, READ}, /* ldr r1, [pc, #8] */
    {0xFFFFB411, 8, WRITE}, /* push {r0, r4} */
    {0xFFFFB510, 8, WRITE}, /* push {r4, lr} */
    {0xFFFFBD30, 12, READ}, /* pop {r4, r5, pc} */
    {0xFFFFC91C, 12, READ}, /* ldm r1!, {r2, r3, r4} */
    {0xFFFFC10C, 8, WRITE}, /* stm r1!, {r2, r3} */
    {0xFFFF18D1, 64, BOTH}, /* adds r1, r2, r3 */
    {0xFFFF4770, 64, BOTH}, /* bx lr */
    {0xFFFFB109, 64, BOTH}, /* cbz r1, .+6 */
    {0xFFFFE7FE, 64, BOTH}, /* b.n . */
    {0xBFFEF7FF, 64, BOTH}, /* b.w . */
    {0x0103EB02, 64, BOTH}, /* add.w r1, r2, r3 */
    {0x4D04F84D, 4, WRITE}, /* push.w {r4} */
    {0x4B04F85D, 4, READ}, /* pop.w {r4} */
};
/* clang-format on */

static void check(const struct row *rows, size_t count, bool is_thumb)
{
    for (size_t i = 0; i < count; i++) {
        const struct access access = access_of(rows[i].code, is_thumb);

        if (access.bytes != rows[i].bytes || access.how != rows[i].how)
            fail_msg("row %zu, 0x%08x: %u bytes, how %u instead of %u, %u", i, rows[i].code,
                     access.bytes, access.how, rows[i].bytes, rows[i].how);
    }
}

static void test_every_form_in_arm_state(void **state)
{
    (void)state;
    check(arm, ROWS(arm), false);
}

static void test_every_form_in_thumb_state(void **state)
{
    (void)state;
    check(thumb, ROWS(thumb), true);
}

/* Whatever the bits: what watchpoints_hit() adds to an address is neither 0 nor absurd. */
static void test_any_bits_have_bounds(void **state)
{
    uint32_t code = 1;

    (void)state;
    for (uint32_t i = 0; i < 2000000; i++) {
        const struct access access = access_of(code, i & 1);

        assert_in_range(access.bytes, 1, 255 * 4);
        assert_in_range(access.how, READ, BOTH);
        code = code * 1664525u + 1013904223u;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_in_arm_state),
        cmocka_unit_test(test_every_form_in_thumb_state),
        cmocka_unit_test(test_any_bits_have_bounds),
    };

    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
