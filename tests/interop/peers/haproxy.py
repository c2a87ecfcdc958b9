"""HAProxy in TCP mode, in front of sluice: it says who its client is by the PROXY protocol."""
from harness import free_port
from peers import Server

CONFIG = """
global
  log stdout format raw local0
defaults
  mode tcp
  log global
  timeout connect 5s
  timeout client 60s
  timeout server 60s
"""

LISTEN = """
listen {name}
  bind 127.0.0.1:{port}
  server sluice 127.0.0.1:{to} {how}
"""


class Haproxy(Server):
    name = "haproxy"
    packages = ("haproxy",)
    users = ()

    def __init__(self, lab, to):
        """to: ports of sluice by how they are to be told: send-proxy, send-proxy-v2."""
        super().__init__(lab)
        self.to = to
        self.port_of = {how: free_port() for how in to}

    def ports(self):
        return []    # whoever looks whether they are open is passed on to sluice

    def configure(self):
        self.write("haproxy/haproxy.cfg", CONFIG + "".join(
            LISTEN.format(name=how, port=self.port_of[how], to=port, how=how) for how, port in self.to.items()))

    def command(self):
        return ["/usr/sbin/haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
