# Clients that vanish in the middle leave nothing behind: behind EHLO, in a transaction, in the content, by
# closing, by a reset, by silence.
use usual
client c1 to 192.0.2.25:25 { hello; close }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; reset }
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nHel"; close
}
client c4 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	raw "BDAT 100\r\nSubject: x\r\n"; reset
}
client c5 to 192.0.2.25:25 { hello; lose both }
advance 20m
expect queue empty
expect metric sluice_sessions 0
