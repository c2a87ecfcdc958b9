# Without a certificate there is no STARTTLS.
use usual
client c1 to 192.0.2.25:25 {
	expect 220
	send "EHLO client.test"; expect 250 lacks "STARTTLS"
	send "STARTTLS"; expect 502
	close
}
