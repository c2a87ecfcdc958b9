# A client that sends MAIL, RCPT and DATA in one write is passed on in one write; a client that does not, is not.
use proxy
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect RCPT; expect DATA
		send "250 2.1.0 ok" "550 5.1.1 who is that" "250 2.1.5 ok" "354 go on"; content; send "250 2.0.0 taken"
		expect MAIL; expect RCPT; send "250 2.1.0 ok" "250 2.1.5 ok"; wait 1s
		expect DATA; send "354 go on"; content; send "250 2.0.0 taken too"
		expect QUIT; send "221 2.0.0 bye"
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>" "RCPT TO:<b@ours.test>" "DATA"
	expect 250; expect 550 "5.1.1 who is that"; expect 250; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 "2.0.0 taken"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 "2.0.0 taken too"
}
expect home connections 1
expect log proxied 2 { verdict = accepted }
expect no-log backend-lost
