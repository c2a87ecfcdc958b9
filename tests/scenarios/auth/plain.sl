# AUTH PLAIN in both forms, and what is refused (RFC 4954, RFC 4616).
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	send "AUTH PLAIN AAAA"; expect 501
	send "AUTH PLAIN not-base64%"; expect 501
	send "AUTH PLAIN"; expect 334
	send "AGFsaWNlQG91cnMudGVzdABzZWNyZXQgcGFzcw=="; expect 235
	send "QUIT"; expect 221; expect end
}
client c2 to 192.0.2.25:465 { tls relay.test; hello; auth PLAIN alice@ours.test "secret pass"; expect 235; close }
client c3 to 192.0.2.25:465 { tls relay.test; hello; auth PLAIN nobody@ours.test "secret pass"; expect 535 "5.7.8"; close }
expect log logged-in 2 { login = "alice@ours.test"; mechanism = PLAIN }
expect log login-failed { login = "nobody@ours.test" }
