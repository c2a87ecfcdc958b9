# REQUIRETLS is offered under TLS only, and where the way on is verified; it arrives.
certificate front.test
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ one.test ], health: { every: 10s }, tls: verify, ca-file: ca.pem } }
"""
dns """
	one.test 300 A 192.0.2.31
"""
server one 192.0.2.31:25 { tls one.test; offer "PIPELINING" "8BITMIME" "REQUIRETLS" }
start
advance 1s
client c1 to 192.0.2.25:25 {
	expect 220; send "EHLO c.test"; expect 250 has "8BITMIME" lacks "REQUIRETLS"
	starttls front.test
	send "EHLO c.test"; expect 250 has "REQUIRETLS"
	send "MAIL FROM:<a@client.test> REQUIRETLS"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
}
