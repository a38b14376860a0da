/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See fake_core3.h.
 */
#include "fake_core3.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ampgdb/armv7.h"

void fake_init(struct core3 *core3)
{
    memset(core3, 0, sizeof *core3);
    core3->state = AMPGDB_STATE_HALTED;
    core3->entry = FAKE_BASE;
    core3->regs[AMPGDB_REG_PC] = FAKE_BASE;
    core3->regs[AMPGDB_REG_CPSR] = 0x1d3;
    memcpy(core3->last.regs, core3->regs, sizeof core3->last.regs);
}

static void __attribute__((format(printf, 2, 3))) note(struct core3 *core3, const char *format, ...)
{
    const size_t used = strlen(core3->log);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(core3->log + used, sizeof core3->log - used, format, arguments);
    va_end(arguments);
}

/* Every request passes here: 0, or the failure that the test asked for. */
static int pass(struct core3 *core3)
{
    int failure;

    core3->requests++;
    if (!core3->owned)
        return -HOST_ELOST;
    if (core3->fail_in == 0 || --core3->fail_in > 0)
        return 0;
    failure = core3->fail_with;
    if (failure <= -HOST_EFAIL || core3->fail_then)
        core3->fail_in = 1;
    if (core3->fail_then)
        core3->fail_with = core3->fail_then;
    core3->fail_then = 0;
    return failure;
}

static int pass_halted(struct core3 *core3)
{
    const int error = pass(core3);

    if (error)
        return error;
    return core3->state == AMPGDB_STATE_RUNNING ? -AMPGDB_EBUSY : 0;
}

int core3_open(struct core3 **core3, const char *memory, struct error *error)
{
    (void)memory;
    *core3 = malloc(sizeof **core3);
    if (!*core3)
        return error_set(error, -HOST_EFAIL, "out of memory");
    fake_init(*core3);
    return 0;
}

void core3_close(struct core3 *core3)
{
    free(core3);
}

int core3_own(struct core3 *core3, const char *holder, struct error *error)
{
    assert(!core3->owned);
    snprintf(core3->holder, sizeof core3->holder, "%s", holder);
    if (core3->locked_by_another)
        return error_set(error, -HOST_ELOCKED, "Core 3 belongs to somebody else");
    nanosleep(&(struct timespec){.tv_sec = core3->own_takes_ms / 1000,
                                 .tv_nsec = core3->own_takes_ms % 1000 * 1000000l},
              NULL);
    if (core3->never_starts)
        return error_set(error, -HOST_ELOST, "Core 3 is dead, says the fake");
    if (core3->deadly)
        core3->fail_in = 0;
    core3->owned = true;
    core3->has_stop = false;
    note(core3, "own;");
    return 0;
}

int core3_own_as_is(struct core3 *core3, const char *holder, struct error *error)
{
    const int result = core3_own(core3, holder, error);

    return result ? result : !core3->is_left;
}

void core3_disown(struct core3 *core3)
{
    core3->owned = false;
    if (core3->locks_in > 0 && --core3->locks_in == 0)
        core3->locked_by_another = true;
    note(core3, "disown;");
}

const char *core3_notice(const struct core3 *core3)
{
    return core3->notice;
}

bool core3_is_owned(const struct core3 *core3)
{
    return core3->owned;
}

void core3_info(const struct core3 *core3, struct core3_info *info)
{
    *info = (struct core3_info){
        .program_base = FAKE_BASE,
        .window = FAKE_WINDOW,
        .upper_base = FAKE_UPPER,
        .ram_end = FAKE_RAM_END,
        .entry = core3->entry,
        .state = core3->seems_halted ? AMPGDB_STATE_HALTED : core3->state,
        .program_flags = core3->program_flags,
        .hw_breakpoints = 5,
        .hw_watchpoints = 4,
    };
}

static bool is_within(uint32_t start, uint32_t end, uint32_t addr, uint32_t len)
{
    return addr >= start && addr <= end && len <= end - addr;
}

void core3_last_stop(const struct core3 *core3, struct ampgdb_stop *stop)
{
    *stop = core3->last;
}

static bool are_registers(uint32_t first, uint32_t count)
{
    return first < AMPGDB_REG_COUNT && count <= AMPGDB_REG_COUNT - first;
}

