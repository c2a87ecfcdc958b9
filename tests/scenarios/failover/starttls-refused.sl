# A host that refuses STARTTLS, where TLS is a must: the next one.
use failover-tls
server away { answer STARTTLS "454 4.7.0 not now" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect away got 0
expect spare got 1
expect spare message 1 { tls }
