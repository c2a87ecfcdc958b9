"""kill -9 under load: everything that a client was told 250 for arrives."""
import collections
import random
import smtplib
import threading
import time

import message
from harness import expect, test, wait_until
from sluice import USER, Sluice

CLIENTS, KILLS = 8, 25  # with one worker and with three: 50 moments
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


def define(workers):
    @test(f"crash: kill -9 under load, {workers} worker(s)")
    def crash(lab):
        sink = lab.sink()
        first = len(sink.received)
        next_hop = {"hosts": [f"127.0.0.1:{sink.port}"], "tls": "off"}
        with Sluice(lab, next_hop, workers=workers) as sluice:
            clients = [Load(sluice.internal) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            for _ in range(KILLS):
                time.sleep(random.uniform(0.1, 1.0))
                sluice.kill()
                sluice.start()
            time.sleep(0.5)
            for client in clients:
                client.stopped.set()
            for client in clients:
                client.join(20)
            accepted = {mark for client in clients for mark in client.accepted}
            expect(len(accepted) > KILLS, f"only {len(accepted)} messages were accepted: no load")

            def arrived():
                return collections.Counter(r.content.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
                                           for r in sink.received[first:])
            try:
                wait_until(lambda: accepted <= set(arrived()), 60, "all accepted messages to arrive")
            except Exception:
                lost = accepted - set(arrived())
                print(f"     {len(accepted)} accepted, {len(lost)} did not arrive: {sorted(lost)[:5]}")
                raise
            counts = arrived()
            twice = sum(count - 1 for count in counts.values())
            print(f"     {len(accepted)} accepted, {twice} came twice, {len(set(counts) - accepted)} came unacknowledged")


for workers in (1, 3):
    define(workers)
