# Body lines over 998 bytes pass as they are, up to 64 KiB (DESIGN section 8).
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: long\r\n\r\n"; repeat 60000 "x"; raw "\r\n.\r\n"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: too long\r\n\r\n"; repeat 70000 "x"; raw "\r\n.\r\n"; expect 550
	close
}
advance 5s
expect home got 1
expect home message 1 { bytes 60000 }
