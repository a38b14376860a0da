/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of core3.h that asks the stub for things: one small function a request. The talking is
 * core3_link.c's.
 */
#include <limits.h>
#include <string.h>

#include "ampgdb/agent.h"
#include "ampgdb/bcm283x.h"
#include "core3_internal.h"

_Static_assert(sizeof(struct ampgdb_break) == 4 * AMPGDB_BREAK_WORDS, "copied as words");

/* For requests whose reply is only "done". */
static int request(struct core3 *core3, uint32_t type, const uint32_t *payload, uint32_t words)
{
    const int status = link_request(&core3->link, type, payload, words);

    if (status < 0)
        return status;
    return link_expect(&core3->link, 0);
}

static bool are_registers(uint32_t first, uint32_t count)
{
    return first < AMPGDB_REG_COUNT && count <= AMPGDB_REG_COUNT - first;
}

int core3_read_regs(struct core3 *core3, uint32_t first, uint32_t count, uint32_t *values)
{
    const uint32_t payload[] = {first, count};
    int result;

    if (!are_registers(first, count))
        return -AMPGDB_EINVAL;
    result = link_request(&core3->link, AMPGDB_MSG_READ_REGS, payload, 2);
    if (result >= 0)
        result = link_expect(&core3->link, count);
    if (result < 0)
        return result;
    for (uint32_t i = 0; i < count; i++)
        values[i] = core3->link.payload[i];
    return 0;
}

int core3_write_regs(struct core3 *core3, uint32_t first, uint32_t count, const uint32_t *values)
{
    if (!are_registers(first, count))
        return -AMPGDB_EINVAL;
    core3->request[0] = first;
    core3->request[1] = count;
    for (uint32_t i = 0; i < count; i++)
        core3->request[2 + i] = values[i];
    return request(core3, AMPGDB_MSG_WRITE_REGS, core3->request, 2 + count);
}

static uint32_t words_of(uint32_t bytes)
{
    return (bytes + 3) / 4;
}

/* A count of bytes done, out of len: none at all would be no progress, more a lie. */
static int check_count(struct core3 *core3, int count, uint32_t len)
{
    if (count > 0 && (uint32_t)count <= len)
        return count;
    return link_blame(&core3->link,
                      "Core 3 claims %d bytes done out of %u: its stub is broken or from another "
                      "version",
                      count, len);
}

static int read_chunk(struct core3 *core3, uint32_t addr, uint8_t *bytes, uint32_t len)
{
    const uint32_t payload[] = {addr, len};
    int count = link_request(&core3->link, AMPGDB_MSG_READ_MEM, payload, 2);
    int result;

    if (count < 0)
        return count;
    count = check_count(core3, count, len);
    if (count < 0)
        return count;
    result = link_expect(&core3->link, words_of((uint32_t)count));
    if (result < 0)
        return result;
    memcpy(bytes, core3->link.payload, (size_t)count);
    return count;
}

static int write_chunk(struct core3 *core3, uint32_t addr, const uint8_t *bytes, uint32_t len)
{
    const uint32_t words = words_of(len);
    int count;
    int result;

    core3->request[0] = addr;
    core3->request[1] = len;
    if (words > 0)
        core3->request[1 + words] = 0; /* the padding */
    memcpy(core3->request + 2, bytes, len);
    count = link_request(&core3->link, AMPGDB_MSG_WRITE_MEM, core3->request, 2 + words);
    if (count < 0)
        return count;
    result = link_expect(&core3->link, 0);
    return result < 0 ? result : check_count(core3, count, len);
}

/* What is left of len, from done on, as one message: not beyond the last address, not too long. */
static uint32_t chunk_of(uint32_t addr, uint32_t len, uint32_t done)
{
    const uint64_t to_end = (UINT64_C(1) << 32) - addr;
    uint64_t left = len < to_end ? len : to_end;

    if (left > INT_MAX)
        left = INT_MAX;
    left -= done;
    return left < AMPGDB_DATA_MAX ? (uint32_t)left : AMPGDB_DATA_MAX;
}

