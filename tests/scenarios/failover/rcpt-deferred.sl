# RCPT refused for now: that recipient waits.
use failover
server away { answer RCPT for "b@*" "450 4.2.1 busy" times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test b@far.test }
advance 5s
expect queue { rcpt b@far.test waiting attempts 1 }
expect away message 1 { to "x@far.test" }
advance 1m
expect queue empty
expect away got 2
