# Logged in: a session like any other, but that it may send.
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN alice@ours.test "secret pass"; expect 235 "2.7.0"
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
	send "AUTH PLAIN"; expect 503 "5.5.1"
	send "FROBNICATE"; expect 500
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	send "HELO client.test"; expect 250
	send "EHLO client.test"; expect 250
	send "MAIL FROM:<alice@ours.test>"; expect 250
	send "RCPT TO:<x@elsewhere.test>"; expect 250
	data """
		From: alice@ours.test
		Subject: from a user

		Hello
	"""
	expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
expect away got 1
expect away message 1 { header Subject "from a user"; header Received "*with ESMTPSA*" }
