# Towards a next hop: TLS where it is offered, whatever the certificate.
use out-tls
server away { tls away.test untrusted }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect away message 1 { tls }
