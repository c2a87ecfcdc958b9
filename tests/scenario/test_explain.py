#!/usr/bin/python3
"""`sluice explain`: what it prints, what it refuses, and that a running sluice says the same."""
import contextlib
import json
import os
import socket
import unittest

from sluice_test import Scenario, free_port, main, run

EX_OK, EX_USAGE, EX_NOPERM, EX_CONFIG = 0, 64, 77, 78
SECRET = "{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=," \
         "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="  # "pencil", with the salt of RFC 7677's example

CONFIG = """\
hostname: mx.ours.example
postmaster: boss@ours.example
users: [ { file: users } ]
listeners:
  mx: { for: mx, address: ":25" }
  front: { for: mx, service: proxy, address: ":26" }
  lan: { for: internal, address: "10.0.0.1:25", networks: [ { from: 10.1.0.0/24, senders: "*@ours.example" } ] }
  submission: { for: submission, address: "127.0.0.1:587", tls: off }
  passage: { for: submission, service: proxy, address: "127.0.0.1:588", tls: off, auth: pass-through, via: local }
  keeping: { for: internal, service: proxy, address: "10.0.0.1:26", networks: [ 10.1.0.0/24 ], on-backend-failure: spool, flow: { reply-delay: 2s } }
domains:
  ours.example: { via: inside, recipients: [ { file: list } ] }
routes:
  - { to: far.example, via: inside }
  - { login: "*", via: mx }
  - { to: z.example, via: local }
hops:
  local: { hosts: "127.0.0.1:25", tls: off }
  inside: { hosts: [ "10.0.0.5:25", "[2001:db8::5]:2525", "lmtp://in.example" ], tls: off }
spool: { path: spool }
"""


