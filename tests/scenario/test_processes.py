#!/usr/bin/python3
"""The supervisor and its workers: everything that was answered 250 arrives, whoever dies."""
import base64
import os
import random
import signal
import socket
import threading
import time

from sluice_test import Load, Scenario, alive, content, free_port, main, run, wait_until


class SlowHop(threading.Thread):
    """A next hop that takes its time and notes how many connections it had at once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.lock = threading.Lock()
        self.open = self.most = self.taken = 0
        self.start()

    def run(self):
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def count(self, step):
        with self.lock:
            self.open += step
            self.most = max(self.most, self.open)

    def serve(self, client):
        self.count(1)
        data = False
        try:
            client.sendall(b"220 slow.test\r\n")
            for line in client.makefile("rb"):
                if data:
                    if line != b".\r\n":
                        continue
                    data = False
                    time.sleep(0.05)
                    self.taken += 1
                    client.sendall(b"250 taken\r\n")
                elif line[:4].upper() == b"QUIT":
                    break
                elif line[:4].upper() == b"DATA":
                    data = True
                    client.sendall(b"354 go\r\n")
                else:
                    client.sendall(b"250 fine\r\n")
        except OSError:
            pass
        self.count(-1)  # before the peer learns that it is closed
        client.close()


class Processes(Scenario):

    def test_serves_and_ends(self):
        for workers in (1, 3):
            with self.subTest(workers=workers):
                sink = self.sink()
                sluice = self.sluice(sink.port, workers)
                sluice.start()
                self.assertEqual(sorted(sluice.workers()), list(range(workers)))
                subjects = [f"m{i}" for i in range(10)]
                for subject in subjects:
                    sluice.send(subject)
                self.assertEqual(sorted(sink.wait_for(subjects)), sorted(subjects))
                children = sluice.children()
                self.assertEqual(sluice.stop(), 0)
                self.assertFalse([pid for pid in children if alive(pid)])
                self.assertIn("stopped workers=", sluice.log())

    def test_workers_have_no_rights(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 2)
        sluice.start()
        for pid in sluice.children():
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                fields = dict(line.split(":\t", 1) for line in status if ":\t" in line)
            self.assertEqual(fields["NoNewPrivs"].strip(), "1")
            if os.geteuid() == 0:
                self.assertNotIn("0", fields["Uid"].split())
                self.assertNotIn("0", fields["Gid"].split())
                self.assertEqual(fields["Groups"].split(), [])
                self.assertEqual(int(fields["CapEff"], 16), 0)
        spool = sluice.folder / "spool"
        self.assertEqual(spool.stat().st_mode & 0o777, 0o700)

    def test_killed_workers_lose_nothing(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 3)
        sluice.start()
        loads = [Load(sluice) for _ in range(4)]
        for load in loads:
            load.start()
        for _ in range(4):
            time.sleep(random.uniform(0.2, 0.6))
            victims = list(sluice.workers().values())
            if victims:
                os.kill(random.choice(victims), signal.SIGKILL)
        accepted = [subject for load in loads for subject in load.finish()]
        self.assertGreater(len(accepted), 10)
        arrived = sink.wait_for(accepted)
        twice = len(arrived) - len(set(arrived))
        print(f"{len(accepted)} accepted, {twice} came twice")
        self.assertIn("a process ended that should not", sluice.log())

    def test_clients_wait_while_a_worker_starts_again(self):
        """The supervisor holds the sockets: who connects meanwhile is served, not refused."""
        sink = self.sink()
        sluice = self.sluice(sink.port, 1)
        sluice.start()
        os.kill(sluice.workers()[0], signal.SIGKILL)
        sluice.send("patient")
        sink.wait_for(["patient"])

    def test_killed_supervisor_takes_its_workers_along(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 3)
        sluice.start()
        load = Load(sluice)
        load.start()
        time.sleep(0.5)
        sluice.kill()
        sluice.start()
        wait_until(lambda: len(load.accepted) > 3, "messages")
        sink.wait_for(load.finish())

    def test_a_worker_told_to_end_starts_again(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 2)
        sluice.start()
        before = sluice.workers()
        os.kill(before[1], signal.SIGTERM)
        wait_until(lambda: sluice.workers().get(1, before[1]) != before[1], "another worker 1")
        self.assertEqual(sluice.workers()[0], before[0])

    def test_fewer_workers_empty_what_others_left(self):
        sink = self.sink()
        sink.stop()
        sluice = self.sluice(sink.port, 3)
        sluice.start()
        subjects = [f"m{i}" for i in range(12)]
        for subject in subjects:
            sluice.send(subject)
        self.assertEqual(sluice.stop(), 0)
        sink.start()
        sluice.config["workers"] = 1
        sluice.start()
        sink.wait_for(subjects)
        wait_until(lambda: "empty" in sluice.queue("summary") or " 0\n" in sluice.queue("summary"), "the queue to empty")


class Limits(Scenario):

    def test_connections_to_a_destination_over_all_workers(self):
        hop = SlowHop()
        sluice = self.sluice(hop.port, 3)
        sluice.config["hops"]["next"]["max-connections"] = 2
        sluice.start()
        for i in range(40):
            sluice.send(f"m{i}")
        wait_until(lambda: hop.taken >= 40, "the messages")
        self.assertLessEqual(hop.most, 2)

    def test_sessions_over_all_workers(self):
        sink = self.sink()
        for limits, most in (({"sessions-per-client": 4}, 4), ({"sessions": 5}, 5)):
            with self.subTest(limits=limits):
                sluice = self.sluice(sink.port, 3, limits=limits)
                sluice.start()
                open_ones, refused = [], 0
                for _ in range(20):
                    client = socket.create_connection(("127.0.0.1", sluice.port), 30)
                    if client.recv(100).startswith(b"220"):
                        open_ones.append(client)
                    else:
                        refused += 1
                        client.close()
                self.assertEqual((len(open_ones), refused), (most, 20 - most))
                # What a dead worker held is free again.
                for pid in sluice.workers().values():
                    os.kill(pid, signal.SIGKILL)
                wait_until(lambda: len(sluice.workers()) == 3, "the workers")
                sluice.send("after")
                for client in open_ones:
                    client.close()
                sluice.stop()


    def test_failed_log_ins_over_all_workers(self):
        sluice = self.sluice(free_port(), 3)
        users = sluice.folder / "users"
        self.assertEqual(run("user", "add", "--file", users, "anna", text="right\n")[0], 0)
        sluice.config["users"] = [{"file": "users"}]
        sluice.config["listeners"]["internal"] = {"for": "submission", "address": f"127.0.0.1:{sluice.port}",
                                                  "tls": "off"}
        sluice.start()

        def log_in(word):
            """On a connection of its own; the answer, which is delayed, is not waited for."""
            smtp = sluice.connect()
            smtp.ehlo()
            smtp.putcmd("AUTH PLAIN " + base64.b64encode(f"\0anna\0{word}".encode()).decode())
            return smtp
        clients = [log_in("wrong") for _ in range(20)]
        wait_until(lambda: sluice.log().count('why="wrong password"') >= 20, "the failures")
        clients.append(log_in("right"))  # at any worker
        sluice.wait_for_log("login-failed", "too many failed log-ins from this address")
        self.assertNotIn(" logged-in ", sluice.log())
        for client in clients:
            client.close()


class Ending(Scenario):

    def test_a_message_under_way_is_finished(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 2)
        sluice.start()
        smtp = sluice.connect()
        smtp.ehlo()
        smtp.mail("me@near.test")
        smtp.rcpt("you@far.test")
        smtp.putcmd("data")
        self.assertEqual(smtp.getreply()[0], 354)
        sluice.process.terminate()
        time.sleep(0.3)
        smtp.send(content("last") + ".\r\n")
        self.assertEqual(smtp.getreply()[0], 250)
        smtp.close()
        self.assertEqual(sluice.stop(), 0)
        sluice.start()
        sink.wait_for(["last"])

    def test_idle_sessions_do_not_hold_it_up(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 2)
        sluice.start()
        smtp = sluice.connect()
        smtp.ehlo()
        began = time.monotonic()
        self.assertEqual(sluice.stop(), 0)
        self.assertLess(time.monotonic() - began, 20)
        smtp.close()

    def test_a_second_sigterm_ends_at_once(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 2)
        sluice.start()
        os.kill(sluice.workers()[0], signal.SIGSTOP)  # one that would never end
        sluice.process.terminate()
        time.sleep(0.3)
        self.assertIsNone(sluice.process.poll())
        began = time.monotonic()
        self.assertEqual(sluice.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)

    def test_tells_the_service_manager(self):
        sink = self.sink()
        sluice = self.sluice(sink.port)
        path = str(sluice.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(30)
            sluice.environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"}
            sluice.start()
            said = [manager.recv(1000).decode() for _ in range(4)]
            self.assertTrue([text for text in said if text.startswith("READY=1")], said)
            self.assertIn("WATCHDOG=1", said)
            sluice.reload()
            wait_until(lambda: manager.recv(1000).startswith(b"RELOADING=1"), "RELOADING")
            wait_until(lambda: manager.recv(1000).startswith(b"READY=1"), "READY after RELOADING")
            sluice.process.terminate()
            wait_until(lambda: manager.recv(1000).startswith(b"STOPPING=1"), "STOPPING")


if __name__ == "__main__":
    main()
