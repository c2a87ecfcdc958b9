"""Direct delivery by MX, with the names from a real DNS server that signs its zones.

The hosts of the zones are addresses of 192.0.2.0/24, which this run's network namespace holds; sinks listen on their
port 25.
"""
import contextlib

import message
from harness import expect, test
from sink import Sink
from sluice import Sluice

EXAMPLE = """
mx1 A 192.0.2.11
mx2 A 192.0.2.12
closed A 192.0.2.13
pref MX 20 mx2
pref MX 10 mx1
fails MX 10 closed
fails MX 20 mx2
null MX 0 .
alias CNAME pref
bare A 192.0.2.11
text TXT "no exchanger, no address"
forged CNAME bogus.example.
host MX 10 mx.bogus.example.
"""
BOGUS = "@ MX 10 mx\nmx A 192.0.2.11\n"
PLAIN = """@ MX 10 mx
mx A 192.0.2.12
text TXT "no exchanger, no address"
forged CNAME bogus.example.
"""
ZONES = {"signed.example": EXAMPLE, "bogus.example": BOGUS, "plain.example": PLAIN}


@contextlib.contextmanager
def scene(lab, dns=None):
    """Sinks at both mail exchangers, one for returned mail, and a sluice that delivers by MX."""
    knot = lab.knot(ZONES)
    dns = dns or {"servers": [f"127.0.0.1@{knot.port}"], "trust-anchor": str(knot.anchors)}
    with contextlib.ExitStack() as stack:
        mx1, mx2, home = (stack.enter_context(contextlib.closing(Sink(*where)))
                          for where in (("192.0.2.11", 25), ("192.0.2.12", 25), ("127.0.0.1", 0)))
        sluice = stack.enter_context(Sluice(lab, home=home, dns=dns, routes=[{"via": "mx"}]))
        yield sluice, mx1, mx2, home


def arrives(lab, recipient, at):
    """Mail for the recipient arrives at the first or second exchanger, and at that one alone."""
    with scene(lab) as (sluice, mx1, mx2, _):
        mark, content = sluice.send([recipient])
        here, other = (mx1, mx2) if at == 1 else (mx2, mx1)
        message.expect_same(content, here.wait_for(mark)[0].content, hops=1)
        expect(not other.find(mark), "it also came to the other exchanger")


@test("names: the server signs, and its answers are secure, bogus and insecure")
def proven(lab):
    knot = lab.knot(ZONES)
    for name, kind, state in (("pref.signed.example", "MX", "(secure)"), ("bogus.example", "MX", "(BOGUS"),
                              ("plain.example", "MX", "(insecure)"),
                              ("nowhere.signed.example", "MX", "(secure)"), ("text.signed.example", "MX", "(secure)"),
                              ("text.plain.example", "MX", "(insecure)"), ("forged.signed.example", "MX", "(BOGUS"),
                              ("forged.plain.example", "MX", "(BOGUS"), ("nowhere.bogus.example", "MX", "(BOGUS")):
        out = knot.validate(name, kind)
        expect(state in out, f"{name} {kind} should be {state}:\n{out}")


@test("names: the exchanger with the lowest preference")
def preference(lab):
    arrives(lab, "anna@pref.signed.example", at=1)


@test("names: the next exchanger when the first is closed")
def fail_over(lab):
    arrives(lab, "anna@fails.signed.example", at=2)


@test("names: a domain that is an alias")
def alias(lab):
    arrives(lab, "anna@alias.signed.example", at=1)


@test("names: a domain with an address and no MX")
def no_mx(lab):
    arrives(lab, "anna@bare.signed.example", at=1)


@test("names: an unsigned zone")
def unsigned(lab):
    arrives(lab, "anna@plain.example", at=2)


def returned(lab, recipient, status):
    with scene(lab) as (sluice, mx1, _, home):
        mark, _ = sluice.send([recipient])
        message.expect_dsn(home.wait_for(mark)[0].content, {recipient: ("failed", status)})
        expect(not mx1.find(mark), "it was also delivered")


@test("names: null MX is returned as 5.1.10")
def null_mx(lab):
    returned(lab, "anna@null.signed.example", "5.1.10")


@test("names: a domain that does not exist is returned as 5.1.2")
def no_domain(lab):
    returned(lab, "anna@nowhere.signed.example", "5.1.2")


@test("names: a domain that does not exist in an unsigned zone is returned as 5.1.2")
def no_domain_unsigned(lab):
    returned(lab, "anna@nowhere.plain.example", "5.1.2")


@test("names: neither exchanger nor address, signed and unsigned, is returned as 5.1.2")
def no_data(lab):
    returned(lab, "anna@text.signed.example", "5.1.2")
    returned(lab, "anna@text.plain.example", "5.1.2")


def waits(lab, recipient, dns=None):
    with scene(lab, dns) as (sluice, mx1, mx2, home):
        mark, _ = sluice.send([recipient])
        sluice.expect_deferred(mark, recipient)
        expect(not (mx1.find(mark) or mx2.find(mark) or home.find(mark)), "it was delivered or returned")


@test("names: a bogus answer defers")
def bogus(lab):
    waits(lab, "anna@bogus.example")


@test("names: a bogus answer behind an alias, signed and unsigned, defers")
def bogus_alias(lab):
    waits(lab, "anna@forged.signed.example")
    waits(lab, "anna@forged.plain.example")


@test("names: a bogus answer that a domain does not exist defers")
def bogus_absence(lab):
    waits(lab, "anna@nowhere.bogus.example")


@test("names: a bogus address of the exchanger defers")
def bogus_host(lab):
    waits(lab, "anna@host.signed.example")


@test("names: a dead DNS server defers")
def dead(lab):
    waits(lab, "anna@pref.signed.example", {"servers": ["127.0.0.1@9"]})
