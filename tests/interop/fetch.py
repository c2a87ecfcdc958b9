#!/usr/bin/python3
"""Fetch Debian packages with everything they need and unpack them into a private root below build/.

    fetch.py ROOT PACKAGE...

apt resolves the packages as if nothing were installed, so that the root is complete and does not depend on what
this machine has. Packages are kept in build/peers/cache under their file names and used again as long as their
SHA-256 is the one that apt's signed lists state. ROOT is left alone when it was unpacked from the same packages.
Nothing is installed: no maintainer script runs, nothing outside build/ changes. Where the machine's package lists
are missing or too old for the mirror, lists of our own are fetched below build/peers/apt.
"""
import concurrent.futures
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parents[2]
HOME = TOP / "build" / "peers"
CACHE = HOME / "cache"
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # links into /usr on every merged Debian
APT_ENV = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


class FetchError(Exception):
    pass


class Apt:
    """The machine's apt, with its lists or (after update) with our own, and never with its list of installed files."""

    def __init__(self):
        CACHE.mkdir(parents=True, exist_ok=True)
        self.status = HOME / "nothing-installed"
        self.status.write_bytes(b"")
        self.lists = HOME / "apt" / "lists"
        self.cache = HOME / "apt" / "cache"
        (self.cache / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        self.private = self.lists.is_dir()

    def _options(self):
        """A cache of our own, always empty of packages: apt leaves out of its answer what it has at hand."""
        options = ["-o", f"Dir::State::status={self.status}", "-o", f"Dir::Cache={self.cache}",
                   "-o", "APT::Sandbox::User="]
        if self.private:
            options += ["-o", f"Dir::State::lists={self.lists}"]
        return options

    def _run(self, tool, *words, cwd=None):
        done = subprocess.run([tool, *self._options(), *words], cwd=cwd, env=APT_ENV, capture_output=True, text=True)
        if done.returncode != 0:
            raise FetchError(f"{tool} {words[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def update(self):
        """Fetch package lists of our own, from the machine's sources."""
        self.private = True
        (self.lists / "partial").mkdir(parents=True, exist_ok=True)
        self._run("apt-get", "update", "-q")

    def resolve(self, packages):
        """File names (name_version_arch.deb) of the packages and of all that they depend on."""
        text = self._run("apt-get", "install", "--print-uris", "-qq", "-y", "--no-install-recommends", *packages)
        return [line.split()[1] for line in text.splitlines() if line.startswith("'")]

    def sums(self, specs):
        """SHA-256 of each name=version, as the signed lists state it."""
        found = {}
        fields = {}
        for line in self._run("apt-cache", "show", *specs).splitlines() + [""]:
            if not line:
                found[fields.get("Package", ""), fields.get("Version", "")] = fields.get("SHA256", "")
                fields = {}
            elif line[0] not in " \t" and ": " in line:
                key, value = line.split(": ", 1)
                fields[key] = value
        return found

    def download(self, specs):
        self._run("apt-get", "download", "-q", *specs, cwd=CACHE)


def spec_of(deb):
    name, version, _ = deb.removesuffix(".deb").split("_")
    return name, urllib.parse.unquote(version)


def sha256(path):
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def gather(apt, packages):
    """Bring all packages into the cache; returns [(path, sum)], each file checked."""
    debs = apt.resolve(packages)
    sums = apt.sums([f"{n}={v}" for n, v in map(spec_of, debs)])

    def stale(deb):
        path = CACHE / deb
        return not path.is_file() or sha256(path) != sums[spec_of(deb)]

    missing = [deb for deb in debs if stale(deb)]
    for deb in missing:
        (CACHE / deb).unlink(missing_ok=True)
    if missing:
        print(f"fetch: {len(missing)} packages to download", flush=True)
        apt.download([f"{n}={v}" for n, v in map(spec_of, missing)])
    for deb in missing:
        if stale(deb):
            raise FetchError(f"{deb}: missing after the download, or its SHA-256 is not the stated one")
    return [(CACHE / deb, sums[spec_of(deb)]) for deb in debs]


def unpack(root, files):
    """Unpack into a fresh root with merged /usr; a stamp written last says which packages it holds."""
    stamp = root.with_suffix(".stamp")
    want = "".join(f"{digest} {path.name}\n" for path, digest in files)
    if root.is_dir() and stamp.is_file() and stamp.read_text() == want:
        return False
    stamp.unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    (root / "run").mkdir()
    (root / "var").mkdir()
    (root / "var" / "run").symlink_to("../run")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, done in pool.map(lambda f: (f[0], extract(f[0], root)), files):
            if done.returncode != 0:
                raise FetchError(f"unpacking {path.name} failed: {done.stderr.decode(errors='replace').strip()}")
    stamp.write_text(want)
    return True


def extract(path, root):
    """dpkg -x without root's ownership rules, keeping the links of the merged /usr."""
    pack = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE)
    done = subprocess.run(["tar", "-x", "-C", root, "--keep-directory-symlink", "--no-same-owner",
                           "--no-same-permissions"],
                          stdin=pack.stdout, capture_output=True)
    pack.stdout.close()
    if pack.wait() != 0 and done.returncode == 0:
        done.returncode = pack.returncode
    return done


@contextlib.contextmanager
def locked():
    HOME.mkdir(parents=True, exist_ok=True)
    with open(HOME / "lock", "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def fetch(root, packages):
    """Make root hold the packages. Raises FetchError with one sentence when it cannot."""
    with locked():
        apt = Apt()
        try:
            files = gather(apt, packages)
        except FetchError as why:
            print(f"fetch: {why}\nfetch: trying again with fresh package lists", flush=True)
            apt.update()
            files = gather(apt, packages)
        return unpack(pathlib.Path(root), files)


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: fetch.py ROOT PACKAGE...")
    try:
        fetch(sys.argv[1], sys.argv[2:])
    except FetchError as why:
        sys.exit(f"fetch: {why}")


if __name__ == "__main__":
    main()
