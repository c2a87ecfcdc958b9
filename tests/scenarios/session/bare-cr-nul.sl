# A bare carriage return and a NUL are refused from everybody.
use usual
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHello\rthere\r\n.\r\n"; expect 550
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHello\0there\r\n.\r\n"; expect 550
	send "QUIT"; expect 221
	close
}
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHello\rthere\r\n.\r\n"; expect 550
	close
}
expect queue empty
