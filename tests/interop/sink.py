"""A small catching SMTP server of the tests' own: what sluice sends is kept octet for octet, and replies can be set.

It is not a peer from Debian, so nothing that it accepts proves that a real server would; it is the witness for bytes,
parameters and order that real servers hide.
"""
import dataclasses
import socketserver
import threading
import time

from harness import wait_until


@dataclasses.dataclass
class Received:
    """One message as it came: envelope with parameters, content with dots unstuffed, CRLF line ends kept."""

    mail: str
    recipients: list
    content: bytes
    at: float = dataclasses.field(default_factory=time.monotonic)  # when it was there


class Sink:
    OFFERS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 52428800", "ENHANCEDSTATUSCODES", "DSN", "CHUNKING")

    def __init__(self, address="127.0.0.1", port=0, replies=None):
        """replies: function (verb, line) -> reply text or None for the usual one."""
        self.replies = replies or (lambda verb, line: None)
        self.received = []
        self.sessions = 0
        self._lock = threading.Lock()
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True  # replies to pipelined commands are written one by one

            def handle(self):
                with sink._lock:
                    sink.sessions += 1
                try:
                    _Session(sink, self.rfile, self.wfile).serve()
                except OSError:
                    pass  # the client is gone

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 512

        self._server = Server((address, port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, received):
        with self._lock:
            self.received.append(received)

    def find(self, marker):
        with self._lock:
            return [r for r in self.received if marker.encode() in r.content]

    def wait_for(self, marker, count=1, seconds=20):
        return wait_until(lambda: len(f := self.find(marker)) >= count and f, seconds,
                          f"{count} message(s) with {marker} at the sink")

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class _Session:
    def __init__(self, sink, rfile, wfile):
        self.sink, self.rfile, self.wfile = sink, rfile, wfile
        self.reset()

    def reset(self):
        self.mail, self.recipients, self.chunks = None, [], []

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def serve(self):
        self.say(self.sink.replies("CONNECT", "") or "220 sink.test ESMTP")
        while line := self.rfile.readline(65536):
            text = line.rstrip(b"\r\n").decode(errors="surrogateescape")
            verb = text.split(" ")[0].split(":")[0].upper()
            answer = self.sink.replies(verb, text)
            if verb == "QUIT":
                return self.say(answer or "221 2.0.0 bye")
            self.command(verb, text, answer)

    def command(self, verb, text, answer):
        handler = getattr(self, f"do_{verb.lower()}", None)
        if answer and verb != "BDAT":
            self.say(answer)
        elif handler:
            handler(text)
        else:
            self.say("500 5.5.1 what?")

    def do_ehlo(self, text):
        lines = ["sink.test", *self.sink.OFFERS]
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    def do_helo(self, text):
        self.say("250 sink.test")

    def do_noop(self, text):
        self.say("250 2.0.0 ok")

    def do_rset(self, text):
        self.reset()
        self.say("250 2.0.0 ok")

    def do_mail(self, text):
        self.reset()
        self.mail = text[len("MAIL FROM:"):]
        self.say("250 2.1.0 ok")

    def do_rcpt(self, text):
        self.recipients.append(text[len("RCPT TO:"):])
        self.say("250 2.1.5 ok")

    def do_data(self, text):
        if not self.recipients:
            return self.say("503 5.5.1 no recipients")
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if line:
            self.finish(b"".join(lines))

    def do_bdat(self, text):
        words = text.split()
        self.chunks.append(self.rfile.read(int(words[1])))
        if len(words) > 2 and words[2].upper() == "LAST":
            self.finish(b"".join(self.chunks))
        else:
            self.say("250 2.0.0 ok")

    def finish(self, content):
        answer = self.sink.replies("END", "") or "250 2.0.0 kept"
        if answer.startswith("250"):
            self.sink.take(Received(self.mail, self.recipients, content))
        self.reset()
        self.say(answer)
