# Under TLS, on a submission listener, before the log-in.
use secure
client c1 to 192.0.2.25:587 {
	hello
	starttls relay.test
	send "EHLO client.test"; expect 250 has "AUTH" has "PLAIN" has "SCRAM-SHA-256" lacks "STARTTLS"
	send "MAIL FROM:<alice@ours.test>"; expect 530 "5.7.0"
	send "RCPT TO:<b@ours.test>"; expect 503
	send "DATA"; expect 503
	raw "BDAT 6 LAST\r\nQUIT\r\n"; expect 503
	send "RSET"; expect 250
	send "NOOP"; expect 250
	send "VRFY b"; expect 252
	send "EXPN b"; expect 502
	send "HELP"; expect 214
	send "XCLIENT ADDR=198.51.100.9"; expect 550
	send "XFORWARD ADDR=198.51.100.9"; expect 550
	send "ETRN ours.test"; expect 502
	send "STARTTLS"; expect 503
	send "FROBNICATE"; expect 500
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	send "AUTH NONESUCH"; expect 504
	send "HELO client.test"; expect 250
	send "EHLO client.test"; expect 250
	send "QUIT"; expect 221; expect end
}
expect queue empty
