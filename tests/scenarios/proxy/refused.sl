# Each refusal is the backend's, with its code and its words.
use proxy
server home {
	answer RCPT for no@ours.test "550 5.1.1 who is that"
	answer RCPT for later@ours.test "450 4.2.1 not now"
	answer RCPT for bare@ours.test "553 no enhanced code"
	answer content "554 5.7.1 spam" times 1
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<no@ours.test>"; expect 550 "5.1.1 who is that"
	send "RCPT TO:<later@ours.test>"; expect 450 "4.2.1 not now"
	send "RCPT TO:<bare@ours.test>"; expect 553 "5.0.0 no enhanced code"
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 554 "5.7.1 spam"
	message a@client.test b@ours.test
}
expect home got 1
expect queue empty
