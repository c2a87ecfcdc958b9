# XFORWARD changes what is logged about one message, and nothing else.
use front
client c1 to 192.0.2.25:2525 from 192.0.2.7 {
	send "EHLO filter.test"; expect 220; expect 250 has "XFORWARD PROTO HELO IDENT SOURCE PORT NAME ADDR" lacks "XCLIENT"
	send "XFORWARD NAME=c.client.test ADDR=203.0.113.9" "XFORWARD HELO=mail.client.test IDENT=4B7F"
	expect 250; expect 250
	message a@client.test x@far.test
	message a@client.test y@far.test
	send "XFORWARD SOURCE=MARS"; expect 501 "5.5.4"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "XFORWARD ADDR=203.0.113.9"; expect 503 "5.5.1"
	close
}
expect log accepted 2
expect log accepted 1 { to = "x@far.test"; forwarded = "c.client.test[203.0.113.9] helo=mail.client.test ident=4B7F"; peer ~ "192.0.2.7:*" }
expect log accepted 1 { to = "y@far.test"; forwarded absent }
