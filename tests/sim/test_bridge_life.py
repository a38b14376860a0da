# SPDX-License-Identifier: Apache-2.0
"""The bridge's life: start, clients that come, go in every way and come again, and the end. Core 3
is left as the way of leaving says, and never with a breakpoint in its program.

IDEs close the connection without a word and come back within a second; a debugger that dies must
not take the program with it.
"""

import os
import pathlib
import re
import signal
import socket

import elf
import pytest
from board import BOARD
from contract import ROOT
from gdb_driver import GdbError
from processes import wait_until
from rig import (TIMEOUT, RawClient, assert_fits_a_terminal, assert_one_sentence, counter,
                 debuggers_bridge, is_halted, is_running, loadmetal, on_a_pipe, ram_words, run,
                 wait_counts, wait_is_running, wait_nobody_is_attached)
from virtual_pi import Bridge, bridge_command, free_port

LISTEN = "0A"  # of /proc/net/tcp: TCP_LISTEN


def listening_on(port):
    """Addresses, as /proc/net/tcp and tcp6 write them, on which somebody listens."""
    found = set()
    for table in pathlib.Path("/proc/net").glob("tcp*"):  # without IPv6 there is no tcp6
        for line in table.read_text().splitlines()[1:]:
            local, _, status = line.split()[1:4]
            if status == LISTEN and int(local.rpartition(":")[2], 16) == port:
                found.add(local.rpartition(":")[0])
    return found


def stop_at_breakpoint(gdb, function="wait"):
    """blink, loaded and stopped at a breakpoint that is really in its memory."""
    gdb.do("load")
    gdb.do("set breakpoint always-inserted on")
    gdb.do(f"break {function}")
    assert f"Breakpoint 1, {function} ()" in gdb.do("continue")


def breakpoint_address(gdb):
    return int(gdb.do("output/x $pc"), 16)


def code_in_file(program, address):
    segment = next(part for part in elf.segments(program)
                   if part.phys <= address < part.phys + len(part.data))
    return int.from_bytes(segment.data[address - segment.phys:][:4], "little")


def run_freely(gdb):
    gdb.start("continue")
    gdb.wait_for("Continuing.")


def is_connection_lost(said):
    """GDB's words for it; which depends on what it was just doing."""
    return re.search(r"connection closed|disconnected|reset by peer", said) is not None


def vanish(gdb):
    """The client is gone without a word, its connection closed."""
    gdb.process.kill()
    gdb.process.wait()


# --- start ----------------------------------------------------------------------------------------


def test_it_says_exactly_the_ready_line_and_listens_on_loopback_only(bridge):
    assert bridge.log() == f"Listening on port {bridge.port}\n"
    assert listening_on(bridge.port) == {"0100007F"}


def test_a_port_alone_is_one_on_loopback(pi):
    port = free_port()
    with Bridge(pi, port=port, options=["--listen", f":{port}"]) as server:
        assert listening_on(port) == {"0100007F"}
        assert "warning" not in server.log()


def test_the_default_port_is_3333(pi):
    done = run(pi.build / "bin" / "ampgdb-bridge", "--help")
    assert "default 127.0.0.1:3333" in re.sub(r"\s+", " ", done.stdout)


def test_another_address_is_possible_and_warned_of(pi):
    port = free_port()
    with Bridge(pi, port=port, options=["--listen", f"0.0.0.0:{port}"]) as server:
        assert listening_on(port) == {"00000000"}
        warning, ready = server.log().splitlines()
    assert warning == (f"ampgdb-bridge: warning: 0.0.0.0:{port} is not a loopback address: anyone "
                       "who can reach it controls Core 3 and its memory")
    assert ready == f"Listening on port {port}"


def test_a_busy_port_is_one_sentence(pi, bridge):
    done = run(*bridge_command(pi, bridge.port))
    assert_one_sentence(
        done, rf"cannot listen on 127\.0\.0\.1:{bridge.port}: .*in use; .*another port")


