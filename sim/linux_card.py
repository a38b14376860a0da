# SPDX-License-Identifier: Apache-2.0
"""Builds the virtual Pi's SD card, from Debian packages (linux_packages.py) and what make built.

As on a real card: a FAT boot partition with kernel, initramfs and device tree, and an ext4 root
partition. What tells the firmware how to boot is not on it: a machine adds that, in the flow that
it wants (linux_pi.py); U-Boot lies beside the card for that. Files are root's on the card, whoever
builds it.
"""

import argparse
import pathlib
import shutil
import subprocess

from contract import ROOT
from linux_packages import ALONE, read_manifest

OURS = ROOT / "sim" / "linux"
MIB = 1 << 20
SECTOR = 512
CARD_SIZE = 512 * MIB  # QEMU wants a power of two
BOOT_START, BOOT_SIZE = MIB, 39 * MIB  # little more than the least that can be FAT32
ROOT_START = BOOT_START + BOOT_SIZE
ROOT_SIZE = CARD_SIZE - ROOT_START
BOARD_DTB = "bcm2836-rpi-2-b.dtb"
KERNEL_IMAGE = "kernel7.img"  # as the Pi's firmware calls it
INITRAMFS = "initramfs7"

# The root partition, and what its driver needs.
INITRAMFS_MODULES = ("crc32c_generic", "ext4", "bcm2835")
# What /etc/init.d/rcS loads.
ROOT_MODULES = ("bcm2835-rng", "bcm2835_wdt", "nls_cp437", "nls_ascii", "vfat", "phy-generic",
                "dwc2", "cdc_ether")
UNWANTED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
            "usr/share/lintian", "usr/share/bug", "usr/lib/python3.11/test")
EXAMPLES = ("*.elf", "*.bin")
FOLDERS = ("boot/firmware", "dev", "mnt", "proc", "root", "run", "sys", "tmp", "var/log",
           "var/lock")


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          **options)
    if done.returncode:
        raise SystemExit(f"card: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def find_one(folder, pattern):
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"card: {pattern} is in {folder} {len(found)} times, not once")
    return found[0]


# --- packages -------------------------------------------------------------------------------------


def is_part(name):
    """Not installed into the root partition as it is: parts are taken from it."""
    return name in ALONE or name.startswith("linux-image")


def unpack(packages, work):
    """(root, parts): two folders."""
    root, parts = work / "root", work / "parts"
    for folder in (root, parts):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name, _, deb in packages:
        run("dpkg", "-x", deb, parts if is_part(name) else root)
    for name in UNWANTED:
        shutil.rmtree(root / name, ignore_errors=True)
    return root, parts


# --- kernel modules -------------------------------------------------------------------------------


class Modules:
    """The modules of the one kernel in parts/."""

    def __init__(self, parts):
        self.folder = find_one(parts, "lib/modules/*")
        self.release = self.folder.name
        run("/sbin/depmod", "-b", parts, self.release)
        self._needs = {}
        for line in (self.folder / "modules.dep").read_text().splitlines():
            path, _, needs = line.partition(":")
            self._needs[path] = needs.split()

    def in_order(self, names):
        """Paths of the modules and of all they need, each after what it needs."""
        paths = {pathlib.PurePath(path).stem: path for path in self._needs}
        order = []
        for name in names:
            for path in (*reversed(self._needs[paths[name]]), paths[name]):
                if path not in order:
                    order.append(path)
        return [self.folder / path for path in order]


# --- initramfs ------------------------------------------------------------------------------------


def make_initramfs(parts, modules, work):
    folder = work / "initramfs"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("bin", "dev", "modules", "proc", "root"):
        (folder / name).mkdir(parents=True)
    shutil.copy(parts / "bin/busybox", folder / "bin")
    for applet in applets(parts / "bin/busybox"):
        if applet != "busybox":
            (folder / "bin" / applet).symlink_to("busybox")
    shutil.copy(OURS / "initramfs-init", folder / "init")
    order = modules.in_order(INITRAMFS_MODULES)
    for module in order:
        shutil.copy(module, folder / "modules")
    (folder / "modules/order").write_text("".join(f"{module.name}\n" for module in order))
    image = work / INITRAMFS
    run("sh", "-ec", 'cd "$1"; find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | '
        'gzip -9n > "$2"', "sh", folder, image)
    return image


def applets(busybox):
    """The names by which busybox can be called."""
    return run("qemu-arm", busybox, "--list").split()


# --- root partition -------------------------------------------------------------------------------


def fill_root(root, parts, modules, build):
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    install_busybox(root, parts)
    shutil.copytree(OURS / "root", root, dirs_exist_ok=True)
    install_modules(root, modules)
    shutil.copy(find_one(parts, "boot/config-*"), root / "boot")
    install_ours(root, build)


