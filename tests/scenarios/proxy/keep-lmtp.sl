# LMTP answers for each recipient, and we have one answer: the second recipient is ours.
use keep
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@boxes.test>" "RCPT TO:<c@boxes.test>" "RCPT TO:<d@boxes.test>"
	expect 250; expect 250; expect 250; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
advance 10s
expect boxes got 2
expect boxes message 1 { to "b@boxes.test" }
expect boxes message 2 { to "c@boxes.test d@boxes.test" }
expect queue empty
