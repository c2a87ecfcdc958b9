# A next hop without extensions: one command after the other, without parameters.
use usual
server away { answer EHLO "502 what?"; answer HELO "250 old.test" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect away got 1
expect away message 1 { from "<a@ours.test>" }
