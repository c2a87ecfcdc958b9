"""The two servers of the benchmark: each listens on `port` for 127.0.0.0/8, hands everything to the sink, and runs with
the shim preloaded into all its processes."""
import contextlib
import functools
import json
import os
import pathlib
import re
import shutil
import socket
import time
import types

from harness import TOP, Failure, Process, expect, free_port, must_run, wait_until
from peers.postfix import QUEUES, Postfix as Peer
from roots import Root

BUILD = TOP / "build" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")
SHIM_VARIABLES = ("LD_PRELOAD", "SHIM_FOLDER", "SHIM_DELAY_US", "SHIM_LOG", "SHIM_UNSYNCED")


class Sink:
    """The next hop, and its counts."""

    def __init__(self, folder, bytes_a_second=None):
        self.port = free_port()
        pace = [bytes_a_second] if bytes_a_second else []
        self.process = Process("sink", [BUILD / "sink", self.port, *pace], folder / "sink.log")
        self.process.wait_for_port(self.port)

    def counts(self):
        """(messages, different ids, most sessions at once) so far."""
        with socket.create_connection(("127.0.0.1", self.port)) as link, link.makefile("rwb", buffering=0) as lines:
            lines.readline()
            lines.write(b"VRFY\r\n")
            _, *counts = lines.readline().split()
            lines.write(b"QUIT\r\n")
        return tuple(map(int, counts))

    def wait_for(self, unique, seconds=60):
        wait_until(lambda: self.counts()[1] >= unique, seconds, f"{unique} messages at the sink; it has {self.counts()}")

    def stop(self):
        self.process.kill()


def shim_environment(folder, delay_ms, log=False, unsynced=0):
    """Environment of a server under the shim. The folder must be seen under its own name by all its processes."""
    logs = folder / f"shim-{time.monotonic_ns()}"
    logs.mkdir()
    logs.chmod(0o1777)
    shutil.copy(BUILD / "shim.so", folder)
    env = {**os.environ, "LD_PRELOAD": str(folder / "shim.so"), "SHIM_FOLDER": str(logs),
           "SHIM_DELAY_US": str(round(delay_ms * 1000))}
    env.pop("SHIM_LOG", None)
    if log:
        env["SHIM_LOG"] = "1"
    if unsynced:
        env["SHIM_UNSYNCED"] = str(unsynced)
    return env, logs


def certificate(folder):
    """Paths of a self-signed certificate and its key. Both servers offer STARTTLS, as they do by default where there is a
    certificate; the load does not use it."""
    must_run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bench.test", "-days", "30",
              "-out", folder / "certificate.pem", "-keyout", folder / "key.pem"])
    return folder / "certificate.pem", folder / "key.pem"


def seen_as(pid):
    """Its number in /proc, which may be that of an outer namespace of processes: NSpid has our own number last."""
    here = os.readlink("/proc/self/ns/pid")
    for path in pathlib.Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it has just ended
            numbers = re.search(r"(?m)^NSpid:\s+(.*)$", path.read_text())
            if numbers and numbers[1].split()[-1] == str(pid) and os.readlink(path.with_name("ns") / "pid") == here:
                return int(path.parent.name)
    raise Failure(f"process {pid} has ended")


class Measured:
    """What is asked of a running server; `process` is its first process, `logs` the folder of the shim's logs."""

    @functools.cached_property
    def _first(self):
        return seen_as(self.process.popen.pid)

    def _tree(self):
        """The fields of /proc/PID/stat after the name, of the process and all its descendants."""
        stats, children = {}, {}
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue  # it has just ended
            stats[int(path.parent.name)] = fields
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
        found = [self._first]
        for pid in found:
            found += children.get(pid, [])
        return {pid: stats[pid] for pid in found if pid in stats}

    def pids(self):
        return list(self._tree())

    def cpu_seconds(self):
        """User and system time of all its processes, those that ended and were waited for included."""
        return sum(sum(map(int, fields[11:15])) for fields in self._tree().values()) / TICKS

    def syncs(self):
        """How many syncs the shim has seen."""
        total = 0
        for path in self.logs.glob("*.log"):
            with open(path, "rb") as log:
                total += int.from_bytes(log.read(16)[8:], "little")  # struct shim_head
        return total


