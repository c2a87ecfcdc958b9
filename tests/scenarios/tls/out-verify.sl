# tls: verify, and the certificate is for another name: the mail waits; a new certificate helps.
use failover-tls
server away { tls other.test }
server spare { tls other.test }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue { rcpt x@far.test waiting }
expect log deferred { status = "4.7.5" }
expect log alarm
expect no-log bounced
server away { tls one.away.test }
advance 20m
expect queue empty
expect away message 1 { tls }
