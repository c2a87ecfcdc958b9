# Greetings that are none: 421, 554.
use failover
server away { answer greeting "554 5.3.2 no service here" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect spare got 1
server away { forget; answer greeting "421 4.3.2 not now" close }
client c1 { wait 10s; message a@ours.test x@far.test }
advance 5s
expect spare got 2
expect away got 0
