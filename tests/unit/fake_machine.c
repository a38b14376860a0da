/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See fake_machine.h.
 */
#include "fake_machine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ampgdb/bcm283x.h"
#include "deadline.h"
#include "stub_image.h"

#define BASE       0x20000000u
#define STOP_WORDS (sizeof(struct ampgdb_stop) / 4)

const uint32_t stub_image[] = {0xE1A00000, 0xE1A00000, 0xEAFFFFFE};
const size_t stub_image_words = sizeof stub_image / sizeof stub_image[0];

struct fake fake;

struct ampgdb_header *fake_header(void)
{
    return (struct ampgdb_header *)fake.shared;
}

static struct ring ring_at(volatile uint32_t *head, volatile uint32_t *tail, uint32_t offset)
{
    return (struct ring){head, tail, fake.shared + (offset - AMPGDB_SHARED_OFFSET) / 4};
}

static struct ring to_host(void)
{
    return ring_at(&fake_header()->to_host_head, &fake_header()->to_host_tail,
                   AMPGDB_TO_HOST_OFFSET);
}

static struct ring to_stub(void)
{
    return ring_at(&fake_header()->to_stub_head, &fake_header()->to_stub_tail,
                   AMPGDB_TO_STUB_OFFSET);
}

/* --- the stub --- */

void fake_send(const struct ampgdb_message *header, const uint32_t *payload)
{
    const struct ring ring = to_host();

    ring_write(&ring, header, payload);
}

void fake_stop(uint32_t reason, uint32_t address)
{
    const struct ampgdb_message event = {AMPGDB_MESSAGE_WORDS + STOP_WORDS, AMPGDB_MSG_STOPPED, 0,
                                         0};
    struct ampgdb_stop *stop = &fake_header()->stop;

    fake_header()->state = AMPGDB_STATE_HALTED;
    stop->reason = reason;
    stop->address = address;
    stop->regs[15] = 0x20000040;
    fake_send(&event, (const uint32_t *)stop);
}

void fake_print(const uint32_t *payload, uint32_t words)
{
    const struct ampgdb_message event = {AMPGDB_MESSAGE_WORDS + words, AMPGDB_MSG_PRINT, 0, 0};

    fake_send(&event, payload);
}

static int32_t memory_count(uint32_t addr, uint32_t len)
{
    const uint32_t offset = addr - BASE;

    if (len == 0)
        return 0;
    if (offset >= FAKE_RAM_BYTES)
        return -AMPGDB_EFAULT;
    return (int32_t)(len < FAKE_RAM_BYTES - offset ? len : FAKE_RAM_BYTES - offset);
}

static int32_t read_mem(void)
{
    const int32_t count = memory_count(fake.request.payload[0], fake.request.payload[1]);

    if (count > 0) {
        memcpy(fake.reply.payload, fake.ram + (fake.request.payload[0] - BASE), (size_t)count);
        fake.reply.header.words += ((uint32_t)count + 3) / 4;
    }
    return count;
}

static int32_t write_mem(void)
{
    const uint32_t addr = fake.request.payload[0];
    int32_t count = memory_count(addr, fake.request.payload[1]);

    if (fake.fails_at && count > 0 && addr + (uint32_t)count > fake.fails_at)
        count = addr < fake.fails_at ? (int32_t)(fake.fails_at - addr) : -AMPGDB_EFAULT;
    if (count > 0)
        memcpy(fake.ram + (fake.request.payload[0] - BASE), fake.request.payload + 2,
               (size_t)count);
    return count;
}

static int32_t registers(bool write)
{
    const uint32_t first = fake.request.payload[0];
    const uint32_t count = fake.request.payload[1];

    if (fake_header()->state == AMPGDB_STATE_RUNNING)
        return -AMPGDB_EBUSY;
    if (write) {
        memcpy(fake.regs + first, fake.request.payload + 2, 4 * count);
        return 0;
    }
    memcpy(fake.reply.payload, fake.regs + first, 4 * count);
    fake.reply.header.words += count;
    return 0;
}

static int32_t reset(void)
{
    fake_header()->state = AMPGDB_STATE_HALTED;
    fake_header()->stop = (struct ampgdb_stop){.reason = AMPGDB_STOP_RESET};
    fake_header()->program_entry = fake.request.payload[0];
    return 0;
}

static int32_t ping(void)
{
    fake.reply.payload[0] = fake.request.payload[0];
    fake.reply.payload[1] = AMPGDB_ABI_VERSION;
    fake.reply.header.words += 2;
    return 0;
}

