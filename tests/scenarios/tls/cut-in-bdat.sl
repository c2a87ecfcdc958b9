# The connection ends under TLS in the middle of a chunk (as CVE-2026-45185): nothing is kept, nothing breaks.
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<x@far.test>"; expect 250; expect 250
	raw "BDAT 1000 LAST\r\nSubject: x\r\n\r\nHel"
	wait 1s
	close
}
client c2 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<x@far.test>"; expect 250; expect 250
	raw "BDAT 1000\r\nSubject: x\r\n\r\nHel"
	wait 1s
	reset
}
advance 10m
expect queue empty
expect metric sluice_sessions 0
