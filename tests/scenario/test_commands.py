#!/usr/bin/python3
"""`sluice user` and `sluice config`: what they do, what they refuse, and that each answers --help."""
import json
import os
import pty
import select
import stat
import subprocess
import unittest

from sluice_test import BINARY, Scenario, main, run

EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_NOUSER, EX_UNAVAILABLE, EX_CONFIG = 0, 64, 65, 66, 67, 69, 78
EX_CANTCREAT = 73


class Help(unittest.TestCase):
    COMMANDS = {
        "config": ["check", "show", "explain", "sample", "schema", "manual"],
        "user": ["add", "list", "remove", "disable", "enable"],
        "queue": ["summary", "list", "show", "cat", "hold", "release", "retry", "remove"],
        "spool": ["verify", "dump"],
    }

    def test_every_command_explains_itself(self):
        for command, parts in self.COMMANDS.items():
            status, all_parts, complaint = run(command, "--help")
            self.assertEqual((status, complaint), (EX_OK, ""))
            for part in parts:
                self.assertIn(f"  {part} ", all_parts)
                status, out, complaint = run(command, part, "--help")
                self.assertEqual((status, complaint), (EX_OK, ""))
                self.assertTrue(out.startswith(f"usage: sluice {command} {part}"), out)
        for command in ("serve", "sink", "status", "explain"):
            status, out, complaint = run(command, "--help")
            self.assertEqual((status, complaint), (EX_OK, ""))
            self.assertTrue(out.startswith(f"usage: sluice {command}"), out)

    def test_unknown_words(self):
        for words in (["dance"], ["queue"], ["queue", "dance"], ["user"], ["config", "frobnicate"], ["spool", "x"],
                      ["config", "check", "--what"], ["config", "check", "word"], ["config", "explain"],
                      ["queue", "list", "--older"], ["user", "list"], ["status", "word"],
                      ["explain"], ["explain", "--listener", "x", "--client", "192.0.2.1", "--from", "a@b.test"], []):
            status, out, complaint = run(*words)
            self.assertEqual((status, out), (EX_USAGE, ""), words)
            self.assertTrue(complaint, words)


class User(Scenario):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "users"

    def user(self, verb, *words, text=""):
        return run("user", verb, "--file", self.file, *words, text=text)

    def add(self, *words, text="secret\n"):
        status, _, complaint = self.user("add", *words, text=text)
        self.assertEqual(status, EX_OK, complaint)
        return complaint

    def names(self):
        status, out, complaint = self.user("list")
        self.assertEqual(status, EX_OK, complaint)
        return [tuple(line.split("\t")[:2]) for line in out.splitlines()]

    def test_life_of_a_user(self):
        self.file.write_text("# kept by hand\n")
        self.add("me@near.test")
        self.add("you@near.test", "--senders", "*@near.test", text="other secret\r\n")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.names(), [("me@near.test", "enabled"), ("you@near.test", "enabled")])
        first = self.file.read_text()
        self.assertNotIn("secret", first)
        self.assertTrue(first.startswith("# kept by hand\n"))
        self.add("me@near.test", text="new")  # no line end: the line ends with the input
        self.assertNotEqual(first.splitlines()[1], self.file.read_text().splitlines()[1])
        self.assertEqual(first.splitlines()[2], self.file.read_text().splitlines()[2])
        self.assertEqual(self.user("disable", "me@near.test")[0], EX_OK)
        self.assertEqual(self.names()[0], ("me@near.test", "disabled"))
        self.assertEqual(self.user("enable", "me@near.test")[0], EX_OK)
        self.assertEqual(self.names()[0], ("me@near.test", "enabled"))
        self.assertEqual(self.user("remove", "me@near.test")[0], EX_OK)
        self.assertEqual(self.names(), [("you@near.test", "enabled")])
        self.assertEqual(sorted(os.listdir(self.folder)), ["users"])

    def test_refusals(self):
        self.add("me@near.test")
        before = self.file.read_text()
        for words, text, status, said in (
                (["remove", "nobody"], "", EX_NOUSER, "there is no user 'nobody'"),
                (["disable", "nobody"], "", EX_NOUSER, "there is no user 'nobody'"),
                (["add", "x"], "", EX_NOINPUT, "a password was expected"),
                (["add", "x"], "\n", EX_DATAERR, "the password is empty"),
                (["add", "with space"], "x\n", EX_DATAERR, "no spaces"),
                (["add", "x:y"], "x\n", EX_DATAERR, "colons")):
            got, _, complaint = self.user(*words, text=text)
            self.assertEqual(got, status, (words, complaint))
            self.assertIn(said, complaint)
            self.assertEqual(len(complaint.splitlines()), 1)
        self.assertEqual(self.file.read_text(), before)

    def test_a_file_that_is_none(self):
        self.assertEqual(run("user", "list", "--file", self.folder / "none")[0], EX_NOINPUT)
        self.file.write_text("me@near.test\n")
        status, _, complaint = self.user("list")
        self.assertEqual(status, EX_CONFIG)
        self.assertIn(f"{self.file}:1:", complaint)
        self.assertEqual(run("user", "add", "--file", self.folder / "no" / "such", "me@x.test", text="x\n")[0],
                         EX_CANTCREAT)

    def test_a_name_that_may_not_send(self):
        self.assertIn("may send nothing", self.add("robot"))
        self.assertEqual(self.add("robot2", "--senders", "robot@near.test"), "")

    def test_nothing_is_echoed(self):
        master, slave = pty.openpty()
        child = subprocess.Popen([BINARY, "user", "add", "--file", self.file, "me@near.test"], stdin=slave,
                                 stdout=slave, stderr=slave)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.addCleanup(os.close, master)
        os.close(slave)
        shown = b""
        for prompt in (b"Password: ", b"The same again: "):
            while not shown.endswith(prompt):
                self.assertTrue(select.select([master], [], [], 30)[0], shown)
                shown += os.read(master, 1000)
            os.write(master, b"hidden secret\n")
        self.assertEqual(child.wait(30), EX_OK)
        self.assertNotIn(b"hidden", shown)
        self.assertEqual(self.names(), [("me@near.test", "enabled")])


