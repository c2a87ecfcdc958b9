# A host that closes with 421 in the middle: the rest waits for the next attempt.
use failover
server away { answer RCPT "421 4.3.2 shutting down" close times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue empty
expect away got 1
