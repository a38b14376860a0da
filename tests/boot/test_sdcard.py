# SPDX-License-Identifier: Apache-2.0
"""boot/sdcard: what a card needs is added, what was there stays, and nonsense is refused before
anything changes.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from boot_files import ROOT, environment

THEIR_CMDLINE = ("console=serial0,115200 console=tty1 root=PARTUUID=0f92bece-02 rootfstype=ext4 "
                 "fsck.repair=yes rootwait")
THEIR_CONFIG = "dtparam=audio=on\narm_64bit=1\nauto_initramfs=1\n[pi4]\narm_boost=1"  # no newline
THEIR_FILES = {"cmdline.txt": THEIR_CMDLINE + "\n", "config.txt": THEIR_CONFIG,
               "kernel7.img": "kernel", "kernel8.img": "kernel"}


@pytest.fixture
def out(tmp_path):
    """A card's boot partition, as Raspberry Pi OS makes it."""
    folder = tmp_path / "bootfs"
    folder.mkdir()
    for name, text in THEIR_FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def uboot(tmp_path):
    path = tmp_path / "u-boot.bin"
    path.write_bytes(b"\0\1U-Boot 2023.01+dfsg-2 (Jan 01 2023)\0" + bytes(1000))
    return path


@pytest.fixture
def sdcard(build_root):
    """A function that runs the script: sdcard(OUT=..., BOARD=...) -> completed process."""
    def run(before=(), **variables):
        known = {"BUILD": str(build_root), "BOARD": "pi2", "PATH": os.environ["PATH"]}
        known |= {name: str(value) for name, value in variables.items()}
        return subprocess.run([*before, str(ROOT / "boot/sdcard")], env=known, text=True,
                              capture_output=True, check=False, cwd="/")
    return run


def done(process):
    assert process.returncode == 0, process.stdout + process.stderr
    assert process.stderr == ""
    return process.stdout


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_refused(process, sentence, folder=None, before=None):
    assert process.returncode == 1
    assert process.stderr.startswith("sdcard: ") and process.stderr.count("\n") == 1
    assert sentence in process.stderr
    if folder:
        assert contents(folder) == before


# --- What is written -----------------------------------------------------------------------------


def test_their_command_line_gets_our_words_in_one_line(sdcard, out, card):
    done(sdcard(OUT=out, BOARD=card.name))
    assert (out / "cmdline.txt").read_text() == (
        f"{THEIR_CMDLINE} maxcpus=3 {card.mem_word}\n")


@pytest.mark.parametrize("end", ["", "\r\n", " ", "\n\n"])
def test_their_last_word_stays_apart_from_ours_however_its_line_ends(sdcard, out, uboot, end):
    (out / "cmdline.txt").write_bytes((THEIR_CMDLINE + end).encode())
    done(sdcard(OUT=out, FLOW="uboot", UBOOT=uboot))
    assert environment(out / "uboot.env")["bootargs"].endswith(" rootwait maxcpus=3 mem=512M")
    done(sdcard(OUT=out))
    assert (out / "cmdline.txt").read_text() == f"{THEIR_CMDLINE} maxcpus=3 mem=512M\n"


def test_backslashes_in_their_command_line_stay(sdcard, out, uboot):
    theirs = r"root=LABEL=a\040b c=\\t d=\c e=1"
    (out / "cmdline.txt").write_text(theirs + "\n")
    done(sdcard(OUT=out, FLOW="uboot", UBOOT=uboot))
    assert environment(out / "uboot.env")["bootargs"] == theirs + " maxcpus=3 mem=512M"
    done(sdcard(OUT=out))
    assert (out / "cmdline.txt").read_text() == theirs + " maxcpus=3 mem=512M\n"


@pytest.mark.parametrize("theirs", [
    "mem=900M a b=c maxcpus=4 nr_cpus=2", "  a\tb=c\r\n", "\na b=c\n\n",
    "a b=c maxcpus=3 mem=512M"])
