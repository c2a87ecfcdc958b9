"""A load-balancing front (`service: proxy`, `for: mx`): Postfix and Exim deliver through it by their own queues, and an
answer for each recipient (PRDR) passes through it."""
import contextlib
import smtplib

import message
from harness import expect, test, wait_until
from peers import LOGIN, PASSWORD
from sink import Sink
from sluice import USER, Sluice
from test_3_servers import hop

SENDER = "tester@sender.test"


@contextlib.contextmanager
def front(lab, peer, **more):
    """A sluice where the peers deliver to, before the given one."""
    sluice = proxy_to(lab, hop(lab, peer, health={"every": "10s"}, **more))
    sluice.config["domains"] = {peer.domain: {"via": "next", "recipients": "any"}}
    with sluice:
        wait_until(lambda: offers(lab), 20, "the front to know what the server behind it offers")
        yield sluice


def offers(lab):
    with smtplib.SMTP("127.0.0.1", lab.front, "client.test", timeout=20) as smtp:
        smtp.ehlo()
        return smtp.has_extn("8bitmime") and smtp


def hand_over(sender, recipients, body):
    """Give the sending server a message for others, logged in as one who may."""
    mark = message.marker(sender.name)
    content = message.build(mark, SENDER, recipients[0], body)
    with smtplib.SMTP("127.0.0.1", sender.auth_port, "client.test", timeout=20) as smtp:
        smtp.ehlo()
        smtp.user, smtp.password = LOGIN, PASSWORD
        smtp.auth("PLAIN", smtp.auth_plain)
        options = ["BODY=8BITMIME"] if any(byte > 127 for byte in body) else []
        smtp.sendmail(SENDER, recipients, content, options)
    return mark, content


def define(sender, receiver):
    @test(f"front: {sender} delivers to {receiver} through it")
    def delivers(lab):
        source, peer = lab.peer(sender), lab.peer(receiver)
        # Without PRDR, a second recipient behind LMTP is for the next transaction, which Postfix begins minutes later.
        boxes = ("anna",) if (sender, receiver) == ("postfix", "dovecot") else ("anna", "cora")
        with front(lab, peer) as sluice:
            for body in ("plain", "dots", "8bit"):
                mark, content = hand_over(source, [f"{box}@{peer.domain}" for box in boxes], message.BODIES[body])
                for box in boxes:
                    message.expect_same(content, peer.wait_for(mark, box)[0], hops=3)
            sluice.wait_for_log("proxied", "verdict=accepted", f"to=anna@{peer.domain}")


@test("front: an answer for each recipient (PRDR) from Exim reaches the client")
def each(lab):
    peer = lab.peer("exim")
    with front(lab, peer), smtplib.SMTP("127.0.0.1", lab.front, "client.test", timeout=20) as smtp:
        smtp.ehlo()
        expect(smtp.has_extn("prdr"), "PRDR is not offered")
        mark = message.marker("prdr")
        content = b"X-Wanted-By: anna, cora\r\n" + message.build(mark, SENDER, f"anna@{peer.domain}")
        expect(smtp.mail(SENDER, ["PRDR"])[0] == 250, "MAIL was refused")
        for box in ("anna", "bela", "cora"):
            expect(smtp.rcpt(f"{box}@{peer.domain}")[0] == 250, f"{box} was refused")
        code, text = smtp.data(content)
        expect(code == 353, f"the message got {code} {text}")
        codes = [smtp.getreply()[0] for _ in range(4)]
        expect(codes == [250, 550, 250, 250], f"the answers are {codes}")
        for box in ("anna", "cora"):
            peer.wait_for(mark, box)
        expect(not [m for m in peer.messages("bela") if mark.encode() in m], "bela has it all the same")


@test("front: Exim asks for an answer for each recipient, and Dovecot's LMTP gives them in one transaction")
def each_by_lmtp(lab):
    source, peer = lab.peer("exim"), lab.peer("dovecot")
    with front(lab, peer) as sluice:
        mark, content = hand_over(source, [f"{box}@{peer.domain}" for box in ("anna", "bela")], message.BODIES["plain"])
        for box in ("anna", "bela"):
            message.expect_same(content, peer.wait_for(mark, box)[0], hops=3)
        sluice.wait_for_log("proxied", "recipients=2", "verdict=accepted")


@test("front: a message in doubt goes to the same server after a restart")
def in_doubt(lab):
    def mute(verb, line):
        if verb == "END" and not sinks[1].received:
            raise OSError("it closes instead of answering")

    with contextlib.ExitStack() as open_ones:
        sinks = [open_ones.enter_context(contextlib.closing(Sink(replies=r))) for r in (None, mute)]
        hops = {"hosts": [f"127.0.0.1:{s.port}" for s in sinks], "tls": "off"}
        sluice = open_ones.enter_context(proxy_to(lab, hops))
        mark = message.marker("doubt")
        content = message.build(mark, SENDER, "anna@far.test")
        sinks[0].close()  # the first is away: the second has it, perhaps
        expect(send(lab, content) == 451, "a message in doubt was not answered 451")
        sluice.process.stop(15)
        sinks[0] = Sink(port=sinks[0].port)  # back again, and preferred by its place
        sinks[1].replies = lambda verb, line: None
        sluice.start()
        sluice.wait_for_log("messages in doubt are remembered", "messages=1")
        expect(send(lab, message.build("other", SENDER, "cora@far.test")) == 250 and sinks[0].find("other"),
               "what was never in doubt did not go to the first server")
        expect(send(lab, content) == 250, "the next try was not taken")
        expect(len(sinks[1].find(mark)) == 1 and not sinks[0].find(mark), "it went to the other server")
        sinks[0].close()


def send(lab, content):
    """The code of the reply to the message."""
    with smtplib.SMTP("127.0.0.1", lab.front, "client.test", timeout=20) as smtp:
        smtp.ehlo()
        to = "anna@far.test" if b"anna@far.test" in content else "cora@far.test"
        expect(smtp.mail(SENDER)[0] == 250 and smtp.rcpt(to)[0] == 250, "the envelope was refused")
        return smtp.data(content)[0]


def proxy_to(lab, hops):
    sluice = Sluice(lab, hops, postmaster=USER)
    sluice.config["listeners"]["front"] = {"for": "mx", "service": "proxy", "address": f"127.0.0.1:{lab.front}",
                                           "tls": "off"}
    sluice.config["domains"] = {"far.test": {"via": "next", "recipients": "any"}}
    return sluice


for sender, receivers in (("postfix", ("exim", "opensmtpd", "dovecot")), ("exim", ("postfix", "opensmtpd", "dovecot"))):
    for receiver in receivers:
        define(sender, receiver)
