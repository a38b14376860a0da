# SPDX-License-Identifier: Apache-2.0
"""Whatever comes down the wire, bridge and stub live: thousands of damaged packets, then a normal
session. The unit tests throw more at the bridge, with a sanitizer; here the real Core 3 is behind
it, and what gets through the bridge is executed.
"""

import random
import re
import select
import socket

import pytest
from board import BOARD
from contract import MEMMAP
from processes import cpu_percent, wait_until
from rig import (TIMEOUT, RawClient, loadmetal, rsp_packet, wait_counts,
                 wait_nobody_is_attached)

PACKETS = 2000
SEEDS = (1, 2)
PATIENCE = 0.004  # seconds for a reply, so that few packets go to a connection that is over

BASE, WINDOW, RAM_END = f"{BOARD.base:x}", f"{BOARD.window:x}", f"{BOARD.ram_end:x}"
SHARED = f"{BOARD.window + MEMMAP.AMPGDB_SHARED_OFFSET:x}"
CONSOLE = f"{BOARD.window + MEMMAP.AMPGDB_CONSOLE_OFFSET:x}"
IDLE_PERCENT_MAX = 3

# What GDB sends, and what is like it. No address of a device is among them: to write at random to
# the Pi's reset or DMA registers is to ask for what one gets.
ADDRESSES = ("0", BASE, f"{BOARD.base + 0x123:x}", f"{BOARD.window - 4:x}", WINDOW, SHARED, CONSOLE,
             f"{BOARD.ram_end - 4:x}", RAM_END, "8000", "fffffffc", "ffffffff", "100000000",
             "20000000000000000000", "", "-1", "zz")
LENGTHS = ("0", "1", "4", "40", "fff", "10000", "ffffffff", "100000000", "", "-4", "g")
SEED_PACKETS = (
    "qSupported:multiprocess+;swbreak+;hwbreak+", "?", "g", "!", "qAttached", "qC", "qfThreadInfo",
    "qsThreadInfo", "qXfer:features:read:target.xml:0,fff", "qXfer:threads:read::0,1000", "vCont?",
    "vCont;c", "vCont;s:1", "vCont;C05:1;c", "vCont;S0b", "c", "s", "C05", "S05", "Hg0", "Hc-1",
    "T1", "qRcmd,68656c70", "qRcmd,726573756d65", "qRcmd,68616c74", "qRcmd,72657365742068616c74",
    "QStartNoAckMode", "R00", "P0=78563412", f"Pf={BOARD.base.to_bytes(4, 'little').hex()}",
    "p0", "pf", "p19", "P19=d3010000", "qOffsets", "qTStatus",
    "G" + "0" * 136, f"Z0,{BASE},4", f"z0,{BASE},4", f"Z1,{BOARD.base + 16:x},4",
    f"z1,{BOARD.base + 16:x},4", f"Z0,{BOARD.base + 2:x},2", f"Z2,{BASE},4",
    "k", "D", "D;1", "vKill;1")


def write_packets(dice):
    address, length = dice.choice(ADDRESSES), dice.choice(LENGTHS)
    content = dice.randbytes(dice.randrange(40))
    return dice.choice((f"m{address},{length}".encode(),
                        f"M{address},{length}:{content.hex()}".encode(),
                        f"M{address},{len(content):x}:{content.hex()}".encode(),
                        b"X%s,%x:" % (address.encode(), len(content)) + content,
                        b"X%s,%s:" % (address.encode(), length.encode()) + content))


def mutate(dice, packet):
    packet = bytearray(packet)
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(packet) + 1)
        what = dice.randrange(4)
        if what == 0:
            packet[at:at] = dice.randbytes(dice.randrange(1, 5))
        elif what == 1:
            del packet[at:at + dice.randrange(1, 5)]
        elif what == 2 and at < len(packet):
            packet[at] = dice.randrange(256)
        else:
            packet += packet[at:] * dice.randrange(3)
    return bytes(packet)


