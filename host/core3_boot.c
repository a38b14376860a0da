/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See core3_boot.h. The start protocol of armstub7 (raspberrypi/tools): a core without work waits
 * until its mailbox 3 holds an address, clears the mailbox and jumps there.
 */
#include "core3_boot.h"

#include <stdbool.h>
#include <sys/random.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "ampgdb/ring.h"
#include "core3_explain.h"
#include "deadline.h"
#include "send_event.h"
#include "stub_image.h"

#define HEADER_WORDS (sizeof(struct ampgdb_header) / 4)
#define MAILBOX_SET  (BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_SET)
#define MAILBOX_CLR  (BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_CLR)

struct boot {
    struct physmem *physmem;
    volatile struct ampgdb_header *header;
    const struct layout *layout;
    uint32_t nonce;
    uint32_t former[HEADER_WORDS]; /* the header as we found it: perhaps a panic record */
};

static int check_mailbox(struct boot *boot, struct error *error)
{
    uint32_t waiting;
    const int result = boot->physmem->ops->read32(boot->physmem, MAILBOX_CLR, &waiting, error);

    if (result < 0 || waiting == 0)
        return result;
    return error_set(
        error, -HOST_ELOST,
        "a start address (0x%08x) lies in Core 3's mailbox 3 and nobody takes it, so Core "
        "3 is not waiting for work: was a program started there without ampgdb? Reboot "
        "the Pi",
        waiting);
}

static void fill_header(struct boot *boot)
{
    volatile uint32_t *words = (volatile uint32_t *)boot->header;

    for (size_t i = 0; i < HEADER_WORDS; i++) {
        boot->former[i] = words[i];
        words[i] = 0;
    }
    boot->header->boot_nonce = boot->nonce;
    boot->header->boot_base = boot->layout->program_base;
    boot->header->boot_ram_end = boot->layout->ram_end;
    ring_barrier();
}

static void restore_header(const struct boot *boot)
{
    volatile uint32_t *words = (volatile uint32_t *)boot->header;

    for (size_t i = 0; i < HEADER_WORDS; i++)
        words[i] = boot->former[i];
    ring_barrier();
}

/* Nobody took the address: leave nothing behind that could start later. */
static int fail_untaken(const struct boot *boot, uint32_t waiting, struct error *error)
{
    struct error record;
    int result = boot->physmem->ops->write32(boot->physmem, MAILBOX_CLR, waiting, error);

    if (result < 0)
        return result;
    restore_header(boot);
    if (explain_record(boot->header, &record))
        return error_set(error, -HOST_ELOST,
                         "Core 3 does not take a new start address; what an earlier start left: %s",
                         record.text);
    return error_set(
        error, -HOST_ELOST,
        "Core 3 never took the start address from its mailbox 3: is Linux running with "
        "maxcpus=3, and was no program started on Core 3 without ampgdb since the last "
        "reboot? Otherwise reboot the Pi");
}

static int explain_failure(const struct boot *boot, struct error *error)
{
    uint32_t waiting;
    const int result = boot->physmem->ops->read32(boot->physmem, MAILBOX_CLR, &waiting, error);

    if (result < 0)
        return result;
    if (waiting != 0)
        return fail_untaken(boot, waiting, error);
    if (explain_record(boot->header, error))
        return -HOST_ELOST;
    return error_set(error, -HOST_ELOST,
                     "Core 3 took the start address, but the stub did not come up within %d ms "
                     "(progress %u, epoch 0x%08x for 0x%08x): its memory at 0x%08x may belong to "
                     "somebody else (gpu_mem, mem=); correct that and reboot the Pi",
                     CORE3_BOOT_TIMEOUT_MS, boot->header->progress, boot->header->epoch,
                     boot->nonce, boot->layout->window);
}

static bool is_ready(const struct boot *boot)
{
    return boot->header->progress == AMPGDB_PROGRESS_READY && boot->header->epoch == boot->nonce;
}

static bool has_failed(const struct boot *boot)
{
    const uint32_t state = boot->header->state;

    return state == AMPGDB_STATE_REFUSED || state == AMPGDB_STATE_PANIC;
}

static int await_ready(const struct boot *boot, struct error *error)
{
    struct deadline deadline;

    deadline_start(&deadline, CORE3_BOOT_TIMEOUT_MS);
    while (!is_ready(boot))
        if (has_failed(boot) || !deadline_wait(&deadline))
            return explain_failure(boot, error);
    ring_barrier(); /* what the stub wrote before it was ready is read after */
    return 0;
}

static int start(struct boot *boot, struct error *error)
{
    struct physmem *physmem = boot->physmem;
    const uint32_t stub = boot->layout->window + AMPGDB_STUB_OFFSET;
    int result = physmem->ops->write_code(physmem, stub, stub_image, stub_image_words, error);

    if (result < 0)
        return result;
    fill_header(boot);
    result = physmem->ops->write32(physmem, MAILBOX_SET, stub, error);
    if (result < 0)
        return result;
    send_event();
    return await_ready(boot, error);
}

int core3_boot(struct physmem *physmem, volatile struct ampgdb_header *header,
               const struct layout *layout, struct error *error)
{
    struct boot boot = {.physmem = physmem, .header = header, .layout = layout};
    int result;

    if (stub_image_words * 4 > AMPGDB_STUB_SIZE)
        return error_set(error, -HOST_EFAIL, "the stub's image is too large: build it again");
    if (getrandom(&boot.nonce, sizeof boot.nonce, 0) != sizeof boot.nonce)
        return error_set(error, -HOST_EFAIL, "the kernel gives no random numbers (getrandom)");
    boot.nonce |= 1; /* never the 0 of an empty header */
    result = check_mailbox(&boot, error);
    return result < 0 ? result : start(&boot, error);
}