def install_busybox(root, parts):
    busybox = root / "bin/busybox"
    busybox.parent.mkdir(exist_ok=True)
    shutil.copy(parts / "bin/busybox", busybox)
    for applet in applets(busybox):
        if not any((root / folder / applet).exists()
                   for folder in ("bin", "sbin", "usr/bin", "usr/sbin")):
            (root / "bin" / applet).symlink_to("/bin/busybox")
    (root / "sbin/init").unlink(missing_ok=True)
    (root / "sbin/init").symlink_to("/bin/busybox")


def install_modules(root, modules):
    for module in modules.in_order(INITRAMFS_MODULES + ROOT_MODULES):
        target = root / "lib/modules" / modules.release / module.relative_to(modules.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(module, target)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(modules.folder / name, root / "lib/modules" / modules.release)
    run("/sbin/depmod", "-b", root, modules.release)


def install_ours(root, build):
    """The shipped programs, loadmetal by both its names; in root's home what a user brings."""
    for program in ("ampgdb-bridge", "loadmetal"):
        shutil.copy(build / "armhf" / program, root / "usr/bin")
    devmem = root / "usr/bin/devmem"
    devmem.unlink(missing_ok=True)
    devmem.symlink_to("loadmetal")
    (root / "bin/devmem").unlink(missing_ok=True)  # the same name, another syntax
    for pattern in EXAMPLES:
        for program in (build / "firmware").glob(pattern):
            shutil.copy(program, root / "root")
    shutil.copy(build / "boot/pi2/uboot/fw_env.config", root / "etc/fw_env.config")
    authorize(root, build / "linux/ssh/key.pub")


def authorize(root, public_key):
    folder = root / "root/.ssh"
    folder.mkdir(mode=0o700)
    shutil.copy(public_key, folder / "authorized_keys")
    (folder / "authorized_keys").chmod(0o600)
    (root / "etc/dropbear").mkdir(exist_ok=True)


def make_root_image(root, work):
    image = work / "root.ext4"
    image.unlink(missing_ok=True)
    # Under fakeroot the files of whoever builds are root's.
    run("fakeroot", "/sbin/mke2fs", "-q", "-t", "ext4", "-b", "4096", "-L", "rootfs", "-d", root,
        "-E", "lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0", image,
        f"{ROOT_SIZE // 1024}k")
    return image


# --- boot partition -------------------------------------------------------------------------------


def make_boot_image(parts, initramfs, work):
    """What a stock card has but for config.txt and cmdline.txt."""
    image = work / "boot.fat"
    image.unlink(missing_ok=True)
    with open(image, "wb") as file:
        file.truncate(BOOT_SIZE)
    run("mformat", "-i", image, "-F", "-v", "bootfs", "-h", "255", "-s", "63",
        "-T", str(BOOT_SIZE // SECTOR), "::")
    files = ((find_one(parts, "boot/vmlinuz-*"), KERNEL_IMAGE), (initramfs, INITRAMFS),
             (find_one(parts, f"usr/lib/linux-image-*/{BOARD_DTB}"), BOARD_DTB))
    for source, name in files:
        run("mcopy", "-i", image, source, f"::{name}")
    return image


# --- the card -------------------------------------------------------------------------------------


def make_card(boot, root, card):
    temporary = card.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with open(temporary, "wb") as file:
        file.truncate(CARD_SIZE)
    table = "".join(f"start={start // SECTOR}, size={size // SECTOR}, type={kind}\n" for
                    start, size, kind in ((BOOT_START, BOOT_SIZE, "c"),
                                          (ROOT_START, ROOT_SIZE, "83")))
    subprocess.run(["/sbin/sfdisk", "--quiet", temporary], input=f"label: dos\n{table}", text=True,
                   check=True)
    for image, start in ((boot, BOOT_START), (root, ROOT_START)):
        run("dd", f"if={image}", f"of={temporary}", "bs=1M", f"seek={start // MIB}",
            "conv=notrunc,sparse", "status=none")
    temporary.rename(card)


def main():
    parser = argparse.ArgumentParser(description="Build the virtual Pi's SD card.")
    parser.add_argument("--build", type=pathlib.Path, default="build", help="build directory")
    build = parser.parse_args().build.resolve()
    work = build / "linux"
    manifest = work / "apt/manifest"
    packages = read_manifest(manifest)
    if not packages:
        raise SystemExit(f"card: packages that {manifest} names are missing: remove that file, "
                         "then run make again")
    root, parts = unpack(packages, work)
    modules = Modules(parts)
    initramfs = make_initramfs(parts, modules, work)
    fill_root(root, parts, modules, build)
    shutil.copy(parts / "usr/lib/u-boot/rpi_2/u-boot.bin", work)
    make_card(make_boot_image(parts, initramfs, work), make_root_image(root, work),
              work / "card.img")
    for folder in (root, parts, work / "initramfs"):
        shutil.rmtree(folder)
    for image in ("boot.fat", "root.ext4", INITRAMFS):
        (work / image).unlink()


if __name__ == "__main__":
    main()