class Explain(Scenario):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "sluice.yaml"
        self.file.write_text(CONFIG)
        (self.folder / "list").write_text("known\n")
        (self.folder / "users").write_text(f"ann@ours.example:{SECRET}\ndora:!{SECRET}\n")

    def explain(self, listener, client, *words):
        return run("explain", "-c", self.file, "--listener", listener, "--client", client, *words)

    def steps(self, listener, client, *words):
        status, out, complaint = self.explain(listener, client, "--json", *words)
        self.assertEqual((status, complaint), (EX_OK, ""))
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)["steps"]

    def test_transcript(self):
        status, out, complaint = self.explain("mx", "203.0.113.9", "--from", "a@far.example",
                                              "--to", "known@ours.example", "--to", "x@far.example", "--size", "100")
        self.assertEqual((status, complaint), (EX_OK, ""))
        for line in ("listener mx: for mx, service relay (line 5, listeners.mx)", "203.0.113.9 connects",
                     "S: 220 mx.ours.example ESMTP sluice", "C: EHLO [203.0.113.9]",
                     "C: MAIL FROM:<a@far.example> SIZE=100", "S: 250 2.1.0 Sender taken",
                     "C: RCPT TO:<known@ours.example>", "S: 250 2.1.5 Recipient taken",
                     "      route (line 12, domains.ours.example.via)",
                     "      destination hops:inside, tls off, balance ordered (line 19, hops.inside)",
                     "        smtp://10.0.0.5:25", "        smtp://[2001:db8::5]:2525", "        lmtp://in.example:24",
                     "S: 550 5.7.1 relaying denied: this domain is none of ours",
                     "      not permitted: relaying denied: this domain is none of ours (line 11, domains)",
                     "C: DATA", "S: 354 Send the message, end with a dot alone", "not known here:"):
            self.assertIn(line + "\n", out)

    def test_keeping(self):
        envelope = ("--from", "a@ours.example", "--to", "known@ours.example", "--to", "x@far.example", "--to", "y@z.example")
        steps = self.steps("keeping", "10.1.0.9", *envelope)
        known, far, other, data = steps[-4:]
        self.assertEqual([(s["by"], s.get("kept"), s.get("kept-without-backend")) for s in (known, far, other, data)],
                         [("backend", None, True), ("backend", None, True), ("sluice", True, None), ("backend", None, True)])
        status, out, _ = self.explain("keeping", "10.1.0.9", *envelope)
        self.assertEqual(status, EX_OK)
        for line in ("      where none can be reached, the message is stored here and delivered later",
                     "      stored here, if the server of the first recipient takes the message: delivered later"):
            self.assertIn(line + "\n", out)
        self.assertNotIn("stored here", self.explain("front", "203.0.113.9", *envelope)[1])

    def test_unknown(self):
        """What is said to be unknown is what the listener's options make unknown."""
        envelope = ("--from", "a@ours.example", "--to", "known@ours.example")
        said = {listener: self.explain(listener, "10.1.0.9", *envelope)[1].partition("not known here:")[2]
                for listener in ("lan", "front", "keeping")}
        for words, where in (("sessions-per-network", {"lan", "front", "keeping"}), ("the listener's flow", {"keeping"}),
                             ("servers behind us say", {"front", "keeping"}), ("until a server has answered", {"keeping"}),
                             ("what its content makes", {"lan"})):
            self.assertEqual({name for name, text in said.items() if words in text}, where, words)

    def test_reasons(self):
        mail = self.steps("lan", "10.1.0.9", "--from", "x@far.example", "--to", "known@ours.example")[-1]
        self.assertEqual((mail["code"], mail["enhanced"]), (550, "5.7.1"))
        self.assertEqual(mail["permission"], {"permitted": False, "why": mail["text"], "line": 7,
                                              "option": "listeners.lan.networks[0].senders"})
        self.assertEqual(self.steps("lan", "10.9.0.9", "--from", "", "--to", "x@ours.example")[-1]["permission"]
                         ["option"], "listeners.lan.networks")
        rcpt = self.steps("mx", "2001:db8::9", "--from", "<>", "--to", "who@ours.example")[-1]
        self.assertEqual((rcpt["code"], rcpt["enhanced"], rcpt["permission"]["option"]),
                         (550, "5.1.1", "domains.ours.example.recipients"))
        rcpt = self.steps("mx", "203.0.113.9", "--from", "<>", "--to", "<Postmaster>")[-2]
        self.assertEqual((rcpt["code"], rcpt["instead"], rcpt["permission"]["option"]),
                         (250, "boss@ours.example", "postmaster"))
        rcpt = self.steps("lan", "10.1.0.9", "--from", "a@ours.example", "--to", "x@lost.example")[-1]
        self.assertEqual((rcpt["code"], rcpt["enhanced"], rcpt["route"]["why"]), (550, "5.4.4", rcpt["text"]))

    def test_users(self):
        user = ("--user", "ann@ours.example")
        steps = self.steps("submission", "127.0.0.1", *user, "--from", "ann@ours.example", "--to", "x@any.example")
        self.assertEqual([step["code"] for step in steps], [220, 250, 235, 250, 250, 354])
        self.assertEqual(steps[3]["permission"],
                         {"permitted": True, "entitled": "login", "line": 3, "option": "users[0].file"})
        self.assertEqual((steps[4]["route"]["destination"], steps[4]["route"]["option"]),
                         ("mx:any.example", "routes[1].via"))
        steps = self.steps("submission", "127.0.0.1", *user, "--from", "b@ours.example", "--to", "x@any.example")
        self.assertEqual((steps[-1]["code"], steps[-1]["permission"]["option"]), (550, "users[0].file"))
        for name in ("dora", "nobody"):
            steps = self.steps("submission", "127.0.0.1", "--user", name, "--from", "a@b.example", "--to", "c@d.example")
            self.assertEqual((steps[-1]["code"], steps[-1]["enhanced"]), (535, "5.7.8"))
        steps = self.steps("mx", "127.0.0.1", *user, "--from", "a@b.example", "--to", "c@d.example")
        self.assertEqual(steps[-1]["code"], 502)

    def test_a_proxy_asks_nobody(self):
        steps = self.steps("front", "203.0.113.9", "--from", "a@far.example", "--to", "known@ours.example",
                           "--to", "who@ours.example")
        self.assertEqual([(step["code"], step["by"]) for step in steps],
                         [(220, "sluice"), (250, "backend"), (250, "sluice"), (250, "backend"), (550, "sluice"),
                          (354, "backend")])

    def test_log_ins_that_are_passed_on(self):
        words = ("--user", "nobody knows", "--from", "a@any.example", "--to", "x%y@far.example")
        steps = self.steps("passage", "127.0.0.1", *words)
        self.assertIn("AUTH PLAIN LOGIN", steps[1]["text"])
        self.assertEqual([(step["code"], step["by"]) for step in steps],
                         [(220, "sluice"), (250, "backend"), (235, "backend"), (250, "sluice"), (250, "backend"),
                          (354, "backend")])
        self.assertEqual(steps[4]["permission"]["option"], "listeners.passage.auth")
        self.assertEqual((steps[4]["route"]["option"], steps[4]["route"]["destination"]),
                         ("listeners.passage.via", "hops:local"))
        self.assertEqual(self.steps("passage", "203.0.113.9", *words)[-1]["code"], 538)  # the clear is heard by others

    def test_command_line(self):
        good = ("--from", "a@b.example", "--to", "c@d.example")
        for words in (("mx", "203.0.113.9"), ("mx", "203.0.113.9", "--from", "a"), ("mx", "nowhere", *good),
                      ("mx", "203.0.113.9", *good, "--size", "1k"), ("mx", "203.0.113.9", *good, "--tls"),
                      ("other", "203.0.113.9", *good), ("mx", "203.0.113.9", *good, "--helo", "a\r\nRSET"),
                      ("mx", "203.0.113.9", *good, "--to", "a\n"), ("mx", "203.0.113.9", *good, "word"),
                      ("mx", "203.0.113.9", *good, *["--to", "a@b.example"] * 1000)):
            status, out, complaint = self.explain(*words)
            self.assertEqual((status, out), (EX_USAGE, ""), words)
            self.assertTrue(complaint.startswith("sluice explain: "), complaint)
        self.file.write_text("hostnam: x\n")
        status, out, complaint = self.explain("mx", "203.0.113.9", *good)
        self.assertEqual((status, out), (EX_CONFIG, ""))
        self.assertIn(f"{self.file}:1:1: 'hostnam' is unknown", complaint)

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_unreadable_files(self):
        (self.folder / "users").chmod(0)
        (self.folder / "list").chmod(0)
        words = ("--from", "a@b.example", "--to", "known@ours.example")
        status, out, _ = self.explain("mx", "203.0.113.9", *words)
        self.assertEqual(status, EX_OK)
        self.assertIn(f"may not be read: {self.folder}/list\n", out)
        self.assertEqual(self.explain("submission", "127.0.0.1", "--user", "ann@ours.example", *words)[0], EX_NOPERM)


