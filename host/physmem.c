/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which machine is meant by a name, and where its RAM ends. Knows neither machine from inside.
 */
#include "physmem.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ampgdb/bcm283x.h"

#define SIM_PREFIX "sim:"

/* The virtual Pi of "make sim", seen from build/bin: the link ../sim, when its machine is there. */
static bool find_build_tree_sim(char *dir, size_t size)
{
    char exe[PATH_MAX];
    char qtest[PATH_MAX + sizeof "/qtest"];
    const ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    char *slash;

    if (len <= 0)
        return false;
    exe[len] = '\0';
    slash = strrchr(exe, '/');
    if (!slash)
        return false;
    *slash = '\0';
    if ((size_t)snprintf(dir, size, "%s/../sim", exe) >= size)
        return false;
    snprintf(qtest, sizeof qtest, "%s/qtest", dir);
    return access(qtest, F_OK) == 0;
}

static int open_named(struct physmem **physmem, const char *name, struct error *error)
{
    if (strcmp(name, "/dev/mem") == 0)
        return physmem_open_devmem(physmem, error);
    if (strncmp(name, SIM_PREFIX, strlen(SIM_PREFIX)) == 0 && name[strlen(SIM_PREFIX)] != '\0')
        return physmem_open_sim(physmem, name + strlen(SIM_PREFIX), error);
    return error_set(
        error, -HOST_EFAIL,
        "there is no machine called '%s': --memory (or AMPGDB_MEMORY) takes /dev/mem on "
        "a Pi, or sim:DIR for the virtual Pi in DIR",
        name);
}

int physmem_open(struct physmem **physmem, const char *name, struct error *error)
{
    char dir[PATH_MAX];

    if (!name)
        name = getenv("AMPGDB_MEMORY");
    if (name && name[0] != '\0')
        return open_named(physmem, name, error);
    if (find_build_tree_sim(dir, sizeof dir))
        return physmem_open_sim(physmem, dir, error);
    return physmem_open_devmem(physmem, error);
}

void physmem_close(struct physmem *physmem)
{
    if (physmem)
        physmem->ops->close(physmem);
}

/*
 * A "reg" property does not say how many cells its parts have. A Pi's first range starts at 0 and
 * is not empty, which tells the three forms apart: "0 size", "0 0 size" and "0 0 0 size".
 */
static int cells_of_address(const uint32_t *cells, size_t count, unsigned *size_cells)
{
    unsigned address_cells = 1;

    *size_cells = 1;
    if (count >= 3 && cells[1] == 0) {
        address_cells = 2;
        if (cells[2] == 0)
            *size_cells = 2;
    }
    return count % (address_cells + *size_cells) == 0 ? (int)address_cells : -1;
}

static uint64_t cell_number(const uint32_t *cells, unsigned count)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < count; i++)
        number = number << 32 | cells[i];
    return number;
}

/* The end of what lies without a gap from 0 up to, at most, the peripherals; 0: nothing does. */
static uint32_t end_of_ranges(const uint32_t *cells, size_t count)
{
    unsigned size_cells;
    const int address_cells = cells_of_address(cells, count, &size_cells);
    uint64_t end = 0;

    if (address_cells < 0)
        return 0;
    for (size_t i = 0; i < count; i += (unsigned)address_cells + size_cells) {
        const uint64_t start = cell_number(cells + i, (unsigned)address_cells);
        const uint64_t size = cell_number(cells + i + address_cells, size_cells);

        if (start <= end && start + size > end && size <= UINT32_MAX)
            end = start + size;
        if (end >= BCM283X_PERIPHERALS)
            return BCM283X_PERIPHERALS;
    }
    return (uint32_t)end;
}

int physmem_ram_end(const char *path, uint32_t *ram_end, struct error *error)
{
    uint8_t bytes[256];
    uint32_t cells[sizeof bytes / 4];
    FILE *file = fopen(path, "rbe");
    size_t size;

    if (!file)
        return error_set(error, -HOST_EFAIL,
                         "cannot read the size of the RAM from %s: %s: is this a Raspberry Pi with "
                         "a device tree?",
                         path, strerror(errno));
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t i = 0; i < size / 4; i++)
        cells[i] = (uint32_t)bytes[4 * i] << 24 | (uint32_t)bytes[4 * i + 1] << 16 |
                   (uint32_t)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
    *ram_end = size % 4 == 0 && size >= 8 ? end_of_ranges(cells, size / 4) : 0;
    if (*ram_end == 0)
        return error_set(error, -HOST_EFAIL,
                         "the device tree's memory node %s describes no RAM at address 0 "
                         "(%zu bytes): boot with the device tree of the Pi's firmware",
                         path, size);
    return 0;
}
