/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A Pi in one process: struct physmem_ops over plain memory, a firmware that may or may not be
 * waiting, and a stub that answers as stub/ does, or lies as a test wants it to. It replaces
 * physmem.c, deadline.c and the stub's image, and lives in the pauses between the host's looks:
 * time passes only there, so nothing here waits and nothing depends on the clock.
 */
#ifndef TESTS_UNIT_FAKE_MACHINE_H
#define TESTS_UNIT_FAKE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/memmap.h"
#include "ampgdb/message.h"
#include "ampgdb/ring.h"
#include "ampgdb/window.h"
#include "physmem.h"

#define FAKE_RAM_END   0x3B400000u
#define FAKE_LOOKS     50u     /* until a deadline is over */
#define FAKE_RAM_BYTES 0xC000u /* at the program's base; above is nothing */
#define FAKE_BREAKS    3u      /* then there is none left */
#define FAKE_DOORBELL  0x20u   /* in mailbox_ctl */

/* What waits on Core 3 for its mailbox 3. */
enum fake_core {
    FAKE_FIRMWARE_HYP,
    FAKE_FIRMWARE_SVC,
    FAKE_STUCK,    /* takes the address; the stub stops half-way */
    FAKE_VANISHED, /* takes the address; nothing ever comes of it */
    FAKE_BOOT_PANIC,
    FAKE_BUSY, /* never looks at its mailbox 3 */
};

struct fake_message {
    struct ampgdb_message header;
    uint32_t payload[RING_WORDS];
};

struct fake {
    struct physmem physmem; /* first */
    enum fake_core core;
    bool stub_runs;
    bool is_silent; /* the stub looks at nothing any more */
    bool sleeps;    /* the stub goes to sleep after each request */
    bool is_gone;   /* each access to a device fails */
    bool is_stuck;  /* the stub does not even hand the core back */
    unsigned parks;
    uint32_t allowed;
    uint32_t catch;
    uint32_t fails_at;       /* the first address that cannot be written; 0: the end of ram */
    uint32_t other_register; /* any but the mailboxes */
    unsigned mappings;       /* of ram, now */
    uint32_t mailbox_ctl;
    uint32_t mailbox3;
    bool doorbell;
    unsigned boots;
    unsigned doorbells;
    unsigned code_words; /* ever written */
    uint32_t code_phys;
    unsigned looks; /* of the newest deadline */
    uint32_t mapped_phys;
    uint32_t breaks;
    uint32_t entry;
    uint32_t regs[AMPGDB_REG_COUNT];
    _Alignas(4096) uint8_t ram[FAKE_RAM_BYTES];
    struct fake_message request;
    struct fake_message reply;
    /* Changes a reply before it is sent; false: sends nothing. */
    bool (*tamper)(struct fake *fake, struct fake_message *reply);
    /* Runs at each pause. */
    void (*meddle)(struct fake *fake);
    _Alignas(
        64) uint32_t shared[(AMPGDB_TO_HOST_OFFSET + AMPGDB_RING_SIZE - AMPGDB_SHARED_OFFSET) / 4];
};

extern struct fake fake;

/* fake_reset - a Pi that has just booted; its RAM is full of old things. */
void fake_reset(void);
struct ampgdb_header *fake_header(void);

/* fake_send - the stub says something of its own accord. */
void fake_send(const struct ampgdb_message *header, const uint32_t *payload);

/* fake_stop - the program stops, and the stub says so. */
void fake_stop(uint32_t reason, uint32_t address);

/* fake_print - a PRINT event. */
void fake_print(const uint32_t *payload, uint32_t words);

#endif
