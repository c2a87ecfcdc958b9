# Delayed: one warning after four hours, if the sender did not forbid it.
use usual
server away { answer MAIL "451 4.3.0 not now" }
client c1 to 192.0.2.25:2525 {
	message a@ours.test x@far.test
	send "MAIL FROM:<b@ours.test>"; expect 250
	send "RCPT TO:<y@far.test> NOTIFY=FAILURE"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 12h
expect home got 1
expect home message 1 { to "a@ours.test"; has "Action: delayed"; has "Final-Recipient: rfc822; x@far.test" }
expect queue 2
expect log deferred { to = "x@far.test"; report ~ "delay*" }
