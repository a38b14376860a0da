/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A Core 3 without a core: implements host/core3.h over a few arrays, in which a test can look and
 * write. It refuses what the real one refuses, and fails when told to.
 *
 * Its program executes nothing: a step moves PC by one instruction; a continue stops at the nearest
 * breakpoint at or behind the next instruction, and if there is none the program runs until it is
 * halted or the test calls fake_stop().
 */
#ifndef TESTS_KIT_FAKE_CORE3_H
#define TESTS_KIT_FAKE_CORE3_H

#include "core3.h"
#include "image.h"

#define FAKE_BASE      0x20000000u
#define FAKE_WINDOW    0x30000000u
#define FAKE_UPPER     0x30100000u
#define FAKE_RAM_END   0x3b400000u
#define FAKE_RAM_BYTES 0x20000u /* of the program's RAM that are really there, from FAKE_BASE */

#define FAKE_DEVICE       0x3f200000u
#define FAKE_DEVICE_BYTES 0x1000u

#define FAKE_BREAKS 8u

struct fake_break {
    uint32_t type;
    uint32_t addr;
    uint32_t kind;
};

#define FAKE_PRINTS      64u
#define FAKE_PRINT_WORDS 128u

struct fake_print {
    uint32_t words;
    uint32_t payload[FAKE_PRINT_WORDS];
};

struct core3 {
    bool owned;
    bool locked_by_another; /* core3_own() fails */
    unsigned locks_in;      /* ... from the locks_in-th core3_disown() on; 0: never */
    char holder[128];       /* who called core3_own() last */
    uint32_t state;
    uint32_t entry;
    uint32_t program_flags;
    uint32_t regs[AMPGDB_REG_COUNT];
    struct ampgdb_stop last;
    bool has_stop;
    unsigned breaks;
    struct fake_break table[FAKE_BREAKS];
    uint32_t catch;
    unsigned prints; /* that wait for core3_poll_print() */
    struct fake_print print[FAKE_PRINTS];
    struct fake_print taken;
    bool prints_for_ever;      /* the oldest is never used up */
    bool prints_while_running; /* there is always one more, without values */
    uint8_t ram[FAKE_RAM_BYTES];
    uint8_t device[FAKE_DEVICE_BYTES];

    bool has_image; /* as by core3_remember() */
    uint32_t image_entry;
    uint8_t image_ram[FAKE_RAM_BYTES];
    bool refuses_image; /* core3_remember() fails */
    bool has_nothing;   /* nothing was loaded before the client came */

    const char *notice; /* of core3_own() */
    unsigned own_takes_ms;
    bool never_starts; /* core3_own() fails: it is dead */
    bool is_left;      /* core3_own_as_is() finds no stub */
    bool has_record;   /* core3_examine() finds one */
    bool is_silent;    /* core3_ping() fails, and all that follows */
    unsigned pings;

    bool seems_halted; /* it runs, and the window does not say so yet */
    bool swallows;     /* what is written where there is no memory is taken, and gone */
    bool never_halts;  /* takes the order to halt, and runs on */
    unsigned hides;    /* so often core3_poll_stop() does not find a stop that is there */
    uint32_t deadly;   /* whoever reads memory there loses it, until core3_own(); 0: nowhere */
    int fail_in;       /* the fail_in-th request from now on fails; 0: none */
    int fail_with;     /* with this, and if it means "lost", all later ones too */
    int fail_then;     /* and the request after that one with this; 0: it does not */
    unsigned requests; /* so far */

    char log[8192]; /* of the requests that change something, and own and disown: "halt;"; of
                     * core3_catch() only what changes the mask */
};

/* fake_init - as after power-on. (core3_open() makes one, too.) */
void fake_init(struct core3 *core3);

/* fake_stop - the running program stops. */
void fake_stop(struct core3 *core3, uint32_t reason, uint32_t address, uint32_t syndrome);

/* fake_print - a dprintf prints: payload as in struct ampgdb_print, whole. */
void fake_print(struct core3 *core3, const uint32_t *payload, uint32_t words);

#endif
