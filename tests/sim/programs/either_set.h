/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * For assembly that is assembled in ARM and in Thumb: one source, the instruction set of the flags.
 */
#ifdef __thumb__
#define VECTOR b.w /* four bytes, as each vector has */
#else
#define VECTOR b
#endif

        .macro  NAME name
        .global \name
        .type   \name, %function
#ifdef __thumb__
        .thumb_func
#endif
\name:
        .endm
