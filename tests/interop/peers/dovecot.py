"""Dovecot: LMTP over TCP, with STARTTLS; it is told by XCLIENT who the client is."""
from harness import free_port
from peers import MAILBOXES, Peer

CONFIG = """
protocols = lmtp
base_dir = /run/dovecot
state_dir = /var/lib/dovecot
log_path = /var/log/dovecot.log
mail_location = maildir:/mail/%n
first_valid_uid = 1
default_internal_user = dovecot
default_internal_group = dovecot
default_login_user = dovenull
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =
auth_mechanisms = plain
auth_username_format = %n
hostname = mail.dovecot.test
postmaster_address = postmaster@dovecot.test
login_trusted_networks = 127.0.0.0/8
passdb {{
  driver = passwd-file
  args = /etc/dovecot/users
}}
userdb {{
  driver = passwd-file
  args = /etc/dovecot/users
}}
service lmtp {{
  client_limit = 1
  process_limit = 30
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
protocol lmtp {{
  mail_plugins =
}}
"""


class Dovecot(Peer):
    name = "dovecot"
    packages = ("dovecot-core", "dovecot-lmtpd")
    users = ("dovecot", "dovenull", "vmail")
    domain = "dovecot.test"

    def __init__(self, lab):
        super().__init__(lab)
        self.port = free_port()
        self.logs.append(self.state / "var/log/dovecot.log")

    def configure(self):
        uid = self.uid("vmail")
        self.write("dovecot/dovecot.conf", CONFIG.format(port=self.port, certificate=self.lab.authority.certificate,
                                                         key=self.lab.authority.key))
        self.write("dovecot/users", "".join(f"{box}:{{PLAIN}}x:{uid}:{uid}::/tmp::\n" for box in MAILBOXES))
        self.folder("run/dovecot")
        self.folder("var/lib/dovecot")

    def command(self):
        return ["/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot/dovecot.conf"]