int core3_read_regs(struct core3 *core3, uint32_t first, uint32_t count, uint32_t *values)
{
    const int error = pass_halted(core3);

    if (error)
        return error;
    if (!are_registers(first, count))
        return -AMPGDB_EINVAL;
    memcpy(values, core3->regs + first, count * sizeof *values);
    return 0;
}

int core3_write_regs(struct core3 *core3, uint32_t first, uint32_t count, const uint32_t *values)
{
    const int error = pass_halted(core3);

    if (error)
        return error;
    if (!are_registers(first, count) || first + count > AMPGDB_REG_READ_ONLY)
        return -AMPGDB_EINVAL;
    memcpy(core3->regs + first, values, count * sizeof *values);
    for (uint32_t i = 0; i < count; i++)
        note(core3, "reg%u=%x;", first + i, values[i]);
    return 0;
}

/* The byte behind an address; *left: how many follow. */
static uint8_t *find(struct core3 *core3, uint32_t addr, uint32_t *left)
{
    if (is_within(FAKE_BASE, FAKE_BASE + FAKE_RAM_BYTES, addr, 1)) {
        *left = FAKE_BASE + FAKE_RAM_BYTES - addr;
        return core3->ram + (addr - FAKE_BASE);
    }
    if (is_within(FAKE_DEVICE, FAKE_DEVICE + FAKE_DEVICE_BYTES, addr, 1)) {
        *left = FAKE_DEVICE + FAKE_DEVICE_BYTES - addr;
        return core3->device + (addr - FAKE_DEVICE);
    }
    return NULL;
}

int core3_read_mem(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len)
{
    uint32_t left = 0;
    const uint8_t *from = find(core3, addr, &left);
    int error;

    if (core3->deadly && addr == core3->deadly) {
        core3->fail_in = 1;
        core3->fail_with = -HOST_ELOST;
    }
    error = pass(core3);
    if (error)
        return error;
    if (!from)
        return -AMPGDB_EFAULT;
    memcpy(bytes, from, len < left ? len : left);
    return (int)(len < left ? len : left);
}

int core3_write_mem(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len)
{
    const int error = pass(core3);
    uint32_t left = 0;
    uint8_t *to = find(core3, addr, &left);

    if (error)
        return error;
    if (!to)
        return core3->swallows ? (int)len : -AMPGDB_EFAULT;
    memcpy(to, bytes, len < left ? len : left);
    note(core3, "write %x,%x;", addr, len);
    return (int)(len < left || core3->swallows ? len : left);
}

static struct fake_break *find_break(struct core3 *core3, uint32_t type, uint32_t addr,
                                     uint32_t kind)
{
    for (unsigned i = 0; i < core3->breaks; i++) {
        struct fake_break *item = &core3->table[i];

        if (item->type == type && item->addr == addr && item->kind == kind)
            return item;
    }
    return NULL;
}

/* Code is noted as the expressions' counts and its bytes, lengths included. */
static void note_code(struct core3 *core3, const struct ampgdb_break *new, const uint32_t *code,
                      uint32_t words)
{
    const uint8_t *bytes = (const uint8_t *)code;

    note(core3, " %u+%u:", new->conditions, new->commands);
    for (uint32_t i = 0; i < 4 * words; i++)
        note(core3, "%02x", bytes[i]);
}

int core3_set_break(struct core3 *core3, const struct ampgdb_break *new, const uint32_t *code,
                    uint32_t words)
{
    const int error = pass(core3);
    const bool is_old = find_break(core3, new->type, new->address, new->kind);

    if (error || (is_old && words == 0))
        return error;
    if (!is_old && core3->breaks == FAKE_BREAKS)
        return -AMPGDB_ENOSPC;
    if (!is_old)
        core3->table[core3->breaks++] = (struct fake_break){new->type, new->address, new->kind};
    note(core3, "set_break %u,%x,%u", new->type, new->address, new->kind);
    if (words > 0)
        note_code(core3, new, code, words);
    note(core3, ";");
    return 0;
}

int core3_clear_break(struct core3 *core3, uint32_t type, uint32_t addr, uint32_t kind)
{
    const int error = pass(core3);
    struct fake_break *item = find_break(core3, type, addr, kind);

    if (error || !item)
        return error;
    *item = core3->table[--core3->breaks];
    note(core3, "clear_break %u,%x,%u;", type, addr, kind);
    return 0;
}

