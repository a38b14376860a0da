/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The virtual Pi of sim/: its RAM is the file DIR/ram, shared with QEMU; devices, and code that
 * QEMU may have translated already, are reached through the qtest socket DIR/qtest.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/ring.h"
#include "physmem.h"
#include "qtest.h"

#define MAPPINGS_MAX     4
#define CODE_CHUNK_WORDS 3072u /* 12 KiB: a multiple of base64's three bytes */

struct sim {
    struct physmem physmem; /* first: the seam's pointer is ours */
    char socket_path[PATH_MAX + 8];
    int ram_fd;
    struct {
        void *start;
        size_t size;
    } mappings[MAPPINGS_MAX];
    unsigned mapping_count;
};

static volatile uint32_t *sim_map(struct physmem *physmem, uint32_t phys, size_t size,
                                  struct error *error)
{
    struct sim *sim = (struct sim *)physmem;
    struct stat stat;
    void *start;

    if (sim->mapping_count == MAPPINGS_MAX || fstat(sim->ram_fd, &stat) < 0 ||
        (uint64_t)stat.st_size < (uint64_t)phys + size) {
        error_set(error, 0,
                  "the RAM file of %s is too small for address 0x%08x: start the virtual "
                  "Pi again with make sim",
                  physmem->name, phys);
        return NULL;
    }
    start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, sim->ram_fd, (off_t)phys);
    if (start == MAP_FAILED) {
        error_set(error, 0, "cannot map the RAM file of %s: %s", physmem->name, strerror(errno));
        return NULL;
    }
    sim->mappings[sim->mapping_count].start = start;
    sim->mappings[sim->mapping_count++].size = size;
    return start;
}

static void sim_unmap(struct physmem *physmem, volatile uint32_t *mapping)
{
    struct sim *sim = (struct sim *)physmem;

    for (unsigned i = 0; i < sim->mapping_count; i++) {
        if (sim->mappings[i].start != mapping)
            continue;
        munmap(sim->mappings[i].start, sim->mappings[i].size);
        sim->mappings[i] = sim->mappings[--sim->mapping_count];
        return;
    }
}

static int sim_read32(struct physmem *physmem, uint32_t phys, uint32_t *value, struct error *error)
{
    const struct sim *sim = (const struct sim *)physmem;
    char line[64];
    char reply[QTEST_REPLY_MAX];
    char *end;
    unsigned long long number;
    const int len = snprintf(line, sizeof line, "readl 0x%x\n", phys);
    const int result = qtest_command(sim->socket_path, line, (size_t)len, reply, error);

    if (result < 0)
        return result;
    number = strtoull(reply, &end, 16);
    if (end == reply || *end != '\0' || number > UINT32_MAX)
        return error_set(error, -HOST_EFAIL, "QEMU answered '%s' where a 32-bit number was due",
                         reply);
    *value = (uint32_t)number;
    return 0;
}

static int sim_write32(struct physmem *physmem, uint32_t phys, uint32_t value, struct error *error)
{
    const struct sim *sim = (const struct sim *)physmem;
    char line[64];
    char reply[QTEST_REPLY_MAX];
    const int len = snprintf(line, sizeof line, "writel 0x%x 0x%x\n", phys, value);

    ring_barrier(); /* what was written to the mapping is visible before the device acts */
    return qtest_command(sim->socket_path, line, (size_t)len, reply, error);
}

/* RFC 4648, section 4; bytes of each word in little-endian order. Returns the characters written.
 */
static size_t encode_base64(const uint32_t *words, size_t count, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t len = 4 * count;
    char *at = text;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t group = 0;

        for (size_t j = i; j < i + 3; j++)
            group = group << 8 | (j < len ? words[j / 4] >> 8 * (j % 4) & 0xFF : 0);
        for (unsigned j = 0; j < 4; j++)
            *at++ = i + j <= len ? digits[group >> (18 - 6 * j) & 0x3F] : '=';
    }
    return (size_t)(at - text);
}

