/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See shared.h. The shared part is Normal non-cacheable here; what the host must see in order is
 * ordered by ring.h's barriers.
 */
#include "shared.h"

#include <stddef.h>

#include "ampgdb/bcm283x.h"
#include "ampgdb/memmap.h"
#include "ampgdb/ring.h"
#include "cp.h"

#define MAILBOX_CTL_MAILBOX3_FIQ 0x80u
#define LOCAL_TIMER_INTERRUPT    (1u << 29) /* enable, in LOCAL_TIMER_CONTROL (QA7, "Local timer") */
#define LOCAL_CTL_IRQS           0x0Fu      /* of both control registers; bits 7:4 are FIQs */

static volatile struct ampgdb_header *header;
static uint32_t image;
static struct ring to_stub, to_host;

/* The header has only a copy: the host can write there. A stub that starts does not know what the
 * core did before: it believes that there are dirty lines, so the first reset cleans. */
static uint32_t program_flags = AMPGDB_PROGRAM_DCACHE;

static volatile uint32_t *local(uint32_t offset)
{
    return (volatile uint32_t *)(uintptr_t)(BCM283X_LOCAL + offset);
}

void shared_init(uint32_t window)
{
    const uintptr_t at = window;

    header = (volatile struct ampgdb_header *)(at + AMPGDB_SHARED_OFFSET);
    image = window + AMPGDB_STUB_OFFSET;
    to_stub = (struct ring){&header->to_stub_head, &header->to_stub_tail,
                            (volatile uint32_t *)(at + AMPGDB_TO_STUB_OFFSET)};
    to_host = (struct ring){&header->to_host_head, &header->to_host_tail,
                            (volatile uint32_t *)(at + AMPGDB_TO_HOST_OFFSET)};
}

void shared_boot(struct layout *layout)
{
    layout->base = header->boot_base;
    layout->ram_end = header->boot_ram_end;
}

void shared_announce(const struct layout *layout, uint32_t hw_breakpoints, uint32_t hw_watchpoints)
{
    header->abi_version = AMPGDB_ABI_VERSION;
    header->epoch = header->boot_nonce;
    header->program_base = layout->base;
    header->window = layout->window;
    header->ram_end = layout->ram_end;
    header->hw_breakpoints = hw_breakpoints;
    header->hw_watchpoints = hw_watchpoints;
    header->midr = midr_read();
    header->magic = AMPGDB_MAGIC;
    shared_progress(AMPGDB_PROGRESS_READY);
}

void shared_progress(uint32_t progress)
{
    ring_barrier();
    header->progress = progress;
}

void shared_state(uint32_t state)
{
    header->state = state;
}

void shared_entry(uint32_t entry)
{
    header->program_entry = entry;
}

void shared_stop(const struct ampgdb_stop *stop)
{
    header->stop = *stop;
    ring_barrier();
}

uint32_t shared_program_flags(void)
{
    return program_flags;
}

void shared_set_program_flags(uint32_t flags)
{
    program_flags = flags;
    header->program_flags = flags;
}

bool shared_receive(struct ampgdb_message *message, uint32_t *payload)
{
    const int got = ring_read(&to_stub, message, payload);

    if (got < 0)
        *to_stub.tail = *to_stub.head;
    return got > 0;
}

bool shared_send(const struct ampgdb_message *message, const uint32_t *payload)
{
    return ring_write(&to_host, message, payload) == 0;
}

/* Neither index is believed: a difference that is impossible is no room. */
bool shared_send_spare(const struct ampgdb_message *message, const uint32_t *payload)
{
    const uint32_t kept = AMPGDB_MESSAGE_MAX + AMPGDB_MESSAGE_WORDS + sizeof header->stop / 4;
    const uint32_t used = *to_host.head - *to_host.tail;

    return used <= RING_WORDS - kept && message->words <= RING_WORDS - kept - used &&
           shared_send(message, payload);
}

void shared_acknowledge(void)
{
    *local(LOCAL_CORE3_MAILBOX1_CLR) = ~0u;
    *local(LOCAL_CORE3_TIMER_CTL) &= LOCAL_CTL_IRQS;
    *local(LOCAL_CORE3_MAILBOX_CTL) =
        (*local(LOCAL_CORE3_MAILBOX_CTL) & LOCAL_CTL_IRQS) | LOCAL_MAILBOX_CTL_DOORBELL;
    dsb();
}

/*
 * A pending interrupt of the program would end WFI at once, again and again, so its sources are
 * shut while we sleep; nobody else writes these registers of core 3. WFI also ends for an interrupt
 * that is masked (DDI 0406C, B1.8.14); the DSB before it completes the stores to the device.
 */
void shared_sleep(bool mailbox3)
{
    header->asleep = 1;
    ring_barrier(); /* [F] */
    if (*to_stub.head == *to_stub.tail) {
        const uint32_t timers = *local(LOCAL_CORE3_TIMER_CTL);
        const uint32_t mailboxes = *local(LOCAL_CORE3_MAILBOX_CTL);

        const uint32_t local_timer = *local(LOCAL_TIMER_CONTROL);

        *local(LOCAL_TIMER_CONTROL) = local_timer & ~LOCAL_TIMER_INTERRUPT;
        *local(LOCAL_CORE3_TIMER_CTL) = 0;
        *local(LOCAL_CORE3_MAILBOX_CTL) =
            LOCAL_MAILBOX_CTL_DOORBELL | (mailbox3 ? MAILBOX_CTL_MAILBOX3_FIQ : 0);
        dsb();
        __asm__ volatile("wfi" ::: "memory");
        *local(LOCAL_CORE3_TIMER_CTL) = timers;
        *local(LOCAL_CORE3_MAILBOX_CTL) = mailboxes;
        *local(LOCAL_TIMER_CONTROL) = local_timer;
    }
    header->asleep = 0;
    shared_acknowledge();
}

bool shared_publish_running(void)
{
    header->state = AMPGDB_STATE_RUNNING;
    ring_barrier(); /* [F] */
    return *to_stub.head != *to_stub.tail;
}

void shared_panic(uint32_t code, const struct frame *frame)
{
    header->panic.pc = frame->pc - image;
    header->panic.lr = frame->lr_usr;
    header->panic.cpsr = frame->cpsr;
    header->panic.hsr = frame->hsr;
    header->panic.hdfar = frame->hdfar;
    header->panic.hifar = frame->hifar;
    header->panic.vector = frame->vector;
    header->panic.code = code;
    ring_barrier();
    header->state = AMPGDB_STATE_PANIC;
}
