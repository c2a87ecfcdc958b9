# A report about an internationalised recipient, to a sender with a plain address: the recipient's name is
# written in ASCII (RFC 6533 section 3).
use usual
server home { offer "8BITMIME" "SMTPUTF8" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test> SMTPUTF8"; expect 250
	send "RCPT TO:<ü@far.test>"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect home message 1 { from "<>*"; has "Final-Recipient: utf-8; \\x{FC}@far.test"; has "Status: 5.6.7" }
