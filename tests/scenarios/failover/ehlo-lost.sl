# A host that hangs up on EHLO.
use failover
server away { answer EHLO close }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect spare got 1
