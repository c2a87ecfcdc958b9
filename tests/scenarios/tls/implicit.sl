# TLS from the first byte (RFC 8314).
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	expect 220
	send "EHLO client.test"; expect 250 lacks "STARTTLS"
	send "QUIT"; expect 221; expect end
}
