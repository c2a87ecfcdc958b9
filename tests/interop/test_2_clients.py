"""Every client, first straight to Postfix (is the client's script right?), then through sluice to a sink."""
import message
from clients import Job
from harness import expect, test
from lab import CLIENTS
from peers import LOGIN, PASSWORD
from sluice import USER, USER_PASSWORD, Sluice


def send(lab, name, port, recipient, **login):
    """Send by the client; returns (marker, content) of a message that the server took."""
    mark = message.marker(name)
    content = message.build(mark, USER, recipient, message.BODIES["dots"] + message.BODIES["plain"])
    job = Job(port=port, sender=USER, recipients=[recipient], message=lab.message(mark, content), **login)
    took, out = lab.client(name).send(job)
    expect(took, f"{name} could not send:\n{out}")
    return mark, content


def direct(name):
    @test(f"client {name} straight to Postfix")
    def plain(lab):
        peer = lab.peer("postfix")
        mark, content = send(lab, name, peer.port, f"anna@{peer.domain}")
        message.expect_same(content, peer.wait_for(mark, "anna")[0])

    for mechanism in CLIENTS[name].mechanisms:
        @test(f"client {name} straight to Postfix by AUTH {mechanism}")
        def auth(lab, mechanism=mechanism):
            peer = lab.peer("postfix")
            mark, content = send(lab, name, peer.auth_port, f"anna@{peer.domain}", ca=lab.authority.ca, user=LOGIN,
                                 password=PASSWORD, mechanism=mechanism)
            message.expect_same(content, peer.wait_for(mark, "anna")[0])


def through(name):
    @test(f"client {name} through the internal listener")
    def internal(lab):
        sink = lab.sink()
        with Sluice(lab, {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "off"}) as sluice:
            mark, content = send(lab, name, sluice.internal, "anna@far.test")
            message.expect_same(content, sink.wait_for(mark)[0].content, hops=1)

    @test(f"client {name} through the submission listener")
    def submission(lab):
        sink = lab.sink()
        with Sluice(lab, {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "off"}) as sluice:
            for mechanism in CLIENTS[name].mechanisms:
                mark, content = send(lab, name, sluice.submission, "anna@far.test", ca=lab.authority.ca, user=USER,
                                     password=USER_PASSWORD, mechanism=mechanism)
                message.expect_same(content, sink.wait_for(mark)[0].content, hops=1)


for client in CLIENTS:
    direct(client)
for client in CLIENTS:
    through(client)
