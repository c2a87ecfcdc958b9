# A front says who its client is by the PROXY protocol, in one packet or in many; rights are the client's.
use front
client c1 to 192.0.2.25:2525 from 192.0.2.5 {
	raw "PROXY TCP4 198.51.100.9 192.0.2.25 4711 2525\r\n"
	message a@client.test x@far.test
}
client c2 to 192.0.2.25:2525 from 192.0.2.5 {
	raw "PROXY TCP4 203.0.1"; wait 1s; raw "13.9 192.0.2.25 4711 2525\r"; wait 1s; raw "\nEHLO client.test\r\n"
	expect 220; expect 250
	send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"
}
client c3 to 192.0.2.25:2525 from 192.0.2.5 {
	raw "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x09\xc0\0\x02\x19\x12\x67\x09\xdd"
	message a@client.test x@far.test
}
advance 10s
expect home got 2
expect log client-named 3 { by ~ "192.0.2.5:*"; how = "PROXY" }
expect log accepted 2 { peer = "198.51.100.9:4711" }
expect log refused 1 { peer = "203.0.113.9:4711" }
expect home message 1 { has "[198.51.100.9]"; lacks "192.0.2.5" }
