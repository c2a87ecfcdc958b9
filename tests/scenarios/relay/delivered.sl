# The main path: a message comes in by DATA, is stored, delivered, and gone.
use usual
client c1 to 192.0.2.25:25 {
	expect 220 "relay.test ESMTP"
	send "EHLO client.test"
	expect 250 has "250-PIPELINING" has "SIZE"
	send "MAIL FROM:<a@client.test>"
	expect 250 "2.1.0"
	send "RCPT TO:<b@ours.test>"
	expect 250 "2.1.5"
	data """
		Subject: hello

		Hello
		.a line with a dot
	"""
	expect 250 "2.0.0 Queued as"
	send "QUIT"
	expect 221
	expect end
}
advance 5s
expect queue empty
expect home got 1
expect home message 1 {
	from "<a@client.test>*"
	to "b@ours.test"
	header Subject "hello"
	header Received "from client.test*by relay.test*"
	body """
		Hello
		.a line with a dot
	"""
}
expect away connections 0
expect log accepted { from = "a@client.test"; to = "b@ours.test" }
expect log delivered { to = "b@ours.test" }
expect metric messages_accepted_total 1
