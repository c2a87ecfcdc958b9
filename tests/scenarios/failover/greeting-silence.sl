# A host that accepts and says nothing: five minutes, then the next.
use failover
server away { answer greeting silence }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 4m
expect spare got 0
advance 2m
expect spare got 1
