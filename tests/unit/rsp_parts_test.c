/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The small pure parts of the bridge: text, ranges, line cache, addresses, trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "line_cache.h"
#include "listener.h"
#include "ranges.h"
#include "rsp_text.h"
#include "trace.h"

static struct rsp_cursor cursor_of(const char *text)
{
    return (struct rsp_cursor){(const uint8_t *)text, (const uint8_t *)text + strlen(text)};
}

static void numbers_fit_32_bits_or_fail(void **state)
{
    struct rsp_cursor cursor;
    uint32_t value;

    (void)state;
    cursor = cursor_of("FfffFFFF,");
    assert_true(rsp_take_number(&cursor, &value));
    assert_int_equal(value, 0xffffffff);
    assert_int_equal(rsp_left(&cursor), 1);
    cursor = cursor_of("000000000001");
    assert_true(rsp_take_number(&cursor, &value));
    assert_int_equal(value, 1);
    cursor = cursor_of("100000000");
    assert_false(rsp_take_number(&cursor, &value));
    cursor = cursor_of("");
    assert_false(rsp_take_number(&cursor, &value));
}

/* Digits behind the end are somebody else's. */
static void bytes_end_with_the_cursor(void **state)
{
    static const char text[] = "12345678";
    struct rsp_cursor cursor = {(const uint8_t *)text, (const uint8_t *)text + 3};
    uint8_t bytes[4] = {0};

    (void)state;
    assert_false(rsp_take_bytes(&cursor, bytes, 2));
    assert_true(rsp_take_bytes(&cursor, bytes, 1));
    assert_int_equal(bytes[0], 0x12);
    assert_int_equal(rsp_left(&cursor), 1);
}

