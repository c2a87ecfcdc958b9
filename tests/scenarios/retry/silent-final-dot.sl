# A next hop that takes the content and says nothing: ten minutes, then it is tried again.
use usual
server away { answer content silence times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 9m
expect queue { rcpt x@far.test leased }
advance 2m
expect queue { rcpt x@far.test waiting attempts 1 }
expect metric recipients_in_doubt_total 1
advance 5m
expect queue empty
expect away got 1
