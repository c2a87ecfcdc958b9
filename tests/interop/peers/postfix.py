"""Postfix: virtual mailboxes, STARTTLS, and AUTH by Cyrus SASL, which has every mechanism we speak."""
from harness import free_port
from peers import LOGIN, MAILBOXES, PASSWORD, Peer

MAIN = """
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
queue_directory = /var/spool/postfix
data_directory = /var/lib/postfix
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /usr/share/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.postfix.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtputf8_enable = yes
message_size_limit = 52428800
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = postfix.test
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_mailbox_base = /mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_transport = virtual
default_transport = smtp:[127.0.0.1]:{front}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_hard_error_limit = 100
smtpd_error_sleep_time = 0
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = postfix.test
smtpd_sasl_security_options = noanonymous
"""

MASTER = """
{port} inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes
{auth_port} inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes
 -o smtpd_client_restrictions=permit_sasl_authenticated,reject -o smtpd_delay_reject=yes
{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
{told_port} inet n - n - - smtpd -o smtpd_authorized_xclient_hosts=127.0.0.1
 -o smtpd_authorized_xforward_hosts=127.0.0.1
{proxy_port} inet n - n - - smtpd -o smtpd_upstream_proxy_protocol=haproxy
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256
"""

QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved", "trace")


class Postfix(Peer):
    name = "postfix"
    packages = ("postfix", "libsasl2-modules", "sasl2-bin")
    users = ("postfix", "postdrop", "vmail")
    domain = "postfix.test"
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256")
    utf8_mailbox = "jürgen"

    def __init__(self, lab):
        super().__init__(lab)
        self.port, self.auth_port, self.tls_port = free_port(), free_port(), free_port()
        self.told_port, self.proxy_port = free_port(), free_port()
        self.logs.append(self.state / "var/log/postfix.log")

    def ports(self):
        return [self.port, self.auth_port, self.tls_port, self.told_port, self.proxy_port]

    def configure(self):
        boxes = ", ".join(f"{{{b}@{self.domain} = {b}/}}" for b in (*MAILBOXES, self.utf8_mailbox))
        self.write("postfix/main.cf", MAIN.format(boxes=boxes, uid=self.uid("vmail"), front=self.lab.front,
                                                  certificate=self.lab.authority.certificate,
                                                  key=self.lab.authority.key))
        self.write("postfix/master.cf", MASTER.format(port=f"127.0.0.1:{self.port}",
                                                      auth_port=f"127.0.0.1:{self.auth_port}",
                                                      tls_port=f"127.0.0.1:{self.tls_port}",
                                                      told_port=f"127.0.0.1:{self.told_port}",
                                                      proxy_port=f"127.0.0.1:{self.proxy_port}"))
        self.write("postfix/sasl/smtpd.conf", SASL)
        self.folder("var/spool/postfix")
        for queue in QUEUES:
            self.folder(f"var/spool/postfix/{queue}", "postfix", 0o700)
        self.folder("var/spool/postfix/private", "postfix", 0o700)
        for name in ("public", "maildrop"):
            path = self.folder(f"var/spool/postfix/{name}", "postfix", 0o730)
            path.chmod(0o730)
        self.folder("var/spool/postfix/pid")
        self.folder("var/lib/postfix", "postfix", 0o700)
        self.write("sasldb2", "")
        self.call("saslpasswd2", "-p", "-c", "-f", "/var/lib/sasldb2", "-u", self.domain, LOGIN,
                  stdin=PASSWORD.encode())
        database = self.state / "var/lib/sasldb2"
        (self.state / "etc/sasldb2").write_bytes(database.read_bytes())
        (self.state / "etc/sasldb2").chmod(0o644)

    def command(self):
        return ["/usr/lib/postfix/sbin/master", "-d", "-c", "/etc/postfix"]
