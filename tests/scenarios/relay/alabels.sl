# An ASCII local part at an internationalised domain goes as A-labels and needs no SMTPUTF8.
use usual
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@bücher.test> SMTPUTF8"; expect 250
	send "RCPT TO:<x@bücher.test>"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect away got 1
expect away message 1 { from "<a@xn--bcher-kva.test>*"; to "x@xn--bcher-kva.test" }