def test_earlier_words_of_the_same_kind_give_way(sdcard, out, theirs):
    (out / "cmdline.txt").write_bytes(theirs.encode())
    done(sdcard(OUT=out))
    assert (out / "cmdline.txt").read_text() == "a b=c maxcpus=3 mem=512M\n"


def test_their_config_stays_and_ours_counts_for_all_boards(sdcard, out, build_root):
    done(sdcard(OUT=out))
    text = (out / "config.txt").read_text()
    theirs, ours = text.split("# ampgdb begins")
    assert theirs == THEIR_CONFIG + "\n"
    lines = ours.splitlines()[1:]
    assert lines[0] == "[all]" and lines[-1] == "# ampgdb ends"
    made = (build_root / "boot/pi2/cmdline/config.txt").read_text().splitlines()
    assert lines[1:-1] == [line for line in made if "SPDX" not in line]


def test_the_overlay_flow_brings_its_overlay_and_needs_no_mem(sdcard, out, build_root):
    done(sdcard(OUT=out, FLOW="overlay"))
    assert (out / "cmdline.txt").read_text() == THEIR_CMDLINE + " maxcpus=3\n"
    assert "dtoverlay=ampgdb\n" in (out / "config.txt").read_text()
    assert (out / "overlays/ampgdb.dtbo").read_bytes() == (
        build_root / "boot/pi2/overlay/ampgdb.dtbo").read_bytes()


def test_the_uboot_flow_tells_linux_what_their_command_line_told_it(sdcard, out, uboot, card):
    done(sdcard(OUT=out, FLOW="uboot", UBOOT=uboot, BOARD=card.name))
    serial = "ttyAMA0" if card.name == "pi2" else "ttyS0"
    assert environment(out / "uboot.env")["bootargs"] == (
        f"{THEIR_CMDLINE.replace('serial0', serial)} maxcpus=3 {card.mem_word}")
    assert (out / "u-boot.bin").read_bytes() == uboot.read_bytes()
    assert (out / "boot.scr").read_bytes() == (card.files / "uboot/boot.scr").read_bytes()
    assert "/boot/firmware/uboot.env" in (out / "fw_env.config").read_text()
    assert (out / "cmdline.txt").read_text() == THEIR_CMDLINE + "\n"


def test_the_check_comes_along(sdcard, out):
    assert "ampgdb-check" in done(sdcard(OUT=out))
    assert (out / "ampgdb-check").read_bytes() == (ROOT / "boot/check").read_bytes()


def test_an_empty_directory_gets_the_files_and_a_hint(sdcard, tmp_path, uboot, card):
    (tmp_path / "empty").mkdir()
    said = done(sdcard(OUT=tmp_path / "empty", BOARD=card.name))
    assert "add those of your system (root=...)" in said
    assert (tmp_path / "empty/cmdline.txt").read_bytes() == (
        card.files / "cmdline/cmdline.txt").read_bytes()
    (tmp_path / "empty2").mkdir()
    done(sdcard(OUT=tmp_path / "empty2", BOARD=card.name, FLOW="uboot", UBOOT=uboot))
    assert environment(tmp_path / "empty2/uboot.env") == environment(
        card.files / "uboot/uboot.env")


