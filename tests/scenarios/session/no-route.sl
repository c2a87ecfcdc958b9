# No route matches: refused at RCPT, where the client still hears of it.
use usual
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { to: far.test, via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@elsewhere.test>"; expect 550 "5.4.4"
	send "RCPT TO:<x@far.test>"; expect 250
	close
}
