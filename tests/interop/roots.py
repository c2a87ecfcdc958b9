"""A root of Debian packages with state of its own, and commands run inside it."""
import shutil

from harness import HERE, PEERS, must_run


class Root:
    """Packages unpacked below build/peers/NAME, and a state folder bound over them while a command runs inside."""

    name = ""
    packages = ()
    users = ()         # accounts beside root and nobody; group of the same name

    FIRST_UID = 20000  # on the outer file system too: far from any real account

    def __init__(self, lab):
        self.lab = lab
        self.root = PEERS / self.name
        self.state = lab.folder / self.name
        for folder in ("etc", "var/spool", "var/lib", "var/log", "var/mail", "run", "tmp", "mail"):
            (self.state / folder).mkdir(parents=True)
        (self.state / "tmp").chmod(0o1777)
        (self.state / "mail").chmod(0o777)
        self._write_accounts()

    def enter(self, *command):
        """The command line that runs a command inside."""
        return [HERE / "enter", self.root, self.state, self.lab.folder, *command]

    def call(self, *command, stdin=b""):
        return must_run(self.enter(*command), stdin)

    def write(self, name, text, mode=0o644, owner=None):
        """Write a file below the state's /etc; returns its path inside."""
        path = self.state / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        if owner:
            shutil.chown(path, self.uid(owner), self.uid(owner))
        return f"/etc/{name}"

    def folder(self, name, owner="root", mode=0o755):
        path = self.state / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        shutil.chown(path, self.uid(owner), self.uid(owner))
        return path

    def uid(self, name):
        return 0 if name == "root" else self.FIRST_UID + self.users.index(name)

    def _write_accounts(self):
        passwd = ["root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/nonexistent:/bin/false"]
        group = ["root:x:0:", "nogroup:x:65534:", "mail:x:8:"]
        for user in self.users:
            passwd.append(f"{user}:x:{self.uid(user)}:{self.uid(user)}::/tmp:/bin/false")
            group.append(f"{user}:x:{self.uid(user)}:")
        self.write("passwd", "\n".join(passwd) + "\n")
        self.write("group", "\n".join(group) + "\n")
        self.write("hosts", "127.0.0.1 localhost\n::1 localhost\n")
        self.write("resolv.conf", "nameserver 127.0.0.1\n")
        self.write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