class Sluice(Measured):
    name = "sluice"
    binary = TOP / "build" / "release" / "sluice"
    workers = 1

    def __init__(self, folder, sink, delay_ms, **shim):
        expect(os.access(self.binary, os.X_OK), f"there is no {self.binary.relative_to(TOP)}; build it by make")
        self.port = free_port()
        self.folder = folder / f"sluice-{time.monotonic_ns()}"
        (self.folder / "spool").mkdir(parents=True)
        pem, key = certificate(self.folder)
        self.config = {
            "hostname": "sluice.test",
            "workers": self.workers,
            "spool": {"path": str(self.folder / "spool")},
            "limits": {"sessions": 100000, "sessions-per-client": 100000},
            "listeners": {"bench": {"for": "internal", "address": f"127.0.0.1:{self.port}"}},
            "tls": [{"certificate": str(pem), "key-file": str(key)}],
            "routes": [{"via": "sink"}],
            "hops": {"sink": {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "opportunistic"}},
            "admin": {"socket": str(self.folder / "admin.sock")},
        }
        self.extend(self.config)
        file = self.folder / "sluice.yaml"
        file.write_text(json.dumps(self.config, indent=2) + "\n")  # JSON is YAML
        env, self.logs = self.environment(folder, delay_ms, **shim)
        self.process = Process("sluice", [self.binary, "serve", "-c", file], self.folder / "log", env)
        self.process.wait_for_port(self.port)

    def environment(self, folder, delay_ms, **shim):
        """(variables of its process, folder of the shim's logs)"""
        return shim_environment(folder, delay_ms, **shim)

    def extend(self, config):
        """For parts that need more than one listener."""

    def settings(self):
        return json.dumps(self.config, indent=2)

    def stop(self):
        self.process.stop(15)
        shutil.rmtree(self.folder, ignore_errors=True)


# What the package's installation adds to its own main.cf for a "satellite system"; the rest is for the run.
MAIN = """
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
myhostname = postfix.test
mydestination = $myhostname, localhost
mynetworks = 127.0.0.0/8
mailbox_size_limit = 0
recipient_delimiter = +
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
relayhost = [127.0.0.1]:{sink}
maillog_file = /var/log/postfix.log
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /usr/share/postfix
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME {variables}
"""
CERTIFICATE = ("ssl/certs/ssl-cert-snakeoil.pem", "ssl/private/ssl-cert-snakeoil.key")  # as the package names them


class Postfix(Measured, Root):
    """Postfix as Debian sets it up: the package's own main.cf and master.cf, and what its installation adds. No service
    is chrooted, and the shim's variables are imported, so that the shim is in each."""

    name = Peer.name
    packages = Peer.packages  # the same root as the interop tests use
    users = Peer.users

    def __init__(self, folder, sink, delay_ms, **shim):
        self.folder_of_all = folder / f"postfix-{time.monotonic_ns()}"
        self.folder_of_all.mkdir()
        self.folder_of_all.chmod(0o755)
        super().__init__(types.SimpleNamespace(folder=self.folder_of_all))
        self.port, self.sink = free_port(), sink
        env, self.logs = shim_environment(self.folder_of_all, delay_ms, **shim)
        self._configure()
        self.process = Process(self.name, self.enter("/usr/lib/postfix/sbin/master", "-d", "-c", "/etc/postfix"),
                               self.folder_of_all / "output.log", env)
        self.process.wait_for_port(self.port)

    def _configure(self):
        shipped = self.root / "usr/share/postfix"
        main = MAIN.format(sink=self.sink.port, variables=" ".join(SHIM_VARIABLES))
        self.write("postfix/main.cf", "".join((shipped / name).read_text()
                                              for name in ("main.cf.debian", "main.cf.tls")) + main)
        services = (shipped / "master.cf.dist").read_text()
        services = re.sub(r"(?m)^(\w+ +\S+ +\S+ +\S+ +)y ", r"\1n ", services)  # not chrooted
        self.write("postfix/master.cf", re.sub(r"(?m)^smtp +inet", f"{self.port} inet", services))
        for name, path in zip(CERTIFICATE, certificate(self.folder_of_all)):
            self.write(name, path.read_text())
        self.folder("var/spool/postfix/pid")
        self.folder("var/lib/postfix", "postfix", 0o700)
        for queue in (*QUEUES, "private"):
            self.folder(f"var/spool/postfix/{queue}", "postfix", 0o700)
        for queue in ("public", "maildrop"):
            self.folder(f"var/spool/postfix/{queue}", "postfix", 0o730)

    def settings(self):
        """What main.cf sets, and of the defaults those that bear on the figures."""
        return (self.call("/usr/sbin/postconf", "-n", "-c", "/etc/postfix") +
                self.call("/usr/sbin/postconf", "-d", "-c", "/etc/postfix", "mail_version", "default_process_limit",
                          "default_destination_concurrency_limit", "qmgr_message_active_limit"))

    def stop(self):
        self.process.kill()
        shutil.rmtree(self.folder_of_all, ignore_errors=True)
