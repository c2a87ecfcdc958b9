# Refused for good at MAIL.
use usual
server away { answer MAIL "550 5.7.1 not from you" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 10s
expect queue empty
expect home message 1 { has "Status: 5.7.1"; has "550 5.7.1 not from you" }
