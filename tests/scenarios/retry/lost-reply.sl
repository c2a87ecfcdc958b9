# The connection is lost behind the final dot: nobody knows, so it is tried again, and counted.
use usual
server away { answer content close times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 10s
expect queue { rcpt x@far.test waiting attempts 1 }
expect metric recipients_in_doubt_total 1
expect home got 0
advance 1m
expect queue empty
expect away got 1