static void thread_ids(void **state)
{
    static const struct {
        const char *text;
        bool good;
        bool ours;
    } rows[] = {
        {"1", true, true},      {"0", true, true},      {"-1", true, true},
        {"2", true, false},     {"p1.1", true, true},   {"p1.-1", true, true},
        {"p-1.-1", true, true}, {"p2.1", true, false},  {"p1.2", true, false},
        {"p1", true, true},     {"", false, false},     {"p", false, false},
        {"-", false, false},    {"p1.x", false, false}, {"x", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rsp_cursor cursor = cursor_of(rows[i].text);
        bool ours = false;

        assert_int_equal(rsp_take_thread(&cursor, &ours), rows[i].good);
        if (rows[i].good)
            assert_int_equal(ours, rows[i].ours);
    }
}

static void reply_never_overflows(void **state)
{
    static struct rsp_reply reply;

    (void)state;
    rsp_reply_clear(&reply);
    for (unsigned i = 0; i < RSP_PACKET_SIZE / 8; i++)
        rsp_reply_word32(&reply, 0x11223344);
    assert_false(reply.overflow);
    assert_memory_equal(reply.bytes + RSP_PACKET_SIZE - 8, "44332211", 8);
    rsp_reply_byte(&reply, 1);
    assert_true(reply.overflow);
    assert_int_equal(reply.len, RSP_PACKET_SIZE);
}

static void ranges_merge_and_contain(void **state)
{
    struct ranges ranges;

    (void)state;
    ranges_clear(&ranges);
    assert_null(ranges_find(&ranges, 0));
    ranges_add(&ranges, 0x100, 0);
    assert_null(ranges_find(&ranges, 0x100));
    ranges_add(&ranges, 0x100, 0x10);
    ranges_add(&ranges, 0x120, 0x10);
    assert_int_equal(ranges.count, 2);
    assert_null(ranges_find(&ranges, 0xff));
    assert_non_null(ranges_find(&ranges, 0x100));
    assert_non_null(ranges_find(&ranges, 0x10f));
    assert_null(ranges_find(&ranges, 0x110));
    ranges_add(&ranges, 0x110, 0x10);
    assert_int_equal(ranges.count, 1);
    ranges_add(&ranges, 0, 0x1000);
    assert_int_equal(ranges.count, 1);
    assert_non_null(ranges_find(&ranges, 0xfff));
    ranges_add(&ranges, 0xfffffff0, 0x10);
    assert_non_null(ranges_find(&ranges, 0xffffffff));
    assert_null(ranges_find(&ranges, 0x1000));
    assert_true(ranges_overlap(&ranges, 0xfff, 1));
    assert_true(ranges_overlap(&ranges, 0xfff, 0xfffff001));
    assert_false(ranges_overlap(&ranges, 0x1000, 0xffffeff0));
    assert_true(ranges_overlap(&ranges, 0x1000, 0xffffeff1));
    assert_false(ranges_overlap(&ranges, 0, 0));
}

/* Whatever was added stays in, also when there are more ranges than room. */
static void full_ranges_never_forget(void **state)
{
    struct ranges ranges;

    (void)state;
    ranges_clear(&ranges);
    for (uint32_t i = 0; i < 1000; i++) {
        const uint32_t addr = i * 7919u % 1000u * 0x100u;

        ranges_add(&ranges, addr, 1 + i % 16);
        assert_true(ranges.count <= RANGES_MAX);
        for (uint32_t j = 0; j <= i; j++)
            assert_non_null(ranges_find(&ranges, j * 7919u % 1000u * 0x100u + j % 16));
    }
    assert_null(ranges_find(&ranges, 0x10000000));
}

struct memory {
    unsigned fetches;
    uint32_t end; /* memory above can't be read */
};

static int fetch(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    struct memory *memory = context;

    memory->fetches++;
    for (uint32_t i = 0; i < len; i++) {
        if (addr + i >= memory->end)
            return (int)i;
        ((uint8_t *)bytes)[i] = (uint8_t)((addr + i) * 37 >> 3);
    }
    return (int)len;
}

static void cache_reads_what_memory_holds(void **state)
{
    static struct line_cache cache;
    struct memory memory = {0, 0x100000};
    uint8_t bytes[LINE_CACHE_READ_MAX];

    (void)state;
    line_cache_drop(&cache);
    for (uint32_t addr = 0x1000; addr < 0x9000; addr += 333) {
        const uint32_t len = addr * 7 % LINE_CACHE_READ_MAX + 1;

        assert_true(line_cache_read(&cache, addr, bytes, len, fetch, &memory));
        for (uint32_t i = 0; i < len; i++)
            assert_int_equal(bytes[i], (uint8_t)((addr + i) * 37 >> 3));
    }
}

static void cache_fetches_once_until_dropped(void **state)
{
    static struct line_cache cache;
    struct memory memory = {0, 0x100000};
    uint8_t bytes[16];

    (void)state;
    line_cache_drop(&cache);
    assert_true(line_cache_read(&cache, 0x10f8, bytes, 16, fetch, &memory));
    assert_int_equal(memory.fetches, 2);
    assert_true(line_cache_read(&cache, 0x1000, bytes, 16, fetch, &memory));
    assert_true(line_cache_read(&cache, 0x11f0, bytes, 16, fetch, &memory));
    assert_int_equal(memory.fetches, 2);
    /* another address in the same slot */
    assert_true(line_cache_read(&cache, 0x1000 + LINE_CACHE_LINE * LINE_CACHE_LINES, bytes, 4,
                                fetch, &memory));
    assert_int_equal(bytes[0], (uint8_t)(0x5000 * 37 >> 3));
    assert_int_equal(memory.fetches, 3);
    line_cache_drop(&cache);
    assert_true(line_cache_read(&cache, 0x1100, bytes, 16, fetch, &memory));
    assert_int_equal(memory.fetches, 4);
}

static void cache_keeps_no_half_line(void **state)
{
    static struct line_cache cache;
    struct memory memory = {0, 0x1080};
    uint8_t bytes[16];

    (void)state;
    line_cache_drop(&cache);
    assert_false(line_cache_read(&cache, 0x1000, bytes, 16, fetch, &memory));
    memory.end = 0x2000;
    assert_true(line_cache_read(&cache, 0x1000, bytes, 16, fetch, &memory));
}

static void listen_addresses(void **state)
{
    static const struct {
        const char *text;
        const char *address; /* NULL: refused */
        bool loopback;
    } rows[] = {
        {"127.0.0.1:3333", "127.0.0.1:3333", true},
        {"127.0.0.1", "127.0.0.1:3333", true},
        {":4444", "127.0.0.1:4444", true},
        {":0", "127.0.0.1:0", true},
        {"localhost:65535", "127.0.0.1:65535", true},
        {"127.5.5.5:1", "127.5.5.5:1", true},
        {"0.0.0.0:3333", "0.0.0.0:3333", false},
        {"192.168.1.2", "192.168.1.2:3333", false},
        {"[::1]:3333", "[::1]:3333", true},
        {"[::]", "[::]:3333", false},
        {"", "127.0.0.1:3333", true},
        {"3333", NULL, false},
        {"127.0.0.1:", NULL, false},
        {"127.0.0.1:65536", NULL, false},
        {"127.0.0.1:-1", NULL, false},
        {"127.0.0.1::1", NULL, false},
        {"127.0.0.1:x", NULL, false},
        {"127.0.0.1:33x", NULL, false},
        {"127.0.0.1:99999999999999999999", NULL, false},
        {"pi:3333", NULL, false},
        {"[pi]:3333", NULL, false},
        {"[::1", NULL, false},
        {"[::1]3333", NULL, false},
        {"::1", NULL, false},
        {"0123456789012345678901234567890123456789012345678901234567890123456789", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct listener_address address;
        struct error error;
        char text[64];
        const int result = listener_parse(&address, rows[i].text, &error);

        assert_int_equal(result, rows[i].address ? 0 : -HOST_EFAIL);
        if (!rows[i].address) {
            snprintf(text, sizeof text, "cannot listen on \"%.40s", rows[i].text);
            assert_non_null(strstr(error.text, text));
            assert_non_null(strstr(error.text,
                                   "\": write a numeric address and a port up to 65535, as in "
                                   "--listen 127.0.0.1:3333, :3333 or [::1]:3333"));
            continue;
        }
        listener_describe(&address.socket, text, sizeof text);
        assert_string_equal(text, rows[i].address);
        assert_int_equal(address.loopback, rows[i].loopback);
    }
}

static int socket_fails_with;
static int bind_fails_with;

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
    errno = socket_fails_with;
    return socket_fails_with ? -1 : __real_socket(family, type, protocol);
}

int __real_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len)
{
    errno = bind_fails_with;
    return bind_fails_with ? -1 : __real_bind(fd, address, len);
}

