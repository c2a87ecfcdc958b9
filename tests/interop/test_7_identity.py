"""Who the client is, said to real servers and by real ones: XCLIENT, XFORWARD and the PROXY protocol with Postfix and
Dovecot behind, and HAProxy in front; log-ins that are passed through to Postfix."""
import smtplib

import message
from clients import Job
from harness import expect, test, wait_until
from lab import CLIENTS, SERVERS
from peers import LOGIN, PASSWORD
from sluice import USER, Sluice
from test_3_servers import hop

CLIENT = "192.0.2.77"


def proxy(lab, next_hop, **listener):
    """A sluice whose internal listener passes mail of all our clients to the next hop."""
    sluice = Sluice(lab, next_hop)
    sluice.config["listeners"]["internal"].update(
        {"service": "proxy", "networks": ["127.0.0.0/8", "192.0.2.0/24"], **listener})
    return sluice


def send(port, recipient, source=CLIENT):
    """One message from that address; returns its marker and content."""
    mark = message.marker("told")
    content = message.build(mark, USER, recipient, message.BODIES["plain"])
    with smtplib.SMTP("127.0.0.1", port, "mail.client.test", timeout=30, source_address=(source, 0)) as smtp:
        smtp.ehlo()
        refused = smtp.sendmail(USER, [recipient], content)
    expect(not refused, f"refused: {refused}")
    return mark, content


def first_received(stored):
    """The field that the last server added."""
    trace, _ = message.split_trace(stored)
    return trace.decode().split("Received:")[1]


def is_told(lab, peer, port, how, want, scheme=None):
    with proxy(lab, hop(lab, peer, port, scheme=scheme, **{"tell-client": how})) as sluice:
        mark, content = send(sluice.internal, f"anna@{peer.domain}")
        stored = peer.wait_for(mark, "anna")[0]
        message.expect_same(content, stored, hops=2)
        field = first_received(stored)
        expect(want in field, f"{want} is not in: {field}")


@test("postfix is told the client by XCLIENT")
def xclient(lab):
    peer = lab.peer("postfix")
    is_told(lab, peer, peer.told_port, "xclient", f"from mail.client.test (unknown [{CLIENT}])")


@test("postfix is told the client by the PROXY protocol, version 1")
def proxy_v1(lab):
    peer = lab.peer("postfix")
    is_told(lab, peer, peer.proxy_port, "proxy-v1", f"[{CLIENT}])")


@test("postfix is told the client by the PROXY protocol, version 2")
def proxy_v2(lab):
    peer = lab.peer("postfix")
    is_told(lab, peer, peer.proxy_port, "proxy-v2", f"[{CLIENT}])")


@test("postfix is told the client by XFORWARD, for its log")
def xforward(lab):
    peer = lab.peer("postfix")
    with proxy(lab, hop(lab, peer, peer.told_port, **{"tell-client": "xforward"})) as sluice:
        mark, _ = send(sluice.internal, f"anna@{peer.domain}")
        expect("[127.0.0.1]" in first_received(peer.wait_for(mark, "anna")[0]), "it is no session of the client's")
        wait_until(lambda: f"orig_client=unknown[{CLIENT}]" in peer.logs[1].read_text(), 5,
                   f"a line of Postfix's log with orig_client=unknown[{CLIENT}]")


@test("postfix that does not let us say XCLIENT gets no mail, and the client is told to try again")
def not_offered(lab):
    peer = lab.peer("postfix")
    with proxy(lab, hop(lab, peer, peer.port, **{"tell-client": "xclient"})) as sluice:
        with smtplib.SMTP("127.0.0.1", sluice.internal, "mail.client.test", timeout=30) as smtp:
            smtp.ehlo()
            smtp.mail(USER)
            code, text = smtp.rcpt(f"anna@{peer.domain}")
            expect(code == 451 and text.startswith(b"4.3.5"), f"got {code} {text}")
        sluice.wait_for_log("alarm", "XCLIENT is not offered to us")


@test("dovecot is told the client by XCLIENT, over LMTP")
def dovecot(lab):
    peer = lab.peer("dovecot")
    is_told(lab, peer, peer.port, "xclient", f"[{CLIENT}]")


@test("haproxy in front says who its client is, in both versions")
def haproxy(lab):
    peer = lab.peer("postfix")
    with proxy(lab, hop(lab, peer), **{"proxy-protocol": {"from": "127.0.0.1"}}) as sluice:
        front = lab.haproxy({"send-proxy": sluice.internal, "send-proxy-v2": sluice.internal})
        for how, port in front.port_of.items():
            front.process.wait_for_port(port)
            mark, content = send(port, f"anna@{peer.domain}")
            stored = peer.wait_for(mark, "anna")[0]
            message.expect_same(content, stored, hops=2)
            expect(f"[{CLIENT}]" in stored.decode(), f"{how}: {CLIENT} is not in its trace")
            sluice.wait_for_log("client-named", "how=PROXY")
        with smtplib.SMTP(timeout=30) as smtp:
            code, text = smtp.connect("127.0.0.1", sluice.internal)
            expect(code == 421, f"who sends no header got {code} {text}")


def define_passed(name, mechanism):
    @test(f"log-in by {name} with {mechanism} is passed through to postfix")
    def passed(lab):
        peer = lab.peer("postfix")
        sluice = Sluice(lab, hop(lab, peer, peer.auth_port))
        sluice.config["listeners"]["submission"].update({"service": "proxy", "auth": "pass-through", "via": "next"})
        with sluice:
            to = f"anna@{peer.domain}"
            for password, right in ((PASSWORD + "x", False), (PASSWORD, True)):
                mark = message.marker(name)
                content = message.build(mark, USER, to, message.BODIES["plain"])
                job = Job(port=sluice.submission, sender=USER, recipients=[to], message=lab.message(mark, content),
                          ca=lab.authority.ca, user=LOGIN, password=password, mechanism=mechanism)
                took, out = lab.client(name).send(job)
                expect(took == right, f"{name} with the {'right' if right else 'wrong'} password:\n{out}")
            message.expect_same(content, peer.wait_for(mark, "anna")[0], hops=2)
            sluice.wait_for_log("logged-in", f"mechanism={mechanism}", "backend=")


for client in CLIENTS:
    for mechanism in CLIENTS[client].mechanisms:
        if mechanism in SERVERS["postfix"].mechanisms:
            define_passed(client, mechanism)
