/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A real Pi: physical memory through /dev/mem. The only file that knows /dev/mem.
 *
 * With O_SYNC Linux maps what is not its RAM Strongly-ordered, and no-map memory Normal
 * non-cacheable, so accesses to the window bypass its caches, must be aligned, and are ordered by
 * barriers alone; see window.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ampgdb/ring.h"
#include "layout.h"
#include "linux_facts.h"
#include "physmem.h"

#define DEVICE       "/dev/mem"
#define LOCK_PATH    "/run/ampgdb.lock" /* not /run/lock, where anybody may create files */
#define IMAGE_PATH   "/run/ampgdb.image"
#define PAGE_SIZE    4096u
#define MAPPINGS_MAX 4
#define OUR_CORE     3

struct devmem {
    struct physmem physmem; /* first: the seam's pointer is ours */
    int fd;
    struct {
        void *start;
        size_t size;
    } mappings[MAPPINGS_MAX];
    unsigned mapping_count;
    volatile uint32_t *device_page; /* the page of registers used last */
    uint32_t device_phys;
};

static void *map_pages(const struct devmem *devmem, uint32_t phys, size_t size, struct error *error)
{
    void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, devmem->fd, (off_t)phys);

    if (start != MAP_FAILED)
        return start;
    error_set(error, 0,
              "the kernel does not let " DEVICE
              " reach address 0x%08x (%s): run this with sudo; if that is not it, put mem=%uM "
              "iomem=relaxed into the kernel's command line, and restart the Pi",
              phys, strerror(errno), layout_linux_mib(devmem->physmem.ram_end));
    return NULL;
}

static volatile uint32_t *devmem_map(struct physmem *physmem, uint32_t phys, size_t size,
                                     struct error *error)
{
    struct devmem *devmem = (struct devmem *)physmem;
    void *start;

    if (devmem->mapping_count == MAPPINGS_MAX) {
        error_set(error, 0, "too many mappings of " DEVICE);
        return NULL;
    }
    start = map_pages(devmem, phys, size, error);
    if (!start)
        return NULL;
    devmem->mappings[devmem->mapping_count].start = start;
    devmem->mappings[devmem->mapping_count++].size = size;
    return start;
}

static void devmem_unmap(struct physmem *physmem, volatile uint32_t *mapping)
{
    struct devmem *devmem = (struct devmem *)physmem;

    for (unsigned i = 0; i < devmem->mapping_count; i++) {
        if (devmem->mappings[i].start != mapping)
            continue;
        munmap(devmem->mappings[i].start, devmem->mappings[i].size);
        devmem->mappings[i] = devmem->mappings[--devmem->mapping_count];
        return;
    }
}

static volatile uint32_t *device_register(struct devmem *devmem, uint32_t phys, struct error *error)
{
    const uint32_t page = phys & ~(PAGE_SIZE - 1u);

    if (!devmem->device_page || devmem->device_phys != page) {
        volatile uint32_t *fresh = map_pages(devmem, page, PAGE_SIZE, error);

        if (!fresh)
            return NULL;
        if (devmem->device_page)
            munmap((void *)devmem->device_page, PAGE_SIZE);
        devmem->device_page = fresh;
        devmem->device_phys = page;
    }
    return devmem->device_page + (phys - page) / 4;
}

static int devmem_read32(struct physmem *physmem, uint32_t phys, uint32_t *value,
                         struct error *error)
{
    const volatile uint32_t *device = device_register((struct devmem *)physmem, phys, error);

    if (!device)
        return -HOST_EFAIL;
    ring_barrier();
    *value = *device;
    return 0;
}

static int devmem_write32(struct physmem *physmem, uint32_t phys, uint32_t value,
                          struct error *error)
{
    volatile uint32_t *device = device_register((struct devmem *)physmem, phys, error);

    if (!device)
        return -HOST_EFAIL;
    ring_complete(); /* [D] what was written to the mappings is there before the device acts */
    *device = value;
    return 0;
}

static int devmem_write_code(struct physmem *physmem, uint32_t phys, const uint32_t *code,
                             size_t words, struct error *error)
{
    const uint32_t page = phys & ~(PAGE_SIZE - 1u);
    const size_t before = (phys - page) / 4;
    const size_t size = (before + words) * 4;
    volatile uint32_t *start = map_pages((struct devmem *)physmem, page, size, error);

    if (!start)
        return -HOST_EFAIL;
    for (size_t i = 0; i < words; i++)
        start[before + i] = code[i];
    ring_barrier();
    munmap((void *)start, size);
    return 0;
}

static void devmem_close(struct physmem *physmem)
{
    struct devmem *devmem = (struct devmem *)physmem;

    for (unsigned i = 0; i < devmem->mapping_count; i++)
        munmap(devmem->mappings[i].start, devmem->mappings[i].size);
    if (devmem->device_page)
        munmap((void *)devmem->device_page, PAGE_SIZE);
    if (devmem->fd >= 0)
        close(devmem->fd);
    free(devmem);
}

static const struct physmem_ops devmem_ops = {
    .map = devmem_map,
    .unmap = devmem_unmap,
    .read32 = devmem_read32,
    .write32 = devmem_write32,
    .write_code = devmem_write_code,
    .close = devmem_close,
};

static int check_linux(struct physmem *physmem, struct error *error)
{
    const int claimed = facts_core("/sys/devices/system/cpu/online", OUR_CORE, error);

    if (claimed < 0)
        return claimed;
    if (claimed)
        return error_set(
            error, -HOST_EFAIL,
            "Linux itself runs on core 3: put maxcpus=3 mem=%uM into the kernel's command line "
            "(make sdcard does it), and restart the Pi",
            layout_linux_mib(physmem->ram_end));
    return facts_ram_end("/proc/iomem", &physmem->linux_end, error);
}

static int find_ram_end(uint32_t *ram_end, struct error *error)
{
    static const char unnumbered[] = "/proc/device-tree/memory/reg";

    return physmem_ram_end(access(unnumbered, F_OK) == 0 ? unnumbered
                                                         : "/proc/device-tree/memory@0/reg",
                           ram_end, error);
}

static int open_device(struct devmem *devmem, struct error *error)
{
    devmem->fd = open(DEVICE, O_RDWR | O_SYNC | O_CLOEXEC);
    if (devmem->fd >= 0)
        return 0;
    if (errno == EACCES || errno == EPERM)
        return error_set(error, -HOST_EFAIL, "cannot open " DEVICE ": %s: run this with sudo",
                         strerror(errno));
    return error_set(error, -HOST_EFAIL,
                     "cannot open " DEVICE ": %s: use a kernel that has it (CONFIG_DEVMEM=y)",
                     strerror(errno));
}

int physmem_open_devmem(struct physmem **physmem, struct error *error)
{
    struct devmem *devmem = calloc(1, sizeof *devmem);
    int result;

    if (!devmem)
        return error_set(error, -HOST_EFAIL, "out of memory");
    devmem->fd = -1;
    devmem->physmem.ops = &devmem_ops;
    strcpy(devmem->physmem.name, DEVICE);
    strcpy(devmem->physmem.lock_path, LOCK_PATH);
    strcpy(devmem->physmem.image_path, IMAGE_PATH);
    result = facts_check_chip("/proc/device-tree/compatible", error);
    if (result == 0)
        result = open_device(devmem, error);
    if (result == 0)
        result = find_ram_end(&devmem->physmem.ram_end, error);
    if (result == 0)
        result = check_linux(&devmem->physmem, error);
    if (result < 0) {
        devmem_close(&devmem->physmem);
        return result;
    }
    *physmem = &devmem->physmem;
    return 0;
}
