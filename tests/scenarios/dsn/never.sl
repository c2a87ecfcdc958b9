# NOTIFY=NEVER: no word, and nothing is held.
use usual
server away { answer RCPT "550 5.1.1 no such user" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test> NOTIFY=NEVER"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect home got 0
expect log bounced { report absent }
