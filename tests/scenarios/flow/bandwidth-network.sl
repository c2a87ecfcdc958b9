# All clients of a configured network share its limit; those of another network have none.
use bandwidth
client c1 to 192.0.2.25:2525 from 192.0.2.71 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: one\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"
}
client c2 to 192.0.2.25:2525 from 192.0.2.72 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: two\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"
}
client c3 to 192.0.2.25:2525 from 198.51.100.9 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: three\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"; expect 250; close
}
advance 1s
expect home message 1 { header "Subject" "three"; before 5s }
client c1 { expect 250; close }
client c2 { expect 250; close }
advance 1s
expect home message 3 { after 19s; before 25s }
