# One write holds a whole transaction; the replies come in order (RFC 2920).
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@elsewhere.test>" "RCPT TO:<d@ours.test>" "DATA"
	expect 250 "2.1.0"; expect 250 "2.1.5"; expect 550 "5.7.1"; expect 250 "2.1.5"; expect 354
	content """
		Subject: pipelined

		Hello
	"""
	expect 250
	send "RSET" "NOOP" "QUIT"
	expect 250; expect 250; expect 221; expect end
}
advance 5s
expect home got 1
expect home message 1 { to "b@ours.test d@ours.test" }
