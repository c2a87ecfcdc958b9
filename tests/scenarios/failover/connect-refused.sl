# Nobody listens at the best host: the next one gets it in the same attempt.
use failover
net 192.0.2.31:25 refuse
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect spare got 1
expect log delivered { attempt = 1 }