def test_help_fits_a_terminal_and_version_is_told(build):
    program = build / "bin" / "ampgdb-bridge"
    done = run(program, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert_fits_a_terminal(done.stdout)
    for option in ("--listen", "--stdio", "--memory", "--trace", "--on-disconnect"):
        assert option in done.stdout
    assert "neither ssh nor sudo can ask for a password there" in done.stdout
    done = run(program, "--version")
    assert (done.returncode, done.stdout) == (
        0, f"ampgdb-bridge {(ROOT / 'VERSION').read_text().strip()}\n")


@pytest.mark.parametrize("arguments", [
    ["program.elf"], ["--speed=1"], ["--listen"], ["--on-disconnect=explode"],
    ["--stdio", "--listen", ":3333"], ["--listen", "pi.example"], ["--listen", "127.0.0.1:70000"],
    ["--listen", "127.0.0.1:"], ["--listen", "[::1"]])
def test_wrong_usage_is_status_2(build, arguments):
    done = run(build / "bin" / "ampgdb-bridge", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(("ampgdb-bridge: ", str(build / "bin" / "ampgdb-bridge")))
    assert "--" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("arguments, sentence", [
    (["program.elf"], '"program.elf" is not an option; GDB loads programs, or loadmetal'),
    (["--on-disconnect=explode"], '--on-disconnect is keep, run or halt, not "explode"'),
    (["--allow=all"], '--allow knows dma only, not "all"'),
    (["--stdio", "--listen", ":3333"], "--stdio has its client already; leave out --listen"),
    (["--listen", "pi.example"],
     'cannot listen on "pi.example": write a numeric address and a port up to 65535, as in '
     "--listen 127.0.0.1:3333, :3333 or [::1]:3333"),
])
def test_wrong_usage_is_explained(build, arguments, sentence):
    done = run(build / "bin" / "ampgdb-bridge", *arguments)
    assert done.returncode == 2
    program = re.escape(str(build / "bin" / "ampgdb-bridge"))
    first = done.stderr.splitlines()[0]
    assert re.fullmatch(f"({program}|ampgdb-bridge): {re.escape(sentence)}", first)


def test_a_trace_that_cannot_be_written_is_one_sentence(pi):
    done = run(*bridge_command(pi, free_port(), ["--trace", "/nowhere/trace"]))
    assert_one_sentence(done, r"^ampgdb-bridge: cannot write the trace to /nowhere/trace: "
                              r"No such file or directory; name another file")


def test_a_machine_that_is_not_there_is_one_sentence(build):
    done = run(build / "bin" / "ampgdb-bridge", "--memory", "sim:/nowhere")
    assert_one_sentence(done, r"no virtual Pi at /nowhere.*: start one with make sim")


# --- one debugger at a time -----------------------------------------------------------------------


def test_a_second_bridge_does_not_start_while_a_client_is_attached(pi, bridge, gdb):
    done = run(*bridge_command(pi, free_port()))
    assert_one_sentence(done, rf"in use by ampgdb-bridge \(pid {bridge.process.pid}\), client 127")
    assert "Core 3" in gdb.do("info threads")


def test_of_two_bridges_only_one_has_a_client_and_the_other_names_it(pi, bridge, new_gdb):
    with Bridge(pi) as second:
        first_gdb, second_gdb = new_gdb(), new_gdb()
        first_gdb.do(f"target remote {bridge.address}")
        said = second_gdb.do(f"target remote {second.address}")
        assert "Remote failure reply: E.Core 3 is in use by ampgdb-bridge" in said
        assert is_connection_lost(said)
        wait_until(lambda: f"in use by ampgdb-bridge (pid {bridge.process.pid})" in second.log(),
                   TIMEOUT, "the second bridge to name the first", second.log)
        first_gdb.do("detach")
        second_gdb.do(f"target remote {second.address}")
        assert "Core 3" in second_gdb.do("info threads")


# --- ways to leave --------------------------------------------------------------------------------


def test_detach_leaves_the_program_running_and_without_breakpoints(pi, gdb, blink):
    stop_at_breakpoint(gdb)
    address = breakpoint_address(gdb)
    assert ram_words(pi, address, 1)[0] != code_in_file(blink, address), "it is planted"
    gdb.do("detach")
    assert ram_words(pi, address, 1)[0] == code_in_file(blink, address)
    wait_is_running(pi)
    pi.wait_led_changes(4)


def test_detach_removes_what_breakpoints_the_client_left(pi, bridge, blink):
    """GDB takes its own away first; others do not."""
    assert loadmetal(pi, blink).returncode == 0
    address = elf.symbols(blink)["led_init"]
    with RawClient(bridge) as client:
        assert client.ask(b"Z0,%x,4" % address) == b"OK"
        assert ram_words(pi, address, 1)[0] != code_in_file(blink, address), "it is planted"
        assert client.ask(b"D") == b"OK"
        assert ram_words(pi, address, 1)[0] == code_in_file(blink, address)
    wait_counts(pi, blink)


def test_a_closed_connection_leaves_a_halted_program_halted(pi, gdb, blink):
    stop_at_breakpoint(gdb)
    address = breakpoint_address(gdb)
    blinks = counter(pi, blink)
    vanish(gdb)
    wait_nobody_is_attached(pi)
    assert is_halted(pi) and counter(pi, blink) == blinks
    assert ram_words(pi, address, 1)[0] == code_in_file(blink, address)


def test_a_closed_connection_leaves_a_running_program_running(pi, gdb, blink):
    gdb.do("load")
    gdb.do("break led_init")  # planted, and not on the way
    gdb.do("continue")
    address = breakpoint_address(gdb)
    run_freely(gdb)
    pi.wait_led_changes(1)
    assert ram_words(pi, address, 1)[0] != code_in_file(blink, address), "it is planted"
    vanish(gdb)
    wait_nobody_is_attached(pi)
    assert is_running(pi)
    assert ram_words(pi, address, 1)[0] == code_in_file(blink, address)
    wait_counts(pi, blink)


@pytest.mark.parametrize("policy, was_running, runs", [
    ("run", False, True), ("run", True, True), ("halt", False, False), ("halt", True, False),
    ("keep", False, False), ("keep", True, True)])
def test_on_disconnect_decides(pi, blink, new_gdb, policy, was_running, runs):
    with Bridge(pi, options=["--on-disconnect", policy]) as server:
        gdb = new_gdb(blink)
        gdb.do(f"target remote {server.address}")
        gdb.do("load")
        run_freely(gdb)
        wait_counts(pi, blink)
        if not was_running:
            gdb.interrupt()
            gdb.wait()
        vanish(gdb)
        wait_nobody_is_attached(pi)
        if runs:
            wait_is_running(pi)
            wait_counts(pi, blink)
        else:
            assert is_halted(pi)


@pytest.mark.parametrize("leave", ["detach", "quit"])
def test_who_only_came_to_look_does_not_start_an_empty_core(pi, bridge, gdb, leave):
    """Its RAM holds anything, and peripherals are within reach."""
    gdb.do("x/4i $pc")
    gdb.do("monitor status")
    if leave == "detach":
        gdb.do("detach")
    else:
        gdb.quit()  # a detach, too
    wait_nobody_is_attached(pi)
    assert is_halted(pi)
    assert "stays halted: nothing was loaded" in bridge.log()


def test_an_empty_core_runs_if_it_is_told_to(pi, bridge, gdb):
    gdb.start("continue")
    gdb.wait_for("nothing that ampgdb knows of was loaded: what runs is whatever the RAM holds")
    gdb.interrupt()
    gdb.wait()
    gdb.do("detach")
    wait_nobody_is_attached(pi)
    wait_is_running(pi)
    assert "stays halted" not in bridge.log()


@pytest.mark.parametrize("act", ["set {int}$pc = 0xeafffffe", "set $pc = $pc + 4",
                                 "monitor reset halt"])
def test_a_core_that_the_user_did_something_to_is_not_empty(pi, bridge, gdb, act):
    gdb.do(act)
    gdb.do("detach")
    wait_nobody_is_attached(pi)
    wait_is_running(pi)
    assert "stays halted" not in bridge.log()


def test_kill_stops_the_program_and_the_bridge_goes_on(pi, bridge, gdb, blink):
    gdb.do("load")
    run_freely(gdb)
    wait_counts(pi, blink)
    gdb.interrupt()
    gdb.wait()
    assert "killed" in gdb.do("kill")
    wait_nobody_is_attached(pi)
    assert is_halted(pi) and bridge.process.poll() is None
    gdb.do(f"target remote {bridge.address}")
    assert f"{BOARD.base:#x}" in gdb.do("print/x $pc"), "it stands at its start"
    run_freely(gdb)
    wait_counts(pi, blink)


def test_attaching_right_after_a_closed_connection_works(bridge, new_gdb, blink):
    for _ in range(5):
        gdb = new_gdb(blink)
        gdb.do(f"target remote {bridge.address}")
        assert "Core 3" in gdb.do("info threads")
        vanish(gdb)


def test_twenty_attaches_in_a_row(pi, bridge, gdb, blink):
    gdb.do("load")
    gdb.do("detach")
    for _ in range(20):
        before = counter(pi, blink)
        gdb.do(f"target remote {bridge.address}")
        assert int(gdb.do("output blinks")) >= before
        gdb.do("detach")
        wait_counts(pi, blink, more=1)
    ready, *came = bridge.log().splitlines()
    assert ready == f"Listening on port {bridge.port}"
    assert all(re.fullmatch(r"ampgdb-bridge: client \S+ is the debugger", line) for line in came)
    assert len(came) == 21, "nothing to complain of"


def test_attaching_halts_a_running_program_and_threads_are_shown(pi, bridge, gdb, blink):
    gdb.do("load")
    gdb.do("detach")
    wait_counts(pi, blink)
    gdb.do(f"target remote {bridge.address}")
    assert is_halted(pi)
    assert re.search(r'Thread 1 "Core 3" \(halted on request\) \w+ \(.*\) at firmware/blink\.c',
                     gdb.do("info threads"))


# --- the bridge's own end -------------------------------------------------------------------------


def test_a_killed_bridge_can_be_replaced_and_the_program_is_as_it_was(pi, bridge, gdb, blink):
    own = "info registers " + " ".join(f"r{i}" for i in range(13)) + " sp lr pc cpsr"
    stop_at_breakpoint(gdb)
    before = gdb.do(own)
    bridge.process.kill()
    bridge.process.wait()
    assert is_connection_lost(gdb.do("stepi"))
    with Bridge(pi) as second:
        gdb.do("delete")
        gdb.do(f"target remote {second.address}")
        assert gdb.do(own) == before
        address = breakpoint_address(gdb)
        assert ram_words(pi, address, 1)[0] == code_in_file(blink, address), "no breakpoint stays"
        run_freely(gdb)
        wait_counts(pi, blink)


def test_a_killed_bridge_does_not_stop_a_running_program(pi, bridge, gdb, blink):
    gdb.do("load")
    run_freely(gdb)
    wait_counts(pi, blink)
    bridge.process.kill()
    assert is_connection_lost(gdb.wait())
    wait_counts(pi, blink)
    with Bridge(pi) as second:
        gdb.do(f"target remote {second.address}")
        assert is_halted(pi)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("way", ["TCP", "pipe"])
def test_an_ended_bridge_tells_a_waiting_gdb(pi, bridge, new_gdb, blink, way, number):
    gdb = new_gdb(blink)
    gdb.do(f"target remote {bridge.address if way == 'TCP' else on_a_pipe(pi)}")
    gdb.do("load")
    run_freely(gdb)
    wait_counts(pi, blink)
    os.kill(debuggers_bridge(pi), number)
    said = gdb.wait()
    assert "ampgdb-bridge was told to end" in said and "exited normally" in said
    wait_nobody_is_attached(pi)
    if way == "TCP":
        assert bridge.process.wait(TIMEOUT) == 0
    wait_counts(pi, blink)


def test_a_bridge_under_nohup_outlives_its_terminal(pi, blink, new_gdb):
    nohup = ["nohup", pi.build / "bin" / "ampgdb-bridge"]
    with Bridge(pi, program=nohup) as bridge:
        bridge.process.send_signal(signal.SIGHUP)
        gdb = new_gdb(blink)
        gdb.do(f"target remote {bridge.address}")
        gdb.do("load")
        gdb.do("detach")
        assert bridge.process.poll() is None


def test_an_ended_bridge_closes_an_idle_gdbs_connection(pi, bridge, gdb):
    gdb.do("load")
    assert bridge.stop() == 0
    assert is_connection_lost(gdb.do("stepi"))
    assert is_halted(pi)


# --- other ways to talk ---------------------------------------------------------------------------


def test_stdio_serves_a_whole_session_and_ends_with_it(pi, blink, new_gdb):
    gdb = new_gdb(blink)
    gdb.do(f"target remote {on_a_pipe(pi)}")
    gdb.do("load")
    gdb.do("break wait")
    assert "Breakpoint 1, wait ()" in gdb.do("continue")
    gdb.do("delete")
    run_freely(gdb)
    wait_counts(pi, blink)
    gdb.interrupt()
    assert "SIGINT" in gdb.wait()
    gdb.do("detach")
    wait_nobody_is_attached(pi)
    wait_counts(pi, blink)
    again = gdb.do(f"target remote {on_a_pipe(pi)}")
    assert "Remote debugging using" in again


def test_stdio_says_on_stderr_why_it_cannot_serve(pi, gdb):
    done = run(pi.build / "bin" / "ampgdb-bridge", "--stdio", "--memory", pi.memory)
    assert_one_sentence(done, r"in use by ampgdb-bridge \(pid \d+\), client 127")


def test_a_client_on_stdin_is_named_to_others(pi, blink, new_gdb):
    gdb = new_gdb(blink)
    gdb.do(f"target remote {on_a_pipe(pi)}")
    assert_one_sentence(loadmetal(pi, "stop"),
                        r"in use by ampgdb-bridge \(pid \d+\), client on stdin: let it finish, or "
                        r"detach its debugger")


def test_a_trace_on_a_full_disk_is_no_silent_gap(pi, tmp_path):
    bridge = [pi.build / "bin" / "ampgdb-bridge", "--stdio", "--memory", pi.memory, "--trace"]
    done = run(*bridge, "/dev/full")
    assert_one_sentence(done, r"cannot write the trace to /dev/full: No space left on device; name "
                              r"another file")
    short = """trap "" XFSZ; ulimit -f 1
               for i in 1 2 3 4 5 6 7 8; do printf '$?#3f'; done | "$@" """
    done = run("sh", "-c", short, "sh", *bridge, tmp_path / "trace")
    assert done.returncode == 0 and done.stdout.count("$T05") == 8
    assert done.stderr == (f"ampgdb-bridge: the trace in {tmp_path}/trace lacks what comes from "
                           "here on: File too large\n")


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "0<&- 1>&-"])
def test_stdio_that_is_closed_is_not_the_machines_memory(pi, closed):
    """A file that is opened takes the first number that is free."""
    before = pi.ram_bytes(0, 4096)
    words = [pi.build / "bin" / "ampgdb-bridge", "--stdio", "--memory", pi.memory]
    done = run("sh", "-c", f"""echo '$?#3f' | sh -c 'exec "$@" {closed}' sh "$@" """, "sh", *words)
    assert pi.ram_bytes(0, 4096) == before
    assert (done.returncode, done.stdout) == (0, "")


