# A host that does not offer STARTTLS.
use failover-tls
server away { answer EHLO "250-hop\n250 SIZE" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect away got 0
expect spare got 1
expect spare message 1 { tls }