class Config(Scenario):
    def write(self, text):
        file = self.folder / "sluice.yaml"
        file.write_text(text)
        return file

    def test_sample_is_good_and_shown(self):
        status, sample, _ = run("config", "sample")
        self.assertEqual(status, EX_OK)
        file = self.write("hostname: relay.test\n" + sample)
        status, out, complaint = run("config", "check", "-c", file)
        self.assertEqual(status, EX_OK, complaint)
        self.assertIn("the configuration is good", out)
        status, shown, _ = run("config", "show", "-c", file)
        self.assertEqual(status, EX_OK)
        self.assertIn("hostname: relay.test", shown)
        status, _, complaint = run("config", "check", "-c", self.write(shown))
        self.assertEqual(status, EX_OK, complaint)

    def test_problems_have_places(self):
        file = self.write("hostname: relay.test\nlimits: { hopz: 3 }\nretry: { keep: soon }\n")
        for verb in ("check", "show"):
            status, out, complaint = run("config", verb, "-c", file)
            self.assertEqual((status, out), (EX_CONFIG, ""))
            self.assertIn(f"{file}:2:11: 'hopz' is unknown", complaint)
            self.assertIn(f"{file}:3:", complaint)
        self.assertEqual(run("config", "check", "-c", self.folder / "none")[0], EX_CONFIG)

    def test_named_files_are_checked(self):
        (self.folder / "users").write_text("not a user\n")
        file = self.write("hostname: relay.test\nusers: [ { file: users } ]\nroutes: [ { via: mx } ]\n")
        status, _, complaint = run("config", "check", "-c", file)
        self.assertEqual(status, EX_CONFIG)
        self.assertIn("users:1:", complaint)

    def test_explains(self):
        status, out, _ = run("config", "explain", "limits.hops")
        self.assertEqual(status, EX_OK)
        self.assertIn("default: 100", out)
        status, _, complaint = run("config", "explain", "limits.jumps")
        self.assertEqual(status, EX_USAGE)
        self.assertIn("there is no option 'limits.jumps'", complaint)

    def test_derived(self):
        status, schema, _ = run("config", "schema")
        self.assertEqual(status, EX_OK)
        self.assertIn("hops", json.loads(schema)["properties"])
        status, manual, _ = run("config", "manual")
        self.assertEqual(status, EX_OK)
        self.assertIn(".TH SLUICE.YAML 5", manual)


if __name__ == "__main__":
    main()
