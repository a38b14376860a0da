/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Framing: whatever bytes come, in whatever pieces, only whole packets with a good checksum get
 * through, and Ctrl-C is one only between packets. Ctrl-C inside binary data once ended loads at
 * random in several servers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rsp_packet.h"

static struct rsp_receiver receiver;

/* The event of the last byte; those before must give none. */
static enum rsp_event push(const void *bytes, size_t len)
{
    enum rsp_event event = RSP_NOTHING;

    for (size_t i = 0; i < len; i++) {
        assert_int_equal(event, RSP_NOTHING);
        event = rsp_push(&receiver, ((const uint8_t *)bytes)[i]);
    }
    return event;
}

static enum rsp_event push_text(const char *text)
{
    return push(text, strlen(text));
}

static void assert_packet(const void *bytes, size_t len)
{
    assert_int_equal(receiver.len, len);
    assert_memory_equal(receiver.data, bytes, len);
}

static int reset(void **state)
{
    (void)state;
    rsp_receiver_reset(&receiver);
    return 0;
}

static void packet_is_taken(void **state)
{
    (void)state;
    assert_int_equal(push_text("$m20000000,4#4f"), RSP_PACKET);
    assert_packet("m20000000,4", 11);
    assert_int_equal(push_text("$#00"), RSP_PACKET);
    assert_packet("", 0);
    assert_int_equal(push_text("$?#3F"), RSP_PACKET);
}

static void bytes_between_packets_are_ignored(void **state)
{
    (void)state;
    assert_int_equal(push_text("+++ nonsense #11"), RSP_NOTHING);
    assert_int_equal(push_text("$g#67"), RSP_PACKET);
    assert_int_equal(push_text("-"), RSP_NAK);
}

static void bad_checksum_is_reported(void **state)
{
    (void)state;
    assert_int_equal(push_text("$g#68"), RSP_BAD_CHECKSUM);
    assert_int_equal(push_text("$g#6x"), RSP_BAD_CHECKSUM);
    assert_int_equal(push_text("$g#\x03\x03"), RSP_BAD_CHECKSUM);
    assert_int_equal(push_text("$g#67"), RSP_PACKET);
}

static void new_packet_inside_packet_wins(void **state)
{
    (void)state;
    assert_int_equal(push_text("$m2000$g#67"), RSP_PACKET);
    assert_packet("g", 1);
    assert_int_equal(push_text("$g#$g#67"), RSP_PACKET);
    assert_int_equal(push_text("$g#6$g#67"), RSP_PACKET);
    assert_int_equal(push_text("$X}$g#67"), RSP_PACKET);
    assert_packet("g", 1);
}

static void ctrl_c_counts_only_between_packets(void **state)
{
    (void)state;
    assert_int_equal(push_text("\x03"), RSP_INTERRUPT);
    assert_int_equal(push("$X\x03#5b", 6), RSP_PACKET);
    assert_packet("X\x03", 2);
    assert_int_equal(push_text("\x03"), RSP_INTERRUPT);
}

static void escapes_are_undone(void **state)
{
    static const char wire[] = "$X}]}\x03}\x04}\x0a#ba";

    (void)state;
    assert_int_equal(push_text(wire), RSP_PACKET);
    assert_packet("X}#$*", 5);
}

static void escape_before_the_end_stands_for_itself(void **state)
{
    (void)state;
    assert_int_equal(push_text("$X}#d5"), RSP_PACKET);
    assert_packet("X}", 2);
}

static enum rsp_event push_long(size_t len)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum = 0;

    assert_int_equal(rsp_push(&receiver, '$'), RSP_NOTHING);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(rsp_push(&receiver, 'a'), RSP_NOTHING);
        sum = (uint8_t)(sum + 'a');
    }
    rsp_push(&receiver, '#');
    rsp_push(&receiver, (uint8_t)digits[sum >> 4]);
    return rsp_push(&receiver, (uint8_t)digits[sum & 15]);
}

static void size_limit_is_exact(void **state)
{
    (void)state;
    assert_int_equal(push_long(RSP_PACKET_SIZE), RSP_PACKET);
    assert_int_equal(receiver.len, RSP_PACKET_SIZE);
    assert_int_equal(push_long(RSP_PACKET_SIZE + 1), RSP_OVERSIZED);
    assert_int_equal(push_long(3 * RSP_PACKET_SIZE), RSP_OVERSIZED);
    assert_int_equal(push_text("$g#67"), RSP_PACKET);
    assert_packet("g", 1);
}

static void frame_escapes_and_sums(void **state)
{
    uint8_t out[RSP_FRAME_MAX(5)];

    (void)state;
    assert_int_equal(rsp_frame(out, (const uint8_t *)"OK", 2), 6);
    assert_memory_equal(out, "$OK#9a", 6);
    assert_int_equal(rsp_frame(out, (const uint8_t *)"", 0), 4);
    assert_memory_equal(out, "$#00", 4);
    assert_int_equal(rsp_frame(out, (const uint8_t *)"}#$*", 4), 12);
    assert_memory_equal(out, "$}]}\x03}\x04}\x0a#", 10);
}

static void frame_round_trip_keeps_every_byte(void **state)
{
    uint8_t all[256];
    uint8_t wire[RSP_FRAME_MAX(sizeof all)];
    size_t len;

    (void)state;
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    len = rsp_frame(wire, all, sizeof all);
    assert_int_equal(push(wire, len), RSP_PACKET);
    assert_packet(all, sizeof all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(packet_is_taken, reset),
        cmocka_unit_test_setup(bytes_between_packets_are_ignored, reset),
        cmocka_unit_test_setup(bad_checksum_is_reported, reset),
        cmocka_unit_test_setup(new_packet_inside_packet_wins, reset),
        cmocka_unit_test_setup(ctrl_c_counts_only_between_packets, reset),
        cmocka_unit_test_setup(escapes_are_undone, reset),
        cmocka_unit_test_setup(escape_before_the_end_stands_for_itself, reset),
        cmocka_unit_test_setup(size_limit_is_exact, reset),
        cmocka_unit_test_setup(frame_escapes_and_sums, reset),
        cmocka_unit_test_setup(frame_round_trip_keeps_every_byte, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
