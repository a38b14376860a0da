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
#define ALL_BITS     0xFFFFFFFFu

#define RECORD_MAX 480 /* of a sentence that gets a second half */

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

static int fail_untaken(const struct boot *boot, struct error *error)
{
    struct error record;

    restore_header(boot);
    if (explain_record(boot->header, &record))
        return error_set(
            error, -HOST_ELOST,
            "Core 3 does not take a new start address; what an earlier start left: %s; "
            "reboot the Pi",
            record.text);
    return error_set(
        error, -HOST_ELOST,
        "Core 3 never took the start address from its mailbox 3: is Linux running with "
        "maxcpus=3, and was no program started on Core 3 without ampgdb since the last "
        "reboot? Otherwise reboot the Pi");
}

/* A panic or a stub that got stuck would do so again; a refusal says its own remedy. */
static int fail_recorded(const struct boot *boot, const struct error *record, struct error *error)
{
    return error_set(error, -HOST_ELOST, "%.*s%s", RECORD_MAX, record->text,
                     boot->header->state == AMPGDB_STATE_REFUSED ? "" : "; reboot the Pi");
}

/* Programs that wait as the first ones did leave the address in the mailbox when they take it: only
 * an untouched header says that nobody did. */
static int explain_failure(const struct boot *boot, struct error *error)
{
    struct error record;
    uint32_t waiting;
    int result = boot->physmem->ops->read32(boot->physmem, MAILBOX_CLR, &waiting, error);

    if (result == 0 && waiting != 0) /* leave nothing behind that could start later */
        result = boot->physmem->ops->write32(boot->physmem, MAILBOX_CLR, waiting, error);
    if (result < 0)
        return result;
    if (explain_record(boot->header, &record))
        return fail_recorded(boot, &record, error);
    if (waiting != 0)
        return fail_untaken(boot, error);
    return error_set(error, -HOST_ELOST,
                     "Core 3 took the start address, but its start got no further for %d ms "
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
    uint32_t reached = AMPGDB_PROGRESS_NONE;

    deadline_start(&deadline, CORE3_BOOT_TIMEOUT_MS);
    while (!is_ready(boot)) {
        const uint32_t progress = boot->header->progress;

        if (progress > reached && progress <= AMPGDB_PROGRESS_READY) {
            reached = progress; /* slow, but alive: each step has as long */
            deadline_start(&deadline, CORE3_BOOT_TIMEOUT_MS);
        }
        if (has_failed(boot) || !deadline_wait(&deadline))
            return explain_failure(boot, error);
    }
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

    if (getrandom(&boot.nonce, sizeof boot.nonce, 0) != sizeof boot.nonce)
        return error_set(error, -HOST_EFAIL, "the kernel gives no random numbers (getrandom)");
    boot.nonce |= 1; /* never the 0 of an empty header */
    result = check_mailbox(&boot, error);
    return result < 0 ? result : start(&boot, error);
}

/* Is the doorbell's enable bit gone? 1, 0, or an error. */
static int is_parked(struct physmem *physmem, struct error *error)
{
    uint32_t control;
    const int result =
        physmem->ops->read32(physmem, BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL, &control, error);

    return result < 0 ? result : (control & LOCAL_MAILBOX_CTL_DOORBELL) == 0;
}

static int await_parked(struct physmem *physmem, struct error *error)
{
    struct deadline deadline;
    int result;

    deadline_start(&deadline, CORE3_PARK_TIMEOUT_MS);
    while ((result = is_parked(physmem, error)) == 0) {
        if (deadline_wait(&deadline))
            continue;
        result = physmem->ops->write32(physmem, MAILBOX_CLR, ALL_BITS, error);
        if (result < 0)
            return result;
        return error_set(error, -HOST_ELOST,
                         "it does not hand Core 3 back either (waited %d ms), so there is no way "
                         "to replace it: reboot the Pi",
                         CORE3_PARK_TIMEOUT_MS);
    }
    return result < 0 ? result : 0;
}

int core3_park(struct physmem *physmem, const struct layout *layout, struct error *error)
{
    const struct {
        uint32_t phys;
        uint32_t value;
    } writes[] = {
        {MAILBOX_CLR, ALL_BITS}, /* a write to the other only sets bits */
        {MAILBOX_SET, layout->window + AMPGDB_PARK_OFFSET},
        {BCM283X_LOCAL + LOCAL_CORE3_MAILBOX1_SET, 1},
    };

    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        const int result = physmem->ops->write32(physmem, writes[i].phys, writes[i].value, error);

        if (result < 0)
            return result;
    }
    return await_parked(physmem, error);
}
