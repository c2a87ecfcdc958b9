#!/usr/bin/python3
"""Check that no message was acknowledged before it was durable.

    check_syncs.py FOLDER REPLIES

FOLDER holds the shim's logs (shim.h), REPLIES the load's answers, one line each: ID REPLY. The reply names the queue
id, and the server's write of that reply to a socket is in the log. Before that write, a sync must have returned that
began after the message was written to the same file and covers where it stands. Prints one line; exit status 1 when a
reply came too early, or cannot be followed.
"""
import bisect
import collections
import pathlib
import re
import struct
import sys

ENTRY = struct.Struct("=IIQQQQQ16s")  # struct shim_entry
HEAD = struct.Struct("=QQQ40x")       # struct shim_head
WRITE, SYNC, REPLY = 1, 2, 3

Write = collections.namedtuple("Write", "at inode offset bytes")


class Logs:
    """All logs of a folder, joined."""

    def __init__(self, folder):
        self.writes = collections.defaultdict(list)  # id -> [Write]
        self.syncs = collections.defaultdict(list)   # inode -> [(began, ended, offset, bytes)], by began
        self.replies = {}                            # queue id -> when
        self.unreadable = []
        for path in pathlib.Path(folder).glob("*.log"):
            self._read(path)
        for syncs in self.syncs.values():
            syncs.sort()

    def _read(self, path):
        size = path.stat().st_size
        with open(path, "rb") as log:
            head = log.read(HEAD.size)
            entries = HEAD.unpack(head)[0] if len(head) == HEAD.size else None
            if entries is None or entries * ENTRY.size > size - HEAD.size:
                self.unreadable.append(path.name)
                return
            for fields in ENTRY.iter_unpack(log.read(entries * ENTRY.size)):
                self._add(*fields)

    def _add(self, kind, _, began, ended, inode, offset, size, text):
        text = text.rstrip(b"\0").decode("ascii", "replace")
        if kind == WRITE:
            self.writes[int(text)].append(Write(began, inode, offset, size))
        elif kind == SYNC:
            self.syncs[inode].append((began, ended, offset, size))
        elif kind == REPLY:
            self.replies.setdefault(text, began)

    def covered(self, write, before):
        """A sync of the file that began after the write, covers its place, and had returned."""
        syncs = self.syncs[write.inode]
        for began, ended, offset, size in syncs[bisect.bisect_left(syncs, (write.at,)):]:
            if began > before:
                return False
            if ended <= before and (size == 0 or offset <= write.offset and
                                    write.offset + write.bytes <= offset + size):
                return True
        return False

    def durable(self, number, before):
        """One file holds the message, and all that was written of it there before the reply was covered."""
        files = collections.defaultdict(list)
        for write in self.writes[number]:
            if write.at <= before:
                files[write.inode].append(write)
        return any(all(self.covered(w, before) for w in writes) for writes in files.values())


def check(folder, replies):
    """Returns (number of replies, reasons why some are wrong)."""
    logs = Logs(folder)
    wrong = [f"{name}: the log is not complete" for name in logs.unreadable]
    count = 0
    for line in open(replies, encoding="ascii", errors="replace"):
        number, reply = line.split(" ", 1)
        queued = re.search(r"ueued as (\S{1,15})", reply)
        count += 1
        if not queued or queued[1] not in logs.replies:
            wrong.append(f"message {number}: the server's write of '{reply.strip()}' is not in the log")
        elif not logs.durable(int(number), logs.replies[queued[1]]):
            wrong.append(f"message {number}: '{reply.strip()}' before a sync that covers it had returned")
    return count, wrong


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check_syncs.py FOLDER REPLIES")
    count, wrong = check(*sys.argv[1:])
    for reason in wrong[:10]:
        print(reason)
    print(f"{count} replies, {count - len(wrong)} after their sync, {len(wrong)} not")
    sys.exit(1 if wrong or not count else 0)


if __name__ == "__main__":
    main()
