/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Programs that GDB loads: how we notice it, what is remembered of them, and how they start over
 * with their original data.
 *
 * A "load" is nothing but writes to memory, and then a PC, in memory that was just written and not
 * looked at since: before a user's own "set $pc" GDB always looks. The program expects the CPU as
 * after a reset, not as its predecessor left it. When GDB believes that PC has the right value
 * already, not even that comes; then the load shows in what it wrote: more than a patch, over the
 * entry at which the program stands.
 *
 * Whether the entry is Thumb, GDB never says. It writes a CPSR, after the PC, when T must change
 * from what it was told last; else it is as it was told.
 */
#include <stdlib.h>

#include "ampgdb/armv7.h"
#include "image.h"
#include "rsp.h"
#include "whose_memory.h"

/* What somebody writes by hand over the code he stands in, at most. */
#define PATCH_BYTES 16u

/* Reading back must be done before GDB takes us for dead, 2 seconds after its last packet. */
#define REMEMBER_BYTES_MAX (16u << 20)

/* --- Remember ------------------------------------------------------------------------------ */

/* The written ranges that are the program's RAM, without their bytes: 0, or -HOST_EFAIL. *size: of
 * all of them. */
static int plan(const struct session *session, struct image *image, uint32_t *size,
                struct error *error)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < session->load.written.count; i++) {
        const struct range *range = &session->load.written.items[i];
        const uint32_t len = range->last - range->first + 1;

        if (len == 0 || !core3_is_program_ram(&session->info, range->first, len))
            continue; /* a device, perhaps */
        if (image->segment_count == IMAGE_SEGMENTS_MAX)
            return error_set(error, -HOST_EFAIL, "it lies in more than %u pieces",
                             IMAGE_SEGMENTS_MAX);
        image->segments[image->segment_count++] =
            (struct image_segment){.addr = range->first, .file_bytes = len};
        total += len;
    }
    *size = (uint32_t)total;
    if (total == 0)
        return error_set(error, -HOST_EFAIL, "it is not in the program's RAM");
    if (total > REMEMBER_BYTES_MAX)
        return error_set(error, -HOST_EFAIL, "it has more than %u MiB", REMEMBER_BYTES_MAX >> 20);
    return 0;
}

static int read_back(struct session *session, struct image *image, uint8_t *bytes,
                     struct error *error)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        struct image_segment *segment = &image->segments[i];
        const int done = core3_read_mem(session->core3, segment->addr, bytes, segment->file_bytes);

        if (session_is_lost(done))
            return done;
        if (done < 0 || (uint32_t)done < segment->file_bytes)
            return error_set(error, -HOST_EFAIL, "its memory at 0x%08x cannot be read back",
                             segment->addr);
        segment->bytes = bytes;
        bytes += segment->file_bytes;
    }
    return 0;
}

static int remember(struct session *session, uint32_t entry, struct error *error)
{
    struct image image = {.entry = entry};
    uint8_t *bytes = NULL;
    uint32_t size = 0;
    int result = plan(session, &image, &size, error);

    if (result)
        return result;
    bytes = malloc(size);
    if (!bytes)
        return error_set(error, -HOST_EFAIL, "there is no memory left for a copy");
    result = read_back(session, &image, bytes, error);
    if (!result)
        result = core3_remember(session->core3, &image, error);
    free(bytes);
    return result;
}

/* --- Load ---------------------------------------------------------------------------------- */

/* A program that cannot be remembered is loaded all the same: -HOST_EFAIL is no failure here. */
static int take_in(struct session *session, uint32_t entry)
{
    struct error error;
    int result = core3_reset(session->core3, entry);

    if (!result)
        result = session_note_reset(session);
    if (!result) /* what the program before was allowed is not this one's */
        result = core3_allow(session->core3, session->config.allow);
    if (result)
        return result;
    result = remember(session, entry, &error);
    if (result && result != -HOST_EFAIL)
        return result;
    if (result) {
        core3_forget(session->core3); /* or others would start the one before */
        session_say_later(session,
                          "\"run\" will not bring back this program's original data, because %s; "
                          "load it again instead",
                          error.text);
    }
    session->load.state = LOAD_TAKEN_IN;
    session->load.cpsr_packets = 2; /* this one, and that of GDB's that tells T */
    return 0;
}

bool rsp_is_load(const struct session *session, uint32_t pc)
{
    const struct load_watch *load = &session->load;

    return load->state == LOAD_WRITTEN && ranges_find(&load->written, pc & ~1u);
}

int rsp_load(struct session *session, uint32_t pc)
{
    return take_in(session, session->load.told_cpsr & PSR_T ? pc | 1 : pc);
}

bool rsp_is_cpsr_of_load(const struct session *session)
{
    return session->load.cpsr_packets > 0;
}

int rsp_correct_load(struct session *session)
{
    const uint32_t thumb = session->load.told_cpsr & PSR_T ? 1 : 0;

    if ((session->info.entry & 1) == thumb)
        return 0;
    return take_in(session, session->info.entry ^ 1);
}

/* Is there more than a patch over the place where the program starts? */
static bool is_entry_rewritten(const struct session *session)
{
    const struct load_watch *load = &session->load;
    const struct range *range = ranges_find(&load->written, session->info.entry & ~1u);

    return load->state != LOAD_TAKEN_IN && range && range->last - range->first >= PATCH_BYTES;
}