def test_make_calls_it(build_root, out):
    process = subprocess.run(
        ["make", "--no-print-directory", f"O={build_root}", "sdcard", "BOARD=zero2w", f"OUT={out}"],
        cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert (out / "cmdline.txt").read_text() == THEIR_CMDLINE + " maxcpus=3 mem=256M\n"


# --- What is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", ["cmdline", "overlay", "uboot"])
def test_a_second_run_changes_nothing(sdcard, out, uboot, flow):
    done(sdcard(OUT=out, FLOW=flow, UBOOT=uboot))
    before = contents(out)
    said = done(sdcard(OUT=out, FLOW=flow, UBOOT=uboot))
    assert contents(out) == before
    assert "written" not in said and "kept" not in said


def test_what_changes_is_kept_and_named(sdcard, out):
    said = done(sdcard(OUT=out))
    for name in ("cmdline.txt", "config.txt"):
        assert (out / f"{name}.before-ampgdb").read_text() == THEIR_FILES[name]
        assert f"{name}: what was there is kept as {name}.before-ampgdb" in said
    for name in ("kernel7.img", "kernel8.img"):
        assert (out / name).read_text() == THEIR_FILES[name]


def test_what_only_we_wrote_is_not_kept_when_the_flow_changes(sdcard, out, uboot):
    for flow in ("cmdline", "overlay", "uboot", "cmdline"):
        done(sdcard(OUT=out, FLOW=flow, UBOOT=uboot))
    assert sorted(path.name for path in out.glob("*.before-ampgdb*")) == [
        "cmdline.txt.before-ampgdb", "config.txt.before-ampgdb"]
    text = (out / "config.txt").read_text()
    assert text.count("# ampgdb begins") == 1
    assert "kernel=u-boot.bin" not in text and "dtoverlay=ampgdb" not in text


def test_their_later_changes_survive_and_are_kept_too(sdcard, out):
    done(sdcard(OUT=out))
    with open(out / "config.txt", "a", encoding="utf-8") as file:
        file.write("gpu_mem=16\n")
    changed = (out / "config.txt").read_text()
    said = done(sdcard(OUT=out, FLOW="overlay"))
    assert "gpu_mem=16\n" in (out / "config.txt").read_text()
    assert (out / "config.txt.before-ampgdb").read_text() == THEIR_CONFIG
    assert (out / "config.txt.before-ampgdb-2").read_text() == changed
    assert "config.txt.before-ampgdb-2" in said


def test_what_is_kept_already_is_not_kept_twice(sdcard, out):
    done(sdcard(OUT=out))
    shutil.copy(out / "config.txt.before-ampgdb", out / "config.txt")
    done(sdcard(OUT=out))
    assert [path.name for path in out.glob("config.txt.*")] == ["config.txt.before-ampgdb"]


def test_an_environment_changed_by_fw_setenv_is_kept(sdcard, out, uboot):
    done(sdcard(OUT=out, FLOW="uboot", UBOOT=uboot))
    (out / "uboot.env").write_bytes(b"changed")
    done(sdcard(OUT=out, FLOW="uboot", UBOOT=uboot))
    assert (out / "uboot.env.before-ampgdb").read_bytes() == b"changed"


def test_markers_with_the_line_ends_of_windows_are_recognised(sdcard, out):
    done(sdcard(OUT=out))
    text = (out / "config.txt").read_text()
    (out / "config.txt").write_bytes(text.replace("\n", "\r\n").encode())
    done(sdcard(OUT=out))
    assert (out / "config.txt").read_text() == text


# --- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("variables, sentence", [
    ({"BOARD": ""}, "for which board? Say BOARD=pi2"),
    ({"BOARD": "pi4"}, "BOARD=pi4 is unknown: say pi2"),
    ({"FLOW": "grub"}, "FLOW=grub is unknown: say cmdline"),
    ({"FLOW": "uboot", "UBOOT": "/nowhere/u-boot.bin"},
     "no U-Boot at /nowhere/u-boot.bin: unpack Debian's u-boot-rpi"),
    ({"FLOW": "uboot", "UBOOT": "/bin/true"}, "/bin/true is no U-Boot: name a u-boot.bin"),
])
def test_wrong_words_are_refused(sdcard, out, variables, sentence):
    assert_refused(sdcard(OUT=out, **variables), sentence, out, contents(out))


@pytest.mark.parametrize("place, sentence", [
    ("", "where to? Say OUT=DIR"),
    ("/nowhere/at/all", "/nowhere/at/all does not exist: mount the card"),
    ("/etc/passwd", "/etc/passwd is no directory"),
])
def test_wrong_places_are_refused(sdcard, place, sentence):
    assert_refused(sdcard(OUT=place), sentence)