static int32_t set_break(void)
{
    return fake.breaks < FAKE_BREAKS ? (int32_t)(fake.breaks++, 0) : -AMPGDB_ENOSPC;
}

static int32_t clear_break(uint32_t type)
{
    if (type == AMPGDB_MSG_CLEAR_BREAKS)
        fake.breaks = 0;
    else if (fake.breaks > 0)
        fake.breaks--;
    return 0;
}

static int32_t serve(uint32_t type)
{
    switch (type) {
    case AMPGDB_MSG_PING:
        return ping();
    case AMPGDB_MSG_READ_REGS:
    case AMPGDB_MSG_WRITE_REGS:
        return registers(type == AMPGDB_MSG_WRITE_REGS);
    case AMPGDB_MSG_READ_MEM:
        return read_mem();
    case AMPGDB_MSG_WRITE_MEM:
        return write_mem();
    case AMPGDB_MSG_SET_BREAK:
        return set_break();
    case AMPGDB_MSG_CLEAR_BREAK:
    case AMPGDB_MSG_CLEAR_BREAKS:
        return clear_break(type);
    case AMPGDB_MSG_RESUME:
        fake_header()->state = AMPGDB_STATE_RUNNING;
        return 0;
    case AMPGDB_MSG_HALT:
        return 0;
    case AMPGDB_MSG_RESET:
        return reset();
    case AMPGDB_MSG_CATCH:
        fake.catch = fake.request.payload[0];
        return 0;
    case AMPGDB_MSG_ALLOW:
        fake.allowed = fake.request.payload[0];
        return 0;
    default:
        return -AMPGDB_EINVAL;
    }
}

static void serve_one(void)
{
    const struct ring ring = to_stub();
    const bool was_running = fake_header()->state == AMPGDB_STATE_RUNNING;

    if (ring_read(&ring, &fake.request.header, fake.request.payload) <= 0)
        return;
    fake.reply.header = fake.request.header;
    fake.reply.header.words = AMPGDB_MESSAGE_WORDS;
    fake.reply.header.type |= AMPGDB_MSG_REPLY;
    fake.reply.header.status = serve(fake.request.header.type);
    if (!fake.tamper || fake.tamper(&fake, &fake.reply))
        fake_send(&fake.reply.header, fake.reply.payload);
    if (fake.request.header.type == AMPGDB_MSG_HALT && was_running)
        fake_stop(AMPGDB_STOP_HALT, 0);
}

/* Like the real one: asleep or with the program running it hears the doorbell only. */
static void run_stub(void)
{
    if (fake.is_silent)
        return;
    if (!fake.doorbell && (fake_header()->asleep || fake_header()->state == AMPGDB_STATE_RUNNING))
        return;
    fake.doorbell = false;
    fake_header()->asleep = 0;
    serve_one();
    fake_header()->asleep = fake.sleeps;
}

/* window.h, "The park page". */
static bool parks(void)
{
    if (!fake.doorbell || fake.mailbox3 != AMPGDB_WINDOW_1G + AMPGDB_PARK_OFFSET || fake.is_stuck)
        return false;
    fake.parks++;
    fake.doorbell = false;
    fake.stub_runs = false;
    fake.is_silent = false;
    fake.tamper = NULL;
    fake.mailbox3 = 0;
    fake.mailbox_ctl = 0;
    fake.core = FAKE_FIRMWARE_HYP;
    return true;
}

static void boot_stub(void)
{
    struct ampgdb_header *header = fake_header();

    fake.boots++;
    fake.stub_runs = true;
    fake.mailbox_ctl |= FAKE_DOORBELL;
    header->entry_cpsr = 0x200001DA;
    header->program_entry = BASE;
    header->epoch = header->boot_nonce;
    header->program_base = header->boot_base;
    header->window = AMPGDB_WINDOW_1G;
    header->ram_end = header->boot_ram_end;
    header->hw_breakpoints = 5;
    header->hw_watchpoints = 4;
    header->abi_version = AMPGDB_ABI_VERSION;
    header->magic = AMPGDB_MAGIC;
    header->state = AMPGDB_STATE_HALTED;
    header->progress = AMPGDB_PROGRESS_READY;
}

static void take_address(void)
{
    struct ampgdb_header *header = fake_header();

    fake.mailbox3 = 0;
    switch (fake.core) {
    case FAKE_FIRMWARE_HYP:
        boot_stub();
        break;
    case FAKE_FIRMWARE_SVC:
        header->progress = AMPGDB_PROGRESS_ENTERED;
        header->entry_cpsr = 0x600001D3;
        header->state = AMPGDB_STATE_REFUSED;
        break;
    case FAKE_STUCK:
        header->progress = AMPGDB_PROGRESS_MMU;
        break;
    case FAKE_BOOT_PANIC:
        header->panic.code = AMPGDB_PANIC_BOOT;
        header->state = AMPGDB_STATE_PANIC;
        break;
    case FAKE_VANISHED:
    case FAKE_BUSY:
        break;
    }
    fake.core = FAKE_BUSY;
}

