# Once logged in, nobody waits any longer, except where everyone is slowed down; a server in front waits for
# nothing until it has named its client, who then waits.
use flow
client c1 to 192.0.2.25:587 from 203.0.113.1 {
	expect nothing 1900ms; expect 220
	starttls
	send "EHLO client.test"; expect nothing 1900ms; expect 250
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "NOOP"; expect 250
	message alice@ours.test b@ours.test """
		From: alice@ours.test

		Hello
	"""
	close
}
client c2 to 192.0.2.25:2525 from 192.0.2.77 { expect nothing 2900ms; expect 220; send "NOOP"; expect nothing 2900ms; expect 250; close }
client c3 to 192.0.2.25:25 from 192.0.2.6 {
	expect 220; send "EHLO front.test"; expect 250
	send "XCLIENT ADDR=203.0.113.9"; expect nothing 1900ms; expect 220
	send "EHLO client.test"; expect nothing 1900ms; expect 250
	close
}
client c4 to 192.0.2.25:25 from 192.0.2.6 {
	expect 220; send "EHLO front.test"; expect 250
	send "XCLIENT ADDR=192.0.2.77"; expect 220
	send "EHLO client.test"; expect 250
	close
}
