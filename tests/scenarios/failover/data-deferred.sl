# DATA refused for now.
use failover
server away { answer DATA "451 4.3.0 not now" times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue empty
expect away got 1
expect log deferred { reason ~ "*451 4.3.0 not now*" }
