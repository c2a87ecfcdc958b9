# What a next hop announces with LIMITS RCPTMAX is kept (RFC 9422).
use usual
server away { offer "PIPELINING" "LIMITS RCPTMAX=1" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test y@far.test }
advance 5s
expect away got 2
expect away message 1 { to "x@far.test" }
expect away message 2 { to "y@far.test" }
