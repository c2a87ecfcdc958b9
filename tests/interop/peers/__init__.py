"""Mail servers from Debian that take mail from sluice, one class a peer."""
from harness import Process, wait_until
from roots import Root

# Mailboxes that every peer has; any other recipient is refused with 5xx in the session.
MAILBOXES = ("anna", "bela", "cora")
# The login that every peer with AUTH knows.
LOGIN, PASSWORD = "relay", "correct horse"


class Server(Root):
    """A root with one long-running program."""

    def __init__(self, lab):
        super().__init__(lab)
        self.logs = [self.state / "output.log"]
        self.process = None

    def configure(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def ports(self):
        """Ports that must listen before the server counts as started."""
        return [self.port]

    def start(self):
        self.configure()
        self.process = Process(self.name, self.enter(*self.command()), self.logs[0])
        for port in self.ports():
            self.process.wait_for_port(port)
        return self

    def stop(self):
        if self.process:
            self.process.kill()


class Peer(Server):
    """A mail server. It listens on `port`, and keeps what it takes as Maildir in state/mail/MAILBOX."""

    domain = ""        # the domain it takes mail for
    mechanisms = ()    # what it offers for AUTH, on auth_port; there only the logged in are served
    utf8_mailbox = ""  # a mailbox with a name beyond ASCII, where it does SMTPUTF8

    # --- what arrived

    def messages(self, mailbox=None):
        """Raw bytes of everything delivered (to one mailbox), line ends as CRLF."""
        pattern = f"{mailbox or '*'}/new/*"
        found = [p for p in (self.state / "mail").glob(pattern) if p.is_file()]
        return [_crlf(p.read_bytes()) for p in sorted(found, key=lambda p: p.stat().st_mtime_ns)]

    def wait_for(self, marker, mailbox=None, count=1, seconds=20):
        """Wait until so many messages holding the marker have arrived; returns them."""
        def arrived():
            found = [m for m in self.messages(mailbox) if marker.encode() in m]
            return found if len(found) >= count else None
        return wait_until(arrived, seconds, f"{count} message(s) with {marker} at {self.name}")


def _crlf(data):
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