static void each_reason_not_to_listen_has_its_advice(void **state)
{
    static const struct {
        int socket_fails_with;
        int bind_fails_with;
        const char *sentence;
    } rows[] = {
        {0, EADDRINUSE,
         "cannot listen on 127.0.0.1:80: Address already in use; another bridge may be running: "
         "end it, or choose another port with --listen 127.0.0.1:PORT"},
        {0, EACCES,
         "cannot listen on 127.0.0.1:80: Permission denied; ports below 1024 are reserved: choose "
         "another with --listen 127.0.0.1:PORT"},
        {0, EADDRNOTAVAIL,
         "cannot listen on 127.0.0.1:80: Cannot assign requested address; this machine does not "
         "have that address: see \"ip address\""},
        {EAFNOSUPPORT, 0,
         "cannot listen on 127.0.0.1:80: Address family not supported by protocol; choose another "
         "address with --listen ADDR:PORT"},
    };
    struct listener_address address;
    struct error error;
    uint16_t port;

    (void)state;
    assert_int_equal(listener_parse(&address, ":80", &error), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        socket_fails_with = rows[i].socket_fails_with;
        bind_fails_with = rows[i].bind_fails_with;
        assert_int_equal(listener_open(&address, &port, &error), -HOST_EFAIL);
        assert_string_equal(error.text, rows[i].sentence);
    }
    socket_fails_with = 0;
    bind_fails_with = 0;
}

static void trace_is_one_line_a_packet(void **state)
{
    char path[] = "/tmp/rsp_trace_XXXXXX";
    char line[256];
    struct trace *trace;
    struct error error;
    FILE *file;

    (void)state;
    close(mkstemp(path));
    assert_int_equal(trace_open(&trace, path, &error), 0);
    trace_packet(trace, TRACE_FROM_CLIENT, (const uint8_t *)"X2,3:\0\n\\}", 9);
    trace_note(trace, TRACE_FROM_CLIENT, "Ctrl-C");
    trace_packet(trace, TRACE_TO_CLIENT, (const uint8_t *)"", 0);
    /* read before it is closed: every line is flushed */
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(line[0], '#');
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line + strcspn(line, "><"), "> X2,3:\\x00\\x0a\\x5c}\n");
    assert_in_range(atoi(line), 0, 60000); /* since it was opened */
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line + strcspn(line, "><"), "> [Ctrl-C]\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line + strcspn(line, "><"), "< \n");
    fclose(file);
    trace_close(trace);
    unlink(path);
    assert_int_equal(trace_open(&trace, "/nonexistent/x", &error), -HOST_EFAIL);
    assert_string_equal(error.text, "cannot write the trace to /nonexistent/x: No such file or "
                                    "directory; name another file");
    assert_non_null(strstr(error.text, "/nonexistent/x"));
    trace_note(NULL, TRACE_NOTE, "nobody listens");
    trace_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_fit_32_bits_or_fail),
        cmocka_unit_test(bytes_end_with_the_cursor),
        cmocka_unit_test(thread_ids),
        cmocka_unit_test(reply_never_overflows),
        cmocka_unit_test(ranges_merge_and_contain),
        cmocka_unit_test(full_ranges_never_forget),
        cmocka_unit_test(cache_reads_what_memory_holds),
        cmocka_unit_test(cache_fetches_once_until_dropped),
        cmocka_unit_test(cache_keeps_no_half_line),
        cmocka_unit_test(listen_addresses),
        cmocka_unit_test(each_reason_not_to_listen_has_its_advice),
        cmocka_unit_test(trace_is_one_line_a_packet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
