# The backend hangs up on DATA: the content is taken all the same, and stored.
use keep
server home { answer DATA close }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 "2.0.0 Queued as "
}
expect home got 0
expect queue 1
server home { forget }
advance 5m
expect queue empty
expect home got 1
