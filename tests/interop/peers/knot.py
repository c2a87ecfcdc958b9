"""Knot DNS: a signed zone for direct delivery, a zone whose signatures nobody can prove, and an unsigned one.

The zones lie below `example`, since libunbound itself answers for `test`. Knot signs them; `anchors` is
the file of trust anchors a validating resolver needs. For bogus.example it names a key that the zone does not have.
"""

from harness import free_port, wait_until
from peers import Server

CONFIG = """
server:
  rundir: /run/knot
  listen: 127.0.0.1@{port}
database:
  storage: /var/lib/knot
log:
- target: stdout
  any: info
policy:
- id: fast
  single-type-signing: on
  algorithm: ecdsap256sha256
template:
- id: default
  storage: /var/lib/knot
  semantic-checks: off
zone:
- domain: signed.example
  dnssec-signing: on
  dnssec-policy: fast
- domain: bogus.example
  dnssec-signing: on
  dnssec-policy: fast
- domain: plain.example
"""

HEAD = """$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
"""


class Knot(Server):
    name = "knot"
    packages = ("knot", "knot-dnsutils", "unbound-host")
    users = ("knot",)
    SIGNED = ("signed.example.", "bogus.example.")

    def __init__(self, lab, zones):
        """zones: the records of each zone beside SOA and NS, by name without the last dot."""
        super().__init__(lab)
        self.port = free_port()
        self.zones = zones
        self.anchors = lab.folder / "anchors"

    def configure(self):
        self.write("knot/knot.conf", CONFIG.format(port=self.port))
        self.folder("run/knot")
        for zone in ("signed.example", "bogus.example", "plain.example"):
            path = self.folder("var/lib/knot") / f"{zone}.zone"
            path.write_text(f"$ORIGIN {zone}.\n{HEAD}{self.zones.get(zone, '')}")

    def command(self):
        return ["/usr/sbin/knotd", "-c", "/etc/knot/knot.conf"]

    def start(self):
        super().start()
        wait_until(lambda: all("DNSKEY" in self.ask(zone, "DNSKEY") for zone in self.SIGNED), 10, "signed zones")
        keys = {zone: self.ask(zone, "DNSKEY") for zone in self.SIGNED}
        wrong = keys["signed.example."].replace("signed.example.", "bogus.example.")
        self.anchors.write_text(keys["signed.example."] + wrong)
        return self

    def validate(self, name, kind):
        """What libunbound, with our trust anchors, says of a name: secure, insecure or BOGUS."""
        config = self.write("unbound.conf", f"server:\n trust-anchor-file: {self.anchors}\n do-not-query-localhost: no\n"
                                            f"forward-zone:\n name: .\n forward-addr: 127.0.0.1@{self.port}\n")
        return self.call("unbound-host", "-C", config, "-v", "-t", kind, name)

    def ask(self, name, kind, *options):
        """kdig's short answer section, one record a line."""
        return self.call("kdig", "@127.0.0.1", "-p", self.port, "+noall", "+answer", *options, name, kind)
