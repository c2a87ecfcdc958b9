# MAIL refused for now: the message waits; another host is not asked in the same attempt.
use failover
server away { answer MAIL "451 4.3.0 not now" times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue { rcpt x@far.test waiting attempts 1 reason "*451 4.3.0 not now*" }
advance 1m
expect queue empty
expect away got 1
