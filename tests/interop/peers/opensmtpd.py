"""OpenSMTPD: virtual users and Maildir.

Debian 12's 6.8 cannot serve TLS: built with OpenSSL 3 it finds no private key in the handshake (its issue 1171), and
without TLS it offers no AUTH. So one port takes mail in the clear, and the other is a server as met in the wild: it
offers STARTTLS and every handshake fails.
"""
from harness import free_port
from peers import MAILBOXES, Peer

CONFIG = """
pki mail cert "/etc/smtpd/cert.pem"
pki mail key "/etc/smtpd/key.pem"
smtp max-message-size 50M
table boxes file:/etc/smtpd/boxes
table owners file:/etc/smtpd/owners
listen on 127.0.0.1 port {port} hostname mail.opensmtpd.test
listen on 127.0.0.1 port {broken_tls_port} tls pki mail hostname mail.opensmtpd.test
action "keep" maildir "/mail/%{{rcpt.user}}" virtual <boxes> userbase <owners>
match from any for domain "opensmtpd.test" action "keep"
"""


class OpenSMTPD(Peer):
    name = "opensmtpd"
    packages = ("opensmtpd", "dash", "coreutils")
    users = ("opensmtpd", "opensmtpq", "vmail")
    domain = "opensmtpd.test"

    def __init__(self, lab):
        super().__init__(lab)
        self.port, self.broken_tls_port = free_port(), free_port()

    def ports(self):
        return [self.port, self.broken_tls_port]

    def configure(self):
        uid = self.uid("vmail")
        self.write("smtpd/smtpd.conf", CONFIG.format(port=self.port, broken_tls_port=self.broken_tls_port))
        self.write("smtpd/cert.pem", self.lab.authority.certificate.read_text(), 0o600)
        self.write("smtpd/key.pem", self.lab.authority.key.read_text(), 0o600)
        self.write("smtpd/boxes", "".join(f"{box}@{self.domain} vmail\n" for box in MAILBOXES))
        self.write("smtpd/owners", f"vmail {uid}:{uid}:/var/lib/vmail\n")
        self.write("mailname", "mail.opensmtpd.test\n")
        self.folder("var/lib/vmail", "vmail")
        self.folder("var/spool/smtpd", mode=0o711)
        self.folder("var/lib/opensmtpd/empty", mode=0o755)

    def command(self):
        return ["/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd/smtpd.conf"]