int core3_read_mem(struct core3 *core3, uint32_t addr, void *bytes, uint32_t len)
{
    uint32_t done = 0;
    uint32_t chunk;

    while ((chunk = chunk_of(addr, len, done)) > 0) {
        const int count = read_chunk(core3, addr + done, (uint8_t *)bytes + done, chunk);

        if (count < 0)
            return done > 0 && count != -HOST_ELOST ? (int)done : count;
        done += (uint32_t)count;
    }
    return (int)done;
}

int core3_write_mem(struct core3 *core3, uint32_t addr, const void *bytes, uint32_t len)
{
    uint32_t done = 0;
    uint32_t chunk;

    while ((chunk = chunk_of(addr, len, done)) > 0) {
        const int count = write_chunk(core3, addr + done, (const uint8_t *)bytes + done, chunk);

        if (count < 0)
            return done > 0 && count != -HOST_ELOST ? (int)done : count;
        done += (uint32_t)count;
    }
    return (int)done;
}

int core3_set_break(struct core3 *core3, const struct ampgdb_break *new, const uint32_t *code,
                    uint32_t words)
{
    if (words > AMPGDB_AGENT_CODES_MAX / 4)
        return -AMPGDB_EINVAL;
    memcpy(core3->request, new, sizeof *new);
    if (words > 0)
        memcpy(core3->request + AMPGDB_BREAK_WORDS, code, 4 * words);
    return request(core3, AMPGDB_MSG_SET_BREAK, core3->request, AMPGDB_BREAK_WORDS + words);
}

int core3_clear_break(struct core3 *core3, uint32_t type, uint32_t addr, uint32_t kind)
{
    const uint32_t payload[] = {type, addr, kind};

    return request(core3, AMPGDB_MSG_CLEAR_BREAK, payload, 3);
}

int core3_clear_breaks(struct core3 *core3)
{
    return request(core3, AMPGDB_MSG_CLEAR_BREAKS, NULL, 0);
}

int core3_resume(struct core3 *core3, const struct ampgdb_resume *resume)
{
    const uint32_t payload[AMPGDB_RESUME_WORDS] = {resume->how, resume->start, resume->end};

    core3->link.has_stop = false; /* the next one may arrive before this returns */
    return request(core3, AMPGDB_MSG_RESUME, payload, AMPGDB_RESUME_WORDS);
}

int core3_catch(struct core3 *core3, uint32_t mask)
{
    return request(core3, AMPGDB_MSG_CATCH, &mask, 1);
}

int core3_halt(struct core3 *core3)
{
    return request(core3, AMPGDB_MSG_HALT, NULL, 0);
}

/* A start address that came while the program ran was for the program. Behind it, it would start
 * what is meant to stand still. */
static int empty_mailbox(struct core3 *core3)
{
    const int result = core3->physmem->ops->write32(
        core3->physmem, BCM283X_LOCAL + LOCAL_CORE3_MAILBOX3_CLR, UINT32_MAX, &core3->trouble);

    ring_complete(); /* [D] the mailbox is empty before the stub can find the request */
    return result;
}

int core3_reset(struct core3 *core3, uint32_t entry)
{
    int result = empty_mailbox(core3);

    if (result == 0)
        result = request(core3, AMPGDB_MSG_RESET, &entry, 1);
    if (result == 0)
        core3->link.has_stop = false; /* of the program that is no more */
    return result;
}

int core3_allow(struct core3 *core3, uint32_t what)
{
    return request(core3, AMPGDB_MSG_ALLOW, &what, 1);
}

int core3_poll_stop(struct core3 *core3, struct ampgdb_stop *stop)
{
    const int result = core3->link.has_stop ? 0 : link_poll(&core3->link);

    if (!core3->link.has_stop)
        return result;
    core3->link.has_stop = false;
    *stop = core3->link.stop;
    return 1;
}

int core3_poll_print(struct core3 *core3, const uint32_t **payload, uint32_t *words)
{
    struct print_queue *prints = &core3->link.prints;
    const int result = print_queue_is_empty(prints) ? link_poll(&core3->link) : 0;

    *words = print_queue_take(prints, payload);
    return *words > 0 ? 1 : result;
}

int core3_ping(struct core3 *core3)
{
    return link_ping(&core3->link);
}
