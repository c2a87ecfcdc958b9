"""Messages of 50 MB through the proxy, to a server behind it that is slower than the clients: what they cost in memory."""
import socket
import threading
import time

from fronts import Proxy
from harness import expect
from idle import process_bytes
from servers import Sink
from sockets import buffered_bytes

SESSIONS = 48
SIZES = (5_000_000, 50_000_000)
SINK_RATE = 250_000_000  # bytes a second; the clients could send some times as much
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


def pass_large(server, sink, before, sessions, way, size):
    """(the process, the kernel's buffers) in KiB a session, MB a second."""
    clients = [Client(server.port) for _ in range(sessions)]
    threads = [threading.Thread(target=WAYS[way], args=(client, size)) for client in clients]
    watch, began = Watch(server, sink), time.monotonic()
    for thread in (watch, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    watch.stop()
    for client in clients:
        client.ask(b"QUIT\r\n", b"221")
    return ((watch.process - before) / sessions / 1024, watch.kernel / sessions / 1024, sessions * size / took / 1e6)


def measure_proxy_large(folder, share):
    """Prints a table; returns sentences about targets that were missed."""
    sink = Sink(folder, SINK_RATE)
    server = Proxy(folder, sink)
    missed = []
    print(f"\n{SESSIONS} sessions at once that each send a large message, to a sink that reads {SINK_RATE // 10**6} MB a "
          "second; the most that was seen, in KiB a session:\n\n"
          "| way in | MB a message | the process | the kernel's buffers | MB/s altogether |\n|---|--:|--:|--:|--:|")
    try:
        Client(server.port).ask(b"QUIT\r\n", b"221")
        before = process_bytes(server)
        for way in WAYS:
            for size in SIZES:
                process, kernel, rate = pass_large(server, sink, before, SESSIONS, way, int(size * share))
                print(f"| {way} | {size * share / 1e6:g} | {process:.0f} | {kernel:.0f} | {rate:.0f} |", flush=True)
                if process > TARGET_KIB:
                    missed.append(f"{way}, {size / 1e6:g} MB: {process:.0f} KiB a session, wanted {TARGET_KIB}")
        expect(sink.counts()[0] == SESSIONS * len(WAYS) * len(SIZES), "some large messages did not arrive")
    finally:
        server.stop()
        sink.stop()
    return missed
