# A line feed without carriage return: refused from strangers, repaired for our own (DESIGN section 8).
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHello\nthere\r\n.\r\n"; expect 550 "5.6.11"
	send "NOOP"; expect 250
	close
}
client c2 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHello\nthere\r\n.\r\n"; expect 250
	close
}
advance 5s
expect queue empty
expect home got 1
expect home message 1 { body "Hello\nthere\n" }
