# The power fails behind the 250 of a front: what it stored in a backend's place is there, in whole or in part.
use keep
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
powercut lose-all
server home { start }
start
advance 5m
expect home got 1
expect queue empty
server other { stop }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>" "RCPT TO:<d@others.test>"; expect 250; expect 250; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
powercut lose-all
server other { start }
start
advance 5m
expect home got 2
expect other got 1
expect queue empty
# Before the end nothing is there.
server home { stop }
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<e@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "a: b\r\n\r\nc\r\n"
}
powercut lose-none
server home { start }
start
advance 5m
expect queue empty
expect home got 2
