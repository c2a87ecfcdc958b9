"""The three proxies of the benchmark: each listens on `port`, keeps nothing, and passes all on to the sink. One process
or thread works in each of them. None of them writes a line a message but sluice, whose log is always on."""
import shutil
import time
import types

from harness import Process, free_port, must_run
from load import CLIENTS
from peers.haproxy import Haproxy as HaproxyPeer
from peers.nginx import Nginx as NginxPeer
from roots import Root
from servers import Measured, Sluice

HELD_MOST = 100000  # sessions; more than any part opens


class Proxy(Sluice):
    """Sluice whose only listener is a proxy. Where `flow` is given, strangers are all who are not trusted."""

    name = "sluice"

    def __init__(self, folder, sink):
        super().__init__(folder, sink, 0)

    def environment(self, folder, delay_ms, **shim):
        """Without the shim: nothing is synced here."""
        return None, self.folder

    def version(self):
        return must_run([self.binary, "--version"]).split("\n")[0]

    def extend(self, config):
        config["limits"]["slowed"] = HELD_MOST
        config["listeners"]["bench"]["service"] = "proxy"
        config["hops"]["sink"]["max-connections"] = 2 * CLIENTS


def open_to_strangers(config):
    config["postmaster"] = "boss@sink.test"
    config["domains"] = {"sink.test": {"via": "sink", "recipients": "any"}}


class CrowdProxy(Proxy):
    """With a second listener, on `crowd_port`, whose clients wait so many seconds for each answer to an error."""

    def __init__(self, folder, sink, tarpit):
        self.tarpit = tarpit
        super().__init__(folder, sink)

    def extend(self, config):
        super().extend(config)
        self.crowd_port = free_port()
        open_to_strangers(config)
        config["limits"]["errors"] = 10000
        config["listeners"]["crowd"] = {
            "for": "mx", "service": "proxy", "address": f"127.0.0.1:{self.crowd_port}",
            "flow": {"clients": "everyone", "tarpit": {"per-error": f"{self.tarpit}s"}},
        }


class SlowProxy(Proxy):
    """With a second listener, on `crowd_port`, that connects to the server behind when it is told to, over few connections.
    Its clients let it wait for `pace` seconds before each command, which is slow by the default, unless the round is short."""

    connections = 50

    def __init__(self, folder, sink, connect, pace):
        self.connect, self.pace = connect, pace
        super().__init__(folder, sink)

    def extend(self, config):
        super().extend(config)
        self.crowd_port = free_port()
        open_to_strangers(config)
        config["listeners"]["crowd"] = {
            "for": "mx", "service": "proxy", "address": f"127.0.0.1:{self.crowd_port}", "connect": self.connect,
        }
        if self.pace < 1.2:
            config["listeners"]["crowd"]["slow-after"] = f"{self.pace * 500:.0f}ms"
        config["hops"]["sink"] |= {"max-connections": self.connections, "max-waiting": HELD_MOST}


class Front(Measured, Root):
    """A foreign program with a root of its own."""

    def __init__(self, folder, sink):
        self.folder_of_all = folder / f"{self.name}-{time.monotonic_ns()}"
        self.folder_of_all.mkdir()
        super().__init__(types.SimpleNamespace(folder=self.folder_of_all))
        self.port, self.sink = free_port(), sink
        self.logs = self.folder_of_all
        words = self.configure()
        self.process = Process(self.name, self.enter(*words), self.folder_of_all / "output.txt")
        self.process.wait_for_port(self.port)

    def version(self):
        return self.call(*self.ask_version).split("\n")[0]

    def stop(self):
        self.process.kill()
        shutil.rmtree(self.folder_of_all, ignore_errors=True)


HAPROXY = """
global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  timeout connect 5s
  timeout client 300s
  timeout server 300s
listen bench
  bind 127.0.0.1:{port}
  server sink 127.0.0.1:{sink}
"""


class Haproxy(Front):
    """It connects to the sink for each client, and passes bytes on without reading them."""

    name = HaproxyPeer.name
    packages = HaproxyPeer.packages
    ask_version = ("/usr/sbin/haproxy", "-v")

    def settings(self):
        return HAPROXY.strip().format(port=self.port, sink=self.sink.port)

    def configure(self):
        file = self.write("haproxy/haproxy.cfg", self.settings() + "\n")
        return "/usr/sbin/haproxy", "-db", "-f", file


NGINX = """
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 20000;
error_log /var/log/nginx/error.log;
pid /run/nginx.pid;
events {{ worker_connections 8000; }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{auth};
    location / {{
      add_header Auth-Status OK;
      add_header Auth-Server 127.0.0.1;
      add_header Auth-Port {sink};
      return 200;
    }}
  }}
}}
mail {{
  server_name nginx.test;
  auth_http 127.0.0.1:{auth}/;
  xclient off;
  server {{
    listen 127.0.0.1:{port};
    protocol smtp;
    smtp_auth none;
    smtp_capabilities PIPELINING 8BITMIME "SIZE 52428800";
  }}
}}
"""


class Nginx(Front):
    """It reads commands up to the first recipient, asks by HTTP for the server behind (here itself, which is the cheapest
    answer), connects, and passes bytes on from then on. A second transaction of a connection is not looked at."""

    name = NginxPeer.name
    packages = NginxPeer.packages
    users = NginxPeer.users
    ask_version = ("/usr/sbin/nginx", "-v")

    def __init__(self, folder, sink):
        self.auth = free_port()
        super().__init__(folder, sink)

    def settings(self):
        return NGINX.strip().format(port=self.port, sink=self.sink.port, auth=self.auth)

    def configure(self):
        self.folder("var/log/nginx")
        for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            self.folder(f"var/lib/nginx/{name}")
        file = self.write("nginx/nginx.conf", self.settings() + "\n")
        return "/usr/sbin/nginx", "-c", file


FRONTS = (Haproxy, Nginx, Proxy)
