# The power goes while a report and the outcome it reports are on their way to the disk: neither is there
# afterwards, the next hop is asked again, and there is exactly one report in the end.
use usual
server away { answer RCPT "550 5.1.1 no such user" after 3s }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
disk sync-time 5s
advance 4s
expect away rcpts 1
powercut lose-all
disk sync-time 0s
start
advance 10m
expect queue empty
expect away rcpts 2
expect log bounced 1
expect home got 1
expect home message 1 { has "Action: failed" }
