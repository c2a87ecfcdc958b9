# LOGIN= is believed where the configuration says so, of users that we know; their senders are checked.
use front
client c1 to 192.0.2.25:2525 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=203.0.113.9 LOGIN=ann"; expect 220
	hello
	send "MAIL FROM:<x@client.test>"; expect 550 "5.7.1"
	message ann@ours.test x@far.test
}
client c2 to 192.0.2.25:2525 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=203.0.113.9 LOGIN=bob"; expect 220
	hello; send "MAIL FROM:<bob@ours.test>"; expect 550 "5.7.1"; close
}
expect log accepted 1 { login = ann; peer ~ "203.0.113.9:*" }