def test_a_directory_that_is_no_boot_partition_is_refused(sdcard, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter").write_text("dear")
    assert_refused(sdcard(OUT=tmp_path / "home"), "has neither config.txt nor cmdline.txt",
                   tmp_path / "home", {"letter": b"dear"})


@pytest.mark.parametrize("name", ["config.txt", "cmdline.txt"])
def test_the_folder_from_which_the_files_have_moved_is_refused(sdcard, out, name):
    (out / name).write_text("DO NOT EDIT THIS FILE\n\nThe file you are looking for has moved to "
                            f"/boot/firmware/{name}\n")
    assert_refused(sdcard(OUT=out), "name the card's boot partition (on the Pi: /boot/firmware)",
                   out, contents(out))


def test_a_place_that_cannot_be_written_is_refused(sdcard):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "config.txt").write_text("")
        folder.chmod(0o555)
        # Root without the power to write where nobody may.
        before = [] if os.getuid() else ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
        assert_refused(sdcard(before, OUT=folder), f"cannot write to {folder}: mount it writable",
                       folder, {"config.txt": b""})
        folder.chmod(0o755)


def test_a_full_card_is_refused_before_anything_changes(sdcard, out, fake_program):
    fake_program("df", "echo Filesystem; echo '/dev/sdb1 100000 99990 10 100% /x'\n")
    assert_refused(sdcard(OUT=out, PATH=fake_program.path),
                   "has 10 KiB free and", out, contents(out))


def test_a_card_that_breaks_while_writing_keeps_whole_files(sdcard, out, fake_program):
    real = shutil.which("cp")
    fake_program("cp", f'case "$2" in */config.txt.new) {real} "$@"; exit 1;; esac\n'
                       f'exec {real} "$@"\n')
    assert_refused(sdcard(OUT=out, PATH=fake_program.path), "config.txt failed: check the card")
    assert (out / "config.txt").read_text() == THEIR_CONFIG
    assert not list(out.glob("*.new"))


def test_a_64_bit_system_is_refused(sdcard, out):
    (out / "kernel7.img").unlink()
    assert_refused(sdcard(OUT=out), "put 32-bit Raspberry Pi OS on it", out, contents(out))


def test_a_command_line_of_two_lines_is_refused(sdcard, out):
    (out / "cmdline.txt").write_text("a b\nc d\n")
    assert_refused(sdcard(OUT=out), "cmdline.txt has 2 lines, and only one counts: join them",
                   out, contents(out))


def test_words_that_linux_would_not_take_are_not_added(sdcard, out, uboot):
    (out / "cmdline.txt").write_text(f"{THEIR_CMDLINE} -- single\n")
    for flow in ("cmdline", "uboot"):
        assert_refused(sdcard(OUT=out, FLOW=flow, UBOOT=uboot),
                       "has a --, and Linux takes no word behind it: remove it", out, contents(out))
    (out / "cmdline.txt").write_text("a=--b --c=1\n")
    done(sdcard(OUT=out))


@pytest.mark.parametrize("word", [
    "init=/usr/lib/raspberrypi-sys-mods/firstboot", "init=/usr/lib/raspi-config/init_resize.sh",
    "systemd.run=/boot/firstrun.sh"])
def test_a_first_start_is_not_moved_into_the_environment(sdcard, out, uboot, word):
    (out / "cmdline.txt").write_text(f"{THEIR_CMDLINE} {word}\n")
    assert_refused(sdcard(OUT=out, FLOW="uboot", UBOOT=uboot), "start it once as it is", out,
                   contents(out))
    done(sdcard(OUT=out))
    assert f" {word} maxcpus=3" in (out / "cmdline.txt").read_text()


def test_half_a_block_of_ours_is_refused(sdcard, out):
    done(sdcard(OUT=out))
    text = (out / "config.txt").read_text().replace("# ampgdb ends\n", "")
    (out / "config.txt").write_text(text)
    assert_refused(sdcard(OUT=out), "lacks the line '# ampgdb ends'", out, contents(out))


def test_a_block_that_ends_before_it_begins_does_not_take_their_lines_along(sdcard, out):
    done(sdcard(OUT=out))
    (out / "config.txt").write_text("# ampgdb ends\n# ampgdb begins: make sdcard replaces these "
                                    "lines\ntheirs=1\n")
    assert_refused(sdcard(OUT=out), "lacks the line '# ampgdb ends'", out, contents(out))
