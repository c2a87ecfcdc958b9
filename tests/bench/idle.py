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
    """Resident memory, shared pages counted by their share, and page tables."""
    total = 0
    for pid in server.pids():
        rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        status = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        total += sum(int(line.split()[1]) for line in status if line.startswith("VmPTE:"))
    return total * 1024


def mappings(server):
    """How many areas of memory its processes have; each costs the kernel about 200 bytes."""
    return sum(len(pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()) for pid in server.pids())


def hold(server, sessions):
    """A process that holds so many sessions, once they are all there."""
    popen = subprocess.Popen([BUILD / "idle", str(server.port), str(sessions)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    expect(popen.stdout.readline().startswith("held"), "idle: the sessions could not be opened")
    return popen


def one_round(folder, sessions):
    sink = Sink(folder)
    server = Sluice(folder, sink, 0)
    try:
        load = Load(server, sink)
        alone = load.run("new", 2)
        time.sleep(1)
        before, caches, maps = process_bytes(server), kernel_caches(), mappings(server)
        holder = hold(server, sessions)
        time.sleep(1)
        user = (process_bytes(server) - before) / sessions
        areas = (mappings(server) - maps) * 200 / sessions
        kernel = kernel_bytes(caches, kernel_caches(), sessions) + areas if caches else float("nan")
        beside = load.run("new", 2)
        holder.stdin.close()
        holder.wait()
    finally:
        server.stop()
        sink.stop()
    return user / 1024, kernel / 1024, alone["p99_us"] / 1000, beside["p99_us"] / 1000


def measure_idle(folder, rounds):
    """Prints a table; returns sentences about targets that were missed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sessions = min(SESSIONS, hard - 1000)
    user, kernel, alone, beside = map(statistics.median, zip(*(one_round(folder, sessions) for _ in range(rounds))))
    total = user + kernel
    print(f"\n{sessions:,} idle sessions in the clear, after EHLO:\n\n"
          "| | KiB a session |\n|---|--:|\n"
          f"| the process, page tables included | {user:.1f} |\n| the kernel | {kernel:.1f} |\n"
          f"| together | {total:.1f} |\n\n"
          f"Reply to the final dot while they are held (new connections): p99 {beside:.1f} ms; "
          f"without them {alone:.1f} ms.", flush=True)
    return [f"an idle session has {total:.1f} KiB, wanted {TARGET_KIB}"] if not total <= TARGET_KIB else []
