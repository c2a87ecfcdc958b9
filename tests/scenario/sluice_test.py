"""What the scenarios stand on: one running sluice with its configuration, a sink, ports, waiting.

The program is build/NAME/sluice, named by the environment variable SLUICE. Everything is in a temporary folder and
on loopback. A scenario is a class of unittest.TestCase; derive it from Scenario."""
import contextlib
import email
import json
import os
import pathlib
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = os.environ.get("SLUICE", str(pathlib.Path(__file__).parents[2] / "build" / "test" / "sluice"))
PATIENCE_S = 30  # for what should take a moment; builds with sanitizers on busy machines are slow


def wait_until(condition, what, seconds=PATIENCE_S):
    """Asks again until the condition gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def free_port():
    """A port below the ephemeral range that nobody listens on."""
    while True:
        port = random.randrange(10240, 32000)
        with contextlib.closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def listening(port):
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(*words, text=""):
    """A command to its end: (status, what it printed, what it complained)."""
    done = subprocess.run([BINARY, *map(str, words)], input=text, capture_output=True, text=True, timeout=120,
                          check=False)
    return done.returncode, done.stdout, done.stderr


class Sink:
    """`sluice sink` with a Maildir."""

    def __init__(self, folder, port=None):
        self.port = port or free_port()
        self.maildir = pathlib.Path(folder) / f"sink-{self.port}"
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([BINARY, "sink", "--listen", f"127.0.0.1:{self.port}", "--maildir",
                                         self.maildir], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until(lambda: listening(self.port), "the sink to listen")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def messages(self):
        """All messages caught so far, parsed."""
        folder = self.maildir / "new"
        names = [name for name in sorted(os.listdir(folder)) if not name.startswith(".")]  # those are being written
        return [email.message_from_bytes((folder / name).read_bytes()) for name in names]

    def subjects(self):
        return [message["Subject"] for message in self.messages()]

    def wait_for(self, subjects, seconds=PATIENCE_S):
        """Waits until each of the subjects has arrived; returns all that have."""
        subjects = set(subjects)
        try:
            wait_until(lambda: subjects <= set(self.subjects()), "messages", seconds)
        except AssertionError:
            missing = subjects - set(self.subjects())
            raise AssertionError(f"{len(missing)} of {len(subjects)} messages did not arrive: "
                                 f"{sorted(missing)[:5]}") from None
        return self.subjects()


class Sluice:
    """`sluice serve` with one internal listener and one next hop; sections of the configuration may be changed before
    start and before reload."""

    def __init__(self, folder, sink_port, workers=1, **sections):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.file = self.folder / "sluice.yaml"
        self.log_file = self.folder / "log"
        self.process = None
        self.environment = {}
        self.config = {
            "hostname": "relay.test",
            "workers": workers,
            "spool": {"path": "spool", "segment-size": "1MiB"},
            "listeners": {"internal": {"for": "internal", "address": f"127.0.0.1:{self.port}"}},
            "retry": {"schedule": ["1s"], "jitter": 0},
            "delivery": {"dead-host": "0s"},
            "routes": [{"via": "next"}],
            "hops": {"next": {"hosts": [f"127.0.0.1:{sink_port}"], "tls": "off"}},
        }
        self.config.update(sections)

    def write(self):
        self.file.write_text(json.dumps(self.config, indent=1) + "\n")  # JSON is YAML

    def launch(self):
        """Starts it, and does not wait."""
        if not self.file.exists():
            self.write()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "-c", self.file], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=dict(os.environ, **self.environment))

    def start(self):
        """Starts it and waits until it takes mail."""
        seen = len(self.log().splitlines())
        self.write()
        self.launch()

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"sluice ended with status {self.process.returncode}:\n{self.log()}")
            return any(" started workers=" in line for line in self.log().splitlines()[seen:])
        wait_until(ready, "sluice to start")

    def refused_start(self):
        """Starts it, expecting that it refuses to run: (status, what it said)."""
        self.write()
        done = subprocess.run([BINARY, "serve", "-c", self.file], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def stop(self, seconds=40):
        """SIGTERM; returns the exit status."""
        if not self.process:
            return 0
        self.process.terminate()
        status = self.process.wait(seconds)
        self.process = None
        return status

    def kill(self):
        """kill -9 of the supervisor; its children end by that."""
        children = self.children()
        self.process.kill()
        self.process.wait()
        self.process = None
        wait_until(lambda: not any(alive(pid) for pid in children), "the children to end")

    def reload(self, wait=True):
        """Writes the configuration, sends SIGHUP, and waits until every worker has it."""
        said = self.log().count("the new configuration is in force")
        self.write()
        self.process.send_signal(signal.SIGHUP)
        if wait:
            wait_until(lambda: self.log().count("the new configuration is in force") - said >= self.config["workers"],
                       "the workers to take the new configuration")

    def children(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    def workers(self):
        """{number: pid}"""
        found = {}
        for pid in self.children():
            with contextlib.suppress(OSError):
                name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
                if name.startswith("sluice-") and name != "sluice-control":
                    found[int(name.removeprefix("sluice-"))] = pid
        return found

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def wait_for_log(self, *words, seconds=PATIENCE_S):
        """Waits for one log line that holds all the words; returns it."""
        def found():
            return next((line for line in self.log().splitlines() if all(word in line for word in words)), None)
        return wait_until(found, f"a log line with {' and '.join(words)}", seconds)

    def connect(self, port=None):
        return smtplib.SMTP("127.0.0.1", port or self.port, "client.test", timeout=PATIENCE_S)

    def send(self, subject, to="you@far.test", sender="me@near.test", port=None):
        with self.connect(port) as smtp:
            smtp.sendmail(sender, [to], content(subject, sender, to))

    def queue(self, *words):
        """Output of sluice queue."""
        status, out, complaint = run("queue", *words, "-c", self.file)
        if status:
            raise AssertionError(f"sluice queue {' '.join(words)}: status {status}: {complaint}")
        return out


def content(subject, sender="me@near.test", to="you@far.test"):
    return f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nHello.\r\n"


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Load(threading.Thread):
    """A client that sends one message after the other, each on a connection of its own, and comes back after every
    failure. `accepted` holds the subjects that were answered 250."""

    number = 0

    def __init__(self, sluice):
        super().__init__(daemon=True)
        self.sluice, self.accepted, self.stopped = sluice, [], threading.Event()
        Load.number += 1
        self.name = f"load-{Load.number}"

    def run(self):
        count = 0
        while not self.stopped.is_set():
            subject = f"{self.name}-{count}"
            count += 1
            try:
                self.sluice.send(subject)
                self.accepted.append(subject)
            except (smtplib.SMTPException, OSError):
                time.sleep(0.02)

    def finish(self):
        self.stopped.set()
        self.join(2 * PATIENCE_S)
        return self.accepted


class Scenario(unittest.TestCase):
    """A temporary folder and what was started in it; all of it ends with the test."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.started = []
        self.addCleanup(self._end_all)

    def _end_all(self):
        for program in reversed(self.started):
            with contextlib.suppress(Exception):
                program.stop()
        for program in self.started:
            if isinstance(program, Sluice):
                self._judge(program)

    def _judge(self, sluice):
        """Prints the log of a scenario that failed; none may hold a sanitizer's report."""
        outcome = self._outcome
        failed = any(error for _, error in getattr(outcome, "errors", []) or []) or \
            any(test is self for test, _ in getattr(getattr(outcome, "result", None), "failures", []))
        if failed:
            print(f"--- log of {self.id()}\n{sluice.log()[-8000:]}", file=sys.stderr)
        if "Sanitizer" in sluice.log() or "runtime error" in sluice.log():
            raise AssertionError(f"a sanitizer complains:\n{sluice.log()[-8000:]}")

    def sink(self, port=None):
        sink = Sink(self.folder, port)
        self.started.append(sink)
        return sink

    def sluice(self, sink_port, workers=1, **sections):
        """A configured sluice, not started."""
        folder = self.folder / f"sluice-{len(self.started)}"
        folder.mkdir()
        sluice = Sluice(folder, sink_port, workers, **sections)
        self.started.append(sluice)
        return sluice


def main():
    unittest.main(verbosity=2)
