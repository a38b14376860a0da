/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See breakpoints.h.
 */
#include "breakpoints.h"

#include <stddef.h>

#include "debug_unit.h"
#include "memory.h"
#include "patches.h"

#define POINTS_MAX (BREAKPOINTS_SOFTWARE + DEBUG_UNIT_BREAKPOINTS_MAX)
#define IN_MEMORY  0xFFu /* point.place of a patch */

_Static_assert(POINTS_MAX <= ACTIONS_MAX, "each may have actions");

struct point {
    uint32_t addr;
    uint8_t type; /* AMPGDB_BREAK_SOFTWARE, AMPGDB_BREAK_HARDWARE */
    bool thumb;
    uint8_t place; /* which register, or IN_MEMORY */
    actions_handle actions;
};

/* Without holes: a hit costs no more than the points that there are. */
static struct point points[POINTS_MAX];
static uint32_t count;

static uint32_t hardware_count; /* registers without the one for steps, which is the last */
static uint32_t registers_used; /* a bit for each */

static uint32_t lifted[BREAKPOINTS_LIFTED];
static uint32_t lifted_count;

void breakpoints_init(void)
{
    hardware_count = debug_unit_breakpoints() - 1;
}

uint32_t breakpoints_hardware(void)
{
    return hardware_count;
}

/* --- the register for steps --- */

void breakpoints_arm_step(uint32_t addr, bool thumb)
{
    debug_unit_arm(hardware_count, addr, thumb);
}

void breakpoints_disarm_step(void)
{
    debug_unit_disarm(hardware_count);
}

/* --- finding --- */

static struct point *find(uint32_t type, uint32_t addr)
{
    for (uint32_t i = 0; i < count; i++)
        if (points[i].addr == addr && points[i].type == type)
            return &points[i];
    return NULL;
}

bool breakpoints_has_software(uint32_t addr)
{
    return find(AMPGDB_BREAK_SOFTWARE, addr) != NULL;
}

bool breakpoints_has_hardware(uint32_t addr)
{
    return find(AMPGDB_BREAK_HARDWARE, addr) != NULL;
}

static uint32_t count_of(uint32_t type)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++)
        found += points[i].type == type;
    return found;
}

static uint32_t size_of(bool thumb)
{
    return thumb ? 2 : 4;
}

/* Two patches that share bytes cannot be; a software breakpoint may become one any time. */
static bool overlaps(uint32_t addr, bool thumb)
{
    for (uint32_t i = 0; i < count; i++)
        if (points[i].type == AMPGDB_BREAK_SOFTWARE &&
            (points[i].addr - addr < size_of(thumb) ||
             addr - points[i].addr < size_of(points[i].thumb)))
            return true;
    return false;
}

/* --- places --- */

static bool is_lifted(uint32_t addr)
{
    for (uint32_t i = 0; i < lifted_count; i++)
        if (lifted[i] == addr)
            return true;
    return false;
}

static void put_into_register(struct point *point, uint32_t number)
{
    point->place = (uint8_t)number;
    registers_used |= 1u << number;
    if (!is_lifted(point->addr))
        debug_unit_arm(number, point->addr, point->thumb);
}

static int put_into_memory(struct point *point)
{
    const int error = patches_plant(point->addr, point->thumb, PATCH_DEBUGGER);

    if (error)
        return error;
    point->place = IN_MEMORY;
    if (is_lifted(point->addr))
        patches_lift(point->addr);
    return 0;
}

static void take_out(const struct point *point)
{
    if (point->place == IN_MEMORY) {
        patches_remove(point->addr, PATCH_DEBUGGER);
        return;
    }
    debug_unit_disarm(point->place);
    registers_used &= ~(1u << point->place);
}

/* Returns its number, or hardware_count when there is none. */
static uint32_t free_register(void)
{
    uint32_t number = 0;

    while (number < hardware_count && registers_used >> number & 1)
        number++;
    return number;
}

/* From a software breakpoint whose memory can be patched; the newest one first. */
static uint32_t regain_register(void)
{
    for (uint32_t i = count; i-- > 0;) {
        const struct point before = points[i];

        if (before.type == AMPGDB_BREAK_SOFTWARE && before.place != IN_MEMORY &&
            put_into_memory(&points[i]) == 0) {
            debug_unit_disarm(before.place);
            registers_used &= ~(1u << before.place);
            return before.place;
        }
    }
    return hardware_count;
}

static int place_hardware(struct point *point)
{
    uint32_t number = free_register();

    if (number == hardware_count)
        number = regain_register();
    if (number == hardware_count)
        return -AMPGDB_ENOSPC;
    put_into_register(point, number);
    return 0;
}

/* A register does not care what its address is; the client wants to know that nothing is there. */
static int place_software(struct point *point)
{
    const uint32_t number = point->actions ? free_register() : hardware_count;
    uint8_t there[4];

    if (number == hardware_count)
        return put_into_memory(point);
    if (memory_read(point->addr, there, size_of(point->thumb)) != (int)size_of(point->thumb))
        return -AMPGDB_EFAULT;
    put_into_register(point, number);
    return 0;
}

