# A message over 256 KiB has a file of its own while it arrives; it goes when the backend has the message, and stays when not.
use keep
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354
	raw "Subject: passed\r\n\r\n"
	repeat 6000 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"
	raw ".\r\n"; expect 250
}
expect home got 1
expect queue empty
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354
	raw "Subject: kept\r\n\r\nfirst\r\n"
	repeat 3000 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"
	wait 1s
}
server home { reset }
client c1 {
	repeat 3000 "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n"
	wait 1s
	raw "last\r\n"; wait 1s; raw ".\r\n"; expect 250 "2.0.0 Queued as "
}
expect queue 1
powercut lose-all
start
advance 10m
expect queue empty
expect home got 2
expect home message 2 { header Subject "kept"; has "first"; has "last"; bytes 426000 }
# In chunks likewise.
server home { stop }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	chunk "Subject: chunks\n\nfirst\n"; expect 250
	chunk "second\n" last; expect 250 "2.0.0 Queued as "
}
server home { start }
advance 10m
expect home got 3
expect home message 3 { body "first\nsecond\n" }
