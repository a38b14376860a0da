/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A hostile Core 3: whatever stands in the window's header and rings, the host's library reads
 * nothing outside of them, waits no longer than its deadlines, and has a sentence when it gives up.
 *
 * The input is a list of 32-bit words. What the host asks for, and what the stub does to the shared
 * memory before and while the host waits, comes from it; at its end the stub behaves.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/fake_machine.h"
#include "ampgdb/agent.h"
#include "core3.h"
#include "print_queue.h"

#define ASKED_MAX 64u
#define BYTES_MAX (3u * AMPGDB_DATA_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const uint8_t *input;
static size_t input_len;
static bool confused; /* the fake stub */

static uint32_t next_word(void)
{
    uint32_t word = 0;
    const size_t taken = input_len < sizeof word ? input_len : sizeof word;

    memcpy(&word, input, taken);
    input += taken;
    input_len -= taken;
    return word;
}

#define WORD_OF(member) (offsetof(struct ampgdb_header, member) / 4)
#define TO_HOST         ((AMPGDB_TO_HOST_OFFSET - AMPGDB_SHARED_OFFSET) / 4)
#define HEADER_WORDS    (sizeof(struct ampgdb_header) / 4)

/* What the host reads: the header and one ring. The fake stub believes what stands in the other
 * one, so it says no more when it would read nonsense there. */
static void scribble_word(struct fake *machine, uint32_t where, uint32_t value)
{
    const uint32_t index = where >> 31 ? where % HEADER_WORDS : TO_HOST + where % RING_WORDS;

    machine->shared[index] = value;
    if (index == WORD_OF(to_stub_head) || index == WORD_OF(to_stub_tail))
        confused = true;
}

static void print(void)
{
    uint32_t payload[16];
    const uint32_t words = next_word() % 17;

    for (uint32_t i = 0; i < words; i++)
        payload[i] = next_word() >> (i < 4 ? 24 : 0);
    fake_print(payload, words);
}

static void scribble(struct fake *machine)
{
    const uint32_t what = next_word();

    for (uint32_t i = 0; i < (what & 3); i++) {
        const uint32_t where = next_word();

        scribble_word(machine, where, next_word());
    }
    if ((what & 0xF0) == 0x10)
        fake_stop(next_word(), next_word());
    if ((what & 0xF0) == 0x20)
        print();
    machine->is_silent = confused || (what & 0xF00) == 0x100;
}

static bool falsify(struct fake *machine, struct fake_message *reply)
{
    const uint32_t what = next_word();
    uint32_t *words = (uint32_t *)reply;

    (void)machine;
    for (uint32_t i = 0; i < (what & 3); i++) {
        const uint32_t where = next_word();

        words[where % (where >> 31 ? AMPGDB_MESSAGE_WORDS : AMPGDB_MESSAGE_MAX)] = next_word();
    }
    if (reply->header.words > RING_WORDS) /* more than the fake can send */
        reply->header.words = RING_WORDS;
    return (what & 0xF0) != 0x10;
}

static void require_sentence(struct core3 *core3, int result)
{
    const char *text = result < 0 ? core3_explain(core3, result) : "none needed";

    if (!text || !*text || strchr(text, '\n'))
        abort();
}

static int ask_memory(struct core3 *core3, bool write)
{
    static uint8_t bytes[BYTES_MAX];
    const uint32_t addr = 0x20000000u + next_word() % (2 * FAKE_RAM_BYTES);
    const uint32_t len = next_word() % (BYTES_MAX + 1);
    const int done =
        write ? core3_write_mem(core3, addr, bytes, len) : core3_read_mem(core3, addr, bytes, len);

    if (done > (int)len)
        abort();
    return done;
}

static int ask_registers(struct core3 *core3, bool write)
{
    uint32_t values[AMPGDB_REG_COUNT] = {0};
    const uint32_t first = next_word() % AMPGDB_REG_COUNT;
    const uint32_t count = next_word() % (AMPGDB_REG_COUNT + 1 - first);

    return write ? core3_write_regs(core3, first, count, values)
                 : core3_read_regs(core3, first, count, values);
}

static int poll_stop(struct core3 *core3)
{
    struct ampgdb_stop stop;
    const int got = core3_poll_stop(core3, &stop);

    if (got > 0 && stop.reason >= AMPGDB_STOP_COUNT)
        abort();
    return got;
}

static int poll_print(struct core3 *core3)
{
    const uint32_t *payload;
    uint32_t words;
    const int got = core3_poll_print(core3, &payload, &words);

    if (got > 0 && !print_is_whole(payload, words))
        abort();
    return got;
}

static int set_break(struct core3 *core3)
{
    static uint32_t code[AMPGDB_AGENT_CODES_MAX / 4 + 1];
    const struct ampgdb_break new = {next_word(), next_word(), next_word(), next_word(), 0};

    return core3_set_break(core3, &new, code, next_word() % (AMPGDB_AGENT_CODES_MAX / 4 + 2));
}

static int look(struct core3 *core3)
{
    struct core3_info info;
    struct ampgdb_stop stop;
    char text[128];

    core3_info(core3, &info);
    core3_last_stop(core3, &stop);
    core3_describe_stop(&info, &stop, text, sizeof text);
    return 0;
}

static int ask(struct core3 *core3)
{
    const uint32_t what = next_word();

    switch (what % 14) {
    case 0:
        return core3_ping(core3);
    case 1:
    case 2:
        return ask_registers(core3, what % 14 == 2);
    case 3:
    case 4:
        return ask_memory(core3, what % 14 == 4);
    case 5:
        return set_break(core3);
    case 6:
        return core3_clear_breaks(core3);
    case 7:
        return core3_resume(core3, &(struct ampgdb_resume){.how = next_word()});
    case 8:
        return core3_halt(core3);
    case 9:
        return core3_reset(core3, next_word());
    case 10:
        return poll_stop(core3);
    case 11:
        return poll_print(core3);
    case 12:
        return core3_catch(core3, next_word());
    default:
        return look(core3);
    }
}

static void post_mortem(struct core3 *core3)
{
    struct error verdict;

    memset(&verdict, 0, sizeof verdict);
    if (core3_examine(core3, &verdict) == 0)
        look(core3);
    if (!memchr(verdict.text, '\0', sizeof verdict.text) || strchr(verdict.text, '\n'))
        abort();
}

static void own_and_ask(struct core3 *core3, struct error *error)
{
    if (core3_own(core3, "fuzzer", error) < 0) {
        if (!error->text[0])
            abort();
        return;
    }
    for (unsigned i = 0; i < ASKED_MAX && input_len > 0; i++)
        require_sentence(core3, ask(core3));
    core3_disown(core3);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct core3 *core3;
    struct error error;

    input = bytes;
    input_len = len;
    confused = false;
    fake_reset();
    memset(&error, 0, sizeof error);
    fake.core = next_word() % (FAKE_BUSY + 1);
    fake.tamper = falsify;
    fake.meddle = scribble;
    if (core3_open(&core3, "fake", &error) < 0)
        abort();
    own_and_ask(core3, &error);
    if (len % 2)
        own_and_ask(core3, &error);
    post_mortem(core3);
    core3_close(core3);
    return 0;
}
