# What a front says of the client is told on; a client that nobody knows is never told as us, or as the front.
use told
client c1 to 192.0.2.25:25 from 192.0.2.6 {
	hello; send "XCLIENT NAME=far.client.test ADDR=IPV6:2001:db8::7 PORT=77 HELO=mail.far.test"; expect 220
	hello
	message a@client.test b@xclient.test
	message a@client.test b@v1.test
}
client c2 to 192.0.2.25:25 from 192.0.2.5 {
	raw "PROXY UNKNOWN\r\n"; hello
	message a@client.test c@xclient.test
	message a@client.test c@v1.test
	message a@client.test c@v2.test
}
client c3 to 192.0.2.25:25 from 192.0.2.6 { message a@client.test d@v2.test }
client c4 to 192.0.2.25:25 from 192.0.2.7 {
	hello; send "XFORWARD ADDR=203.0.113.7"; expect 250     # for log lines alone
	message a@client.test e@xclient.test
}
expect xclient message 1 { told "*HELO=mail.far.test*NAME=far.client.test ADDR=IPV6:2001:db8::7 | EHLO mail.far.test" }
expect v1 message 1 { told "PROXY v1 ?2001:db8::7?:77 192.0.2.25:25 | EHLO mail.far.test" }
expect xclient message 2 { told "*ADDR=[UNAVAILABLE] |*" }
expect v1 message 2 { told "PROXY v1 0.0.0.0:0 192.0.2.25:25 |*" }
expect v2 message 1 { told "PROXY v2 0.0.0.0:0 192.0.2.25:25 |*" }
expect v2 message 2 { told "PROXY v2 0.0.0.0:0 192.0.2.25:25 |*" }
expect xclient message 3 { told "*ADDR=192.0.2.7 |*" }
