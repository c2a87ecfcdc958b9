# Each reply waits, longer for each error before it, together no longer than 30 seconds; but not the answer to
# DATA and to a message.
use flow
client c1 to 192.0.2.25:25 from 203.0.113.1 {
	expect 220
	send "EHLO client.test"; expect nothing 1900ms; expect 250
	send "MAIL FROM:<a@client.test>"; expect nothing 1900ms; expect 250
	send "RCPT TO:<a@ours.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>"
	expect nothing 5900ms; expect 250; expect 250; expect 250
	send "DATA"; expect 354
	content """
		Subject: x

		Hello
	"""
	expect 250 "2.0.0 Queued"
	send "FROB"; expect nothing 6900ms; expect 500
	send "FROB"; expect nothing 11900ms; expect 500
	send "NOOP" "NOOP"; expect nothing 11900ms; expect 250; expect nothing 11900ms; expect 250
	send "FROB"; expect 500; send "FROB"; expect 500; send "FROB"; expect 500
	send "FROB"; expect nothing 29900ms; expect 500
	send "QUIT"; expect 221; expect end
}
advance 5s
expect home got 1
expect log disconnected 1 { why = "quit" }