int rsp_settle_load(struct session *session)
{
    uint32_t pc;
    int error;

    if (session->running || !is_entry_rewritten(session))
        return 0;
    error = core3_read_regs(session->core3, AMPGDB_REG_PC, 1, &pc);
    if (error || pc != (session->info.entry & ~1u))
        return error;
    error = rsp_load(session, pc);
    session->load.cpsr_packets = 1; /* what is settled was loaded before this one */
    return error;
}

/* A load that its user has canceled, or "restore", which sets no PC: nobody but him knows. */
void rsp_doubt_load(struct session *session)
{
    if (is_entry_rewritten(session))
        session_say_later(session, "the program goes on where it stood, over new code: if that is "
                                   "of a load that was canceled, load it again");
}

/*
 * A load over a program that "monitor resume" or "monitor reset" has set going. GDB takes it for
 * halted, sends no PC that it believes to be right, and would then go on with the old program on
 * the new one's code. So it stands at its entry before that is written. Or over one whose MMU is
 * on: what is loaded goes to physical addresses, not to where the old tables say, and may lie over
 * these tables.
 */
static int reset_for_load(struct session *session, uint32_t addr, uint32_t len)
{
    const uint32_t entry = session->info.entry & ~1u;

    if (len <= PATCH_BYTES || entry - addr >= len)
        return 0;
    if (!session->running && !(session->info.program_flags & AMPGDB_PROGRAM_MMU))
        return 0;
    return session_reset(session);
}

void rsp_note_packet(struct session *session)
{
    if (session->load.cpsr_packets > 0)
        session->load.cpsr_packets--;
}

void rsp_note_read(struct session *session)
{
    if (session->load.state == LOAD_WRITTEN)
        session->load.state = LOAD_LOOKED_AT;
}

void rsp_forget_writes(struct session *session)
{
    ranges_clear(&session->load.written);
    ranges_clear(&session->load.loaded);
}

/* A load writes nothing twice, nor does it read: this is the first change to what was loaded. */
static bool is_change(const struct load_watch *load, uint32_t addr, uint32_t len)
{
    return load->state == LOAD_LOOKED_AT || ranges_overlap(&load->loaded, addr, len);
}

int rsp_note_write(struct session *session, uint32_t addr, uint32_t len)
{
    struct load_watch *load = &session->load;
    int error = reset_for_load(session, addr, len);

    if (error)
        return error;
    if (is_change(load, addr, len))
        error = rsp_settle_load(session);
    if (load->state == LOAD_TAKEN_IN ||
        (load->state == LOAD_LOOKED_AT && !is_entry_rewritten(session)))
        rsp_forget_writes(session);
    load->state = LOAD_WRITTEN;
    load->empty = false;
    line_cache_drop(&session->cache);
    return error;
}

/* What was refused is no part of a program that is loaded beside it. What is written before the
 * entry may be a variable that was set by hand: that the load writes over it does not end the load.
 */
void rsp_note_written(struct session *session, uint32_t addr, uint32_t len)
{
    ranges_add(&session->load.written, addr, len);
    if (is_entry_rewritten(session))
        ranges_add(&session->load.loaded, addr, len);
}

/* --- A load that fails --------------------------------------------------------------------- */

/* GDB says "Load failed", and no more. In the midst of debugging it is "restore" that failed, and
 * the program may go on. */
void rsp_note_failed_write(struct session *session, uint32_t addr, uint32_t len)
{
    const struct core3_info *info = &session->info;

    if (session->running || len <= PATCH_BYTES)
        return;
    session_say_later(session,
                      "0x%08x cannot be written, it %s; a program's RAM begins at 0x%08x: link it "
                      "there (-Ttext 0x%08x)",
                      addr, whose_memory(info, addr), info->program_base, info->program_base);
    if (session->stop.reason == AMPGDB_STOP_RESET || is_entry_rewritten(session))
        session->load.failed = true;
    rsp_forget_writes(session); /* what there is of it is no program to take in */
}

bool rsp_refuse_start(struct session *session)
{
    if (session->load.failed)
        session_say_later(session,
                          "the program does not start, because its load has failed: load it "
                          "again, or \"monitor reset halt\" to start what lies in RAM");
    return session->load.failed;
}

/* --- Start over ---------------------------------------------------------------------------- */

/* The program as it was loaded, halted at its start; without a copy of it, RAM stays as it is. */
static int start_over(struct session *session)
{
    struct error error;
    int result = rsp_settle_load(session);

    if (result)
        return result;
    result = core3_reload(session->core3, &error);
    if (result == 0) {
        rsp_forget_writes(session);
        return session_note_reset(session);
    }
    if (session_is_lost(result) && result != -HOST_EFAIL)
        return result;
    if (result != -HOST_EFAIL) {
        session_say_later(session, "the program cannot start over: %s", error.text);
        return result;
    }
    if (rsp_refuse_start(session))
        return -AMPGDB_EINVAL;
    session_say_later(session, "the program starts with its data as it is now: %s", error.text);
    return session_reset(session);
}

/* vRun;filename[;argument]... -> stop reply. There are no files and nobody who takes arguments: it
 * is the program that was loaded last. */
int rsp_run(struct session *session, struct rsp_cursor *args)
{
    const int error = start_over(session);

    (void)args;
    if (error)
        return error;
    rsp_reply_stop(session, rsp_stop_signal(session));
    return RSP_DONE;
}

/* R xx, no reply: the same for clients without vRun. xx has no meaning. */
int rsp_restart(struct session *session, struct rsp_cursor *args)
{
    const int error = start_over(session);

    (void)args;
    return session_is_lost(error) ? error : RSP_SILENT;
}