def wire_bytes(dice):
    """One thing to send: mostly framed, sometimes with a wrong checksum, sometimes bare garbage."""
    kind = dice.randrange(12)
    if kind == 0:
        return dice.randbytes(dice.randrange(1, 200))
    if kind < 4:
        return b"\x03"
    packet = dice.choice(SEED_PACKETS).encode() if kind < 8 else write_packets(dice)
    if kind % 2:
        packet = mutate(dice, packet)
    framed = rsp_packet(packet)
    return framed[:-1] + b"x" if dice.randrange(20) == 0 else framed


class Attacker:
    """Keeps a connection, whatever becomes of it."""

    def __init__(self, bridge, pi):
        self.bridge, self.pi = bridge, pi
        self.client = None
        self.connections = 0

    def send(self, data):
        try:
            if not self.client:
                wait_nobody_is_attached(self.pi)
                self.client = RawClient(self.bridge)
                self.connections += 1
            self.client.send(data)
            select.select([self.client.socket], [], [], PATIENCE)
            self._drain()
        except OSError:
            self._drop()

    def _drain(self):
        """A client that never reads is stopped by the bridge; that is another test."""
        self.client.socket.setblocking(False)
        try:
            while data := self.client.socket.recv(65536):
                self.client.received += data
            self._drop()
        except BlockingIOError:
            self.client.socket.settimeout(TIMEOUT)

    def _drop(self):
        if self.client:
            self.client.socket.close()
        self.client = None

    def assert_answers(self):
        """However confused the session is: the end of any packet, Ctrl-C, and it answers."""
        for _ in range(5):
            self.send(b"#00\x03")
            if self.client:
                self.client.received = b""
                self.send(rsp_packet(b"qC"))
            if self.client and self._finds(b"$QC1#"):
                return
        raise AssertionError(f"no answer to qC\n{self.bridge.log()}")

    def _finds(self, answer):
        client = self.client
        try:
            while answer not in client.received:
                data = client.socket.recv(65536)
                if not data:
                    raise ConnectionError
                client.received += data
                if b"$E10#" in client.received:  # busy: it still runs, and stops in a moment
                    client.received = b""
                    client.send(b"\x03" + rsp_packet(b"qC"))
            return True
        except (ConnectionError, socket.timeout):
            self._drop()
            return False


@pytest.mark.parametrize("seed", SEEDS)
def test_thousands_of_damaged_packets_and_then_a_normal_session(pi, bridge, new_gdb, blink, seed):
    dice = random.Random(seed)
    attacker = Attacker(bridge, pi)
    for number in range(PACKETS):
        attacker.send(wire_bytes(dice))
        if number % 100 == 99:
            attacker.assert_answers()
            assert bridge.process.poll() is None
    assert attacker.connections > 3, "some of them were ways to leave"
    attacker.client.socket.close()
    wait_nobody_is_attached(pi)
    assert not re.search(r"stub on Core 3 failed|did not answer|corrupt|malformed", bridge.log())

    gdb = new_gdb(blink)
    gdb.do(f"target remote {bridge.address}")
    gdb.do("load")
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")
    assert "led_off" in gdb.do("finish") + gdb.do("next") + gdb.do("info line")
    gdb.do("delete")
    gdb.do("detach")
    wait_counts(pi, blink)


def test_a_client_that_sends_and_never_reads_stops_only_itself(pi, bridge, new_gdb):
    """It asks for more than socket buffers hold. The bridge sleeps, and serves the next."""
    with RawClient(bridge) as client:
        client.socket.settimeout(0.5)
        question = rsp_packet(f"m{BASE},ffff".encode()) * 50
        with pytest.raises(socket.timeout):
            while True:
                client.send(question)
        wait_until(lambda: cpu_percent(bridge.process.pid, 1) < IDLE_PERCENT_MAX, TIMEOUT,
                   "the bridge to sleep")
    wait_nobody_is_attached(pi)
    gdb = new_gdb()
    gdb.do(f"target remote {bridge.address}")
    assert "Core 3" in gdb.do("info threads")


def test_a_packet_in_single_bytes_is_a_packet(bridge):
    with RawClient(bridge) as client:
        for byte in rsp_packet(b"qC"):
            client.send(bytes([byte]))
        assert client.reply() == b"QC1"


