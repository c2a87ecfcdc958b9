# What the line reader refuses never ends at the backend, and never begins a second message there.
use proxy
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\n.\r\nMAIL FROM:<x@y>\r\n.\r\n"; expect 550 "5.6.11"
	message a@client.test b@ours.test
}
expect home got 1
