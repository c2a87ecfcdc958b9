#!/usr/bin/python3
"""What goes wrong in the environment: one clear sentence each, nothing lost, nothing bounced that should wait."""
import os
import signal
import socket
import threading
import unittest

from sluice_test import Scenario, free_port, main, run, wait_until

EX_UNAVAILABLE, EX_NOUSER, EX_CANTCREAT, EX_TEMPFAIL, EX_NOPERM, EX_CONFIG = 69, 67, 73, 75, 77, 78
ROOT = os.geteuid() == 0


class NoStart(Scenario):
    """It does not start, and says why."""

    def expect(self, sluice, status, *words):
        got, said = sluice.refused_start()
        self.assertEqual(got, status, said)
        lines = [line for line in said.splitlines() if all(word in line for word in words)]
        self.assertEqual(len(lines), 1, said)
        self.assertNotIn("started workers=", said)

    def test_busy_port(self):
        sluice = self.sluice(free_port(), 3)
        with socket.create_server(("127.0.0.1", sluice.port)):
            self.expect(sluice, EX_UNAVAILABLE, "sluice.yaml:", "listener 'internal' cannot listen on",
                        f"127.0.0.1:{sluice.port}: another program has this port")

    def test_address_of_another_machine(self):
        sluice = self.sluice(free_port())
        sluice.config["listeners"]["internal"] = {"for": "internal", "address": f"192.0.2.1:{sluice.port}",
                                                  "networks": ["192.0.2.0/24"]}
        self.expect(sluice, EX_UNAVAILABLE, "no interface of this machine has this address")

    def test_spool_without_a_folder_above(self):
        sluice = self.sluice(free_port())
        sluice.config["spool"]["path"] = "no/such/spool"
        self.expect(sluice, EX_CANTCREAT, "no/such/spool", "the folder above it does not exist")

    def test_spool_that_is_a_file(self):
        sluice = self.sluice(free_port())
        (sluice.folder / "spool").write_text("not a folder")
        self.expect(sluice, EX_CANTCREAT, "the spool folder", "cannot be opened")

    @unittest.skipUnless(ROOT, "only root has other users' folders")
    def test_spool_of_another_user(self):
        sluice = self.sluice(free_port())
        (sluice.folder / "spool").mkdir()
        (sluice.folder / "spool" / "0").mkdir()
        self.expect(sluice, EX_NOPERM, "does not belong to", "chown -R")

    def test_partition_that_cannot_be_made(self):
        sluice = self.sluice(free_port(), 2)
        spool = sluice.folder / "spool"
        spool.mkdir()
        (spool / "1").write_text("in the way")
        if ROOT:
            for path in (spool, spool / "1"):
                os.chown(path, 65534, 65534)
        self.expect(sluice, EX_CANTCREAT, "the spool cannot be opened", "spool/1")

    def test_spool_in_use(self):
        first = self.sluice(free_port())
        first.start()
        second = self.sluice(free_port())
        second.config["spool"]["path"] = str(first.folder / "spool")
        self.expect(second, EX_TEMPFAIL, "another process has this part of the spool open")
        first.send("undisturbed")
        first.wait_for_log("deferred")

    def test_missing_certificate(self):
        sluice = self.sluice(free_port(), tls=[{"certificate": "no.pem", "key-file": "no.key"}])
        got, said = sluice.refused_start()
        self.assertEqual(got, EX_CONFIG)
        self.assertRegex(said, r"sluice\.yaml:\d+:\d+: .*no\.pem")

    def test_certificate_that_is_none(self):
        sluice = self.sluice(free_port(), tls=[{"certificate": "bad.pem", "key-file": "bad.key"}])
        for name in ("bad.pem", "bad.key"):
            (sluice.folder / name).write_text("nothing of the sort\n")
        got, said = sluice.refused_start()
        self.assertEqual((got, said.count("\n")), (EX_CONFIG, 1), said)

    def test_users_that_cannot_be_read(self):
        sluice = self.sluice(free_port(), users=[{"file": "users"}])
        (sluice.folder / "users").write_text("anna\n")
        self.expect(sluice, EX_CONFIG, "users:1")

    @unittest.skipUnless(ROOT, "without root nobody changes users")
    def test_unknown_user(self):
        sluice = self.sluice(free_port(), user="no-such-user")
        self.expect(sluice, EX_NOUSER, "the user 'no-such-user', as which the workers shall run, does not exist")


class Waits(Scenario):
    """Mail waits, and nobody gets a DSN."""

    def expect_deferred(self, sluice, *words):
        sluice.send("patience")
        sluice.wait_for_log("deferred", *words)
        self.assertIn("you@far.test", sluice.queue("list"))
        self.assertNotIn(" bounced ", sluice.log())

    def test_dead_next_hop(self):
        port = free_port()
        sluice = self.sluice(port, 2)
        sluice.start()
        self.expect_deferred(sluice, "connection refused")
        sink = self.sink(port)
        sink.wait_for(["patience"])

    def test_dead_dns(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:  # asked, never answers
            silent.bind(("127.0.0.1", 0))
            sluice = self.sluice(free_port(), dns={"servers": f"127.0.0.1@{silent.getsockname()[1]}"},
                                 routes=[{"via": "mx"}])
            sluice.start()
            self.expect_deferred(sluice, "far.test")

    def test_wrong_password_upstream(self):
        sink = self.sink()
        upstream = self.sluice(sink.port)
        port = free_port()
        self.assertEqual(run("user", "add", "--file", upstream.folder / "users", "me", text="right\n")[0], 0)
        upstream.config["users"] = [{"file": "users"}]
        upstream.config["listeners"] = {"in": {"for": "submission", "address": f"127.0.0.1:{port}", "tls": "off"}}
        upstream.start()
        sluice = self.sluice(port)
        (sluice.folder / "secret").write_text("wrong\n")
        sluice.config["hops"]["next"]["login"] = {"user": "me", "password-file": "secret"}
        sluice.start()
        self.expect_deferred(sluice, "535")
        self.assertNotIn("wrong\n", sluice.log())

    def test_server_that_says_nothing_more(self):
        hop = socket.create_server(("127.0.0.1", 0))

        def hang_up():
            while True:
                try:
                    hop.accept()[0].close()
                except OSError:
                    return
        threading.Thread(target=hang_up, daemon=True).start()
        sluice = self.sluice(hop.getsockname()[1])
        sluice.start()
        self.expect_deferred(sluice)
        hop.close()


class Recovery(Scenario):

    def test_deferred_mail_survives_kill_of_all(self):
        sink = self.sink()
        sink.stop()
        sluice = self.sluice(sink.port, 3)
        sluice.start()
        subjects = [f"m{i}" for i in range(9)]
        for subject in subjects:
            sluice.send(subject)
        sluice.kill()
        sink.start()
        sluice.start()
        arrived = sink.wait_for(subjects)
        self.assertEqual(sorted(arrived), subjects)

    def test_control_process_starts_again(self):
        sluice = self.sluice(free_port(), 2)
        sluice.start()
        sluice.send("seen")
        workers = set(sluice.workers().values())
        control = [pid for pid in sluice.children() if pid not in workers]
        self.assertEqual(len(control), 1)
        os.kill(control[0], signal.SIGKILL)
        wait_until(lambda: len(sluice.children()) == 3, "another control process")
        wait_until(lambda: run("queue", "list", "-c", sluice.file)[0] == 0, "an answer")
        self.assertIn("you@far.test", sluice.queue("list"))


if __name__ == "__main__":
    main()
