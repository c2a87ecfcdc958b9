"""sluice delivers to every real server: all kinds of content, TLS, log-in, refused recipients."""
import contextlib
import re

import message
from harness import expect, test
from lab import SERVERS
from peers import LOGIN, PASSWORD
from sink import Sink
from sluice import Sluice

OVER_TLS = re.compile(rb"(?i)using TLS|with (esmtpsa?|utf8esmtpsa?|lmtps)\b")


def hop(lab, peer, port=None, tls="off", scheme=None, **more):
    scheme = scheme or ("lmtp" if peer.name == "dovecot" else "smtp")
    return {"hosts": [f"{scheme}://127.0.0.1:{port or peer.port}"], "tls": tls, **more}


@contextlib.contextmanager
def relay(lab, next_hop, **sections):
    """A sluice in front of the next hop, and a sink for what it returns to the sender."""
    with contextlib.closing(Sink()) as home, Sluice(lab, next_hop, home=home, **sections) as sluice:
        yield sluice, home


def delivers(lab, peer, next_hop, box="anna", body="plain", tls=None):
    """One message goes through and arrives unchanged; tls: whether the last leg must or must not be encrypted."""
    with relay(lab, next_hop) as (sluice, _):
        mark, content = sluice.send([f"{box}@{peer.domain}"], message.BODIES[body])
        stored = peer.wait_for(mark, box)[0]
        message.expect_same(content, stored, hops=2)
        if tls is not None:
            trace, _ = message.split_trace(stored)
            expect(bool(OVER_TLS.search(trace)) == tls, f"TLS: {not tls}; the trace says:\n{trace.decode()}")


def waits(lab, peer, next_hop):
    """One message is deferred: not delivered, not returned."""
    with relay(lab, next_hop) as (sluice, home):
        mark, _ = sluice.send([f"anna@{peer.domain}"])
        sluice.expect_deferred(mark, f"anna@{peer.domain}")
        expect(not home.find(mark), "it was returned to the sender")
        expect(not [m for m in peer.messages("anna") if mark.encode() in m], "it was delivered")


def define_content(name):
    @test(f"server {name}: every kind of content arrives unchanged")
    def content(lab):
        peer = lab.peer(name)
        with relay(lab, hop(lab, peer)) as (sluice, _):
            sent = {kind: sluice.send([f"anna@{peer.domain}"], body) for kind, body in message.BODIES.items()}
            for kind, (mark, content) in sent.items():
                try:
                    message.expect_same(content, peer.wait_for(mark, "anna")[0], hops=2)
                except Exception as why:
                    raise type(why)(f"{kind}: {why}") from None

    @test(f"server {name}: several recipients, one refused and reported")
    def refused(lab):
        peer = lab.peer(name)
        stranger = f"stranger@{peer.domain}"
        with relay(lab, hop(lab, peer)) as (sluice, home):
            mark, content = sluice.send([f"anna@{peer.domain}", stranger, f"bela@{peer.domain}"])
            for box in ("anna", "bela"):
                message.expect_same(content, peer.wait_for(mark, box)[0], hops=2)
            returned = home.wait_for(mark)
            message.expect_dsn(returned[0].content, {stranger: ("failed", "5.")})
            expect(returned[0].mail.startswith("<>"), f"the DSN came with the reverse-path {returned[0].mail}")
            expect(len(home.find(mark)) == 1, "more than one DSN")

    @test(f"server {name}: many messages")
    def many(lab):
        peer = lab.peer(name)
        with relay(lab, hop(lab, peer)) as (sluice, _):
            sent = [sluice.send([f"cora@{peer.domain}"]) for _ in range(40)]
            for mark, content in sent:
                message.expect_same(content, peer.wait_for(mark, "cora")[0], hops=2)


def define_tls(name):
    @test(f"server {name}: STARTTLS, opportunistic")
    def opportunistic(lab):
        peer = lab.peer(name)
        delivers(lab, peer, hop(lab, peer, tls="opportunistic"), tls=True)

    @test(f"server {name}: STARTTLS, required")
    def require(lab):
        peer = lab.peer(name)
        delivers(lab, peer, hop(lab, peer, tls="require"), tls=True)

    @test(f"server {name}: STARTTLS, verified")
    def verify(lab):
        peer = lab.peer(name)
        delivers(lab, peer, hop(lab, peer, tls="verify", **{"ca-file": str(lab.authority.ca)}), tls=True)

    @test(f"server {name}: an unknown authority defers")
    def unknown(lab):
        peer = lab.peer(name)
        waits(lab, peer, hop(lab, peer, tls="verify", **{"ca-file": str(lab.authority.other_ca)}))

    if name != "dovecot":
        @test(f"server {name}: TLS from the first octet")
        def implicit(lab):
            peer = lab.peer(name)
            delivers(lab, peer, hop(lab, peer, peer.tls_port, "verify", "smtps", **{"ca-file": str(lab.authority.ca)}),
                     tls=True)


def define_auth(name, kind):
    def verified(lab, peer, password, mechanism):
        secret = lab.folder / f"secret-{message.marker(name)}"
        secret.write_text(password + "\n")
        secret.chmod(0o600)
        login = {"user": LOGIN, "password-file": str(secret), "mechanism": mechanism}
        return hop(lab, peer, peer.auth_port, "verify", login=login, **{"ca-file": str(lab.authority.ca)})

    for mechanism in ("auto", *(m.lower() for m in kind.mechanisms)):
        @test(f"server {name}: log-in by {mechanism}")
        def right(lab, mechanism=mechanism):
            peer = lab.peer(name)
            delivers(lab, peer, verified(lab, peer, PASSWORD, mechanism), tls=True)

        @test(f"server {name}: a wrong password for {mechanism} defers")
        def wrong(lab, mechanism=mechanism):
            peer = lab.peer(name)
            waits(lab, peer, verified(lab, peer, "a wrong one", mechanism))


def define_utf8(name, kind):
    @test(f"server {name}: SMTPUTF8 mailbox")
    def utf8(lab):
        peer = lab.peer(name)
        delivers(lab, peer, hop(lab, peer), box=kind.utf8_mailbox, body="8bit")


@test("server sink: connections are kept for the next message")
def kept(lab):
    with contextlib.closing(Sink()) as sink:
        next_hop = {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "off", "max-connections": 4}
        with relay(lab, next_hop) as (sluice, _):
            for mark, content in [sluice.send(["anna@far.test"]) for _ in range(60)]:
                message.expect_same(content, sink.wait_for(mark)[0].content, hops=1)
        expect(sink.sessions <= 12, f"60 messages came over {sink.sessions} connections")


@test("server opensmtpd: a handshake that fails, opportunistic: in the clear")
def broken_opportunistic(lab):
    peer = lab.peer("opensmtpd")
    delivers(lab, peer, hop(lab, peer, peer.broken_tls_port, "opportunistic"), tls=False)


@test("server opensmtpd: a handshake that fails, required: deferred")
def broken_require(lab):
    peer = lab.peer("opensmtpd")
    waits(lab, peer, hop(lab, peer, peer.broken_tls_port, "require"))


@test("server opensmtpd: no STARTTLS where it is required: deferred")
def missing_require(lab):
    peer = lab.peer("opensmtpd")
    waits(lab, peer, hop(lab, peer, tls="require"))


for name, kind in SERVERS.items():
    define_content(name)
    if name != "opensmtpd":
        define_tls(name)
    if kind.mechanisms:
        define_auth(name, kind)
    if kind.utf8_mailbox:
        define_utf8(name, kind)