int core3_allow(struct core3 *core3, uint32_t what)
{
    const int error = pass(core3);

    if (error)
        return error;
    note(core3, "allow %x;", what);
    return 0;
}

int core3_clear_breaks(struct core3 *core3)
{
    const int error = pass(core3);

    if (error)
        return error;
    core3->breaks = 0;
    note(core3, "clear_breaks;");
    return 0;
}

void fake_stop(struct core3 *core3, uint32_t reason, uint32_t address, uint32_t syndrome)
{
    core3->state = AMPGDB_STATE_HALTED;
    core3->last = (struct ampgdb_stop){.reason = reason, .address = address, .syndrome = syndrome};
    memcpy(core3->last.regs, core3->regs, sizeof core3->last.regs);
    core3->has_stop = true;
}

static void move(struct core3 *core3)
{
    core3->regs[AMPGDB_REG_PC] += core3->regs[AMPGDB_REG_CPSR] & PSR_T ? 2 : 4;
}

static void run_to_break(struct core3 *core3)
{
    const struct fake_break *best = NULL;

    move(core3);
    for (unsigned i = 0; i < core3->breaks; i++) {
        const struct fake_break *item = &core3->table[i];

        if (item->type > AMPGDB_BREAK_HARDWARE)
            continue;
        if (item->addr >= core3->regs[AMPGDB_REG_PC] && (!best || item->addr < best->addr))
            best = item;
    }
    if (!best)
        return;
    core3->regs[AMPGDB_REG_PC] = best->addr;
    fake_stop(core3,
              best->type == AMPGDB_BREAK_HARDWARE ? AMPGDB_STOP_HW_BREAK : AMPGDB_STOP_SW_BREAK, 0,
              0);
}

int core3_resume(struct core3 *core3, const struct ampgdb_resume *resume)
{
    const int error = pass_halted(core3);
    const char *deliver = resume->how & AMPGDB_RESUME_DELIVER ? " deliver" : "";

    if (error)
        return error;
    core3->has_stop = false;
    core3->state = AMPGDB_STATE_RUNNING;
    switch (resume->how & ~AMPGDB_RESUME_DELIVER) {
    case AMPGDB_RESUME_STEP:
        note(core3, "step%s;", deliver);
        move(core3);
        fake_stop(core3, AMPGDB_STOP_STEP, 0, 0);
        break;
    case AMPGDB_RESUME_RANGE:
        note(core3, "range%s %x,%x;", deliver, resume->start, resume->end);
        core3->regs[AMPGDB_REG_PC] = resume->end;
        fake_stop(core3, AMPGDB_STOP_STEP, 0, 0);
        break;
    default:
        note(core3, "continue%s;", deliver);
        run_to_break(core3);
    }
    return 0;
}

int core3_catch(struct core3 *core3, uint32_t mask)
{
    const int error = pass(core3);

    if (error)
        return error;
    if (core3->catch != mask)
        note(core3, "catch %x;", mask);
    core3->catch = mask;
    return 0;
}

void fake_print(struct core3 *core3, const uint32_t *payload, uint32_t words)
{
    struct fake_print *print = &core3->print[core3->prints++];

    print->words = words;
    memcpy(print->payload, payload, 4 * words);
}

/* No request, so it does not fail. */
int core3_poll_print(struct core3 *core3, const uint32_t **payload, uint32_t *words)
{
    if (core3->prints == 0 && core3->prints_while_running && core3->state == AMPGDB_STATE_RUNNING)
        fake_print(core3, (uint32_t[AMPGDB_PRINT_WORDS]){0}, AMPGDB_PRINT_WORDS);
    if (core3->prints == 0)
        return 0;
    core3->taken = core3->print[0];
    *payload = core3->taken.payload;
    *words = core3->taken.words;
    if (!core3->prints_for_ever) {
        core3->prints--;
        memmove(core3->print, core3->print + 1, core3->prints * sizeof core3->print[0]);
    }
    return 1;
}

int core3_halt(struct core3 *core3)
{
    const int error = pass(core3);

    if (error)
        return error;
    note(core3, "halt;");
    if (core3->state == AMPGDB_STATE_RUNNING && !core3->never_halts)
        fake_stop(core3, AMPGDB_STOP_HALT, 0, 0);
    return 0;
}

