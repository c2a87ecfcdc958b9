# The header comes before the handshake, also in the same packet; its TLS counts for log-ins on loopback only.
use secure
config """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners:
	  submissions: { for: submission, address: "192.0.2.25:465", tls: implicit, proxy-protocol: { from: 192.0.2.9 } }
	  inside: { for: internal, address: "192.0.2.25:2525", tls: off, networks: 203.0.113.0/24, proxy-protocol: { from: 192.0.2.9 } }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: away } ]
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  away: { hosts: [ "192.0.2.31:25" ], tls: off }
"""
client c1 to 192.0.2.25:465 {
	raw "PROXY TCP4 198.51.100.9 192.0.2.25 4711 465\r\n"
	tls relay.test
	hello
	auth PLAIN bob "other pass"; expect 235
	message x@bob.test y@far.test "From: x@bob.test\n\nHello\n"
}
client c2 to 192.0.2.25:465 { send "EHLO front.test"; expect end }
client c3 to 192.0.2.25:2525 {
	raw "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\x7f\0\0\x01\xc0\0\x02\x19\x12\x67\x09\xdd\x20\0\x05\x01\0\0\0\x01"
	hello
	send "EHLO c.test"; expect 250 lacks "PLAIN"
	close
}
expect log accepted 1 { peer = "198.51.100.9:4711"; login = bob }
expect log client-named 1 { tls = "yes" }
