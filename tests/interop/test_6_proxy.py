"""Transactions passed live (`service: proxy`) by every client to every real server: content, refusals, and that what
the server answers is what the client hears."""
import smtplib

import message
from clients import Job
from harness import expect, test
from lab import CLIENTS, SERVERS
from sluice import USER, USER_PASSWORD, Sluice
from test_3_servers import hop


def start(lab, peer, **more):
    """A sluice whose listeners pass everything on to the peer; a context manager."""
    sluice = Sluice(lab, hop(lab, peer, **more))
    for listener in sluice.config["listeners"].values():
        listener["service"] = "proxy"
    return sluice


def define_server(name):
    @test(f"proxy to {name}: every kind of content arrives unchanged")
    def content(lab):
        peer = lab.peer(name)
        with start(lab, peer) as sluice:
            for kind, body in message.BODIES.items():
                mark, content = sluice.send([f"anna@{peer.domain}"], body)
                message.expect_same(content, peer.wait_for(mark, "anna")[0], hops=2)

    @test(f"proxy to {name}: over verified TLS")
    def over_tls(lab):
        peer = lab.peer(name)
        if name == "opensmtpd":
            more = {"tls": "opportunistic"}
        else:
            more = {"tls": "verify", "ca-file": str(lab.authority.ca)}
        with start(lab, peer, **more) as sluice:
            mark, content = sluice.send([f"anna@{peer.domain}"])
            message.expect_same(content, peer.wait_for(mark, "anna")[0], hops=2)

    @test(f"proxy to {name}: its refusal reaches the client, and others are not touched by it")
    def refused(lab):
        peer = lab.peer(name)
        with start(lab, peer) as sluice, smtplib.SMTP("127.0.0.1", sluice.internal) as client:
            client.ehlo("client.test")
            expect(client.mail(USER)[0] == 250, "MAIL was refused")
            code, text = client.rcpt(f"stranger@{peer.domain}")
            expect(500 <= code < 600, f"a stranger got {code} {text}")
            expect(client.rcpt(f"anna@{peer.domain}")[0] == 250, "anna was refused")
            mark = message.marker(name)
            content = message.build(mark, USER, f"anna@{peer.domain}", message.BODIES["plain"])
            expect(client.data(content)[0] == 250, "the message was refused")
            message.expect_same(content, peer.wait_for(mark, "anna")[0], hops=2)


def define_client(name):
    @test(f"proxy for {name}: through the submission listener to Postfix")
    def submission(lab):
        peer = lab.peer("postfix")
        with start(lab, peer) as sluice:
            mark = message.marker(name)
            to = f"anna@{peer.domain}"
            content = message.build(mark, USER, to, message.BODIES["dots"] + message.BODIES["plain"])
            job = Job(port=sluice.submission, sender=USER, recipients=[to], message=lab.message(mark, content),
                      ca=lab.authority.ca, user=USER, password=USER_PASSWORD, mechanism=CLIENTS[name].mechanisms[0])
            took, out = lab.client(name).send(job)
            expect(took, f"{name} could not send:\n{out}")
            message.expect_same(content, peer.wait_for(mark, "anna")[0], hops=2)


for server in SERVERS:
    define_server(server)
for client in CLIENTS:
    define_client(client)
