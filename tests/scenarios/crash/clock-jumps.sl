# The wall clock jumps forward and back: nothing is lost, nothing is tried without end.
use usual
server away { answer MAIL "451 4.3.0 not now" times 2 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 10s
clock forward 1h
advance 2m
expect queue { rcpt x@far.test waiting attempts 2 }
clock back 2h
advance 10h
expect queue empty
expect away got 1
