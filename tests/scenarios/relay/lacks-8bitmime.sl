# Eight-bit content and no host that takes it: returned, saying so, since mail is not converted yet.
use usual
server away { offer "PIPELINING" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	data "Subject: test\n\nü\n"; expect 250
	message a@ours.test y@far.test
}
advance 10s
expect queue empty
expect away got 1
expect away message 1 { to "y@far.test" }
expect home got 1
expect home message 1 { from "<>*"; to "a@ours.test"; has "Status: 5.6.3"; has "no host of away takes 8-bit content" }
