# The sender is bound to the log-in, in the envelope and in the header (DESIGN section 9).
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<eve@ours.test>"; expect 550 "5.7.1"
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<x@far.test>" "DATA"; expect 250; expect 250; expect 354
	content "From: eve@ours.test\n\nHello\n"; expect 550 "5.7.1"
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<x@far.test>" "DATA"; expect 250; expect 250; expect 354
	content "From: alice@ours.test, eve@ours.test\n\nHello\n"; expect 550 "5.7.1"
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<x@far.test>" "DATA"; expect 250; expect 250; expect 354
	content "From: alice@ours.test\nSender: eve@ours.test\n\nHello\n"; expect 550 "5.7.1"
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<x@far.test>" "DATA"; expect 250; expect 250; expect 354
	content "Subject: no From\n\nHello\n"; expect 550 "5.7.1"
	send "MAIL FROM:<>" "RCPT TO:<x@far.test>" "DATA"; expect 250; expect 250; expect 354
	content "From: eve@ours.test\n\nHello\n"; expect 550 "5.7.1"
	send "MAIL FROM:<>" "RCPT TO:<x@far.test>" "DATA"; expect 250; expect 250; expect 354
	content "From: alice@ours.test\n\nHello\n"; expect 250
	close
}
client c2 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN bob "other pass"; expect 235
	send "MAIL FROM:<anyone@bob.test>"; expect 250
	send "RSET"; expect 250
	send "MAIL FROM:<bob@ours.test>"; expect 550 "5.7.1"
	close
}
client c3 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN carl "third pass"; expect 235
	send "MAIL FROM:<carl@ours.test>"; expect 550 "5.7.1"
	close
}
advance 5s
expect away got 1
