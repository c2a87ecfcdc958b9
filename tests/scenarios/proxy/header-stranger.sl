# From others the header is a syntax error, and changes nothing.
use front
client c1 to 192.0.2.25:2525 from 203.0.113.9 {
	raw "PROXY TCP4 198.51.100.9 192.0.2.25 4711 2525\r\n"; expect 220; expect 500 "5.5.2"
	hello; send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"; close
}
client c2 to 192.0.2.25:25 from 203.0.113.9 {
	raw "PROXY TCP4 198.51.100.9 192.0.2.25 4711 25\r\n"; expect 220; expect 500 "5.5.2"
	close
}
expect no-log client-named
