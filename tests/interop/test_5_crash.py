"""kill -9 under load, of single workers and of the whole program: everything that a client was told 250 for arrives as
it was sent, and twice only what a kill explains.

The moments and the messages come from a seed, which is printed; CRASH_SEED=n repeats it. What the system makes of them
differs from run to run.
"""
import collections
import dataclasses
import os
import random
import re
import signal
import smtplib
import threading
import time

import message
from harness import expect, test, wait_until
from sluice import USER, Sluice

CLIENTS, KILLS = 8, 50  # with one worker and with three: 100 moments
PACE = 0.01  # seconds between the messages of a client: the catcher must keep up
CONNECTIONS = 5  # to the catcher, over all workers

# A message comes twice when its worker is killed between the catcher's 250 and the sync that carries the outcome. That
# is at most one message on each connection whose reply is on its way, and what the connections brought to an end while
# the outcomes before were written: two batches are under way at most, and a third one gathers.
BATCHES = 3
PER_KILL = CONNECTIONS * (1 + BATCHES)
NEAR = 0.2  # seconds between the catcher's taking it and the kill; a few milliseconds on a quiet machine

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # of a queue id


def some_body(rng):
    """Lines with dots, now and then one that does not fit into a record of the spool."""
    size = 300_000 if rng.random() < 0.005 else rng.choice((0, 80, 2_000, 20_000))
    lines = []
    while size > 0:
        line = rng.choice(("", ".", "..", "From ")) + "".join(rng.choices("abcdefgh .-=", k=rng.randint(0, 70)))
        lines.append(line * rng.randint(1, 10))
        size -= len(lines[-1]) + 2
    return "".join(line + "\r\n" for line in lines)


class Load(threading.Thread):
    """One client that sends without pause, again after every failure, and keeps what it sent and what was accepted."""

    def __init__(self, port, seed):
        super().__init__(daemon=True)
        self.port, self.stopped = port, threading.Event()
        self.bodies = [some_body(rng) for rng in [random.Random(seed)] for _ in range(200)]
        self.sent, self.accepted = {}, set()

    def run(self):
        while not self.stopped.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self.port, "client.test", timeout=20) as smtp:
                    self.send_on(smtp)
            except (smtplib.SMTPException, OSError):
                time.sleep(0.02)  # sluice is down; its clients come back

    def send_on(self, smtp):
        while not self.stopped.is_set():
            mark = message.marker("crash")
            body = self.bodies[len(self.sent) % len(self.bodies)]
            self.sent[mark] = message.build(mark, USER, "anna@far.test", body)
            smtp.sendmail(USER, ["anna@far.test"], self.sent[mark])
            self.accepted.add(mark)
            time.sleep(PACE)


@dataclasses.dataclass
class Kill:
    at: float
    worker: int  # its number, which is that of its part of the spool; None: all
    again: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # by part: what came twice

    def hits(self, part):
        return self.worker is None or self.worker == part


class Killer:
    """Kills at random moments, at random a worker or all. A worker that dies twice within a minute is started again
    with a delay, so between two deaths of the whole program each dies once at most."""

    def __init__(self, sluice, seed):
        self.sluice, self.rng, self.workers, self.kills = sluice, random.Random(seed), sluice.workers(), []

    def kill(self):
        time.sleep(self.rng.uniform(0.05, 0.7))
        alone, which = self.rng.random() < 0.7, self.rng.random()
        if self.workers and alone:
            pid = sorted(self.workers, key=self.workers.get)[int(which * len(self.workers))]
            self.kills.append(Kill(time.monotonic(), self.workers.pop(pid)))
            os.kill(pid, signal.SIGKILL)
            return
        self.kills.append(Kill(time.monotonic(), None))
        self.sluice.kill()
        self.sluice.start()
        self.workers = self.sluice.workers()


def mark_of(received):
    return received.content.split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0].decode()


def queue_id(received):
    return re.search(rb"\bid ([0-9a-z]{13})\b", received.content).group(1).decode()


def part_of(identity):
    """Which part of the spool, and so which worker, has the message: docs/spool-format.md."""
    number = 0
    for digit in identity:
        number = number * 32 + DIGITS.index(digit)
    return number >> 12 & 0x1f


def expect_explained(first, second, kills):
    """The kill that made it come twice: one of its worker, near its first arrival."""
    identity = queue_id(first)
    expect(queue_id(second) == identity, f"{mark_of(first)} is {identity} and {queue_id(second)}: stored twice")
    part = part_of(identity)
    near = [kill for kill in kills if kill.hits(part) and abs(kill.at - first.at) < NEAR]
    expect(near, f"{identity} came twice, and no kill of worker {part} is near its first arrival")
    kill = min(near, key=lambda k: k.again[part])
    kill.again[part] += 1
    expect(kill.again[part] <= PER_KILL, f"more than {PER_KILL} messages came twice after one kill of worker {part}")


def judge(received, sent, kills):
    """Everything is what was sent, and twice only with a reason. Returns how many came twice."""
    last, twice = {}, 0
    for one in received:
        mark = mark_of(one)
        expect(mark in sent, f"nobody sent {mark}")
        message.expect_same(sent[mark], one.content, hops=1)
        if mark in last:
            expect_explained(last[mark], one, kills)
            twice += 1
        last[mark] = one
    return twice


def define(workers):
    @test(f"crash: kill -9 at {KILLS} moments under load, {workers} worker(s)")
    def crash(lab):
        seed = int(os.environ.get("CRASH_SEED") or random.randrange(1_000_000))
        print(f"     CRASH_SEED={seed}", flush=True)
        sink = lab.sink()
        first = len(sink.received)
        next_hop = {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "off", "max-connections": CONNECTIONS}
        with Sluice(lab, next_hop, workers=workers) as sluice:
            clients = [Load(sluice.internal, f"{seed} {workers} {n}") for n in range(CLIENTS)]
            killer = Killer(sluice, f"{seed} {workers}")
            expect(len(killer.workers) == workers, f"found {len(killer.workers)} workers")
            for client in clients:
                client.start()
            for _ in range(KILLS):
                killer.kill()
            time.sleep(0.5)
            for client in clients:
                client.stopped.set()
            for client in clients:
                client.join(20)
            accepted = set().union(*(client.accepted for client in clients))
            sent = {mark: content for client in clients for mark, content in client.sent.items()}
            expect(len(accepted) > KILLS, f"only {len(accepted)} messages were accepted: no load")
            try:
                wait_until(lambda: accepted <= set(map(mark_of, sink.received[first:])), 40,
                           "all accepted messages to arrive")
            except Exception:
                lost = accepted - set(map(mark_of, sink.received[first:]))
                print(f"     {len(accepted)} accepted, {len(lost)} did not arrive: {sorted(lost)[:5]}")
                raise
        received = sink.received[first:]
        twice = judge(received, sent, killer.kills)
        alone = sum(kill.worker is not None for kill in killer.kills)
        most = max(max(kill.again.values(), default=0) for kill in killer.kills)
        print(f"     {alone} times a worker, {KILLS - alone} times all; {len(accepted)} accepted, {twice} came twice, "
              f"at most {most} of {PER_KILL} after one kill, "
              f"{len(received) - twice - len(accepted)} came unacknowledged")


for workers in (1, 3):
    define(workers)
