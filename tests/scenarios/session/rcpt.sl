# Behind RCPT: more of them, the content, or RSET.
use secure
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "RCPT TO:<x@elsewhere.test>"; expect 550
	send "MAIL FROM:<z@client.test>"; expect 503
	send "NOOP"; expect 250
	send "VRFY b"; expect 252
	send "EXPN b"; expect 502
	send "HELP"; expect 214
	send "AUTH PLAIN"; expect 503
	send "XCLIENT ADDR=198.51.100.9"; expect 503
	send "XFORWARD ADDR=198.51.100.9"; expect 503
	send "ETRN ours.test"; expect 502
	send "STARTTLS"; expect 503
	send "FROBNICATE"; expect 500
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	data """
		Subject: two recipients

		Hello
	"""
	expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "HELO client.test"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "EHLO client.test"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	chunk """
		Subject: one chunk

		Hello
	""" last
	expect 250 "2.0.0 Queued"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
expect home got 2
expect home message 1 { to "b@ours.test c@ours.test"; header Subject "two recipients" }
expect home message 2 { to "b@ours.test"; header Subject "one chunk" }
