# A dead host is left alone for a minute, then asked again.
use failover
net 192.0.2.31:25 refuse
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 10s
net 192.0.2.31:25 normal
client c1 { message a@ours.test x@far.test }
advance 10s
expect spare got 2
advance 1m
client c1 { message a@ours.test x@far.test }
advance 5s
expect spare got 2
expect away got 1
