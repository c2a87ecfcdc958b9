# tls: verify, and the certificate has expired.
use failover-tls
server away { tls one.away.test expired }
server spare { tls two.away.test expired }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue { rcpt x@far.test waiting }
expect log deferred { status = "4.7.5"; reason ~ "*expired*" }
