"""What every interop test stands on: the list of tests, processes that end with the run, ports, waiting, certificates."""
import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
PEERS = TOP / "build" / "peers"

TESTS = []  # (name, function taking a Lab), in the order of definition


class Failure(Exception):
    """A test's expectation did not hold; the text says which."""


def test(name):
    """Register a function as a test. It gets the Lab and fails by raising."""
    def register(function):
        TESTS.append((name, function))
        return function
    return register


def expect(condition, text):
    if not condition:
        raise Failure(text)


def wait_until(condition, seconds, what):
    """Ask again until the condition gives something true, and return that; Failure after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def free_port(address="127.0.0.1"):
    """A port below the ephemeral range that nobody listens on."""
    while True:
        port = random.randrange(10240, 32000)
        with contextlib.closing(socket.socket()) as probe:
            try:
                probe.bind((address, port))
                return port
            except OSError:
                pass


def listening(port, address="127.0.0.1"):
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


class Process:
    """A program in its own process group; everything it prints goes to one log file."""

    def __init__(self, name, command, log, env=None):
        self.name, self.log = name, log
        with open(log, "ab") as stream:
            self.popen = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=stream,
                                          stderr=stream, start_new_session=True, env=env)

    def wait_for_port(self, port, address="127.0.0.1", seconds=20):
        def ready():
            if self.popen.poll() is not None:
                raise Failure(f"{self.name} ended with status {self.popen.returncode} before it listened")
            return listening(port, address)
        wait_until(ready, seconds, f"{self.name} to listen on {address}:{port}")

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def stop(self, grace=5):
        """SIGTERM, then SIGKILL; returns the exit status."""
        self.signal(signal.SIGTERM)
        try:
            return self.popen.wait(grace)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.popen.wait()


def run(command, stdin=b"", seconds=60, env=None):
    """Run a command to its end: (status, everything it printed). Its process group ends with it."""
    popen = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True, env=env)
    try:
        out, _ = popen.communicate(stdin, seconds)
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]} did not end within {seconds} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()
    return popen.returncode, out.decode(errors="replace")


def must_run(command, stdin=b"", seconds=60):
    status, out = run(command, stdin, seconds)
    expect(status == 0, f"{' '.join(map(str, command))} ended with status {status}:\n{out}")
    return out


def tail(path, offset=0, lines=60):
    """The last lines of a log file that stand after the offset, for a failed test's report."""
    try:
        return b"\n".join(pathlib.Path(path).read_bytes()[offset:].splitlines()[-lines:]).decode(errors="replace")
    except FileNotFoundError:
        return "(no such file)"


class Authority:
    """A certificate authority for one run, and a certificate signed by it for every name the tests use."""

    NAMES = ("localhost", "*.test", "*.signed.example", "*.plain.example")
    ADDRESSES = ("127.0.0.1", "::1")

    def __init__(self, folder):
        folder.mkdir()
        self.ca, self.certificate, self.key = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
        self.other_ca = folder / "other-ca.pem"
        self._authority(self.ca, folder / "ca.key", "interop test CA")
        self._authority(self.other_ca, folder / "other-ca.key", "a CA that signed nothing")
        self._issue(folder, folder / "ca.key")
        self.key.chmod(0o644)  # the peers read it as users of their own

    @staticmethod
    def _authority(path, key, name):
        must_run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-keyout", key, "-out", path, "-days", "30", "-subj", f"/CN={name}",
                  "-addext", "keyUsage=critical,keyCertSign,cRLSign"])

    def _issue(self, folder, ca_key):
        names = [f"DNS:{n}" for n in self.NAMES] + [f"IP:{a}" for a in self.ADDRESSES]
        extensions = folder / "extensions"
        extensions.write_text(f"subjectAltName={','.join(names)}\nextendedKeyUsage=serverAuth,clientAuth\n")
        must_run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes",  # OpenSMTPD 6.8 cannot use an EC key
                  "-keyout", self.key, "-out", folder / "request", "-subj", "/CN=peer.test"])
        must_run(["openssl", "x509", "-req", "-in", folder / "request", "-CA", self.ca, "-CAkey", ca_key,
                  "-CAcreateserial", "-days", "30", "-extfile", extensions, "-out", self.certificate])
