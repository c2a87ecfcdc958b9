# Attempts, reasons and times survive a restart.
use usual
server away { answer MAIL "451 4.3.0 not now" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 30m
expect queue { rcpt x@far.test waiting attempts 4 }
powercut
start
expect queue { rcpt x@far.test waiting attempts 4 reason "*451 4.3.0 not now*" }
advance 1h
expect queue { rcpt x@far.test waiting attempts 5 }
