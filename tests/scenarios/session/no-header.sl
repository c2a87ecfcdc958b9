# No header, no body, nothing at all: messages all the same.
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "just text\r\n.\r\n"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: no body\r\n.\r\n"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw ".\r\n"; expect 250
	close
}
advance 5s
expect queue empty
expect home got 3
expect home message 1 { body "just text\n" }