/* --- time --- */

static void pause_host(void)
{
    if (fake.meddle)
        fake.meddle(&fake);
    if (fake.stub_runs) {
        if (!parks())
            run_stub();
    } else if (fake.mailbox3 != 0 && fake.core != FAKE_BUSY) {
        take_address();
    }
}

void deadline_start(struct deadline *deadline, unsigned timeout_ms)
{
    (void)timeout_ms;
    deadline->looks = 0;
    fake.looks = 0;
}

bool deadline_wait(struct deadline *deadline)
{
    pause_host();
    fake.looks = ++deadline->looks;
    return deadline->looks < FAKE_LOOKS;
}

/* --- the machine --- */

static int check_device(struct error *error)
{
    return fake.is_gone ? error_set(error, -HOST_EFAIL, "the machine is gone") : 0;
}

static bool is_ram(uint32_t phys, size_t size)
{
    return phys >= BASE && phys - BASE <= FAKE_RAM_BYTES && size <= FAKE_RAM_BYTES - (phys - BASE);
}

static volatile uint32_t *map(struct physmem *physmem, uint32_t phys, size_t size,
                              struct error *error)
{
    (void)physmem;
    fake.mapped_phys = phys;
    if (size == sizeof fake.shared)
        return fake.shared;
    if (phys % 4096 == 0 && size % 4096 == 0 && is_ram(phys, size)) {
        fake.mappings++;
        return (volatile uint32_t *)(fake.ram + (phys - BASE));
    }
    error_set(error, 0, "the kernel does not map 0x%08x", phys);
    return NULL;
}

static void unmap(struct physmem *physmem, volatile uint32_t *mapping)
{
    (void)physmem;
    (void)mapping;
    fake.mappings--;
}

static int read32(struct physmem *physmem, uint32_t phys, uint32_t *value, struct error *error)
{
    (void)physmem;
    *value = fake.other_register;
    if (phys == BCM283X_LOCAL + LOCAL_CORE3_MAILBOX_CTL)
        *value = fake.mailbox_ctl;
    if (phys == BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_CLR)
        *value = fake.mailbox3;
    return check_device(error);
}

static int write32(struct physmem *physmem, uint32_t phys, uint32_t value, struct error *error)
{
    (void)physmem;
    if (phys == BCM283X_LOCAL + LOCAL_CORE3_MAILBOX1_SET) {
        fake.doorbell = true;
        fake.doorbells++;
    }
    if (phys == BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_SET)
        fake.mailbox3 |= value;
    if (phys == BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_CLR)
        fake.mailbox3 &= ~value;
    if (phys < BCM283X_LOCAL)
        fake.other_register = value;
    return check_device(error);
}

static int write_code(struct physmem *physmem, uint32_t phys, const uint32_t *code, size_t words,
                      struct error *error)
{
    (void)physmem;
    if (is_ram(phys, 4 * words)) {
        memcpy(fake.ram + (phys - BASE), code, 4 * words);
        return check_device(error);
    }
    fake.code_phys = phys;
    fake.code_words += (unsigned)words;
    return check_device(error);
}

static void close_machine(struct physmem *physmem)
{
    (void)physmem;
}

static const struct physmem_ops ops = {map, unmap, read32, write32, write_code, close_machine};

void fake_reset(void)
{
    memset(&fake, 0, sizeof fake);
    memset(fake.shared, 0x5A, sizeof fake.shared);
    fake.physmem.ops = &ops;
    fake.physmem.ram_end = FAKE_RAM_END;
    strcpy(fake.physmem.name, "fake");
    snprintf(fake.physmem.lock_path, sizeof fake.physmem.lock_path, "/tmp/core3_test.%d.lock",
             (int)getpid());
    snprintf(fake.physmem.image_path, sizeof fake.physmem.image_path, "/tmp/core3_test.%d.image",
             (int)getpid());
    for (uint32_t i = 0; i < AMPGDB_REG_COUNT; i++)
        fake.regs[i] = 0x1000 + i;
}

int physmem_open(struct physmem **physmem, const char *name, struct error *error)
{
    (void)name;
    (void)error;
    *physmem = &fake.physmem;
    return 0;
}

void physmem_close(struct physmem *physmem)
{
    if (physmem)
        physmem->ops->close(physmem);
}
