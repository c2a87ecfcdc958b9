# The best host does not answer: the next one after the time-out; and it is remembered, so that the second
# message does not wait for it.
use failover
net 192.0.2.31:25 black-hole
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 40s
expect spare got 1
client c1 { message a@ours.test x@far.test }
advance 3s
expect spare got 2
expect queue empty
