#!/usr/bin/python3
"""`sluice queue`, `sluice status` and `sluice spool`, with several workers, one of them dead, and none."""
import json
import os
import pathlib
import signal
import socket
import time
import unittest

from sluice_test import Scenario, free_port, main, run, wait_until

EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_TEMPFAIL = 0, 64, 65, 66, 69, 75
WORKERS, MESSAGES = 3, 9


class Queue(Scenario):
    """Nobody listens at the next hop, so everything stays."""

    def setUp(self):
        super().setUp()
        self.relay = self.sluice(free_port(), WORKERS, retry={"schedule": ["1h"], "jitter": 0})
        self.relay.start()

    def fill(self, count=MESSAGES):
        for number in range(count):
            with self.relay.connect() as smtp:
                smtp.sendmail(f"from{number}@near.test", [f"to{number}@far.test", "all@far.test"],
                              f"Subject: number {number}\r\n\r\nHello {number}.\r\n")
        wait_until(lambda: all(r["state"] == "deferred" for m in self.list() for r in m["recipients"]),
                   "first attempts")

    def ask(self, *words):
        return run("queue", *words, "-c", self.relay.file)

    def list(self, *words):
        return [json.loads(line) for line in self.relay.queue("list", "--json", *words).splitlines()]

    def recipients(self, *words):
        return sorted(r["to"] for m in self.list(*words) for r in m["recipients"])

    def test_list(self):
        self.assertEqual(self.list(), [])
        self.assertIn("0 messages", self.relay.queue("list"))
        self.fill()
        found = self.list()
        self.assertEqual(len(found), MESSAGES)
        self.assertEqual([m["id"] for m in found], sorted(m["id"] for m in found))
        self.assertEqual({m["from"] for m in found}, {f"from{n}@near.test" for n in range(MESSAGES)})
        self.assertIn("connection refused", found[0]["recipients"][0]["reason"])
        text = self.relay.queue("list")
        for number in range(MESSAGES):
            self.assertIn(f"to{number}@far.test", text)
        self.assertIn(f"{MESSAGES} messages, {2 * MESSAGES} recipients", text)
        self.assertEqual(len(self.list("--limit", "4")), 4)
        self.assertIn("there are more", self.relay.queue("list", "--limit", "4"))

    def test_filters(self):
        self.fill(4)
        self.assertEqual(self.recipients("--from", "FROM2@near.test"), ["all@far.test", "to2@far.test"])
        self.assertEqual(self.recipients("--to", "to?@far.test"), [f"to{n}@far.test" for n in range(4)])
        self.assertEqual(self.recipients("--from", "<>"), [])
        self.assertEqual(self.recipients("--login", "*"), sorted(self.recipients()))
        self.assertEqual(self.recipients("--login", "someone"), [])
        self.assertEqual(len(self.recipients("--error", "connection refused")), 8)
        self.assertEqual(self.recipients("--error", "mailbox full"), [])
        self.assertEqual(self.recipients("--older", "1h"), [])
        self.assertEqual(self.recipients("--state", "held,active"), [])
        self.assertEqual(len(self.recipients("--state", "waiting")), 8)

    def test_show_and_cat(self):
        self.fill(2)
        message = self.list("--from", "from1@*")[0]
        text = self.relay.queue("show", message["id"])
        for word in (message["id"], "from1@near.test", "to1@far.test", "all@far.test", "client.test", "127.0.0.1",
                     "internal", "connection refused"):
            self.assertIn(word, text)
        content = self.relay.queue("cat", message["id"])
        self.assertTrue(content.startswith("Received: from client.test"), content)
        self.assertIn("Subject: number 1\n", content.replace("\r\n", "\n"))
        self.assertTrue(content.replace("\r\n", "\n").endswith("\n\nHello 1.\n"))

    def test_hold_release_retry_remove(self):
        self.fill()
        ids = [message["id"] for message in self.list()]
        self.assertIn("hold: 2 recipients", self.relay.queue("hold", ids[0]))
        self.assertEqual({r["state"] for m in self.list(ids[0]) for r in m["recipients"]}, {"held"})
        self.assertIn(f"{MESSAGES - 1} messages changed", self.relay.queue("hold", "--to", "all@*", "--state",
                                                                           "waiting"))
        self.assertEqual(len(self.recipients("--state", "held")), MESSAGES + 1)
        status, _, complaint = self.ask("retry", ids[0])
        self.assertEqual(status, EX_DATAERR)
        self.assertIn("no recipient is in a state to which this applies", complaint)
        self.relay.queue("release", "--all")
        self.assertEqual(self.recipients("--state", "held"), [])
        wait_until(lambda: self.list(ids[0])[0]["recipients"][0]["attempts"] > 1, "another attempt")
        before = self.list(ids[1])[0]["recipients"][0]["attempts"]
        self.relay.queue("retry", ids[1])
        wait_until(lambda: self.list(ids[1])[0]["recipients"][0]["attempts"] > before, "another attempt")
        self.relay.queue("remove", "--to", "all@far.test")
        self.assertEqual(self.recipients(), [f"to{n}@far.test" for n in range(MESSAGES)])
        self.relay.queue("remove", ids[0], ids[2])
        self.assertEqual(len(self.list()), MESSAGES - 2)
        self.relay.wait_for_log("by-hand", f"queue-id={ids[0]}", "what=remove")
        self.relay.stop()
        self.relay.start()
        self.assertEqual(self.recipients(), [f"to{n}@far.test" for n in range(MESSAGES) if n not in (0, 2)])

    def test_released_mail_is_delivered(self):
        self.fill(3)
        self.relay.queue("hold", "--all")
        sink = self.sink(int(self.relay.config["hops"]["next"]["hosts"][0].rsplit(":", 1)[1]))
        self.relay.queue("retry", "--state", "waiting")
        self.assertEqual(sink.subjects(), [])
        self.relay.queue("release", "--all")
        sink.wait_for([f"number {n}" for n in range(3)])
        wait_until(lambda: not self.list(), "an empty queue")

    def test_refusals(self):
        self.fill(1)
        for words, status, said in (
                (["show"], EX_USAGE, "a word is missing"),
                (["list", "nonsense"], EX_USAGE, "'nonsense' is no queue id"),
                (["list", "--older", "soon"], EX_USAGE, "'soon' is no time"),
                (["list", "--limit", "0"], EX_USAGE, "'0' is no number above 0"),
                (["list", "--state", "sad"], EX_USAGE, "'sad' is no state"),
                (["list", "--from", ""], EX_USAGE, "the value of '--from' is empty"),
                (["remove"], EX_USAGE, "say which messages"),
                (["remove", "0000000000000"], EX_NOINPUT, "there is no message 0000000000000"),
                (["cat", "0000000000000"], EX_NOINPUT, "there is no message 0000000000000")):
            got, _, complaint = self.ask(*words)
            self.assertEqual(got, status, (words, complaint))
            self.assertIn(said, complaint)
            self.assertEqual(len(complaint.splitlines()), 1)
        self.assertEqual(len(self.list()), 1)

    def test_summary_and_status(self):
        self.fill()
        self.relay.queue("hold", "--to", "all@*")
        status, out, complaint = self.ask("summary")
        self.assertEqual(status, EX_OK, complaint)
        self.assertIn(f"messages    {MESSAGES}\n", out)
        self.assertIn(f"{MESSAGES} waiting, 0 active, {MESSAGES} held", out)
        status, out, complaint = run("status", "-c", self.relay.file)
        self.assertEqual(status, EX_OK, complaint)
        for number in range(WORKERS):
            self.assertIn(f"worker {number}  up", out)
        status, out, _ = run("status", "--json", "-c", self.relay.file)
        workers = [w for w in map(json.loads, out.splitlines()) if "worker" in w]
        self.assertEqual([w["worker"] for w in workers], list(range(WORKERS)))
        self.assertEqual(sum(w["messages"] for w in workers), MESSAGES)
        lines = [json.loads(line) for line in out.splitlines()]
        listener = next(line for line in lines if "listener" in line)
        self.assertEqual((listener["for"], listener["service"], listener["sessions"]), ("internal", "relay", 0))
        members = [line for line in lines if "member" in line]
        self.assertEqual([m["connections"] for m in members], [0] * len(members))
        self.assertTrue(members and all(m["state"] in ("unknown", "down") for m in members), members)
        out = run("status", "-c", self.relay.file)[1]
        self.assertIn(f"    {members[0]['member']}  {members[0]['state']}", out)
        self.assertIn("\nlistener ", out)
        status, out, _ = run("status", "--metrics", "-c", self.relay.file)
        self.assertIn(f"\nsluice_messages_accepted_total {MESSAGES}\n", out)

    def test_a_dead_worker_is_named(self):
        self.fill()
        number, pid = next(iter(self.relay.workers().items()))
        self.relay.process.send_signal(signal.SIGSTOP)  # so that it is not started again
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.ask("list")[0] == EX_TEMPFAIL, "the worker to be missed")
        status, _, complaint = self.ask("list")
        self.assertEqual(status, EX_TEMPFAIL)
        self.assertIn(f"worker {number} is missing in this answer", complaint)
        self.relay.process.send_signal(signal.SIGCONT)
        wait_until(lambda: self.ask("list")[0] == EX_OK, "the worker to be back")
        self.assertEqual(len(self.list()), MESSAGES)

    def test_a_dead_control_process_comes_back(self):
        self.fill(2)
        workers = set(self.relay.workers().values())
        control = [pid for pid in self.relay.children() if pid not in workers]
        self.assertEqual(len(control), 1)
        os.kill(control[0], signal.SIGKILL)
        wait_until(lambda: self.ask("list")[0] == EX_OK, "the control process to be back")
        self.assertEqual(len(self.list()), 2)

    def test_nonsense_on_the_socket(self):
        path = str(self.relay.folder / "spool" / "admin.sock")
        for nonsense in (b"hello\n", b"{}\n", b"\0" * 1000 + b"\n", b'{"do":"remove"}\n', b"[" * 5000 + b"\n"):
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(path)
                sock.sendall(nonsense)
                answer = json.loads(sock.makefile().readline())
            self.assertTrue(answer["end"])
            self.assertIn("error", answer)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            with self.assertRaises(OSError):  # longer than a request may be: hung up on
                for _ in range(1000):
                    sock.sendall(b"x" * 1000)
                    time.sleep(0.001)
        self.assertEqual(self.list(), [])

    # ---- while it does not run

    def test_offline(self):
        self.fill()
        self.relay.queue("hold", "--to", "to3@*")
        self.relay.queue("remove", "--from", "from5@*")
        running = self.list()
        self.relay.stop()
        status, out, complaint = self.ask("list", "--json")
        self.assertEqual(status, EX_OK, complaint)
        self.assertIn("sluice does not run", complaint)
        self.assertEqual([json.loads(line) for line in out.splitlines()], running)
        self.assertEqual(len(self.ask("list", "--json", "--to", "all@*", "--limit", "2")[1].splitlines()), 2)
        self.assertIn("there are more", self.ask("list", "--limit", "2")[1])
        self.assertIn("to3@far.test  held", self.ask("show", running[3]["id"])[1])
        self.assertIn("Hello 3.", self.ask("cat", running[3]["id"])[1])
        self.assertIn(f"messages    {MESSAGES - 1}\n", self.ask("summary")[1])
        status, _, complaint = self.ask("show", "0000000000000")
        self.assertEqual(status, EX_NOINPUT, complaint)
        for words in (["hold", "--all"], ["remove", running[0]["id"]]):
            status, _, complaint = self.ask(*words)
            self.assertEqual(status, EX_UNAVAILABLE)
            self.assertIn("sluice does not run", complaint)
        status, _, complaint = run("status", "-c", self.relay.file)
        self.assertEqual(status, EX_UNAVAILABLE)
        self.assertIn("sluice does not run", complaint)

    def test_verify_and_dump(self):
        self.fill()
        spool = self.relay.folder / "spool"
        status, out, complaint = run("spool", "verify", spool)
        self.assertEqual(status, EX_OK, complaint)
        self.assertEqual(out.count("sluice has it open"), WORKERS)
        self.relay.stop()
        status, out, complaint = run("spool", "verify", "-c", self.relay.file)
        self.assertEqual((status, complaint), (EX_OK, ""))
        counts = [int(line.split(" messages")[0].rsplit(" ", 1)[1]) for line in out.splitlines()]
        self.assertEqual((len(counts), sum(counts)), (WORKERS, MESSAGES))
        status, out, complaint = run("spool", "dump", spool)
        self.assertEqual((status, complaint), (EX_OK, ""))
        for number in range(MESSAGES):
            self.assertIn(f"from <from{number}@near.test>", out)
        self.assertIn("connection refused", out)
        self.damage(spool, b"from4@near.test")
        status, out, complaint = run("spool", "verify", spool)
        self.assertEqual(status, EX_DATAERR)
        self.assertIn("ROTTEN", complaint)
        self.assertEqual(len(complaint.splitlines()), 1)
        self.assertEqual(run("spool", "verify", self.folder / "none")[0], EX_NOINPUT)
        self.assertEqual(run("spool", "verify", self.relay.folder)[0], EX_NOINPUT)

    def damage(self, spool, what):
        for name in sorted(pathlib.Path(spool).glob("*/seg-*")):
            content = bytearray(name.read_bytes())
            at = content.find(what)
            if at > 0:
                content[at] ^= 1
                name.write_bytes(content)
                return
        raise AssertionError("not found in the spool")


if __name__ == "__main__":
    main()
