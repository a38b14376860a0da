/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Malformed packets: each gets an error reply, changes nothing, and leaves the session as it was.
 * Parser overflows by odd digits, missing commas and huge lengths are the commonest bug of GDB
 * servers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rsp_fixture.h"

#define ZEROS "00000000000000000000000000000000" /* of four registers */

static const char *const malformed[] = {
    "m",
    "m,",
    "m20000000",
    "m20000000,",
    "m,4",
    "m20000000;4",
    "m20000000,4,",
    "m20000000,4 ",
    "m-1,4",
    "m20000000,-4",
    "m20000000,0",
    "m0x20000000,4",
    "m120000000,4",
    "mffffffffffffffffffffffff,4",
    "mfffffffc,8",
    "m20000000,ffffffff",
    "m20000000,100000000",
    "m20000000,fffffffffffffffffff",
    "mg,4",
    "M",
    "M20000000",
    "M20000000,4",
    "M20000000,4:",
    "M20000000,4:0102030",
    "M20000000,4:010203",
    "M20000000,4:0102030405",
    "M20000000,4:0102030g",
    "M20000000,4;01020304",
    "M20000000,-1:",
    "M20000000,ffffffff:00",
    "Mffffffff,2:0000",
    "M20000000,0:00",
    "X",
    "X20000000,4",
    "X20000000,4:abc",
    "X20000000,4:abcde",
    "X20000000,0:a",
    "X20000000,ffffffff:abcd",
    "Xffffffff,2:ab",
    "X,:",
    "p",
    "p-1",
    "p0,",
    "p10",
    "pffffffff",
    "P",
    "P=",
    "P0",
    "P0=",
    "P0=0",
    "P0=0000000",
    "P0=000000000",
    "P0=0000000g",
    "P0:00000000",
    "P11=00000000",
    "Pffffffff0=00000000",
    "G",
    "G00",
    "G" ZEROS ZEROS ZEROS ZEROS "0000000000",
    "Gzz",
    "Z",
    "Z0",
    "Z0,",
    "Z0,20000000",
    "Z0,20000000,",
    "Z0,20000000,4,",
    "Z0,20000000,0",
    "Z0,20000000,ffffffff",
    "Z0,120000000,4",
    "Z0,-1,4",
    "Z-1,20000000,4",
    "Z,20000000,4",
    "z1",
    "z1,20000000;4",
    "Z2",
    "Z2,20000000,0",
    "Z2,20000000,",
    "Z2,20000000,4,",
    "Z2,fffffffc,5",
    "Z3,1,ffffffff0",
    "Z4,0,100000000",
    "Z2,20000000,4;X1,27",
    "Z4,20000000,4;cmds:0,X1,27",
    "Z5,20000000,4;X1,27",
    "z2,20000000,4;X1,27",
    "z0,20000000,4;X1,27",
    "z1,20000000,4;cmds:0,X1,27",
    "Z0,20000000,4;",
    "Z0,20000000,4X1,27",
    "Z0,20000000,4;X",
    "Z0,20000000,4;X,",
    "Z0,20000000,4;X0,",
    "Z0,20000000,4;X1",
    "Z0,20000000,4;X1,",
    "Z0,20000000,4;X1,2",
    "Z0,20000000,4;X1,2g",
    "Z0,20000000,4;X1,2727",
    "Z0,20000000,4;X2,27",
    "Z0,20000000,4;X1,27;",
    "Z0,20000000,4;X1,27,",
    "Z0,20000000,4;X1,27x1,27",
    "Z0,20000000,4;X1,27X",
    "Z0,20000000,4;X1,27X2,27",
    "Z0,20000000,4;X1,27;;X1,27",
    "Z0,20000000,4;X-1,27",
    "Z0,20000000,4;Xffffffff,27",
    "Z0,20000000,4;X100000001,27",
    "Z0,20000000,4;Y1,27",
    "Z0,20000000,4;X;cmds:0,X1,27",
    "Z0,20000000,4;cmds",
    "Z0,20000000,4;cmds:",
    "Z0,20000000,4;cmds:0",
    "Z0,20000000,4;cmds:0,",
    "Z0,20000000,4;cmds:,X1,27",
    "Z0,20000000,4;cmds:0X1,27",
    "Z0,20000000,4;cmds:0,;X1,27",
    "Z0,20000000,4;cmds:0,X1,2",
    "Z0,20000000,4;cmds:0,X1,27;cmds:0,X1,27",
    "Z0,20000000,4;cmds:x,X1,27",
    "Z1,20000000,4cmds:0,X1,27",
    "Z0,20000000,4;X1,27cmds:0,X1,27",
    "H",
    "Hg",
    "Hx1",
    "Hgp",
    "Hg1.1",
    "Hgp1.",
    "Hgfffffffff",
    "Hg-2",
    "T",
    "T-",
    "Tp.1",
    "C",
    "C0",
    "Cgg",
    "C05;20000000",
    "S05;20000000",
    "S1",
    "vCont",
    "vCont;",
    "vCont;;",
    "vCont;c;",
    "vCont;x",
    "vCont;t",
    "vCont;r",
    "vCont;r20000000",
    "vCont;r20000000,",
    "vCont;r,20000000",
    "vCont;r20000010,2000000f",
    "vCont;r20000000,120000000",
    "vCont;r20000000,20000010,",
    "vCont;r20000000,20000010:",
    "vCont;r20000000,20000010;",
    "vCont;R20000000,20000010",
    "vCont;C0b;",
    "vCont;C",
    "vCont;C5",
    "vCont;c:",
    "vCont;c:x",
    "vCont;c:1x",
    "vCont;s:2",
    "vCont;s:1;q",
    "vContc",
    "vKill;",
    "vKill;x",
    "vKill;1;1",
    "D;",
    "D1",
    "D;x",
    "qAttached:",
    "qAttached1",
    "qAttached:1x",
    "qXfer:features:read:target.xml",
    "qXfer:features:read:target.xml:",
    "qXfer:features:read:target.xml:0",
    "qXfer:features:read:target.xml:0,",
    "qXfer:features:read:target.xml:0,100,",
    "qXfer:features:read:target.xml:-1,100",
    "qXfer:features:read:target.xml:100000000,100",
    "qXfer:features:read::0,100",
    "qXfer:threads:read:0,100",
    "qXfer:threads:read:x:0,100",
    "qRcmd,6",
    "qRcmd,6g",
    "qRcmd,686c7",
};

