#!/usr/bin/python3
"""SIGHUP: a good configuration comes into force under running sessions, a bad one changes nothing."""
import base64
import os
import signal
import socket
import time

from sluice_test import Load, Scenario, free_port, listening, main, run, wait_until


class Reload(Scenario):

    def start(self, workers=3, **sections):
        sink = self.sink()
        sluice = self.sluice(sink.port, workers, **sections)
        sluice.start()
        return sluice, sink

    def expect_unchanged(self, sluice, sink, *words):
        """A reload of what stands in the file is refused with these words, and mail flows as before."""
        sluice.reload(wait=False)
        sluice.wait_for_log(*words)
        sluice.wait_for_log("the running one stays")
        sluice.send("as before")
        sink.wait_for(["as before"])
        self.assertNotIn("is in force", sluice.log())

    def test_next_hop_and_limits_change_under_a_session(self):
        sluice, _ = self.start()
        with sluice.connect() as old:
            old.ehlo()
            self.assertEqual(old.esmtp_features["size"], str(50 << 20))
            other = self.sink()
            sluice.config["hops"]["next"]["hosts"] = [f"127.0.0.1:{other.port}"]
            sluice.config["limits"] = {"message-size": "1MiB"}
            sluice.reload()
            with sluice.connect() as new:
                new.ehlo()
                self.assertEqual(new.esmtp_features["size"], str(1 << 20))
            old.ehlo()
            self.assertEqual(old.esmtp_features["size"], str(50 << 20))  # to its end
            old.sendmail("me@near.test", ["you@far.test"], "Subject: old session\r\n\r\nx\r\n")
        sluice.send("new session")
        other.wait_for(["old session", "new session"])

    def test_waiting_mail_takes_the_new_way(self):
        sink = self.sink()
        sluice = self.sluice(free_port(), 2)
        sluice.start()
        for i in range(6):
            sluice.send(f"m{i}")
        sluice.wait_for_log("deferred")
        sluice.config["hops"]["next"]["hosts"] = [f"127.0.0.1:{sink.port}"]
        sluice.reload()
        sink.wait_for([f"m{i}" for i in range(6)])

    def test_listeners_come_and_go(self):
        sluice, sink = self.start()
        second = free_port()
        sluice.config["listeners"]["second"] = {"for": "internal", "address": f"127.0.0.1:{second}"}
        sluice.reload()
        for i in range(9):
            sluice.send(f"second{i}", port=second)
        with sluice.connect() as old:
            old.ehlo()
            del sluice.config["listeners"]["internal"]
            sluice.reload()
            wait_until(lambda: not listening(sluice.port), "the first listener to close")
            old.sendmail("me@near.test", ["you@far.test"], "Subject: on a closed listener\r\n\r\nx\r\n")
        # A name may move to another address, and an address to another name.
        sluice.config["listeners"] = {"renamed": {"for": "internal", "address": f"127.0.0.1:{second}"}}
        sluice.reload()
        sluice.send("renamed", port=second)
        sink.wait_for([f"second{i}" for i in range(9)] + ["on a closed listener", "renamed"])

    def test_nobody_is_reset_while_a_listener_closes(self):
        sluice, _ = self.start()
        second = free_port()
        sluice.config["listeners"]["second"] = {"for": "internal", "address": f"127.0.0.1:{second}"}
        sluice.reload()
        del sluice.config["listeners"]["second"]
        sluice.reload(wait=False)
        outcomes = set()
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", second), 10) as client:
                    client.settimeout(10)
                    outcomes.add(client.recv(200)[:3])
            except ConnectionRefusedError:
                break
        else:
            self.fail("the listener did not close")
        self.assertLessEqual(outcomes, {b"220", b"421"})

    def test_users_and_certificates_are_read_again(self):
        sink = self.sink()
        sluice = self.sluice(sink.port, 3)
        users = sluice.folder / "users"
        self.assertEqual(run("user", "add", "--file", users, "anna@near.test", text="one\n")[0], 0)
        submission = free_port()
        sluice.config["users"] = [{"file": "users"}]
        sluice.config["listeners"]["submission"] = {"for": "submission", "address": f"127.0.0.1:{submission}",
                                                    "tls": "off"}
        sluice.start()

        def can_log_in(name, password):
            with sluice.connect(submission) as smtp:
                smtp.ehlo()
                words = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
                return smtp.docmd("AUTH", "PLAIN " + words)[0] == 235
        self.assertTrue(can_log_in("anna@near.test", "one"))
        self.assertEqual(run("user", "remove", "--file", users, "anna@near.test")[0], 0)
        self.assertEqual(run("user", "add", "--file", users, "bert@near.test", text="two\n")[0], 0)
        sluice.reload()
        for _ in range(6):  # at whichever worker
            self.assertTrue(can_log_in("bert@near.test", "two"))
        self.assertFalse(can_log_in("anna@near.test", "one"))

    def test_mistakes_change_nothing(self):
        sluice, sink = self.start()
        sluice.config["limits"] = {"sizzle": 1}
        self.expect_unchanged(sluice, sink, "sluice.yaml:", "sizzle")

    def test_missing_certificate_changes_nothing(self):
        sluice, sink = self.start()
        sluice.config["tls"] = [{"certificate": "no.pem", "key-file": "no.key"}]
        self.expect_unchanged(sluice, sink, "no.pem", "sluice.yaml:")

    def test_busy_port_changes_nothing(self):
        sluice, sink = self.start()
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            free = free_port()
            sluice.config["listeners"]["free"] = {"for": "internal", "address": f"127.0.0.1:{free}"}
            sluice.config["listeners"]["taken"] = {"for": "internal", "address": f"127.0.0.1:{port}"}
            self.expect_unchanged(sluice, sink, f"listener 'taken' cannot listen on 127.0.0.1:{port}", "sluice.yaml:")
            self.assertFalse(listening(free))

    def test_what_needs_a_start_is_named(self):
        sluice, sink = self.start()
        sluice.config["spool"] = {"path": "elsewhere"}
        sluice.reload()
        sluice.wait_for_log("change only when the program starts anew", "spool.path")
        os.kill(sluice.workers()[1], signal.SIGKILL)
        wait_until(lambda: len(sluice.workers()) == 3, "the worker")
        sluice.send("still the old spool")
        sink.wait_for(["still the old spool"])
        self.assertFalse((sluice.folder / "elsewhere").exists())

    def test_again_and_again_under_load(self):
        sluice, sink = self.start()
        loads = [Load(sluice) for _ in range(3)]
        for load in loads:
            load.start()
        for i in range(5):
            sluice.config["limits"] = {"message-size": f"{i + 1}MiB"}
            sluice.reload()
        accepted = [subject for load in loads for subject in load.finish()]
        self.assertGreater(len(accepted), 10)
        arrived = sink.wait_for(accepted)
        self.assertEqual(len(arrived), len(set(arrived)))


if __name__ == "__main__":
    main()
