# Strangers may not say XCLIENT or XFORWARD, and nothing changes; nor may a named server say nonsense, or say it in
# the middle of a transaction, or go on before the new greeting.
use front
client c1 to 192.0.2.25:2525 from 203.0.113.9 {
	hello
	send "EHLO c.test"; expect 250 lacks "XCLIENT"
	send "XCLIENT ADDR=198.51.100.9"; expect 550 "5.7.1"
	send "XFORWARD ADDR=198.51.100.9"; expect 550 "5.7.1"
	send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"; close
}
client c2 to 192.0.2.25:25 from 192.0.2.6 {
	hello
	send "XCLIENT"; expect 501 "5.5.4"
	send "XCLIENT ADDR=1.2.3"; expect 501 "5.5.4"
	send "XCLIENT LOGIN=ann"; expect 501 "5.5.4"
	send "XCLIENT HELO=a+0D+0Ab"; expect 501 "5.5.4"
	send "XFORWARD ADDR=198.51.100.9"; expect 550 "5.7.1"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "XCLIENT ADDR=198.51.100.9"; expect 503 "5.5.1"
	close
}
client c3 to 192.0.2.25:25 from 192.0.2.6 {
	hello
	send "XCLIENT ADDR=198.51.100.9" "EHLO c.test" "MAIL FROM:<a@client.test>"; expect 554 "5.5.1"; expect end
}
expect no-log client-named
expect log refused { peer ~ "203.0.113.9:*"; command = "XCLIENT" }
