"""README's front, its configuration as it stands there, before two real Postfix at the addresses that it names: it balances,
says who the client is, and loses nothing when one of them goes. Only its listener is given an address of its own, since both
Postfix listen on the same port of this machine."""
import collections
import contextlib
import re
import shutil
import threading

import message
from harness import PEERS, TOP, Process, expect, must_run, test, wait_until
from peers.postfix import Postfix
from sluice import BINARY

FRONT, PORT, CLIENT = "192.0.2.10", 25, "192.0.2.77"
SENDER = "tester@sender.test"


class Backend(Postfix):
    """Postfix for the domain of README, at one of its addresses. It takes the client's name and address from us."""

    domain = "example.org"

    def __init__(self, lab, address):
        self.name, self.address = f"postfix-{address}", address
        super().__init__(lab)
        self.root = PEERS / Postfix.name

    def configure(self):
        super().configure()
        etc = self.state / "etc/postfix"
        with open(etc / "main.cf", "a") as file:
            file.write(f"virtual_mailbox_domains = {self.domain}\nsmtpd_authorized_xclient_hosts = 10.0.0.0/24\n")
        with open(etc / "master.cf", "a") as file:
            file.write(f"{self.address}:{PORT} inet n - n - - smtpd\n")

    def start(self):
        super().start()
        self.process.wait_for_port(PORT, self.address)
        return self

    def restart(self):
        self.process = Process(self.name, self.enter(*self.command()), self.logs[0])
        self.process.wait_for_port(PORT, self.address)

    def said(self, words):
        return words in self.logs[1].read_text()


class Machine:
    """Where sluice runs as README tells it to: nothing stands in /var/lib, and no other option is given."""

    def __init__(self, lab, text):
        self.folder = lab.folder / "readme"
        (self.folder / "lib").mkdir(parents=True)
        self.file, self.log = self.folder / "sluice.yaml", self.folder / "log"
        self.file.write_text(text)
        self.logs = [self.log]
        lab.sluices.append(self)

    def words(self, command, *options):
        return ["unshare", "--mount", "sh", "-c", 'mount --bind "$1" /var/lib && shift && exec "$@"', "sh",
                self.folder / "lib", BINARY, command, "-c", self.file, *options]

    @contextlib.contextmanager
    def serving(self):
        process = Process("sluice", self.words("serve"), self.log)
        try:
            process.wait_for_port(PORT, FRONT)
            yield
            status = process.stop(15)
            expect(status == 0, f"sluice ended with status {status} after SIGTERM")
        finally:
            process.kill()
            shutil.rmtree(self.folder / "lib", ignore_errors=True)


README = (TOP / "README.md").read_text()


def front_of_readme():
    """The second block of README that is a configuration, and the addresses of the servers in it."""
    text = re.findall(r"```yaml\n(.*?)```", README, re.S)[1]
    expect(text.count('address: ":25"') == 1, f"README's front does not listen on port 25 once:\n{text}")
    return text.replace('":25"', f'"{FRONT}:{PORT}"'), re.findall(r'"(10\.0\.0\.\d+):25"', text)


def send(lab, client, recipient, mark):
    """By swaks or curl: (whether it was taken, what was printed)."""
    file = lab.message(mark, message.build(mark, SENDER, recipient))
    words = {"swaks": ["swaks", "--server", FRONT, "--local-interface", CLIENT, "--helo", "mail.client.test",
                       "--from", SENDER, "--to", recipient, "--data", f"@{file}", "--timeout", "20"],
             "curl": ["curl", "--silent", "--show-error", "--verbose", "--max-time", "30", "--interface", CLIENT,
                      "--url", f"smtp://{FRONT}/mail.client.test", "--mail-from", SENDER, "--mail-rcpt", recipient,
                      "--upload-file", file]}[client]
    return lab.client(client).run(*words)


