# What MAIL says to the next hop is what came, whatever was declared: content over 127 is 8BITMIME, ASCII is
# not (DESIGN section 8).
use usual
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	data "Subject: undeclared\n\nü\n"; expect 250
	send "MAIL FROM:<a@ours.test> BODY=8BITMIME"; expect 250
	send "RCPT TO:<y@far.test>"; expect 250
	data "Subject: declared\n\nu\n"; expect 250
}
advance 5s
expect away got 2
expect away message 1 { from "<a@ours.test>*BODY=8BITMIME*"; has "ü" }
expect away message 2 { from "<a@ours.test> SIZE=*"; header Subject declared }
