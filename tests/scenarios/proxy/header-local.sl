# A front that speaks for itself, or does not know its client, has no rights of its own.
use front
client c1 to 192.0.2.25:2525 from 192.0.2.5 {
	raw "PROXY UNKNOWN\r\n"; hello
	send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"; close
}
client c2 to 192.0.2.25:2525 from 192.0.2.5 {
	raw "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"; hello
	send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"; close
}
client c3 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY UNKNOWN\r\n"; message a@client.test b@ours.test }
