"""What the kernel holds for TCP sockets, asked over netlink (sock_diag, as `ss -tm` does)."""
import socket
import struct

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLMSG_DONE, NLMSG_ERROR = 4, 20, 3, 2
REQUEST_DUMP = 0x301
INET_DIAG_SKMEMINFO = 7
HEAD, DIAG = 16, 72  # bytes of struct nlmsghdr and inet_diag_msg


def answers():
    """The messages about every IPv4 TCP socket of this network namespace."""
    ask = struct.pack("=BBBBI48x", socket.AF_INET, socket.IPPROTO_TCP, 1 << (INET_DIAG_SKMEMINFO - 1), 0, 0xFFFFFFFF)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as link:
        link.send(struct.pack("=IHHII", HEAD + len(ask), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0) + ask)
        while True:
            data = link.recv(1 << 18)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    return
                yield data[HEAD:length]
                data = data[length + 3 & ~3:]


def memory_of(message):
    """Bytes that the socket has for what was received, for what is to be sent, and set aside for either."""
    at = DIAG
    while at + 4 <= len(message):
        size, kind = struct.unpack_from("=HH", message, at)
        if kind == INET_DIAG_SKMEMINFO:
            received, _, _, _, ahead, queued = struct.unpack_from("=6I", message, at + 4)
            return received + ahead + queued
        at += max(4, size + 3 & ~3)
    return 0


def buffered_bytes(port, behind):
    """Of a proxy's sockets: those on `port`, and those to the port behind it."""
    total = 0
    for message in answers():
        own, other = struct.unpack_from("!HH", message, 4)
        if own == port or other == behind:
            total += memory_of(message)
    return total
