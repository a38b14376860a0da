/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packets about memory. Addresses are the program's; what is there, and whether it may be touched,
 * is the stub's to say.
 *
 * GDB manual, "Packets".
 */
#include <string.h>

#include "rsp.h"

/* addr,len: false when malformed or when the range goes beyond the address space. */
static bool take_range(struct rsp_cursor *args, uint32_t *addr, uint32_t *len)
{
    return rsp_take_number(args, addr) && rsp_take(args, ',') && rsp_take_number(args, len) &&
           (uint64_t)*addr + *len <= (uint64_t)1 << 32;
}

static int fetch_line(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    return core3_read_mem(context, addr, bytes, len);
}

/* Only plain RAM of a program that stands still, under addresses that are physical. Not for an
 * observer: it does not hear of what the debugger writes. */
static bool may_cache(const struct session *session, uint32_t addr, uint32_t len)
{
    return session->owns && !session->running &&
           !(session->info.program_flags & AMPGDB_PROGRAM_MMU) && len <= LINE_CACHE_READ_MAX &&
           core3_is_program_ram(&session->info, addr, len);
}

/* Past a dead Core 3 there is only RAM, under its physical addresses. */
static int read_memory(struct session *session, uint32_t addr, uint32_t len)
{
    if (session->post_mortem)
        return core3_peek(session->core3, addr, session->memory, len);
    if (may_cache(session, addr, len) &&
        line_cache_read(&session->cache, addr, session->memory, len, fetch_line, session->core3))
        return (int)len;
    return core3_read_mem(session->core3, addr, session->memory, len);
}

/* m addr,len -> bytes, maybe fewer. Zero bytes are refused: their reply would be the empty one,
 * which means that we do not know the packet. */
int rsp_read_memory(struct session *session, struct rsp_cursor *args)
{
    uint32_t addr;
    uint32_t len;
    int done;

    if (!take_range(args, &addr, &len) || !rsp_at_end(args) || len == 0)
        return -AMPGDB_EINVAL;
    rsp_note_read(session);
    if (len > RSP_PACKET_SIZE / 2)
        len = RSP_PACKET_SIZE / 2;
    done = read_memory(session, addr, len);
    if (done < 0)
        return done;
    rsp_reply_hex(&session->reply, session->memory, (size_t)done);
    return RSP_DONE;
}

static int write_memory(struct session *session, uint32_t addr, const uint8_t *bytes, uint32_t len)
{
    int done = 0;

    if (len > 0)
        done = rsp_note_write(session, addr, len);
    if (done == 0 && len > 0)
        done = core3_write_mem(session->core3, addr, bytes, len);
    if (session_is_lost(done))
        return done;
    if (done > 0)
        rsp_note_written(session, addr, (uint32_t)done);
    if (done < 0 || (uint32_t)done < len) {
        rsp_note_failed_write(session, addr + (uint32_t)(done < 0 ? 0 : done), len);
        return done < 0 ? done : -AMPGDB_EFAULT;
    }
    rsp_reply_text(&session->reply, "OK");
    return RSP_DONE;
}

/* M addr,len:hex -> OK. The bytes are half as many as the packet's digits, so they have room. */
int rsp_write_hex(struct session *session, struct rsp_cursor *args)
{
    uint32_t addr;
    uint32_t len;

    if (!take_range(args, &addr, &len) || !rsp_take(args, ':') ||
        !rsp_take_bytes(args, session->memory, len) || !rsp_at_end(args))
        return -AMPGDB_EINVAL;
    return write_memory(session, addr, session->memory, len);
}

/* X addr,len:bytes -> OK. Zero bytes are how GDB finds out that we know this packet. */
int rsp_write_binary(struct session *session, struct rsp_cursor *args)
{
    uint32_t addr;
    uint32_t len;

    if (!take_range(args, &addr, &len) || !rsp_take(args, ':') || rsp_left(args) != len)
        return -AMPGDB_EINVAL;
    return write_memory(session, addr, args->at, len);
}
