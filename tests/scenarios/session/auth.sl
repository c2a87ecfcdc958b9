# Within a log-in every line is an answer, commands included (RFC 4954 section 4).
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	send "AUTH PLAIN"; expect 334; send "EHLO client.test"; expect 501
	send "AUTH PLAIN"; expect 334; send "HELO client.test"; expect 501
	send "AUTH PLAIN"; expect 334; send "MAIL FROM:<alice@ours.test>"; expect 501
	send "AUTH PLAIN"; expect 334; send "RCPT TO:<b@ours.test>"; expect 501
	send "AUTH PLAIN"; expect 334; send "DATA"; expect 501
	send "AUTH PLAIN"; expect 334; send "BDAT 0 LAST"; expect 501
	send "AUTH PLAIN"; expect 334; send "RSET"; expect 501
	send "AUTH PLAIN"; expect 334; send "NOOP"; expect 501
	send "AUTH PLAIN"; expect 334; send "VRFY b"; expect 501
	send "AUTH PLAIN"; expect 334; send "EXPN b"; expect 501
	send "AUTH PLAIN"; expect 334; send "HELP"; expect 501
	send "AUTH PLAIN"; expect 334; send "QUIT"; expect 501
	send "AUTH PLAIN"; expect 334; send "STARTTLS"; expect 501
	send "AUTH PLAIN"; expect 334; send "AUTH PLAIN"; expect 501
	send "AUTH PLAIN"; expect 334; send "XCLIENT ADDR=198.51.100.9"; expect 501
	send "AUTH PLAIN"; expect 334; send "XFORWARD ADDR=198.51.100.9"; expect 501
	send "AUTH PLAIN"; expect 334; send "ETRN ours.test"; expect 501
	send "AUTH PLAIN"; expect 334; send "*"; expect 501 "5.7.0"
	send "AUTH PLAIN"; expect 334; raw "NOOP\nNOOP\r\n"; expect 500; expect 500; send "*"; expect 501
	send "NOOP"; expect 250
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "QUIT"; expect 221; expect end
}
