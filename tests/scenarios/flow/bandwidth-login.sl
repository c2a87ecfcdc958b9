# All connections of a user share a limit; another user has his own.
workers 3
use bandwidth
client c1 to 192.0.2.25:587 from 203.0.113.1 {
	expect 220; starttls; hello; auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: alice@ours.test\r\nSubject: one\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"
}
client c2 to 192.0.2.25:587 from 203.0.114.1 {
	expect 220; starttls; hello; auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: alice@ours.test\r\nSubject: two\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"
}
client c3 to 192.0.2.25:587 from 203.0.115.1 {
	expect 220; starttls; hello; auth PLAIN bob "other pass"; expect 235
	send "MAIL FROM:<bob@ours.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: bob@ours.test\r\nSubject: three\r\n\r\n"; repeat 5000 "xxxxxxxx\r\n"; raw ".\r\n"; expect 250; close
}
advance 1s
expect home message 1 { header "Subject" "three"; before 15s }
client c1 { expect 250; close }
client c2 { expect 250; close }
advance 1s
expect home message 3 { after 22s; before 28s }