/* --- setting and clearing --- */

static bool is_thumb(uint32_t kind)
{
    return kind == AMPGDB_BREAK_KIND_THUMB || kind == AMPGDB_BREAK_KIND_THUMB2;
}

/* Where no instruction can be. GDB takes it for granted that Z1 does not mind. */
static bool is_nowhere(uint32_t addr, uint32_t kind)
{
    return addr % size_of(is_thumb(kind)) != 0;
}

static bool is_valid(uint32_t type, uint32_t addr, uint32_t kind)
{
    if (!is_thumb(kind) && kind != AMPGDB_BREAK_KIND_ARM)
        return false;
    return type == AMPGDB_BREAK_HARDWARE ||
           (type == AMPGDB_BREAK_SOFTWARE && !is_nowhere(addr, kind));
}

/* The same breakpoint again, with other actions: it moves to a register if that pays now. */
static int change(struct point *point, const struct ampgdb_break *new, const uint32_t *code,
                  uint32_t words)
{
    int error;

    if (point->thumb != is_thumb(new->kind))
        return -AMPGDB_EINVAL;
    error = actions_store(&point->actions, new->conditions, new->commands, code, words);
    if (error || !point->actions || point->place != IN_MEMORY || free_register() == hardware_count)
        return error;
    take_out(point);
    put_into_register(point, free_register());
    return 0;
}

static int add(const struct ampgdb_break *new, const uint32_t *code, uint32_t words)
{
    const bool is_software = new->type == AMPGDB_BREAK_SOFTWARE;
    struct point *point = &points[count];
    int error;

    if (is_software && overlaps(new->address, is_thumb(new->kind)))
        return -AMPGDB_EINVAL;
    if (is_software && count_of(AMPGDB_BREAK_SOFTWARE) == BREAKPOINTS_SOFTWARE)
        return -AMPGDB_ENOSPC;
    *point = (struct point){new->address, (uint8_t) new->type, is_thumb(new->kind), IN_MEMORY, 0};
    error = actions_store(&point->actions, new->conditions, new->commands, code, words);
    if (error)
        return error;
    error = is_software ? place_software(point) : place_hardware(point);
    if (error)
        actions_forget(&point->actions);
    else
        count++;
    return error;
}

int breakpoints_set(const struct ampgdb_break *new, const uint32_t *code, uint32_t words)
{
    struct point *point = find(new->type, new->address);

    if (!is_valid(new->type, new->address, new->kind))
        return -AMPGDB_EINVAL;
    if (is_nowhere(new->address, new->kind))
        return 0;
    return point ? change(point, new, code, words) : add(new, code, words);
}

static void drop(struct point *point)
{
    take_out(point);
    actions_forget(&point->actions);
    *point = points[--count];
}

int breakpoints_clear(uint32_t type, uint32_t addr, uint32_t kind)
{
    struct point *point = find(type, addr);

    if (!is_valid(type, addr, kind))
        return -AMPGDB_EINVAL;
    if (point)
        drop(point);
    return 0;
}

void breakpoints_clear_all(void)
{
    while (count > 0)
        drop(&points[count - 1]);
}

/* --- hits --- */

int breakpoints_hit(uint32_t addr, const struct agent_world *world, uint32_t *bad_addr)
{
    int verdict = ACTIONS_GO_ON;

    for (uint32_t i = 0; i < count; i++) {
        int one;

        if (points[i].addr != addr)
            continue;
        one = actions_run(points[i].actions, world, bad_addr);
        if (one < 0)
            return one;
        if (one == ACTIONS_STOP)
            verdict = one;
    }
    return verdict;
}

/* --- catches --- */

int breakpoints_catch(uint32_t addr, bool thumb)
{
    const int error = patches_plant(addr, thumb, PATCH_CATCH);

    if (!error && is_lifted(addr))
        patches_lift(addr);
    return error;
}

void breakpoints_uncatch(void)
{
    patches_remove_all(PATCH_CATCH);
}

bool breakpoints_has_catch(uint32_t addr)
{
    return patches_has(addr, PATCH_CATCH);
}

/* --- lifting --- */

void breakpoints_lift(uint32_t addr)
{
    if (is_lifted(addr) || lifted_count == BREAKPOINTS_LIFTED)
        return;
    lifted[lifted_count++] = addr;
    patches_lift(addr);
    for (uint32_t i = 0; i < count; i++)
        if (points[i].addr == addr && points[i].place != IN_MEMORY)
            debug_unit_disarm(points[i].place);
}

static void forget_lifted(uint32_t addr)
{
    for (uint32_t i = 0; i < lifted_count; i++)
        if (lifted[i] == addr)
            lifted[i] = lifted[--lifted_count];
}

void breakpoints_replant(uint32_t addr)
{
    if (!is_lifted(addr))
        return;
    forget_lifted(addr);
    patches_replant(addr);
    for (uint32_t i = 0; i < count; i++)
        if (points[i].addr == addr && points[i].place != IN_MEMORY)
            debug_unit_arm(points[i].place, addr, points[i].thumb);
}
