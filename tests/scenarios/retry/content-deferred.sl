# Refused for now behind the content: everybody waits.
use usual
server away { answer content "452 4.2.2 full" times 1 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test y@far.test }
advance 5s
expect queue { rcpt x@far.test waiting attempts 1 reason "*452 4.2.2 full*"; rcpt y@far.test waiting attempts 1 }
advance 1m
expect queue empty
expect away got 1
