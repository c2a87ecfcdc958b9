# The network is away for an hour.
use usual
client c1 to 192.0.2.25:2525 { hello }
link down 192.0.2.31
client c1 { message a@ours.test x@far.test }
advance 1h
expect queue { rcpt x@far.test waiting }
link up 192.0.2.31
advance 2h
expect queue empty
expect away got 1
