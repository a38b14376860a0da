/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where things are, as bare numbers: for C, assembly and linker scripts.
 *
 * A Pi that gives up Core 3 also gives up its upper RAM (mem= on Linux's command line):
 *
 *      0                 Linux, cores 0-2
 *      BASE              the program on Core 3: code, data, stack down from WINDOW
 *      WINDOW            1 MiB: park page, stub, rings, console page (below)
 *      WINDOW + 1 MiB    more of the program's RAM, as far as the device tree's memory node goes
 *      ...               VideoCore's share
 *      0x3F000000        peripherals
 *      0x40000000        ARM-local registers (bcm283x.h)
 *
 * Base and window are run-time values on both sides: the host passes them to the stub in the
 * window header (window.h). The two layouts below are the only constants.
 */
#ifndef AMPGDB_MEMMAP_H
#define AMPGDB_MEMMAP_H

/* Boards with 1 GiB (Pi 2, Pi 3). */
#define AMPGDB_BASE_1G   0x20000000
#define AMPGDB_WINDOW_1G 0x30000000

/* Boards with 512 MiB (Zero 2 W, Pi 3A+). */
#define AMPGDB_BASE_512M   0x10000000
#define AMPGDB_WINDOW_512M 0x18000000

/* Base, window and the end of RAM are multiples of this: one level-2 block of the long-descriptor
 * format (ARM DDI 0406C, B3.6.1), so that page tables stay small. */
#define AMPGDB_BLOCK_SIZE 0x00200000

/*
 * Inside the window, as offsets from its start. Every part is a whole number of 4 KiB pages.
 *
 *      part      who may write it           memory type on Core 3
 *      park      the stub, at its start       Normal write-back, executable
 *      stub      the host before the start, Normal write-back, executable
 *                then the stub
 *      shared    see window.h, word by word Normal non-cacheable
 *      console   program and host           Normal non-cacheable, the only part a program reaches
 */
#define AMPGDB_WINDOW_SIZE    0x00100000
#define AMPGDB_PARK_OFFSET    0x00000000
#define AMPGDB_STUB_OFFSET    0x00001000
#define AMPGDB_STUB_SIZE      0x0007F000
#define AMPGDB_SHARED_OFFSET  0x00080000
#define AMPGDB_TO_STUB_OFFSET 0x00090000
#define AMPGDB_TO_HOST_OFFSET 0x000A0000
#define AMPGDB_CONSOLE_OFFSET 0x000FF000

/* Bytes of data in each ring; a power of two. */
#define AMPGDB_RING_SIZE 0x00010000

#endif
