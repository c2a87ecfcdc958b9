# RET=FULL gives the whole message back, RET=HDRS its header.
use usual
server away { answer RCPT "550 5.1.1 no such user" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test> RET=FULL ENVID=abc"; expect 250
	send "RCPT TO:<x@far.test> ORCPT=rfc822;old@far.test"; expect 250
	data "Subject: test\n\nThe words of the body\n"; expect 250
}
advance 5s
client c1 {
	send "MAIL FROM:<a@ours.test> RET=HDRS"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	data "Subject: test\n\nThe words of the body\n"; expect 250
}
advance 5s
expect home got 2
expect home message 1 { has "The words of the body"; has "Original-Envelope-Id: abc"; has "Original-Recipient: rfc822; old@far.test" }
expect home message 2 { lacks "The words of the body"; has "Subject: test" }
