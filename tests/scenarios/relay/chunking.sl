# On a session that was just used, a small message goes by BDAT in one round trip (RFC 3030).
use usual
server away { offer "PIPELINING" "CHUNKING" "8BITMIME" }
client c1 to 192.0.2.25:2525 {
	message a@ours.test x@far.test
	wait 100ms
	message a@ours.test x@far.test
}
advance 5s
expect queue empty
expect away got 2
expect away message 2 { body "Hello\n" }