static void malformed_packets_are_errors_and_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        const unsigned requests = client.core3.requests;

        check(&client, malformed[i], "E16");
        assert_int_equal(client.core3.requests - requests, 0);
        assert_false(session_is_waiting(client.session));
        assert_false(session_is_over(client.session));
    }
    core3_did(&client, "");
    check(&client, "qC", "QC1");
}

/* The session is as good as before: it answers, or it is over in order, or the client waits. */
static void assert_alive(void)
{
    client.len = 0;
    client_send(&client, "qC");
    if (session_is_over(client.session))
        expect_nothing(&client);
    else if (session_is_waiting(client.session))
        expect_bytes(&client, "$E10#a6");
    else
        expect_bytes(&client, "$QC1#c5");
}

/* The same packets with a byte of another kind in every place. */
static void any_byte_anywhere_is_survived(void **state)
{
    static const char bytes[] = {0, 0x03, '\n', ',', ';', ':', '=', '-', 'p', 'f', '1', 0x7f};

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        const size_t len = strlen(malformed[i]);

        for (size_t change = 0; change < len * sizeof bytes; change++) {
            char packet[256];

            memcpy(packet, malformed[i], len);
            packet[change / sizeof bytes] = bytes[change % sizeof bytes];
            client_init(&client);
            client_attach(&client);
            client_send_bytes(&client, packet, len);
            session_poll(client.session);
            assert_alive();
            client_leave(&client);
        }
    }
}

static void noise_does_not_stop_the_session(void **state)
{
    uint32_t seed = 12345;

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t byte;

        seed = seed * 1664525u + 1013904223u;
        byte = (uint8_t)(seed >> 24);
        client_feed(&client, &byte, 1);
        client.len = 0;
    }
    client_send(&client, "qC");
    expect_bytes(&client, "$QC1#c5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(malformed_packets_are_errors_and_change_nothing, attach,
                                        leave),
        cmocka_unit_test(any_byte_anywhere_is_survived),
        cmocka_unit_test_setup_teardown(noise_does_not_stop_the_session, attach, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