class Dialogue:
    """A client that hears whole replies."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.lines = self.socket.makefile("rb")

    def hear(self):
        reply = []
        while not reply or reply[-1][3:4] == "-":
            reply.append(self.lines.readline().decode())
        return reply

    def say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.hear()


def lines(step):
    """The reply of a step, as it goes over the wire."""
    parts = step["text"].split("\n")
    enhanced = step["enhanced"] + " " if step["enhanced"] else ""
    return [f"{step['code']}{' ' if i + 1 == len(parts) else '-'}{enhanced}{part}\r\n" for i, part in enumerate(parts)]


class Live(Scenario):
    ENVELOPES = [
        ("<>", ["a@ours.test", "a@far.test"]),
        ("a@ours.test", ["a@ours.test", "x%far.test@ours.test", "<@a.test:b@ours.test>"]),
        ("a@far.test", ["<b@ours.test> NOTIFY=NEVER", "<b@ours.test> NOTIFY=NEVER,FAILURE", "postmaster"]),
        ("<a@far.test> SIZE=99999999999", ["a@ours.test"]),
        ("<a@far.test> BODY=8BITMIME RET=FULL", ["b@[127.0.0.1]", "<Postmaster>", "\"b c\"@ours.test"]),
        ("not an address", ["a@ours.test"]),
    ]

    def test_a_running_sluice_says_the_same(self):
        mx, internal = free_port(), free_port()
        sluice = self.sluice(
            free_port(), postmaster="boss@ours.test",
            listeners={"mx": {"for": "mx", "address": f"127.0.0.1:{mx}", "tls": "off"},
                       "internal": {"for": "internal", "address": f"127.0.0.1:{internal}"}},
            domains={"ours.test": {"via": "next", "recipients": "any"}},
            routes=[{"to": "far.test", "via": "next"}])
        sluice.start()
        told = 0
        for listener, port in (("mx", mx), ("internal", internal)):
            for sender, recipients in self.ENVELOPES:
                words = [word for recipient in recipients for word in ("--to", recipient)]
                status, out, complaint = run("explain", "-c", sluice.file, "--listener", listener, "--client",
                                             "127.0.0.1", "--json", "--from", sender, *words)
                self.assertEqual((status, complaint), (EX_OK, ""))
                client = Dialogue(port)
                with contextlib.closing(client.socket):
                    for step in json.loads(out)["steps"]:
                        heard = client.say(step["command"]) if step["command"] else client.hear()
                        self.assertEqual(heard, lines(step), (listener, sender, step["command"]))
                        told += 1
        self.assertGreater(told, 50)


if __name__ == "__main__":
    main()
