# A named server says by XCLIENT who its client is: the session begins anew with that client's rights.
use front
client c1 to 192.0.2.25:2525 from 192.0.2.6 {
	hello; send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"
	send "EHLO front.test"; expect 250 has "XCLIENT PROTO HELO LOGIN DESTADDR DESTPORT PORT NAME ADDR" lacks "XFORWARD"
	send "XCLIENT NAME=c.client.test ADDR=198.51.100.9 PORT=4711 HELO=mail.client.test"; expect 220
	send "MAIL FROM:<a@client.test>"; expect 503
	send "EHLO front.test"; expect 250 lacks "XCLIENT"
	message a@client.test x@far.test
	send "XCLIENT ADDR=192.0.2.1"; expect 550 "5.7.1"
}
client c2 to 192.0.2.25:2525 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=203.0.113.9"; expect 220
	send "EHLO front.test"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"; close
}
client c3 to 192.0.2.25:2525 from 192.0.2.6 {
	hello; send "XCLIENT PROTO=ESMTP HELO=[UNAVAILABLE]"; expect 220
	hello; send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"
	send "XCLIENT NAME=[TEMPUNAVAIL] ADDR=IPV6:2001:db8::9"; expect 220
	hello; send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"; close
}
client c4 to 192.0.2.25:2525 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=[UNAVAILABLE]"; expect 220
	hello; send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"
	send "XCLIENT ADDR=198.51.100.9"; expect 550 "5.7.1"; close
}
advance 10s
expect home got 1
expect home message 1 { has "from mail.client.test (c.client.test [198.51.100.9])"; lacks "192.0.2.6" }
expect log client-named { by ~ "192.0.2.6:*"; how = "XCLIENT"; name = "c.client.test"; helo = "mail.client.test" }
expect log accepted 1 { peer = "198.51.100.9:4711"; helo = "mail.client.test" }
