"""kill -9 under load, of single workers and of the whole program: everything that a client was told 250 for arrives."""
import collections
import os
import random
import signal
import smtplib
import threading
import time

import message
from harness import expect, test, wait_until
from sluice import USER, Sluice

CLIENTS, KILLS = 8, 50  # with one worker and with three: 100 moments
PACE = 0.01  # seconds between the messages of a client: the catcher must keep up


class Load(threading.Thread):
    """One client that sends without pause, again after every failure, and keeps the markers of what was accepted."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.stopped, self.accepted = port, threading.Event(), []

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
            smtp.sendmail(USER, ["anna@far.test"], message.build(mark, USER, "anna@far.test"))
            self.accepted.append(mark)
            time.sleep(PACE)


class Killer:
    """Kills at random moments, at random a worker or all. A worker that dies twice within a minute is started again with
    a delay, so between two deaths of the whole program each dies once at most."""

    def __init__(self, sluice):
        self.sluice, self.workers, self.alone, self.all = sluice, sluice.workers(), 0, 0

    def kill(self):
        time.sleep(random.uniform(0.05, 0.7))
        if self.workers and random.random() < 0.7:
            os.kill(self.workers.pop(random.randrange(len(self.workers))), signal.SIGKILL)
            self.alone += 1
            return
        self.sluice.kill()
        self.sluice.start()
        self.workers = self.sluice.workers()
        self.all += 1


def count_arrived(received):
    return collections.Counter(r.content.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for r in received)


def define(workers):
    @test(f"crash: kill -9 at {KILLS} moments under load, {workers} worker(s)")
    def crash(lab):
        sink = lab.sink()
        first = len(sink.received)
        next_hop = {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "off"}
        with Sluice(lab, next_hop, workers=workers) as sluice:
            clients = [Load(sluice.internal) for _ in range(CLIENTS)]
            killer = Killer(sluice)
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
            accepted = {mark for client in clients for mark in client.accepted}
            expect(len(accepted) > KILLS, f"only {len(accepted)} messages were accepted: no load")
            try:
                wait_until(lambda: accepted <= set(count_arrived(sink.received[first:])), 40,
                           "all accepted messages to arrive")
            except Exception:
                lost = accepted - set(count_arrived(sink.received[first:]))
                print(f"     {len(accepted)} accepted, {len(lost)} did not arrive: {sorted(lost)[:5]}")
                raise
            counts = count_arrived(sink.received[first:])
            twice = sum(count - 1 for count in counts.values())
            print(f"     {killer.alone} times a worker, {killer.all} times all; {len(accepted)} accepted, "
                  f"{twice} came twice, {len(set(counts) - accepted)} came unacknowledged")


for workers in (1, 3):
    define(workers)
