"""The peers by themselves: each takes a message from smtplib and stores it. When these fail, no other test says much."""
import smtplib
import ssl

import message
from harness import expect, test
from lab import SERVERS
from peers import LOGIN, PASSWORD

SENDER = "tester@sender.test"


def connect(peer, port):
    kind = smtplib.LMTP if peer.name == "dovecot" else smtplib.SMTP
    return kind("127.0.0.1", port, "client.test", timeout=20)


def submit(lab, peer, port, recipients, tls=False, mechanism=None):
    """Send one message; returns (marker, content, refused recipients)."""
    mark = message.marker(peer.name)
    content = message.build(mark, SENDER, recipients[0])
    with connect(peer, port) as smtp:
        smtp.ehlo()
        if tls:
            smtp.starttls(context=ssl.create_default_context(cafile=lab.authority.ca))
            smtp.ehlo()
        if mechanism:
            smtp.user, smtp.password = LOGIN, PASSWORD
            smtp.auth(mechanism, getattr(smtp, "auth_" + mechanism.lower().replace("-", "_")))
        return mark, content, smtp.sendmail(SENDER, recipients, content)


def define(name, kind):
    @test(f"peer {name} takes mail and refuses strangers")
    def plain(lab):
        peer = lab.peer(name)
        recipients = [f"anna@{peer.domain}", f"stranger@{peer.domain}"]
        mark, content, refused = submit(lab, peer, peer.port, recipients)
        expect(list(refused) == recipients[1:] and 500 <= refused[recipients[1]][0] <= 559, f"refused: {refused}")
        message.expect_same(content, peer.wait_for(mark, "anna")[0])

    if name != "opensmtpd":
        @test(f"peer {name} by STARTTLS")
        def tls(lab):
            peer = lab.peer(name)
            mark, content, _ = submit(lab, peer, peer.port, [f"bela@{peer.domain}"], tls=True)
            message.expect_same(content, peer.wait_for(mark, "bela")[0])

    for mechanism in kind.mechanisms:
        if mechanism in ("PLAIN", "LOGIN", "CRAM-MD5"):
            @test(f"peer {name} by AUTH {mechanism}")
            def auth(lab, mechanism=mechanism):
                peer = lab.peer(name)
                mark, content, _ = submit(lab, peer, peer.auth_port, [f"anna@{peer.domain}"], mechanism=mechanism)
                message.expect_same(content, peer.wait_for(mark, "anna")[0])


for name, kind in SERVERS.items():
    define(name, kind)
