# Two messages in one session, the second with the null reverse-path.
use usual
client c1 to 192.0.2.25:25 {
	message a@client.test b@ours.test
	send "MAIL FROM:<>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	data """
		Subject: a report from elsewhere

		Hello
	"""
	expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
expect home got 2
expect home message 2 { from "<>*"; to "c@ours.test" }
