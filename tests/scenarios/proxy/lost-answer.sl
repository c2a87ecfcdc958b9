# The backend has the whole message and hangs up: nobody knows, so it is not 250.
use proxy
server home { answer content close times 1 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 451 "4.4.2"
	message a@client.test b@ours.test
}
expect home got 1
expect metric sluice_recipients_in_doubt_total = 1
