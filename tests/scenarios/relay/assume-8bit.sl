# Eight-bit content goes, as it is, to a host that does not offer 8BITMIME where its hops say that it takes it; a proxy
# before it offers 8BITMIME then.
config """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] }
	  front: { for: mx, service: proxy, address: "192.0.2.25:25" }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: home } ]
	hops: { home: { hosts: [ "192.0.2.30:25" ], health: { every: 1h }, tls: off, assume-8bit: true } }
"""
server home 192.0.2.30:25 { offer PIPELINING }
start
advance 1s
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test> BODY=8BITMIME"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	data "Subject: test\n\nü\n"; expect 250
}
advance 10s
expect home message 1 { to "x@far.test"; has "ü" }
client c2 to 192.0.2.25:25 {
	send "EHLO c.test"; expect 220; expect 250 has 8BITMIME
	send "MAIL FROM:<a@ours.test> BODY=8BITMIME"; expect 250
	send "RCPT TO:<y@ours.test>"; expect 250
	data "Subject: test\n\nß\n"; expect 250
}
expect home message 2 { to "y@ours.test"; has "ß" }
expect queue empty
