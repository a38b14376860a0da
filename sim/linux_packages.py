# SPDX-License-Identifier: Apache-2.0
"""Fetches what the virtual Pi's Linux is made of: Debian 12 packages for armhf.

apt does the work, from the sources and with the keys that this system trusts, but on a state of
its own below the build directory: the system's package lists, caches and locks stay as they are,
and no root is needed. What was fetched once is not fetched again. The manifest, which is written
last, says what there is: one line "NAME VERSION FILE" each.

Knows nothing of what the packages are used for.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ARCHITECTURE = "armhf"
KERNEL = "linux-image-armmp"  # depends on the newest one, which has the version in its name

WITH_DEPENDENCIES = ("libc6", "dropbear-bin", "libubootenv-tool", "gdb")
ALONE = ("busybox-static", "u-boot-rpi")

# Options of the command line cannot clear a list. What Debian's images hook into an update would
# change the system's cache.
CONFIGURATION = """
Dir::State::Lists "{folder}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{folder}/cache";
Dir::Log "{folder}";
#clear APT::Architectures;
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::Languages;
Acquire::Languages "none";
Debug::NoLocking "true";
"""

_INSTALLED = re.compile(r"^Inst (\S+) \((\S+) [^\n]*\[(\w+)\]\)", re.MULTILINE)
_ERRORS = re.compile(r"^E: .*", re.MULTILINE)


class PackageError(Exception):
    """One sentence for the user, and what apt said."""


class PrivateApt:
    """apt on a state of its own in a folder."""

    def __init__(self, folder):
        self.folder = folder.resolve()
        self.debs = self.folder / "debs"
        self.incoming = self.folder / "incoming"  # what may not be complete
        for name in ("lists/partial", "cache/archives/partial", "debs", "incoming"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.configuration = self.folder / "apt.conf"
        self.configuration.write_text(CONFIGURATION.format(folder=self.folder,
                                                           architecture=ARCHITECTURE))

    def _run(self, program, *arguments):
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        return subprocess.run([program, "-c", self.configuration, "-q", *arguments],
                              cwd=self.incoming, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", check=False)

    def update(self):
        """Refresh the lists; returns apt's complaints. Whether one matters is for what follows to
        find out: a source may be one that has nothing of ours."""
        return "\n".join(_ERRORS.findall(self._run("apt-get", "update").stdout))

    def kernel(self):
        """The package with the newest kernel."""
        output = self._run("apt-cache", "depends", KERNEL).stdout
        found = re.search(r"Depends: (linux-image-\S+)", output)
        if not found:
            raise PackageError(f"no {KERNEL} for {ARCHITECTURE}")
        return found.group(1)

    def with_dependencies(self, names):
        """[(name, version, architecture)] of the packages and all they depend on."""
        done = self._run("apt-get", "--simulate", "install", *names)
        if done.returncode:
            raise PackageError(f"these cannot be had for {ARCHITECTURE}: {' '.join(names)}\n"
                               f"{done.stdout.strip()}")
        return _INSTALLED.findall(done.stdout)

    def alone(self, names):
        """The same without what they depend on."""
        found = []
        for name in names:
            output = self._run("apt-cache", "show", "--no-all-versions", name).stdout
            fields = dict(re.findall(r"^(\w+): (\S+)$", output, re.MULTILINE))
            if "Version" not in fields:
                raise PackageError(f"no {name} for {ARCHITECTURE}")
            found.append((name, fields["Version"], fields["Architecture"]))
        return found

    def fetch(self, packages):
        """Download what is not there yet. apt checks the hashes, and goes on where it was
        interrupted."""
        missing = [f"{name}={version}" for name, version, architecture in packages
                   if not (self.debs / deb_name(name, version, architecture)).exists()]
        if not missing:
            return
        print(f"Fetching {len(missing)} of {len(packages)} packages for {ARCHITECTURE}")
        done = self._run("apt-get", "download", *missing)
        if done.returncode:
            raise PackageError("not all packages could be downloaded; what has come is kept\n"
                               + "\n".join(_ERRORS.findall(done.stdout)))
        for deb in self.incoming.glob("*.deb"):
            deb.rename(self.debs / deb.name)


def deb_name(name, version, architecture):
    """As apt calls the file."""
    return f"{name}_{version.replace(':', '%3a')}_{architecture}.deb"


def read_manifest(path):
    """[(name, version, path of the .deb)], or nothing if it is not complete."""
    try:
        lines = [line.split() for line in path.read_text().splitlines()]
    except FileNotFoundError:
        return []
    packages = [(name, version, path.parent / "debs" / file) for name, version, file in lines]
    return packages if all(deb.exists() for _, _, deb in packages) else []


def _resolve(apt):
    packages = apt.with_dependencies(WITH_DEPENDENCIES) + apt.alone((apt.kernel(), *ALONE))
    apt.fetch(packages)
    return packages


def fetch(folder):
    """Resolve, download and write the manifest."""
    apt = PrivateApt(folder)
    complaints = apt.update()
    try:
        packages = _resolve(apt)
    except PackageError as error:
        raise PackageError(
            f"{error}\n{complaints}\nThis needs Debian 12's package sources, once: check the "
            "network and /etc/apt/sources.list*, then run make again") from None
    text = "".join(f"{name} {version} {deb_name(name, version, architecture)}\n"
                   for name, version, architecture in sorted(packages))
    temporary = folder / "manifest.new"
    temporary.write_text(text)
    temporary.rename(folder / "manifest")


def main():
    parser = argparse.ArgumentParser(description="Fetch the virtual Pi's Debian packages.")
    parser.add_argument("folder", type=pathlib.Path, help="where apt's state and the packages go")
    folder = parser.parse_args().folder
    try:
        fetch(folder)
    except PackageError as error:
        print(f"packages: {error}", file=sys.stderr)
        return 1
    for name, version, _ in read_manifest(folder / "manifest"):
        print(f"  {name} {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
