"""Programs that people send mail with, one class a program."""
import dataclasses
import pathlib

from harness import run
from roots import Root


@dataclasses.dataclass
class Job:
    """One message to hand to a server. With a user: STARTTLS verified against `ca`, then AUTH."""

    port: int
    sender: str
    recipients: list
    message: pathlib.Path        # CRLF line ends
    ca: pathlib.Path = None
    user: str = None
    password: str = None
    mechanism: str = "PLAIN"


class Client:
    """One program. send() returns (True when it says that the server took the message, what it printed)."""

    name = ""
    mechanisms = ()

    def __init__(self, toolbox):
        self.toolbox = toolbox

    def send(self, job):
        raise NotImplementedError

    def run(self, *command, stdin=b""):
        status, out = run(self.toolbox.enter(*command), stdin)
        return status == 0, out


class Toolbox(Root):
    """The root that holds all clients from Debian."""

    name = "clients"
    packages = ("swaks", "curl", "msmtp", "nodejs", "node-nodemailer", "libnet-ssleay-perl", "libauthen-sasl-perl",
                "libdigest-hmac-perl", "libnet-dns-perl", "ca-certificates")
