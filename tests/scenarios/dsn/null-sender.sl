# Mail with a null reverse-path cannot be returned: held, counted, and the postmaster is told.
use usual
server away { answer RCPT "550 5.1.1 no such user" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 1m
expect queue { rcpt x@far.test held undeliverable reason "*550 5.1.1*" }
expect metric recipients_undeliverable_total 1
expect home got 1
expect home message 1 { to "boss@ours.test"; has "may not be returned" }
