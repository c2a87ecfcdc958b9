# A report and the outcome it reports are both there after a crash, or neither: exactly one report in the end.
use usual
server away { answer RCPT "550 5.1.1 no such user" }
server home { stop }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2s
powercut lose-all
server home { start }
start
advance 10m
expect queue empty
expect home got 1
expect home message 1 { has "Action: failed" }
