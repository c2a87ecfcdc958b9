# All connections of an address share a limit, in whatever worker they are; others have their own.
workers 3
use bandwidth
client c1 to 192.0.2.25:26 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: one\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"
}
client c2 to 192.0.2.25:26 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: two\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"
}
client c3 to 192.0.2.25:26 from 203.0.113.2 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: three\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"; expect 250; close
}
advance 1s
expect home message 1 { header "Subject" "three"; before 14s }
client c1 { expect 250; close }
client c2 { expect 250; close }
advance 1s
expect home message 3 { after 22s; before 27s }
