# Our own network may send anywhere; others may not even begin there.
use usual
client c1 to 192.0.2.25:2525 { message a@ours.test x@elsewhere.test b@ours.test }
client c2 to 192.0.2.25:2525 from 203.0.113.7 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 550 "5.7.1"
	close
}
advance 5s
expect queue empty
expect away message 1 { to "x@elsewhere.test" }
expect home message 1 { to "b@ours.test" }
