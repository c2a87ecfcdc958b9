# More Received fields than a message should ever get: it is in a loop (RFC 5321 section 6.3).
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	repeat 101 "Received: by somewhere; Tue, 24 Feb 2026 13:08:58 +0000\r\n"
	raw "Subject: round and round\r\n\r\n.\r\n"
	expect 554 "5.4.6"
	close
}
expect queue empty
