"""Memory of an idle session: of the server's processes, and of the kernel."""
import pathlib
import resource
import statistics
import subprocess
import time

from harness import expect
from load import Load
from servers import BUILD, Sink, Sluice

TARGET_KIB = 14
SESSIONS = 10000
BESIDE_SESSIONS = 1000  # descriptors for all else
# Caches that other programs fill and empty all the time; what a socket has in them is added by its size.
NOISY = ("ext4_", "buffer_head", "radix_tree", "inode_cache", "proc_inode", "shmem_inode", "dentry", "lsm_inode",
         "jbd2", "task_struct", "anon_vma", "mm_struct", "signal_cache", "sighand", "vm_area", "maple", "kmalloc-4k",
         "kmalloc-8k", "kmalloc-cg-4k", "kmalloc-cg-8k", "files_cache", "bio", "xfs_", "btrfs_", "ovl_", "overlay")
# Caches in which only the server's end has something.
SERVER_ONLY = ("eventpoll_", "ep_head")


def kernel_caches():
    """{name: (bytes in use, bytes of an object)} of the kernel's caches, None where they cannot be read."""
    found = {}
    try:
        lines = pathlib.Path("/proc/slabinfo").read_text().splitlines()[2:]
    except OSError:
        return None
    for line in lines:
        name, active, _, size = line.split()[:4]
        found[name] = int(active) * int(size), int(size)
    return found


def kernel_bytes(before, after, sessions):
    """Of one session's server end. Both ends are on this machine, and cost the same except for the epoll entry."""
    both = server = 0
    for name, (now, _) in after.items():
        grown = now - before.get(name, (0, 0))[0]
        if name.startswith(SERVER_ONLY):
            server += grown
        elif not name.startswith(NOISY):
            both += grown
    beside = sum(after[name][1] for name in ("dentry", "lsm_inode_cache") if name in after)
    return both / 2 / sessions + server / sessions + beside


def process_bytes(server):
    """Resident memory and page tables. Pages of our own count by their share. Those of files, programs and libraries, count
    whole in each process: their share would change with each other program that begins or ends on this machine."""
    total = 0
    for pid in server.pids():
        for name, wanted in (("smaps_rollup", ("Pss_Anon:", "Pss_Shmem:")), ("status", ("RssFile:", "VmPTE:"))):
            lines = pathlib.Path(f"/proc/{pid}/{name}").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith(wanted))
    return total * 1024


def mappings(server):
    """How many areas of memory its processes have; each costs the kernel about 200 bytes."""
    return sum(len(pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()) for pid in server.pids())


class Footprint:
    """What a server and the kernel need for sessions that are opened from now on."""

    def __init__(self, server):
        self.server = server
        self.process, self.caches, self.areas = process_bytes(server), kernel_caches(), mappings(server)

    def kib(self, sessions):
        """(the server's processes, the kernel) in KiB a session; the kernel's is not a number where it cannot be read."""
        user = (process_bytes(self.server) - self.process) / sessions
        if self.caches is None:
            return user / 1024, float("nan")
        areas = (mappings(self.server) - self.areas) * 200 / sessions
        return user / 1024, (kernel_bytes(self.caches, kernel_caches(), sessions) + areas) / 1024


class Crowd:
    """A process with so many sessions, that are all there when this returns. See crowd.c for what they do."""

    def __init__(self, port, sessions, *what):
        words = [BUILD / "crowd", port, sessions, *what]
        self.sessions = sessions
        self.popen = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True)
        self.expect_word("held", "the sessions could not be opened")

    def expect_word(self, word, otherwise):
        """Of all sessions."""
        line = self.popen.stdout.readline().strip()
        expect(line == f"{word} {self.sessions}", f"crowd: {otherwise}, wanted {self.sessions}: {line or 'it has ended'}")

    def leave(self):
        """Each session was open to the end."""
        self.popen.stdin.close()
        self.expect_word("open", "the server has hung up on some")
        self.popen.wait()


def must_hold(sessions):
    """Raise the limit of descriptors; a Failure where so many sessions do not fit into it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = sessions + BESIDE_SESSIONS
    expect(hard >= wanted, f"{sessions:,} sessions need {wanted:,} descriptors a process, the limit is {hard:,} (ulimit -Hn)")


def one_round(folder, sessions):
    sink = Sink(folder)
    server = Sluice(folder, sink, 0)
    try:
        load = Load(server, sink)
        alone = load.run("new", 2)
        time.sleep(1)
        footprint = Footprint(server)
        crowd = Crowd(server.port, sessions, "idle")
        time.sleep(1)
        user, kernel = footprint.kib(sessions)
        beside = load.run("new", 2)
        crowd.leave()
    finally:
        server.stop()
        sink.stop()
    return user, kernel, alone["p99_us"] / 1000, beside["p99_us"] / 1000


def measure_idle(folder, rounds):
    """Prints a table; returns sentences about targets that were missed."""
    must_hold(SESSIONS)
    user, kernel, alone, beside = map(statistics.median, zip(*(one_round(folder, SESSIONS) for _ in range(rounds))))
    total = user + kernel
    print(f"\n{SESSIONS:,} idle sessions in the clear, after EHLO:\n\n"
          "| | KiB a session |\n|---|--:|\n"
          f"| the process, page tables included | {user:.1f} |\n| the kernel | {kernel:.1f} |\n"
          f"| together | {total:.1f} |\n\n"
          f"Reply to the final dot while they are held (new connections): p99 {beside:.1f} ms; "
          f"without them {alone:.1f} ms.", flush=True)
    return [f"an idle session has {total:.1f} KiB, wanted {TARGET_KIB}"] if not total <= TARGET_KIB else []
