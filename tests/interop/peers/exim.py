"""Exim (daemon-light): Maildir, STARTTLS, its own authenticators, and an answer for each recipient (PRDR)."""
from harness import free_port
from peers import LOGIN, MAILBOXES, PASSWORD, Peer

CONFIG = """
primary_hostname = mail.exim.test
domainlist local_domains = exim.test
log_file_path = /var/log/exim/%slog
log_selector = +all
spool_directory = /var/spool/exim
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {auth_port} : {tls_port}
tls_on_connect_ports = {tls_port}
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
smtp_accept_max = 200
smtp_accept_max_per_connection = 10000
smtp_accept_queue_per_connection = 0
message_size_limit = 50M
smtputf8_advertise_hosts = *
exim_user = exim
exim_group = exim
never_users =
host_lookup =
rfc1413_hosts =
auth_advertise_hosts = *
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
prdr_enable = true
acl_smtp_data_prdr = check_each
chunking_advertise_hosts = *
queue_only = false

begin acl
check_rcpt:
  deny    message = log in first
          condition = ${{if eq{{$received_port}}{{{auth_port}}}}}
          !authenticated = *
  accept  authenticated = *
  require domains = +local_domains
  deny    message = no such mailbox here
          !local_parts = {boxes}
  accept

check_each:
  deny    message = not what bela reads
          local_parts = bela
          condition = ${{if match{{$h_X-Wanted-By:}}{{bela}}{{no}}{{yes}}}}
          condition = ${{if def:h_X-Wanted-By:}}
  accept

begin routers
away:
  driver = manualroute
  domains = ! +local_domains
  route_list = * 127.0.0.1
  self = send
  transport = front
boxes:
  driver = accept
  domains = +local_domains
  local_parts = {boxes}
  transport = maildir

begin transports
front:
  driver = smtp
  port = {front}
  hosts_try_prdr = *
maildir:
  driver = appendfile
  directory = /mail/$local_part_data
  maildir_format
  create_directory
  user = exim
  group = exim
  delivery_date_add
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{login}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{login}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{login}}}{{{password}}}fail}}
  server_set_id = $auth1
"""


class Exim(Peer):
    name = "exim"
    packages = ("exim4-daemon-light",)
    users = ("exim", "Debian-exim")
    domain = "exim.test"
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")
    utf8_mailbox = "jürgen"

    def __init__(self, lab):
        super().__init__(lab)
        self.port, self.auth_port, self.tls_port = free_port(), free_port(), free_port()
        self.logs += [self.state / "var/log/exim/mainlog", self.state / "var/log/exim/paniclog"]

    def ports(self):
        return [self.port, self.auth_port, self.tls_port]

    def configure(self):
        text = CONFIG.format(port=self.port, front=self.lab.front, auth_port=self.auth_port, tls_port=self.tls_port, login=LOGIN,
                             password=PASSWORD, boxes=" : ".join((*MAILBOXES, self.utf8_mailbox)),
                             certificate=self.lab.authority.certificate, key=self.lab.authority.key)
        self.write("exim4/exim4.conf", text)
        for name in ("var/spool/exim", "var/log/exim"):
            self.folder(name, "exim")

    def command(self):
        return ["/usr/sbin/exim4", "-bdf", "-q10m", "-oP", "/var/spool/exim/pid"]
