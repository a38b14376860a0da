# SPDX-License-Identifier: Apache-2.0
"""What the pages for users name is there: links and their anchors, files that are to be built, and
in docs/IDE.md all that a reader of one client's section needs.
"""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"),
                ROOT / "tests/README.md"])
CLIENTS = ("Eclipse CDT GDB", "Cortex-Debug", "Microsoft C/C++")


def anchors(page):
    """As GitHub makes them of headings: code is no heading, only words and hyphens remain."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_files_that_are_to_be_built_can_be_made():
    known = subprocess.run(["make", "-pnq", "O=build", "clean"], cwd=ROOT, capture_output=True,
                           text=True, check=False, env={"PATH": os.environ["PATH"]}).stdout
    targets = set(re.findall(r"^(build/[^:=\s]+)\s*:", known, re.M))
    named = {name for page in ("README.md", "docs/COOKBOOK.md", "docs/IDE.md")
             for name in re.findall(r"\bbuild/(?:512M/)?(?:armhf|firmware|bin)/[\w*.-]+",
                                    (ROOT / page).read_text())}
    assert named and named <= targets, named - targets


@pytest.mark.parametrize("client", CLIENTS)
def test_a_clients_section_has_all_its_reader_needs(client):
    text = (ROOT / "docs/IDE.md").read_text()
    section = re.search(rf"^## {re.escape(client)}$.*?(?=^## )", text, re.M | re.S).group()
    for word in ("Install the extension", "gdb-multiarch", "templates/vscode/.vscode",
                 "settings.json", "`ampgdb.elf`", "`ampgdb.build`", "`ampgdb.main`",
                 "`ampgdb.tree`", "`ampgdb.pi`", "`ampgdb: bridge`", "`ampgdb: bridge over ssh`",
                 "F5", "Debug Console"):
        assert word in section, word
    assert ("images/" in section) != ("there is no picture" in section)
