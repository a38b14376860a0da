/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A single-producer single-consumer ring of 32-bit words in memory shared by two cores, and all
 * barriers that the two worlds need between them. Nobody else spells a barrier for the other
 * core.
 *
 * Indices count words and run free; the slot is the index modulo the size. The head belongs to
 * the producer, the tail to the consumer:
 *
 *      empty      head == tail
 *      wrapped    head / size != tail / size      (nothing special: only the slot wraps)
 *      full       head - tail == size
 *      corrupt    head - tail > size              (the peer is broken: touch nothing)
 *
 * Why plain words suffice, without exclusive accesses: each index has one writer, and aligned
 * 32-bit accesses are single-copy atomic (ARM DDI 0406C, A3.5.3), on Device and non-cacheable
 * memory too, where LDREX/STREX need not work at all (A3.4.5).
 *
 * Ordering. Nothing is left to a memory type: on Linux's side it is Strongly-ordered or Normal
 * non-cacheable, on the stub's Normal non-cacheable (window.h), and of Normal memory each side may
 * read early, repeat reads, merge and delay writes, and pass one access by another (A3.5.1). The
 * peer's shareability may differ too, so the barriers are DMB SY (A3.8.3) and not the
 * inner-shareable ones of C11.
 *      [P] publish: data, barrier, head       pairs with  [C] consume: head, barrier, data
 *      [R] release: data read, barrier, tail  pairs with  [W] write: tail, barrier, data
 *      [F] full fence between "publish" and "look whether the peer sleeps", on both sides: a
 *          store followed by a load is reordered even on x86, and then both would look too
 *          early and a wake-up would be lost. Of several words looked at behind it (state and
 *          asleep) the order does not matter: whoever writes one of them afterwards looks at the
 *          ring behind a fence of its own.
 *      [D] everything written, then the store to a device by which the peer hears of it; or such a
 *          store, then what the peer is to read only when the device has it: DSB (A3.8.3).
 * A store that no barrier follows (head, tail) still leaves the write buffer in finite time, and
 * each volatile read of uncached memory is a new one: who polls sees it. Only what the polled word
 * announces needs a barrier.
 */
#ifndef AMPGDB_RING_H
#define AMPGDB_RING_H

#include <stdint.h>

#include "ampgdb/memmap.h"
#include "ampgdb/message.h"

#define RING_WORDS (AMPGDB_RING_SIZE / 4u)
_Static_assert((RING_WORDS & (RING_WORDS - 1u)) == 0, "free-running indices need a power of two");

static inline void ring_barrier(void)
{
#if defined(__arm__)
    __asm__ volatile("dmb sy" ::: "memory");
#else
    __sync_synchronize(); /* x86: MFENCE or a locked instruction, also store before load */
#endif
}

/*
 * [D] An interrupt travels by another path than the data and need not obey a DMB: that orders
 * accesses that others observe, and an interrupt is none. DSB waits until the data have arrived
 * (ARM DDI 0487, appendix "Barrier Litmus Tests", "Using a mailbox to send an interrupt").
 */
static inline void ring_complete(void)
{
#if defined(__arm__)
    __asm__ volatile("dsb sy" ::: "memory");
#else
    __sync_synchronize();
#endif
}

struct ring {
    volatile uint32_t *head; /* words ever written */
    volatile uint32_t *tail; /* words ever read */
    volatile uint32_t *data; /* RING_WORDS words */
};

/*
 * ring_write - publish one message of header, head part and body, or nothing
 *
 * Caller:  the ring's one producer. Never blocks.
 * message: its words field counts everything; parts must add up to it.
 * payload: message->words - AMPGDB_MESSAGE_WORDS words.
 * Returns: 0; -AMPGDB_EFULL when it does not fit now; -AMPGDB_ECORRUPT when the consumer's
 *          index is impossible.
 */
static inline int ring_write(const struct ring *ring, const struct ampgdb_message *message,
                             const uint32_t *payload)
{
    const uint32_t head = *ring->head;
    const uint32_t used = head - *ring->tail;
    const uint32_t *header = (const uint32_t *)message;

    if (used > RING_WORDS)
        return -AMPGDB_ECORRUPT;
    if (message->words > RING_WORDS - used)
        return -AMPGDB_EFULL;
    ring_barrier(); /* [W] the slots are read before they are overwritten */
    for (uint32_t i = 0; i < message->words; i++)
        ring->data[(head + i) % RING_WORDS] =
            i < AMPGDB_MESSAGE_WORDS ? header[i] : payload[i - AMPGDB_MESSAGE_WORDS];
    ring_barrier(); /* [P] */
    *ring->head = head + message->words;
    return 0;
}

/*
 * ring_read - take one message, if there is one
 *
 * Caller:  the ring's one consumer. Never blocks.
 * payload: room for AMPGDB_PAYLOAD_WORDS words.
 * Returns: 1 and the message copied; 0 when the ring is empty; -AMPGDB_ECORRUPT when the
 *          producer's index or the message's length is impossible: nothing was taken.
 */
static inline int ring_read(const struct ring *ring, struct ampgdb_message *message,
                            uint32_t *payload)
{
    const uint32_t tail = *ring->tail;
    const uint32_t used = *ring->head - tail;
    uint32_t *header = (uint32_t *)message;

    if (used == 0)
        return 0;
    if (used > RING_WORDS || used < AMPGDB_MESSAGE_WORDS)
        return -AMPGDB_ECORRUPT;
    ring_barrier(); /* [C] */
    for (uint32_t i = 0; i < AMPGDB_MESSAGE_WORDS; i++)
        header[i] = ring->data[(tail + i) % RING_WORDS];
    /* From here on only the copy is believed: the peer may write again what it likes. */
    if (message->words < AMPGDB_MESSAGE_WORDS || message->words > used ||
        message->words > AMPGDB_MESSAGE_MAX)
        return -AMPGDB_ECORRUPT;
    for (uint32_t i = AMPGDB_MESSAGE_WORDS; i < message->words; i++)
        payload[i - AMPGDB_MESSAGE_WORDS] = ring->data[(tail + i) % RING_WORDS];
    ring_barrier(); /* [R] */
    *ring->tail = tail + message->words;
    return 1;
}

#endif
