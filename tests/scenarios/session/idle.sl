# Silence ends a session: between commands and within content.
use usual
client c1 to 192.0.2.25:25 { hello; expect 421 "4.4.2"; expect end }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n"; expect 421 "4.4.2"; expect end
}
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	raw "BDAT 100\r\nSubject: x\r\n"; expect 421 "4.4.2"; expect end
}
expect queue empty
expect log disconnected 3 { why ~ "*timed out*" }
