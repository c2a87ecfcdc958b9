# Between chunks: more of them, RSET, or QUIT (RFC 3030 section 2).
use secure
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 14\r\nSubject: x\r\n\r\n"; expect 250
	send "MAIL FROM:<z@client.test>"; expect 503
	send "RCPT TO:<c@ours.test>"; expect 503
	send "DATA"; expect 503
	send "NOOP"; expect 250
	send "VRFY b"; expect 503
	send "EXPN b"; expect 503
	send "HELP"; expect 503
	send "AUTH PLAIN"; expect 503
	send "XCLIENT ADDR=198.51.100.9"; expect 503
	send "XFORWARD ADDR=198.51.100.9"; expect 503
	send "ETRN ours.test"; expect 502
	send "STARTTLS"; expect 503
	send "FROBNICATE"; expect 500
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	raw "BDAT 7\r\nHello\r\n"; expect 250
	send "BDAT 0 LAST"; expect 250 "2.0.0 Queued"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 5\r\nHello"; expect 250
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 5\r\nHello"; expect 250
	send "HELO client.test"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 5\r\nHello"; expect 250
	send "EHLO client.test"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 5\r\nHello"; expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
expect home got 1
expect home message 1 { body "Hello\n" }
