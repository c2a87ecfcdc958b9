# What looks like commands within chunks is content, wherever a chunk is cut (RFC 3030 section 2).
use secure
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 150\r\nSubject: commands\r\n\r\nEHLO client.test\r\nHELO client.test\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<b@ours.test>\r\nDATA\r\nBDAT 0 LAST\r\nRSET\r\nNOOP\r\nVRFY b\r\nEXPN"; expect 250
	raw "BDAT 128 LAST\r\n b\r\nHELP\r\nQUIT\r\nSTARTTLS\r\nAUTH PLAIN\r\nXCLIENT ADDR=198.51.100.9\r\nXFORWARD ADDR=198.51.100.9\r\nETRN ours.test\r\nFROBNICATE\r\n.\r\n..\r\n"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 48 LAST\r\n"
	raw "Subject: bare\r\n\r\nMAIL FROM:<e@vil.test>\n.\nRSET\r\n"; expect 550 "5.6.11"
	send "NOOP"; expect 250
	send "QUIT"; expect 221; expect end
}
client c2 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	raw "BDAT 48 LAST\r\n"
	raw "Subject: bare\r\n\r\nMAIL FROM:<e@vil.test>\n.\nRSET\r\n"; expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
expect home got 2
expect home message 1 { has "\nQUIT\nSTARTTLS\n"; has "\nFROBNICATE\n.\n..\n" }
expect home message 2 { body "MAIL FROM:<e@vil.test>\n.\nRSET\n" }
expect away got 0
