# No host works: deferred with the last reason.
use failover
net 192.0.2.31:25 refuse
server spare { answer greeting "421 4.3.2 not now" close }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue { rcpt x@far.test waiting attempts 1 reason "*421 4.3.2 not now*" }
