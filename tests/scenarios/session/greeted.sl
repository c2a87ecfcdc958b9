# Behind the greeting nothing is taken but a hello and what needs none (RFC 5321 section 4.1.4).
use secure
client c1 to 192.0.2.25:25 {
	expect 220 "relay.test ESMTP"
	send "MAIL FROM:<a@client.test>"; expect 503 "5.5.1"
	send "RCPT TO:<b@ours.test>"; expect 503 "5.5.1"
	send "DATA"; expect 503 "5.5.1"
	raw "BDAT 6 LAST\r\nQUIT\r\n"; expect 503 "5.5.1"
	send "RSET"; expect 250
	send "NOOP"; expect 250
	send "VRFY b"; expect 252
	send "EXPN b"; expect 502
	send "HELP"; expect 214
	send "AUTH PLAIN"; expect 503
	send "XCLIENT ADDR=198.51.100.9"; expect 550
	send "XFORWARD ADDR=198.51.100.9"; expect 550
	send "ETRN ours.test"; expect 502
	send "FROBNICATE"; expect 500 "5.5.2"
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	send "HELO client.test"; expect 250 "relay.test"
	close
}
client c2 to 192.0.2.25:25 { expect 220; send "EHLO client.test"; expect 250; close }
client c3 to 192.0.2.25:25 { expect 220; send "QUIT"; expect 221; expect end }
client c4 to 192.0.2.25:587 { expect 220; starttls relay.test; hello; close }
expect queue empty
