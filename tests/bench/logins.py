"""False log-ins beside honest work: what 500 wrong passwords a second, each from another address, do to sessions
already logged in, to strangers on mx, and to people who log in."""
import asyncio
import base64
import multiprocessing
import os
import random
import smtplib
import statistics
import threading
import time

from harness import expect, free_port, must_run
from servers import Sink, Sluice

RATE = 500  # false log-ins a second
TARGET_RATIO = 2  # of the p99 under the flood to the p99 without
TARGET_WAIT = 5  # seconds a new log-in may take
NEWCOMERS = 200  # users who log in once each, since the server remembers for a while whom it has verified
PACE = 0.02  # seconds between the messages of a session
TEXT = "From: <me@example.net>\r\nSubject: bench\r\n\r\n" + "0123456789012345678901234567890123456789\r\n" * 20


class LoginSluice(Sluice):
    """Sluice with users, a listener for submission in the clear (on loopback) and one for mx."""

    def extend(self, config):
        self.submission, self.mx = free_port(), free_port()
        users = self.folder / "users"
        for name in ("me", *(f"new{number}" for number in range(NEWCOMERS))):
            must_run([self.binary, "user", "add", "--file", users, "--senders", "me@example.net", name],
                     stdin=b"right\n")
        config["users"] = [{"file": str(users)}]
        config["postmaster"] = "boss@example.net"
        config["domains"] = {"example.net": {"via": "sink", "recipients": "any"}}
        config["listeners"] |= {
            "submission": {"for": "submission", "address": f"127.0.0.1:{self.submission}", "tls": "off"},
            "mx": {"for": "mx", "address": f"127.0.0.1:{self.mx}"},
        }


def flood(port, seconds):
    """Opens RATE connections a second whatever becomes of them; each says one wrong password and waits a little."""
    async def one():
        source = f"127.{random.randrange(1, 250)}.{random.randrange(256)}.{random.randrange(1, 255)}"
        wrong = base64.b64encode(f"\0user{random.randrange(10**6)}\0wrong".encode()).decode()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            writer.write(f"EHLO flood\r\nAUTH PLAIN {wrong}\r\n".encode())
            await asyncio.wait_for(reader.readuntil(b"\n535"), 8)
            refused.append(1)
            writer.transport.abort()
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            pass

    refused = []
    os.nice(15)  # an attacker has machines of its own: here it may take only the time that nobody else wants

    async def main():
        tasks, begin = set(), time.monotonic()
        for number in range(int(RATE * seconds)):
            await asyncio.sleep(max(0, begin + number / RATE - time.monotonic()))
            task = asyncio.create_task(one())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        took = time.monotonic() - begin
        expect(took < seconds * 1.1, f"the flood was slower than {RATE} a second: {seconds} s of it took {took:.1f}")
        for task in tasks:
            task.cancel()
    asyncio.run(main())
    print(f"({len(refused)} of {int(RATE * seconds)} false log-ins were answered 535 in time)")


def connect(port, login):
    smtp = smtplib.SMTP("127.0.0.1", port, "client.test", timeout=30)
    smtp.ehlo()
    if login:
        smtp.user, smtp.password = login, "right"
        smtp.auth("PLAIN", smtp.auth_plain)
    return smtp


def send_on(smtp, times, stopped):
    """Sends until told to stop; `times` gets what each message took, from MAIL to the reply to its final dot."""
    while not stopped.is_set():
        begin = time.monotonic()
        smtp.sendmail("me@example.net", ["you@example.net"], TEXT)
        times.append(time.monotonic() - begin)
        time.sleep(PACE)
    smtp.quit()


def log_in_on(port, newcomers, times, stopped):
    while not stopped.is_set():
        begin = time.monotonic()
        connect(port, next(newcomers)).quit()
        times.append(time.monotonic() - begin)
        time.sleep(0.2)


def phase(server, newcomers, seconds):
    """Times of sessions logged in, of mx, of new log-ins."""
    stopped, found = threading.Event(), ([], [], [])
    threads = [threading.Thread(target=send_on, args=(connect(port, login), times, stopped))
               for port, login, times in ((server.submission, "me", found[0]), (server.mx, None, found[1]))
               for _ in range(4)]
    threads.append(threading.Thread(target=log_in_on, args=(server.submission, newcomers, found[2], stopped)))
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stopped.set()
    for thread in threads:
        thread.join()
    return found


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def measure_logins(folder, rounds, seconds):
    sink = Sink(folder)
    server = LoginSluice(folder, sink, 0)
    newcomers = (f"new{number}" for number in range(NEWCOMERS))
    calm, stormy = [[], [], []], [[], [], []]
    for _ in range(rounds):
        for found, kind in zip(phase(server, newcomers, seconds), calm):
            kind.append(found)
        attacker = multiprocessing.Process(target=flood, args=(server.submission, seconds + 2))
        attacker.start()
        time.sleep(1)
        for found, kind in zip(phase(server, newcomers, seconds), stormy):
            kind.append(found)
        attacker.join()
    server.stop()
    sink.stop()
    print(f"\n## False log-ins\n\n{RATE} a second, each over a connection and from an address of its own; medians over "
          f"the rounds.\n\n| | p99 without, ms | p99 with, ms | ratio | longest with, ms |\n|---|--:|--:|--:|--:|")
    missed = []
    for name, before, during in zip(("logged in", "mx", "new log-ins"), calm, stormy):
        expect(all(before) and all(during), f"nothing was measured for {name}")
        without = statistics.median(percentile(times, 0.99) for times in before) * 1000
        with_it = statistics.median(percentile(times, 0.99) for times in during) * 1000
        longest = max(max(times) for times in during) * 1000
        print(f"| {name} | {without:.1f} | {with_it:.1f} | {with_it / without:.2f} | {longest:.0f} |")
        if name == "new log-ins":
            if longest > TARGET_WAIT * 1000:
                missed.append(f"a new log-in took {longest / 1000:.1f} s, not {TARGET_WAIT}")
        elif with_it > TARGET_RATIO * without:
            missed.append(f"{name}: p99 {with_it / without:.1f} times as long under false log-ins, not {TARGET_RATIO}")
    return missed