def test_a_ctrl_c_without_a_running_program_changes_nothing(bridge):
    with RawClient(bridge) as client:
        before = client.ask(b"g")
        client.send(b"\x03" * 10)
        assert client.ask(b"g") == before


def test_while_the_program_runs_questions_are_refused_and_ctrl_c_is_heard(pi, bridge, blink):
    """An answer would be taken for the stop that the client waits for."""
    assert loadmetal(pi, blink).returncode == 0
    with RawClient(bridge) as client:
        client.send(rsp_packet(b"vCont;c"))
        wait_counts(pi, blink)
        for packet in (f"m{BASE},4", f"X{BASE},0:", "g", "?", "vCont;s", f"Z0,{BASE},4",
                       "qRcmd,68616c74", "qC"):
            assert client.ask(packet.encode()) == b"E10"
        wait_counts(pi, blink)
        client.send(b"\x03")
        assert client.reply().startswith(b"T02")


@pytest.mark.parametrize("packet, reply", [
    ("m0,4", "E0e"), ("M0,4:00000000", "E0e"), ("X0,1:a", "E0e"), (f"m{WINDOW},4", "E0e"),
    (f"m{SHARED},4", "E0e"), (f"m{RAM_END},4", "E0e"), ("mfffffffc,8", "E16"), (f"m{BASE}", "E16"),
    ("m,", "E16"), (f"M{BASE},4:00", "E16"), (f"M{BASE},1:0", "E16"), (f"X{BASE},4:a", "E16"),
    ("P99=00000000", r"E\d\w"), ("P0=", "E16"), ("pffffffff", r"E\d\w"), ("G00", "E16"),
    (f"Z0,{BASE}", "E16"), (f"Z9,{BASE},4", ""), (f"Z0,{BASE},7", "E16"), ("Z0,0,4", "E0e"),
    ("vCont;x", "E16"), ("vCont;", "E16"), ("vCont", "E16"), ("Hx0", "E16"), ("T99", "E16"),
    ("qXfer:features:read:other.xml:0,10", r"E\d\w"), ("qXfer:features:read:target.xml:zz", "E16"),
    ("vMustReplyEmpty", ""), ("qNothingLikeThis", ""), ("", ""), ("\xff\xfe", "")])
def test_every_malformed_packet_has_an_answer_and_the_session_goes_on(bridge, packet, reply):
    with RawClient(bridge) as client:
        answer = client.ask(packet.encode("latin-1")).decode("latin-1")
        assert re.fullmatch(reply, answer), answer
        assert client.ask(b"qC") == b"QC1"
        assert len(client.ask(b"g")) == 2 * 4 * 17, "Core 3 answers"


def test_after_a_refused_write_memory_is_as_it_was(pi, bridge):
    before = pi.ram_bytes(0, 64) + pi.ram_bytes(BOARD.base, 64)
    with RawClient(bridge) as client:
        for packet in (f"M{BASE},4:00", f"M{BASE},5:zz", f"X{BASE},4:abc",
                       f"M{BOARD.base - 4:x},8:" + "1" * 16, "M0,4:11111111", "P10=1"):
            assert client.ask(packet.encode()).startswith(b"E")
    assert pi.ram_bytes(0, 64) + pi.ram_bytes(BOARD.base, 64) == before


def test_the_fuzz_itself_reaches_what_it_is_for():
    """If the generator went astray the fuzz would pass without a point."""
    dice = random.Random(SEEDS[0])
    sent = [wire_bytes(dice) for _ in range(PACKETS)]
    good = [data for data in sent if re.fullmatch(rb"(?s)\$[^#]*#[0-9a-f]{2}", data)]
    assert len(good) > PACKETS / 2
    for beginning in ("$m", f"$M{BASE}", "$X", "$G", "$P", "$Z0", "$vCont;c", "$qRcmd", "$k", "$D"):
        assert any(data.startswith(beginning.encode()) for data in good), beginning
    assert b"\x03" in sent
