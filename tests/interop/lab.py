"""The Lab: what one run of the tests owns. Peers are started when the first test asks for them, and once."""
import pathlib
import shutil
import tempfile

from clients import Toolbox
from clients.curl import Curl
from clients.msmtp import Msmtp
from clients.nodemailer import Nodemailer
from clients.python import Smtplib
from clients.swaks import Swaks
from harness import Authority, TOP, Failure, free_port
from peers.dovecot import Dovecot
from peers.exim import Exim
from peers.haproxy import Haproxy
from peers.knot import Knot
from peers.nginx import Nginx
from peers.opensmtpd import OpenSMTPD
from peers.postfix import Postfix
from sink import Sink

SERVERS = {kind.name: kind for kind in (Postfix, Exim, OpenSMTPD, Dovecot)}
CLIENTS = {kind.name: kind for kind in (Swaks, Curl, Msmtp, Smtplib, Nodemailer)}
ROOTS = (*SERVERS.values(), Knot, Haproxy, Nginx, Toolbox)


class Lab:
    def __init__(self):
        base = TOP / "build" / "interop"
        base.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=base))
        self.folder.chmod(0o755)
        (self.folder / "messages").mkdir()
        self.authority = Authority(self.folder / "authority")
        self.front = free_port()  # where Postfix and Exim deliver what is not for themselves
        self.sluices = []    # those of the test that runs now
        self.broken = {}     # name of a root -> why it cannot be used
        self.used = []       # servers that this test asked for
        self._servers = []
        self._once = {}

    def peer(self, name):
        """The running mail server of that name. One that cannot be started fails every test that needs it."""
        return self._get(name, lambda: self.start(SERVERS[name](self)))

    def client(self, name):
        return CLIENTS[name](self._get(Toolbox.name, lambda: Toolbox(self)))

    def knot(self, zones):
        return self._get(Knot.name, lambda: self.start(Knot(self, zones)))

    def haproxy(self, to):
        """A HAProxy of one's own, in front of these ports."""
        if Haproxy.name in self.broken:
            raise Failure(f"{Haproxy.name} cannot be used: {self.broken[Haproxy.name]}")
        return self.start(Haproxy(self, to))

    def sink(self):
        """A sink on a loopback port, shared by all tests that look for their own marker alone."""
        return self._get("sink", Sink)

    def message(self, mark, content):
        """The content as a file."""
        path = self.folder / "messages" / f"{mark}.eml"
        path.write_bytes(content)
        return path

    def _get(self, name, make):
        if name in self.broken:
            raise Failure(f"{name} cannot be used: {self.broken[name]}")
        if name not in self._once:
            try:
                self._once[name] = make()
            except Exception as why:
                self.broken[name] = why
                raise
        if self._once[name] in self._servers:
            self.used.append(self._once[name])
        return self._once[name]

    def start(self, server):
        """A server that only this test has. It is stopped when the tests end."""
        self._servers.append(server)
        self.used.append(server)  # its log is wanted when the start fails, too
        return server.start()

    def begin(self):
        """A new test begins."""
        self.used, self.sluices = [], []
        self._offsets = {log: log.stat().st_size for s in self._servers for log in s.logs if log.exists()}

    def logs(self):
        """(whose, file, offset) of every log that belongs to the test that runs now, from where the test began."""
        programs = [("sluice", s) for s in self.sluices] + [(u.name, u) for u in dict.fromkeys(self.used)]
        return [(name, log, self._offsets.get(log, 0)) for name, program in programs for log in program.logs]

    def close(self, keep):
        for server in self._servers:
            server.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
