"""One running sluice: writes its configuration, users and secrets, starts it, waits until it listens, reads its log."""
import contextlib
import json
import os
import pathlib
import re
import signal
import smtplib

import message
from harness import TOP, Process, expect, free_port, must_run, wait_until

BINARY = TOP / "build" / "release" / "sluice"

# The login of the submission listener; an address, so that it is also the sender it may use.
USER, USER_PASSWORD = "tester@sender.test", "battery staple"


class Sluice:
    """Use as a context manager. `next_hop` is the entry of `hops` that all mail goes to, except what `home` takes:
    mail for sender.test, that is DSNs, goes to the port of the sink `home`."""

    number = 0

    def __init__(self, lab, next_hop=None, home=None, **sections):
        Sluice.number += 1
        self.lab = lab
        self.folder = lab.folder / f"sluice-{Sluice.number}"
        self.folder.mkdir()
        self.internal, self.submission = free_port(), free_port()
        self.log = self.folder / "log"
        self.logs = [self.log]
        self.process = None
        self.config = {
            "hostname": "relay.sluice.test",
            "spool": {"path": str(self.folder / "spool")},
            "tls": [{"certificate": str(lab.authority.certificate), "key-file": str(lab.authority.key)}],
            "users": [{"file": str(self.folder / "users")}],
            "listeners": {
                "internal": {"for": "internal", "address": f"127.0.0.1:{self.internal}"},
                "submission": {"for": "submission", "address": f"127.0.0.1:{self.submission}", "tls": "starttls"},
            },
            "retry": {"schedule": ["1s", "1s", "1s", "2s"], "keep": "1h"},
            "admin": {"socket": str(self.folder / "admin.sock")},
            "hops": {},
            "routes": [],
        }
        if home:
            self.config["hops"]["home"] = {"hosts": [f"127.0.0.1:{home.port}"], "tls": "off"}
            self.config["domains"] = {"sender.test": {"via": "home", "recipients": "any"}}
        if next_hop:
            self.config["hops"]["next"] = next_hop
            self.config["routes"].append({"via": "next"})
        self.config.update(sections)

    def secret(self, name, text):
        """A file with a secret, for `password-file`."""
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return str(path)

    def __enter__(self):
        expect(os.access(BINARY, os.X_OK), f"there is no {BINARY.relative_to(TOP)}; build it by make")
        (self.folder / "spool").mkdir()
        must_run([BINARY, "user", "add", "--file", self.folder / "users", USER], f"{USER_PASSWORD}\n".encode())
        self.file = self.folder / "sluice.yaml"
        self.file.write_text(json.dumps(self.config, indent=2) + "\n")  # JSON is YAML
        self.lab.sluices.append(self)
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        status = self.process.stop(15)
        if kind is None:
            expect(status == 0, f"sluice ended with status {status} after SIGTERM")

    def start(self):
        self.process = Process("sluice", [BINARY, "serve", "-c", self.file], self.log)
        for port in (self.internal, self.submission):
            self.process.wait_for_port(port)

    def kill(self):
        """kill -9 of every process of it, at once."""
        self.process.signal(signal.SIGKILL)
        self.process.popen.wait()

    def workers(self):
        """{process id: its number} of the workers. /proc may be that of an outer namespace: NSpid has our numbers
        last."""
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                fields = dict(line.split(":\t", 1) for line in path.read_text().splitlines() if ":\t" in line)
                group = fields.get("NSpgid", "").split()[-1:]
                if group == [str(self.process.popen.pid)] and re.fullmatch(r"sluice-\d+", fields["Name"]):
                    found[int(fields["NSpid"].split()[-1])] = int(fields["Name"].removeprefix("sluice-"))
        return found

    def log_text(self):
        return self.log.read_text(errors="replace")

    def wait_for_log(self, *words, seconds=20):
        """Wait for one log line that holds all the words; returns it."""
        def found():
            return next((line for line in self.log_text().splitlines() if all(w in line for w in words)), None)
        return wait_until(found, seconds, f"a log line with {' and '.join(words)}")

    def send(self, recipients, body=message.BODIES["plain"]):
        """Hand one message to the internal listener by smtplib; returns (marker, content)."""
        mark = message.marker("sluice")
        content = message.build(mark, USER, recipients[0], body)
        beyond_ascii = any(not address.isascii() for address in recipients)
        options = ["BODY=8BITMIME"] if any(byte > 127 for byte in body) else []
        with smtplib.SMTP("127.0.0.1", self.internal, "client.test", timeout=30) as smtp:
            smtp.ehlo()
            refused = smtp.sendmail(USER, recipients, content, options + ["SMTPUTF8"] * beyond_ascii)
        expect(not refused, f"refused: {refused}")
        return mark, content

    def expect_deferred(self, mark, recipient):
        """An attempt for the recipient was made and put off, and the message is still in the queue."""
        self.wait_for_log("deferred")
        expect(recipient in self.queue("list"), f"{recipient} ({mark}) is not in the queue any more")

    def queue(self, *words):
        """Output of sluice queue."""
        return must_run([BINARY, "queue", *words, "-c", self.file])
