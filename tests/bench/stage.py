"""Where a benchmark runs: its own programs built, a network namespace of its own, a folder that is removed."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import sys
import tempfile

from harness import must_run
from servers import BUILD

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = "SLUICE_BENCH_INSIDE"
CFLAGS = ["-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]


def build():
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("load", "sink", "crowd"):
        must_run(["cc", *CFLAGS, "-o", BUILD / name, HERE / f"{name}.c"])
    must_run(["cc", *CFLAGS, "-fPIC", "-shared", "-o", BUILD / "shim.so", HERE / "shim.c"])


def is_inside():
    return INSIDE in os.environ


def enter_namespace():
    """Run this program again, in place of this process, where no port is taken."""
    words = ["unshare", "--net"]
    if os.geteuid() != 0:
        words += ["--user", "--map-root-user", "--map-auto"]
    os.execvpe(words[0], [*words, "--", sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def raise_loopback():
    set_flags, up = 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, set_flags, struct.pack("16sH22x", b"lo", up))


@contextlib.contextmanager
def stage():
    """The folder of a run."""
    raise_loopback()
    os.umask(0o022)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def conclude(missed):
    """The exit status, after a last paragraph."""
    print("\nTargets: " + ("all reached." if not missed else "not reached:\n- " + "\n- ".join(missed)))
    return 1 if missed else 0