def test_stdio_ends_when_its_input_ends(pi):
    done = run(pi.build / "bin" / "ampgdb-bridge", "--stdio", "--memory", pi.memory)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    wait_nobody_is_attached(pi)


def test_the_trace_holds_the_dialogue(gdb, bridge):
    gdb.do("monitor version")
    gdb.do("detach")
    wait_until(lambda: bridge.trace.read_text().endswith("# [client gone]\n"), TIMEOUT,
               "the end of the dialogue", bridge.trace.read_text)
    head, *lines = bridge.trace.read_text().splitlines()
    assert head.startswith("# ampgdb-bridge ")
    assert all(re.fullmatch(r" *\d+\.\d{3} [<>#] .*", line) for line in lines)
    asked = next(index for index, line in enumerate(lines) if " > qSupported:" in line)
    assert " < PacketSize=" in lines[asked + 1]
    version = f"qRcmd,{b'version'.hex()}"
    assert any(line.endswith(f" > {version}") for line in lines)
    assert re.search(r"# \[ampgdb-bridge \(pid \d+\), client 127\.0\.0\.1:\d+\]", lines[0])


def test_extended_remote_can_kill_and_run_again(pi, bridge, blink, new_gdb):
    gdb = new_gdb(blink)
    gdb.do(f"target extended-remote {bridge.address}")
    gdb.do("load")
    gdb.do("break kernel_main")
    assert "Breakpoint 1, kernel_main ()" in gdb.do("run")
    gdb.do("delete")
    run_freely(gdb)
    wait_counts(pi, blink)
    gdb.interrupt()
    gdb.wait()
    assert "killed" in gdb.do("kill")
    assert is_halted(pi)
    gdb.do("break led_init")
    assert "Breakpoint 2, led_init ()" in gdb.do("run")
    gdb.do("detach")
    wait_counts(pi, blink)


# --- garbage --------------------------------------------------------------------------------------


def test_a_client_that_says_nothing_or_garbage_is_no_trouble(pi, bridge, new_gdb, blink):
    for data in (b"", b"GET / HTTP/1.1\r\nHost: pi\r\n\r\n", b"$", b"$g#", b"\x03" * 100,
                 b"+" * 1000, b"-" * 1000, os.urandom(5000), b"$" + b"m" * 100000):
        with RawClient(bridge) as client:
            client.send(data)
            client.socket.shutdown(socket.SHUT_WR)
            try:
                while client.socket.recv(65536):
                    pass
            except ConnectionResetError:
                pass  # it did not read all of the garbage
        wait_nobody_is_attached(pi)
    gdb = new_gdb(blink)
    gdb.do(f"target remote {bridge.address}")
    stop_at_breakpoint(gdb)


def test_gdb_that_loses_its_bridge_does_not_hang_the_test_driver(new_gdb):
    """The driver itself: vanish() above must leave nothing that waits."""
    gdb = new_gdb()
    vanish(gdb)
    with pytest.raises(GdbError, match="gdb ended"):
        gdb.do("print 1")
