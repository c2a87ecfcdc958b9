# A backend is told by XFORWARD with each message; one connection serves all clients.
use told
client c1 to 192.0.2.25:25 from 192.0.2.9 { message a@client.test b@xforward.test }
client c2 to 192.0.2.25:25 from 192.0.2.10 { message a@client.test c@xforward.test }
client c3 to 192.0.2.25:2526 from 192.0.2.11 { message a@client.test d@xforward.test }
advance 5s
client c4 to 192.0.2.25:25 from 192.0.2.7 {
	hello; send "XFORWARD NAME=far.client.test ADDR=203.0.113.7 IDENT=4B7F"; expect 250
	message a@client.test e@xforward.test
	message a@client.test f@xforward.test
}
expect xforward connections 1
expect xforward message 1 { told "EHLO front.test | XFORWARD PROTO=ESMTP HELO=client.test IDENT=* SOURCE=REMOTE PORT=* NAME=[UNAVAILABLE] ADDR=192.0.2.9" }
expect xforward message 2 { told "*ADDR=192.0.2.10" }
expect xforward message 3 { told "EHLO front.test" }
expect xforward message 4 { told "* IDENT=4B7F *NAME=far.client.test ADDR=203.0.113.7" }
expect xforward message 5 { told "* NAME=[UNAVAILABLE] ADDR=192.0.2.7" }
expect log proxied 1 { forwarded ~ "far.client.test?203.0.113.7?*" }