class Stream(threading.Thread):
    """Messages one behind the other, each tried again until it is taken."""

    def __init__(self, lab, client):
        super().__init__(daemon=True)
        self.lab, self.client = lab, client
        self.ended = threading.Event()
        self.taken, self.refused = [], []  # markers; (marker, what was printed)
        self.start()

    def run(self):
        while not self.ended.is_set():
            mark, took = message.marker(self.client), False
            while not took:
                took, out = send(self.lab, self.client, f"anna@{Backend.domain}", mark)
                if not took:
                    self.refused.append((mark, out))
            self.taken.append(mark)


@contextlib.contextmanager
def streams(lab):
    """Two clients that send until the block ends."""
    lab.client("curl")  # their root is made
    running = [Stream(lab, client) for client in ("swaks", "curl")]
    try:
        yield running
    finally:
        for stream in running:
            stream.ended.set()
        for stream in running:
            stream.join()


def expect_more(backend, count, seconds=20):
    """The backend gets so many messages more."""
    before = len(backend.messages())
    wait_until(lambda: len(backend.messages()) >= before + count, seconds, f"{count} more messages at {backend.address}")


def expect_nothing_lost(sent, goes, stays):
    """Each message that was taken has arrived once. Twice only where a client was told to try again, and where the server
    that was killed delivered one again that it had delivered already."""
    def copies(backend):
        found = re.findall(rb"\r\nSubject: (mark-\S+)\r\n", b"".join(backend.messages()))
        return collections.Counter(mark.decode() for mark in found)

    taken = [mark for stream in sent for mark in stream.taken]
    wait_until(lambda: all(copies(goes)[mark] + copies(stays)[mark] for mark in taken), 20, "what was taken to arrive")
    refused = {mark for stream in sent for mark, _ in stream.refused}
    twice = [mark for mark in taken if mark not in refused and (copies(stays)[mark] > 1 or
                                                                copies(stays)[mark] and copies(goes)[mark])]
    expect(not twice, f"arrived twice: {twice}")


def expect_refusals(lab, backends):
    """Who must not have mail does not get it, by the servers' own answer in the session, or by ours."""
    mark = message.marker("refused")
    took, out = send(lab, "swaks", f"nobody@{Backend.domain}", mark)
    expect(not took and re.search(r"<\*\* 550 .*User unknown", out), f"an unknown recipient got:\n{out}")
    took, out = send(lab, "swaks", "anna@foreign.test", mark)
    expect(not took and re.search(r"<\*\* 5\d\d ", out), f"a foreign recipient got:\n{out}")
    expect(not any(backend.said("foreign.test") for backend in backends), "a foreign recipient was asked for behind us")


@test("readme: the front that keeps nothing, with two Postfix, one of which goes and comes back")
def readme(lab):
    text, addresses = front_of_readme()
    goes, stays = backends = [lab.start(Backend(lab, address)) for address in addresses]
    machine = Machine(lab, text)
    with machine.serving(), streams(lab) as sent:
        for backend in backends:
            expect_more(backend, 3)
            expect(backend.said(f"client=unknown[{CLIENT}]"), f"{backend.address} does not know the client")
        expect(not any(stream.refused for stream in sent), f"refused: {[stream.refused for stream in sent]}")
        expect_refusals(lab, backends)
        for address in addresses:
            expect(f"{address}:{PORT}" in must_run(machine.words("status")), f"sluice status does not show {address}")
        command, *options = re.search(r"`sluice (explain --listener mx [^`]*)`", README)[1].split()
        told = must_run(machine.words(command, *options))
        expect("inside" in told, f"what README lets explain says nothing of the hops:\n{told}")
        goes.stop()
        expect_more(stays, 10)
        goes.restart()
        expect_more(goes, 3)
    for stream in sent:
        expect(len(stream.refused) <= 1, f"refused, beside what was under way: {stream.refused}")
    expect_nothing_lost(sent, goes, stays)
