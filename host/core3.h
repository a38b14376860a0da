/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Core 3 as seen from Linux: bring its stub up, own it, and ask it for things.
 *
 * Whoever talks on the ring owns Core 3 (a lock that dies with the process). All requests
 * wait for their reply, at most CORE3_REPLY_TIMEOUT_MS; a stop that arrives meanwhile is kept
 * for core3_poll_stop().
 *
 * All functions return 0 or a count, or a negative error: of message.h when the stub said no
 * (the session goes on), of error.h when Core 3 is lost; then core3_explain() has the sentence.
 * Not for several threads.
 */
#ifndef HOST_CORE3_H
#define HOST_CORE3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ampgdb/message.h"
#include "ampgdb/window.h"
#include "error.h"

#define CORE3_REPLY_TIMEOUT_MS 2000

struct core3;

/* core3_open - map the window of the machine called memory (see physmem_open); owns nothing yet. */
int core3_open(struct core3 **core3, const char *memory, struct error *error);
void core3_close(struct core3 *core3);

/*
 * core3_own - become the owner, and see that the stub answers: a resident stub is used as it is,
 *             otherwise Core 3 is fetched from where it waits (firmware, a returned program, the
 *             park page) and a stub is started. A stub of another version, or one that does not
 *             answer, is sent to the park page first and replaced (window.h, "The park page").
 *
 * holder: who we are, told to others that try ("ampgdb-bridge, client 127.0.0.1:4711").
 * Returns: 0; -HOST_ELOCKED naming the holder, after a tenth of a second in which it could have
 * finished; -HOST_ELOST naming cause and remedy; -HOST_EFAIL.
 */
int core3_own(struct core3 *core3, const char *holder, struct error *error);
void core3_disown(struct core3 *core3);
bool core3_is_owned(const struct core3 *core3);

/*
 * core3_own_as_is - core3_own() that leaves Core 3 alone: no stub is started or replaced.
 *
 * Returns: 1 when a stub answers; 0 when none lives on Core 3: then only core3_place(),
 * core3_peek() and the device registers are of use; an error like core3_own(), nothing owned.
 */
int core3_own_as_is(struct core3 *core3, const char *holder, struct error *error);

/* core3_notice - what the last core3_own() had to replace, and why: a sentence to show to the user.
 * NULL: nothing. */
const char *core3_notice(const struct core3 *core3);

/* core3_holder - who owns Core 3 now: 1 and the holder's text, or 0. Needs no ownership. */
int core3_holder(const struct core3 *core3, char *text, size_t size);

/* What the stub publishes about itself. Addresses are physical. The first four hold from
 * core3_open() on, as the board calls for them; the rest from core3_own() on. */
struct core3_info {
    uint32_t program_base;  /* start of the program's RAM */
    uint32_t window;        /* end of its lower part; the window's start */
    uint32_t upper_base;    /* start of its upper part, behind the window */
    uint32_t ram_end;       /* end of its upper part */
    uint32_t entry;         /* of the last reset; bit 0: Thumb */
    uint32_t state;         /* AMPGDB_STATE_* */
    uint32_t program_flags; /* AMPGDB_PROGRAM_* */
    uint32_t hw_breakpoints;
    uint32_t hw_watchpoints;
};
void core3_info(const struct core3 *core3, struct core3_info *info);

/* core3_room - where a program may lie, for image_parse(). */
struct image_room;
void core3_room(const struct core3_info *info, struct image_room *room);

/* core3_is_program_ram - is [addr, addr + len) RAM of the program? len may be 0. */
bool core3_is_program_ram(const struct core3_info *info, uint32_t addr, uint32_t len);

/* The newest stop, as published in the window; valid while the program is halted. */
void core3_last_stop(const struct core3 *core3, struct ampgdb_stop *stop);

int core3_read_regs(struct core3 *core3, uint32_t first, uint32_t count, uint32_t *values);
int core3_write_regs(struct core3 *core3, uint32_t first, uint32_t count, const uint32_t *values);

/* Any length. Return the bytes done before the first bad address, or an error if that is none. */
int core3_read_mem(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len);
int core3_write_mem(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len);

/* core3_set_break - code: words long, behind what describes the breakpoint (message.h); not for
 * watchpoints. */
int core3_set_break(struct core3 *core3, const struct ampgdb_break *new, const uint32_t *code,
                    uint32_t words);
int core3_clear_break(struct core3 *core3, uint32_t type, uint32_t addr, uint32_t kind);
int core3_clear_breaks(struct core3 *core3);

/* core3_resume - earlier stops are forgotten; one follows, sooner or later. */
int core3_resume(struct core3 *core3, const struct ampgdb_resume *resume);

