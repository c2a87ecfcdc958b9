# A next hop that comes back gets the mail at the next attempt, and all that waits for it.
use usual
server away { stop }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test; message a@ours.test y@far.test }
advance 10s
expect queue 2
expect queue { rcpt x@far.test waiting attempts 1 reason "connect to *refused*" }
server away { start }
advance 1m
expect queue empty
expect away got 2
