# Whom a server has refused is never stored here, whatever becomes of the server: it would be a report to a sender who may be forged.
use keep
server home { offer PIPELINING; answer RCPT for "x*" "550 5.1.1 no such user"; answer RCPT for "x2@*" close times 1 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<victim@far.test>" "RCPT TO:<x1@ours.test>" "RCPT TO:<x2@ours.test>"; expect 250; expect 550 "5.1.1"; expect 550 "5.1.1"
	send "DATA"; expect 503; send "RSET"; expect 250
}
# The last one has no answer but that the server closes: this one is stored, and only this one.
server home { forget; offer PIPELINING; answer RCPT for "x*" "550 5.1.1 no such user"; answer RCPT for "last@*" "421 4.7.0 too many errors" close }
client c1 {
	send "MAIL FROM:<victim@far.test>" "RCPT TO:<x1@ours.test>" "RCPT TO:<x2@ours.test>" "RCPT TO:<last@ours.test>"
	expect 250; expect 550 "5.1.1"; expect 550 "5.1.1"; expect 250 "2.1.5 Recipient taken"
	# Nor when it is asked about once more.
	send "RCPT TO:<x1@ours.test>" "RCPT TO:<X2@ours.test>"; expect 550 "5.1.1 no such user"; expect 550
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
expect queue 1
expect queue { rcpt last@ours.test }
# Nor when another pool's server has the message by then.
client c1 {
	send "MAIL FROM:<victim@far.test>"; expect 250; send "RCPT TO:<x1@ours.test>"; expect 550
	send "RCPT TO:<b@others.test>"; expect 250; send "RCPT TO:<x1@ours.test>"; expect 550 "5.1.1 no such user"; send "RCPT TO:<c@ours.test>"; expect 250 "2.1.5 Recipient taken"
	send "RSET"; expect 250; close
}