/* core3_catch - AMPGDB_CATCH_*, until the next core3_catch(). */
int core3_catch(struct core3 *core3, uint32_t mask);

/* core3_halt - ask a running program to halt; the stop follows. Nothing happens when it is halted.
 */
int core3_halt(struct core3 *core3);

/* core3_reset - halt without a stop, disarm all that the program armed, fresh CPU state at entry;
 * what waited for the program in mailbox 3 is dropped. */
int core3_reset(struct core3 *core3, uint32_t entry);

/* core3_allow - what the program may reach besides (AMPGDB_ALLOW_*), until the next core3_allow().
 */
int core3_allow(struct core3 *core3, uint32_t what);

/* core3_poll_stop - has the program stopped since the last resume? 1 and *stop, 0, or an error. */
int core3_poll_stop(struct core3 *core3, struct ampgdb_stop *stop);

/*
 * core3_poll_print - the oldest PRINT that has not been taken yet
 *
 * payload: its words behind the message header, checked: struct ampgdb_print is whole, all values
 * and strings are there; valid until the next call. They are kept while requests and stops are
 * waited for; what does not fit is counted in "lost" of the next one. 1, 0 or an error.
 */
int core3_poll_print(struct core3 *core3, const uint32_t **payload, uint32_t *words);

/* core3_ping - is the stub alive? 0 or an error. */
int core3_ping(struct core3 *core3);

/*
 * core3_load - replace the program: stop it, clear breakpoints, write and zero the image's
 * segments, reset to its entry. Halted afterwards, ready for core3_resume().
 *
 * The image is remembered beside the lock file, for core3_reload() by this or any other process.
 * Returns 0, or an error with *error filled; a failed load leaves Core 3 halted.
 */
struct image;
int core3_load(struct core3 *core3, const struct image *image, struct error *error);

/* core3_remember - this image is what is loaded now: for programs that arrived in other ways. */
int core3_remember(struct core3 *core3, const struct image *image, struct error *error);

/* core3_forget - what was remembered is not what is loaded now. */
void core3_forget(struct core3 *core3);

/* core3_reload - core3_load() of the image that was remembered last, also under an earlier stub:
 * its original data again. -HOST_EFAIL and a sentence when there is none, or it fits no more. */
int core3_reload(struct core3 *core3, struct error *error);

/* core3_loaded_entry - where the image that was remembered last starts; like core3_reload(), but
 * -HOST_EFAIL also when it was taken under an earlier stub: what the RAM holds is not known. */
int core3_loaded_entry(struct core3 *core3, uint32_t *entry, struct error *error);

/*
 * Post-mortem: what the window and the RAM still say when Core 3 does not talk any more. Nothing
 * here touches Core 3, needs its answer, or the lock.
 *
 * core3_examine - take what the stub left: afterwards core3_info() and core3_last_stop() work, and
 *                 *verdict says what is known of its end (panic, silence, never started).
 *                 Returns 0, or -HOST_ELOST when the window holds no record of a stub.
 * core3_peek    - the program's RAM through Linux's mapping, past Core 3's caches. Physical
 *                 addresses. The bytes that are in RAM, or -AMPGDB_EFAULT.
 */
int core3_examine(struct core3 *core3, struct error *verdict);
int core3_peek(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len);

/*
 * core3_place - bytes to the program's RAM, physical addresses: through the stub when there is one,
 *               else directly, for a core that waits for its start address. Owned (as is is
 * enough).
 *
 * Returns 0, or -HOST_EFAIL or -HOST_ELOST with *error filled.
 */
int core3_place(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len,
                struct error *error);

/* core3_read_register, core3_write_register - a device's register, past Core 3 and its stub. Needs
 * no ownership. phys: a multiple of 4 in the peripherals or the ARM-local page. 0 or -HOST_EFAIL.
 */
int core3_read_register(struct core3 *core3, uint32_t phys, uint32_t *value, struct error *error);
int core3_write_register(struct core3 *core3, uint32_t phys, uint32_t value, struct error *error);

/* core3_explain - the sentence that belongs to an error that one of the functions above returned.
 */
const char *core3_explain(const struct core3 *core3, int error);

/* core3_describe_stop - a stop as a sentence, "data abort: write to 0x00001000, ...". */
void core3_describe_stop(const struct core3_info *info, const struct ampgdb_stop *stop, char *text,
                         size_t size);

/* core3_describe_stop_briefly - only what happened, not what to do about it. */
void core3_describe_stop_briefly(const struct core3_info *info, const struct ampgdb_stop *stop,
                                 char *text, size_t size);

#endif
