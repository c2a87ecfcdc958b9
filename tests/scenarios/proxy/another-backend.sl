# One end of data has one answer: a recipient of another backend comes in another transaction.
use proxy
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@others.test>"; expect 452 "4.5.3"
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250
	message a@client.test c@others.test
}
expect home got 1
expect other got 1
