# No way to the best host.
use failover
net 192.0.2.31:25 unreachable
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect spare got 1
