# Behind the handshake nothing is known of the client: it says hello again (RFC 3207 section 4.2).
use secure
client c1 to 192.0.2.25:25 {
	hello
	starttls relay.test
	send "MAIL FROM:<a@client.test>"; expect 503
	send "RCPT TO:<b@ours.test>"; expect 503
	send "DATA"; expect 503
	raw "BDAT 6 LAST\r\nQUIT\r\n"; expect 503
	send "RSET"; expect 250
	send "NOOP"; expect 250
	send "VRFY b"; expect 252
	send "EXPN b"; expect 502
	send "HELP"; expect 214
	send "AUTH PLAIN"; expect 503
	send "XCLIENT ADDR=198.51.100.9"; expect 550
	send "XFORWARD ADDR=198.51.100.9"; expect 550
	send "ETRN ours.test"; expect 502
	send "STARTTLS"; expect 503 "5.5.1 TLS is on already"
	send "FROBNICATE"; expect 500
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	send "HELO client.test"; expect 250
	close
}
client c2 to 192.0.2.25:25 { hello; starttls; send "EHLO client.test"; expect 250 lacks "STARTTLS"; close }
client c3 to 192.0.2.25:25 { hello; starttls; send "QUIT"; expect 221; expect end }
expect queue empty
