# Without users there is no AUTH.
use usual
client c1 to 192.0.2.25:2525 {
	expect 220
	send "EHLO client.test"; expect 250 lacks "AUTH"
	send "AUTH PLAIN"; expect 502
	close
}
