/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See watchpoints.h. The registers are planned anew whenever an object comes or goes (cover.h).
 */
#include "watchpoints.h"

#include <stddef.h>

#include "access.h"
#include "ampgdb/message.h"
#include "cover.h"
#include "debug_unit.h"
#include "regs.h"

static struct cover_object objects[COVER_OBJECTS];
static uint32_t count;
static struct cover_register plan[DEBUG_UNIT_WATCHPOINTS_MAX];
static uint32_t planned;
static uint32_t hardware;
static bool lifted;

/* --- the core's registers --- */

static void arm(void)
{
    static const uint8_t types[] = {
        [ACCESS_READ] = AMPGDB_WATCH_READ,
        [ACCESS_WRITE] = AMPGDB_WATCH_WRITE,
        [ACCESS_READ | ACCESS_WRITE] = AMPGDB_WATCH_ACCESS,
    };

    for (uint32_t i = 0; i < planned; i++)
        debug_unit_watch(i, types[plan[i].how], plan[i].addr, plan[i].size_log2, plan[i].select);
}

static void disarm(void)
{
    for (uint32_t i = 0; i < planned; i++)
        debug_unit_unwatch(i);
}

/* For what is in objects[] now; nothing changes when there are not enough of them. */
static int replan(void)
{
    struct cover_register new[DEBUG_UNIT_WATCHPOINTS_MAX];
    const int used = cover_find(objects, count, new, hardware);

    if (used < 0)
        return used;
    if (!lifted)
        disarm();
    planned = (uint32_t)used;
    for (uint32_t i = 0; i < planned; i++)
        plan[i] = new[i];
    if (!lifted)
        arm();
    return 0;
}

void watchpoints_init(void)
{
    hardware = debug_unit_watchpoints();
    watchpoints_clear_all();
}

uint32_t watchpoints_hardware(void)
{
    return hardware;
}

void watchpoints_lift(void)
{
    if (!lifted)
        disarm();
    lifted = true;
}

void watchpoints_replant(void)
{
    if (lifted)
        arm();
    lifted = false;
}

/* --- objects --- */

static bool make_object(uint32_t type, uint32_t addr, uint32_t len, struct cover_object *object)
{
    object->first = addr;
    object->last = addr + (len - 1);
    object->how = (type == AMPGDB_WATCH_WRITE ? 0 : ACCESS_READ) |
                  (type == AMPGDB_WATCH_READ ? 0 : ACCESS_WRITE);
    return type >= AMPGDB_WATCH_WRITE && type <= AMPGDB_WATCH_ACCESS && len > 0 &&
           object->last >= addr;
}

static struct cover_object *find(const struct cover_object *wanted)
{
    for (uint32_t i = 0; i < count; i++)
        if (objects[i].first == wanted->first && objects[i].last == wanted->last &&
            objects[i].how == wanted->how)
            return &objects[i];
    return NULL;
}

int watchpoints_set(uint32_t type, uint32_t addr, uint32_t len)
{
    struct cover_object new;

    if (!make_object(type, addr, len, &new))
        return -AMPGDB_EINVAL;
    if (find(&new))
        return 0;
    if (count == COVER_OBJECTS)
        return -AMPGDB_ENOSPC;
    objects[count++] = new;

    const int error = replan();

    if (error)
        count--;
    return error;
}

/* What remains may need more registers than there are, when the object tied others together: then
 * the old ones, which cover all of it, stay. */
int watchpoints_clear(uint32_t type, uint32_t addr, uint32_t len)
{
    struct cover_object old;

    if (!make_object(type, addr, len, &old))
        return -AMPGDB_EINVAL;

    struct cover_object *object = find(&old);

    if (object) {
        *object = objects[--count];
        replan();
    }
    return 0;
}

void watchpoints_clear_all(void)
{
    count = 0;
    replan();
}

/*
 * A core reports an address between the first byte of the access and the last byte of it that a
 * register covers (DDI 0487, AArch32, "Determining the memory location that caused a Watchpoint
 * exception"; QEMU: the first byte covered). It is in HDFAR since v7.1 Debug (DDI 0406C, C4.3). So
 * the byte that hit is there or behind it, and less than the access's size away. For the Cortex-A53
 * (DDI 0500D, 11.9.1) the address is also no lower than that byte rounded down to 16, and for a
 * cache maintenance operation (DCIMVAC) nothing is promised: one may pass unreported.
 *
 * If the core named a byte in the middle, that looks too far, but the
 * register that hit covers a byte in between: only one that covers more than its objects can be
 * wrong then. QEMU 7.2 itself is wrong about unaligned stores: watched bytes before them in the
 * same page are reported, too.
 */
bool watchpoints_hit(const struct frame *frame, uint32_t code, uint32_t *addr)
{
    const struct access access = access_of(code, regs_is_thumb(frame));
    const uint32_t first = frame->hdfar, most = access.bytes - 1u;
    const uint32_t last = first > UINT32_MAX - most ? UINT32_MAX : first + most;
    bool hit = false;

    for (uint32_t i = 0; i < count; i++) {
        const struct cover_object *object = &objects[i];
        const uint32_t met = object->first > first ? object->first : first;

        if (!(object->how & access.how) || met > last || met > object->last)
            continue;
        if (!hit || met < *addr)
            *addr = met;
        hit = true;
    }
    return hit;
}