int core3_reset(struct core3 *core3, uint32_t entry)
{
    const int error = pass(core3);

    if (error)
        return error;
    note(core3, "reset %x;", entry);
    memset(core3->regs, 0, sizeof core3->regs);
    core3->entry = entry;
    core3->program_flags = 0;
    core3->regs[AMPGDB_REG_PC] = entry & ~1u;
    core3->regs[AMPGDB_REG_CPSR] = entry & 1 ? 0x1f3 : 0x1d3;
    fake_stop(core3, AMPGDB_STOP_RESET, 0, 0);
    core3->has_stop = false;
    return 0;
}

int core3_poll_stop(struct core3 *core3, struct ampgdb_stop *stop)
{
    const int error = pass(core3);

    if (error || !core3->has_stop)
        return error;
    if (core3->hides > 0) {
        core3->hides--;
        return 0;
    }
    core3->has_stop = false;
    *stop = core3->last;
    return 1;
}

int core3_ping(struct core3 *core3)
{
    core3->pings++;
    return core3->is_silent ? -HOST_ELOST : pass(core3);
}

static void write_image(struct core3 *core3, const struct image *image, uint8_t *ram)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        uint32_t left = 0;

        if (!find(core3, segment->addr, &left) || segment->file_bytes > left)
            continue;
        memcpy(ram + (segment->addr - FAKE_BASE), segment->bytes, segment->file_bytes);
        note(core3, "%x,%x;", segment->addr, segment->file_bytes);
    }
}

int core3_remember(struct core3 *core3, const struct image *image, struct error *error)
{
    if (core3->refuses_image)
        return error_set(error, -HOST_EFAIL, "the disk is full");
    note(core3, "remember %x:", image->entry);
    memcpy(core3->image_ram, core3->ram, sizeof core3->ram);
    write_image(core3, image, core3->image_ram);
    core3->image_entry = image->entry;
    core3->has_image = true;
    return 0;
}

void core3_forget(struct core3 *core3)
{
    note(core3, "forget;");
    core3->has_image = false;
}

int core3_load(struct core3 *core3, const struct image *image, struct error *error)
{
    int result = core3_remember(core3, image, error);

    if (!result)
        result = core3_reload(core3, error);
    return result;
}

int core3_reload(struct core3 *core3, struct error *error)
{
    const int result = pass(core3);

    if (result)
        return error_set(error, result, "reload fails");
    if (!core3->has_image)
        return error_set(error, -HOST_EFAIL, "nothing was loaded");
    note(core3, "reload;");
    memcpy(core3->ram, core3->image_ram, sizeof core3->ram);
    core3->breaks = 0;
    return core3_reset(core3, core3->image_entry);
}

int core3_loaded_entry(struct core3 *core3, uint32_t *entry, struct error *error)
{
    if (core3->has_nothing)
        return error_set(error, -HOST_EFAIL, "nothing was loaded");
    *entry = core3->image_entry;
    return 0;
}

int core3_examine(struct core3 *core3, struct error *verdict)
{
    note(core3, "examine;");
    error_set(verdict, 0, core3->has_record ? "the fake's record" : "the fake left no record");
    return core3->has_record ? 0 : -HOST_ELOST;
}

int core3_peek(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len)
{
    uint32_t left = 0;
    const uint8_t *from = addr < FAKE_DEVICE ? find(core3, addr, &left) : NULL;

    if (!from)
        return -AMPGDB_EFAULT;
    memcpy(bytes, from, len < left ? len : left);
    return (int)(len < left ? len : left);
}

const char *core3_explain(const struct core3 *core3, int error)
{
    (void)core3;
    return error <= -HOST_EFAIL ? "Core 3 is lost" : "Core 3 refuses";
}

void core3_describe_stop(const struct core3_info *info, const struct ampgdb_stop *stop, char *text,
                         size_t size)
{
    assert(info->ram_end == FAKE_RAM_END);
    snprintf(text, size, "stop %u <%x&%x>", stop->reason, stop->address, stop->syndrome);
}

void core3_describe_stop_briefly(const struct core3_info *info, const struct ampgdb_stop *stop,
                                 char *text, size_t size)
{
    core3_describe_stop(info, stop, text, size);
}
