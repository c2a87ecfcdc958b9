"""Messages of 50 MB through the proxy, to a server behind it that is slower than the clients: what they cost in memory."""
import itertools
import socket
import statistics
import threading
import time

from fronts import Proxy
from harness import expect
from idle import process_bytes
from proxy_rate import spread
from servers import Sink
from sockets import buffered_bytes

SESSIONS = 48
SIZES = (5_000_000, 50_000_000)
SINK_RATE = 250_000_000  # bytes a second; the clients could send some times as much
FIRST_BYTES = 1_000_000
TARGET_KIB = 128
BLOCK = b"The quick brown fox jumps over the lazy dog, and once more ...\r\n" * 1024


class Client:
    """A session, in the clear."""

    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port))
        self.lines = self.link.makefile("rb")
        self.hear(b"220")
        self.ask(b"EHLO large.test\r\n", b"250")

    def hear(self, code):
        line = self.lines.readline()
        while line[3:4] == b"-":
            line = self.lines.readline()
        expect(line.startswith(code), f"a large message: {line}")

    def ask(self, text, code):
        self.link.sendall(text)
        self.hear(code)

    def envelope(self):
        self.ask(b"MAIL FROM:<large@sender.test>\r\n", b"250")
        self.ask(b"RCPT TO:<catch@sink.test>\r\n", b"250")

    def send_data(self, size):
        self.envelope()
        self.ask(b"DATA\r\n", b"354")
        for _ in range(size // len(BLOCK)):
            self.link.sendall(BLOCK)
        self.ask(b".\r\n", b"250")

    def send_bdat(self, size):
        self.envelope()
        for left in range(size // len(BLOCK), 0, -1):
            last = b" LAST" if left == 1 else b""
            self.link.sendall(b"BDAT %d%s\r\n" % (len(BLOCK), last) + BLOCK)
            self.hear(b"250")


WAYS = {"DATA": Client.send_data, "BDAT": Client.send_bdat}


class Watch(threading.Thread):
    """The most that was seen of the server's memory and of the kernel's buffers of its sockets."""

    def __init__(self, server, sink):
        super().__init__()
        self.server, self.sink = server, sink
        self.process = self.kernel = 0
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.wait(0.02 if self.process == 0 else 0.1):
            self.process = max(self.process, process_bytes(self.server))
            self.kernel = max(self.kernel, buffered_bytes(self.server.port, self.sink.port))

    def stop(self):
        self.stopped.set()
        self.join()


def pass_large(server, sink, way, size):
    """The process and the kernel's buffers in KiB a session, MB a second. One message goes ahead, so that what the program
    needs once is not counted as the sessions'."""
    first = Client(server.port)
    WAYS[way](first, FIRST_BYTES)
    first.ask(b"QUIT\r\n", b"221")
    before = process_bytes(server)
    clients = [Client(server.port) for _ in range(SESSIONS)]
    threads = [threading.Thread(target=WAYS[way], args=(client, size)) for client in clients]
    watch, began = Watch(server, sink), time.monotonic()
    for thread in (watch, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    watch.stop()
    arrived = sink.counts()[0] - 1
    expect(arrived == SESSIONS, f"{arrived} of {SESSIONS} large messages arrived")
    for client in clients:
        client.ask(b"QUIT\r\n", b"221")
    return {"process": (watch.process - before) / SESSIONS / 1024, "kernel": watch.kernel / SESSIONS / 1024,
            "rate": SESSIONS * size / took / 1e6}


def one_case(folder, way, size):
    """Figures of a server started for it."""
    sink = Sink(folder, SINK_RATE)
    server = Proxy(folder, sink)
    try:
        return pass_large(server, sink, way, size)
    finally:
        server.stop()
        sink.stop()


def measure_proxy_large(folder, rounds, share):
    """Prints a table; returns sentences about targets that were missed."""
    results = {case: [] for case in itertools.product(WAYS, [int(size * share) for size in SIZES])}
    for _ in range(rounds):
        for case, found in results.items():
            found.append(one_case(folder, *case))
    print(f"\n{SESSIONS} sessions at once that each send a large message, to a sink that reads {SINK_RATE // 10**6} MB a "
          "second; the most that was seen, in KiB a session:\n\n"
          "| way in | MB a message | the process, median | all rounds | the kernel's buffers, median | all rounds "
          "| MB/s altogether, median | all rounds |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    missed = []
    for (way, size), found in results.items():
        columns = " | ".join(spread([figures[key] for figures in found]) for key in ("process", "kernel", "rate"))
        print(f"| {way} | {size / 1e6:g} | {columns} |", flush=True)
        process = statistics.median(figures["process"] for figures in found)
        if process > TARGET_KIB:
            missed.append(f"{way}, {size / 1e6:g} MB: {process:.0f} KiB a session, wanted {TARGET_KIB}")
    return missed
