# A host that refuses EHLO and HELO.
use failover
server away { answer EHLO "502 5.5.1 what?"; answer HELO "550 5.7.1 not you" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect spare got 1
