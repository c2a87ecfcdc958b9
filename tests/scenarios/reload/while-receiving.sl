# A reload in the middle of a message: it arrives whole.
use reload
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHel"
}
reload
client c1 { raw "lo\r\n.\r\n"; expect 250 }
advance 5s
expect home message 1 { body "Hello\n" }