static int write_chunk(const struct sim *sim, uint32_t phys, const uint32_t *code, size_t words,
                       struct error *error)
{
    static char line[64 + CODE_CHUNK_WORDS * 16 / 3];
    char reply[QTEST_REPLY_MAX];
    size_t len = (size_t)snprintf(line, sizeof line, "b64write 0x%x 0x%zx ", phys, 4 * words);

    len += encode_base64(code, words, line + len);
    line[len++] = '\n';
    return qtest_command(sim->socket_path, line, len, reply, error);
}

static int sim_write_code(struct physmem *physmem, uint32_t phys, const uint32_t *code,
                          size_t words, struct error *error)
{
    const struct sim *sim = (const struct sim *)physmem;
    int result = 0;

    while (words > 0 && result == 0) {
        const size_t chunk = words < CODE_CHUNK_WORDS ? words : CODE_CHUNK_WORDS;

        result = write_chunk(sim, phys, code, chunk, error);
        phys += (uint32_t)(4 * chunk);
        code += chunk;
        words -= chunk;
    }
    return result;
}

static void sim_close(struct physmem *physmem)
{
    struct sim *sim = (struct sim *)physmem;

    for (unsigned i = 0; i < sim->mapping_count; i++)
        munmap(sim->mappings[i].start, sim->mappings[i].size);
    if (sim->ram_fd >= 0)
        close(sim->ram_fd);
    free(sim);
}

static const struct physmem_ops sim_ops = {
    .map = sim_map,
    .unmap = sim_unmap,
    .read32 = sim_read32,
    .write32 = sim_write32,
    .write_code = sim_write_code,
    .close = sim_close,
};

/* Follows the build tree's link: the private directory behind it has a name that fits a socket. */
static int find_dir(struct sim *sim, const char *dir, char path[PATH_MAX], struct error *error)
{
    struct physmem *physmem = &sim->physmem;
    int len;

    if (!realpath(dir, path))
        return error_set(error, -HOST_EFAIL,
                         "there is no virtual Pi at %s (%s): start one with make sim", dir,
                         strerror(errno));
    snprintf(sim->socket_path, sizeof sim->socket_path, "%s/qtest", path);
    len = snprintf(physmem->lock_path, sizeof physmem->lock_path, "%s/lock", path);
    if ((size_t)len >= sizeof physmem->lock_path)
        return error_set(error, -HOST_EFAIL,
                         "%s is too long a name for a virtual Pi: choose a shorter one", path);
    snprintf(physmem->image_path, sizeof physmem->image_path, "%.*simage",
             len - (int)strlen("lock"), physmem->lock_path);
    snprintf(physmem->name, sizeof physmem->name, "sim:%s", dir);
    return 0;
}

static int open_in(struct sim *sim, const char *dir, struct error *error)
{
    char path[PATH_MAX];
    char file[PATH_MAX + 32];
    uint32_t ignored;
    int result = find_dir(sim, dir, path, error);

    if (result < 0)
        return result;
    snprintf(file, sizeof file, "%s/ram", path);
    sim->ram_fd = open(file, O_RDWR | O_CLOEXEC);
    if (sim->ram_fd < 0)
        return error_set(error, -HOST_EFAIL,
                         "there is no virtual Pi at %s (%s: %s): start one with make sim", dir,
                         file, strerror(errno));
    snprintf(file, sizeof file, "%s/device-tree/memory@0/reg", path);
    result = physmem_ram_end(file, &sim->physmem.ram_end, error);
    if (result < 0)
        return result;
    /* The files may have outlived their machine: is somebody there? */
    return sim_read32(&sim->physmem, BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL, &ignored, error);
}

int physmem_open_sim(struct physmem **physmem, const char *dir, struct error *error)
{
    struct sim *sim = calloc(1, sizeof *sim);
    int result;

    if (!sim)
        return error_set(error, -HOST_EFAIL, "out of memory");
    sim->physmem.ops = &sim_ops;
    sim->ram_fd = -1;
    result = open_in(sim, dir, error);
    if (result < 0) {
        sim_close(&sim->physmem);
        return result;
    }
    *physmem = &sim->physmem;
    return 0;
}
