/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of core3.h that goes past the stub, or around its absence: the program's RAM through
 * Linux's mapping, and device registers.
 */
#include <limits.h>
#include <string.h>

#include "ampgdb/bcm283x.h"
#include "core3_internal.h"
#include "send_event.h"

#define PAGE_SIZE   4096u
#define PIECE_BYTES 0x10000u /* mapped at once */
#define CHUNK_WORDS (sizeof(((struct core3 *)0)->request) / 4)

static uint32_t end_of_ram(const struct core3_info *info, uint32_t addr)
{
    if (addr >= info->program_base && addr < info->window)
        return info->window;
    return addr >= info->upper_base && addr < info->ram_end ? info->ram_end : addr;
}

/* Word by word, as the mapping must be read; bytes need not be aligned at all. */
static void copy_bytes(uint8_t *bytes, const volatile uint32_t *words, uint32_t offset,
                       uint32_t len)
{
    uint32_t done = 0;

    while (done < len) {
        const uint32_t word = words[(offset + done) / 4];
        const uint32_t start = (offset + done) % 4;
        const uint32_t count = len - done < 4 - start ? len - done : 4 - start;

        memcpy(bytes + done, (const uint8_t *)&word + start, count);
        done += count;
    }
}

static int peek_piece(struct core3 *core3, uint32_t addr, uint8_t *bytes, uint32_t len)
{
    struct physmem *physmem = core3->physmem;
    const uint32_t page = addr & ~(PAGE_SIZE - 1u);
    const uint32_t size = (addr + len - page + PAGE_SIZE - 1u) & ~(PAGE_SIZE - 1u);
    volatile uint32_t *words = physmem->ops->map(physmem, page, size, &core3->trouble);

    if (!words)
        return -HOST_EFAIL;
    copy_bytes(bytes, words, addr - page, len);
    physmem->ops->unmap(physmem, words);
    return 0;
}

int core3_peek(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len)
{
    const uint32_t available = end_of_ram(&core3->fixed, addr) - addr;
    uint32_t done = 0;

    if (len == 0)
        return 0;
    if (available == 0)
        return -AMPGDB_EFAULT;
    if (len > available)
        len = available;
    while (done < len) {
        const uint32_t piece = len - done < PIECE_BYTES ? len - done : PIECE_BYTES;
        const int result = peek_piece(core3, addr + done, (uint8_t *)bytes + done, piece);

        if (result < 0)
            return result;
        done += piece;
    }
    return (int)done;
}

/* A range of whole words around the bytes; those beside them are written back as they are. */
static int place_chunk(struct core3 *core3, uint32_t addr, const uint8_t *bytes, uint32_t len,
                       struct error *error)
{
    struct physmem *physmem = core3->physmem;
    const uint32_t start = addr & ~3u;
    const uint32_t words = (addr - start + len + 3u) / 4;
    int result = 0;

    if (addr % 4 != 0 || len % 4 != 0)
        result = core3_peek(core3, start, core3->request, 4 * words);
    if (result < 0) {
        *error = core3->trouble;
        return result;
    }
    memcpy((uint8_t *)core3->request + (addr - start), bytes, len);
    return physmem->ops->write_code(physmem, start, core3->request, words, error);
}

static int place_directly(struct core3 *core3, uint32_t addr, const uint8_t *bytes, uint32_t len,
                          struct error *error)
{
    uint32_t done = 0;

    while (done < len) {
        const uint32_t room = (uint32_t)(4 * CHUNK_WORDS) - (addr + done) % 4;
        const uint32_t chunk = len - done < room ? len - done : room;
        const int result = place_chunk(core3, addr + done, bytes + done, chunk, error);

        if (result < 0)
            return result;
        done += chunk;
    }
    return 0;
}

static int place_through_stub(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len,
                              struct error *error)
{
    const int written = core3_write_mem(core3, addr, bytes, len);

    if (written >= 0 && (uint32_t)written == len)
        return 0;
    return error_set(error, written == -HOST_ELOST ? written : -HOST_EFAIL,
                     "cannot write to 0x%08x: %s", addr + (written > 0 ? (uint32_t)written : 0),
                     core3_explain(core3, written < 0 ? written : -AMPGDB_EFAULT));
}

int core3_place(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len,
                struct error *error)
{
    const struct core3_info *info = &core3->fixed;

    if (!core3_is_program_ram(info, addr, len))
        return error_set(error, -HOST_EFAIL,
                         "0x%08x is not in the program's RAM (0x%08x to 0x%08x and 0x%08x to "
                         "0x%08x): choose an address there",
                         addr, info->program_base, info->window - 1, info->upper_base,
                         info->ram_end - 1);
    return core3->link.is_lost ? place_directly(core3, addr, bytes, len, error)
                               : place_through_stub(core3, addr, bytes, len, error);
}

static int check_register(uint32_t phys, struct error *error)
{
    if (phys % 4 == 0 && phys >= BCM283X_PERIPHERALS && phys < BCM283X_LOCAL + BCM283X_LOCAL_SIZE)
        return 0;
    return error_set(error, -HOST_EFAIL,
                     "0x%08x is neither in the program's RAM nor a device register: those are at "
                     "multiples of 4 from 0x%08x to 0x%08x",
                     phys, BCM283X_PERIPHERALS, BCM283X_LOCAL + BCM283X_LOCAL_SIZE - 4);
}

int core3_read_register(struct core3 *core3, uint32_t phys, uint32_t *value, struct error *error)
{
    const int result = check_register(phys, error);

    return result < 0 ? result : core3->physmem->ops->read32(core3->physmem, phys, value, error);
}

int core3_write_register(struct core3 *core3, uint32_t phys, uint32_t value, struct error *error)
{
    int result = check_register(phys, error);

    if (result == 0)
        result = core3->physmem->ops->write32(core3->physmem, phys, value, error);
    if (result == 0)
        send_event(); /* it may have been a start address for the firmware's loop */
    return result;
}
