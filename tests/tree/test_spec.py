# SPDX-License-Identifier: Apache-2.0
"""docs/SPEC.md has all that is spoken: packets, messages, opcodes and monitor commands are taken
from the tables of the sources and looked for in the tables of the document, and back.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = (ROOT / "docs/SPEC.md").read_text()


def rows(heading):
    """The cells of all table rows in a section, those of its first table's header left out."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#)", SPEC + "\n#",
                        re.M | re.S).group(1)
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines
            if not line.startswith("| ---")][1:]


def codes(text):
    """What stands between backquotes."""
    return re.findall(r"`([^`]+)`", text)


def source(path):
    return (ROOT / path).read_text()


def packets():
    """name: (moment, use), as the dispatcher has them."""
    return {name: (moment, use) for name, moment, use in re.findall(
        r'\{"([^"]+)",\s*(?:WHOLE|PREFIX),\s*(\w+),\s*(\w+),', source("bridge/rsp_dispatch.c"))}


def specified_packets():
    found = {}
    for cells in rows("1.4 Packets"):
        if len(cells) != 5 or not cells[0].startswith("`"):
            continue
        names = codes(cells[0]) if cells[0] == "`c`, `s`" else codes(cells[0])[:1]
        found.update({name: cells for name in names})
    return found


def test_every_packet_has_its_row():
    assert packets()
    assert set(specified_packets()) == set(packets())


def test_packets_are_served_when_the_document_says():
    moments = {"HALTED": "H", "NOT_WAITING": "N", "ANY_TIME": "A"}
    deaths = {"LOOKS": "s", "ENDS": "s", "ACTS": "r", "ACTS_ALOUD": "R", "ACTS_MUTELY": "s"}
    said = {name: (cells[2], cells[3]) for name, cells in specified_packets().items()}
    assert said == {name: (moments[moment], deaths[use])
                    for name, (moment, use) in packets().items()}


def test_observers_are_refused_what_the_document_says():
    replies = {"ENDS": "`E.` *sentence*", "ACTS": "`E.` *sentence*",
               "ACTS_ALOUD": "`O` *sentence*, `E01`", "ACTS_MUTELY": "none"}
    refused = {name: replies[use] for name, (_, use) in packets().items() if use in replies}
    said = {name: cells[1] for cells in rows("1.9 Observers") if cells[1] in replies.values()
            for name in codes(cells[0])}
    assert refused and said == refused


def test_every_test_that_is_named_exists():
    tests = "\n".join(path.read_text() for path in sorted((ROOT / "tests/unit").glob("*_test.c")))
    for cells in specified_packets().values():
        for name in codes(cells[4]):
            assert f"static void {name}(void **state)" in tests, name
    prose = re.findall(r"Tests?:\s((?:`[^`]+`[^`|]*?)+?)(?:\.|\n\n|$)", SPEC)
    named = [name for text in prose for name in codes(text)]
    assert len(named) > 8
    for name in named:
        exists = (ROOT / "tests/unit" / name).exists() if name.endswith(".c") else \
            f"static void {name}(void **state)" in tests
        assert exists, name


def test_what_we_support_is_said():
    reply = "".join(re.findall(r'"([^"]*)"', re.search(
        r"int rsp_supported\(.*?^}", source("bridge/rsp_query.c"), re.M | re.S).group()))
    features = reply[reply.index("QStartNoAckMode"):]
    assert features in specified_packets()["qSupported"][1]


def test_every_message_has_its_row():
    defined = {name: int(value, 0) for name, value in re.findall(
        r"#define AMPGDB_MSG_(\w+)\s+(0x\w+?|\d+)u", source("include/ampgdb/message.h"))}
    assert defined.pop("REPLY") == 0x80000000 and "`REPLY`, 0x80000000" in SPEC
    said = {codes(cells[0])[0]: cells[1] for cells in rows("2.2 Messages")}
    assert {name: int(kind.split()[0], 0) for name, kind in said.items()} == defined
    halted = {name for name, halted in re.findall(
        r"\[AMPGDB_MSG_(\w+)\]\s*=\s*\{\w+, \w+, (true|false)\}", source("stub/service.c"))
        if halted == "true"}
    assert {name for name, kind in said.items() if kind.endswith(" H")} == halted


def test_every_opcode_has_its_number():
    defined = {name: int(value, 0) for name, value in re.findall(
        r"AMPGDB_AGENT_(\w+) = (0x\w+)", source("include/ampgdb/agent.h"))}
    said = {}
    for cells in rows("2.4 Opcodes"):
        numbers = [int(value, 0) for value in cells[1].split()]
        said.update(zip(codes(cells[0]), numbers, strict=True))
    assert said == defined


def test_every_monitor_command_has_its_row():
    table = re.search(r"struct command commands\[\] = \{(.*?)\};", source("bridge/rsp_monitor.c"),
                      re.S).group(1)
    commands = set(re.findall(r'\{"([^"]+)",', table))
    said = {name for cells in rows("1.8 Monitor commands") for name in codes(cells[0])}
    assert commands == said - {"on", "off"}


def test_errors_have_their_numbers():
    function = re.search(r"error_number\(int error\)\n\{.*?^}", source("bridge/session_talk.c"),
                         re.M | re.S).group()
    numbers = set(re.findall(r"return (0x\w\w);", function))
    said = {code for cells in rows("1.3 Errors") for code in codes(cells[0])}
    assert {f"E{number[2:]}" for number in numbers} == said
