/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * SEAM: the Pi's physical memory, seen from Linux. Two machines implement it: a real one
 * (physmem_devmem.c) and the virtual Pi of sim/ (physmem_sim.c: the RAM is a shared file, MMIO
 * and code go through QEMU's qtest socket). Nobody else knows which one it is.
 */
#ifndef HOST_PHYSMEM_H
#define HOST_PHYSMEM_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct physmem;

struct physmem_ops {
    /*
     * map - RAM of Core 3 for aligned 32-bit accesses (see window.h for why not memcpy)
     *
     * phys, size: multiples of 4096. The mapping lives until unmap or close.
     * Returns the mapping, or NULL with *error filled.
     */
    volatile uint32_t *(*map)(struct physmem *physmem, uint32_t phys, size_t size,
                              struct error *error);

    /* unmap - end a mapping before the physmem ends. */
    void (*unmap)(struct physmem *physmem, volatile uint32_t *mapping);

    /* read32, write32 - one 32-bit access to a device register; phys is a multiple of 4.
     * Return 0 or -HOST_EFAIL with *error filled. Ordered after all earlier accesses to mappings.
     */
    int (*read32)(struct physmem *physmem, uint32_t phys, uint32_t *value, struct error *error);
    int (*write32)(struct physmem *physmem, uint32_t phys, uint32_t value, struct error *error);

    /* write_code - words that Core 3 will execute, before a stub is there to write them.
     * phys: multiple of 4. Returns 0 or -HOST_EFAIL with *error filled. */
    int (*write_code)(struct physmem *physmem, uint32_t phys, const uint32_t *code, size_t words,
                      struct error *error);

    void (*close)(struct physmem *physmem);
};

struct physmem {
    const struct physmem_ops *ops;
    char name[256];       /* as the user wrote it, for messages */
    char lock_path[256];  /* file on which the owner of Core 3 holds a lock */
    char image_path[264]; /* beside it: what is loaded (image_store.h) */
    uint32_t ram_end;     /* first byte above the RAM in the device tree's memory node */
    uint32_t linux_end;   /* first byte above what Linux uses as its own RAM; 0: no Linux there */
};

/*
 * physmem_open - open the machine called name
 *
 * name: "/dev/mem", "sim:DIR", or NULL for $AMPGDB_MEMORY, else the virtual Pi that "make sim" runs
 *       in the build tree this program was started from, else /dev/mem.
 * Returns: 0 and *physmem, which the caller gives to physmem_close(); or -HOST_EFAIL with *error.
 */
int physmem_open(struct physmem **physmem, const char *name, struct error *error);
void physmem_close(struct physmem *physmem);

/* The implementations, for physmem_open() only. */
int physmem_open_devmem(struct physmem **physmem, struct error *error);
int physmem_open_sim(struct physmem **physmem, const char *dir, struct error *error);

/* physmem_ram_end - the end of RAM from a device tree's memory node
 *
 * path: of a memory node's "reg" property (big-endian cells, one address and one size cell, as on
 *       every 32-bit Pi kernel; 64-bit kernels have two address cells). Ranges above 1 GiB are
 *       ignored.
 * Returns 0 and *ram_end, or -HOST_EFAIL with *error. */
int physmem_ram_end(const char *path, uint32_t *ram_end, struct error *error);

#endif
