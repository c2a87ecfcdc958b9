# One host without SMTPUTF8, another with it.
use usual
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off } }
"""
server spare 192.0.2.32:25 { offer "8BITMIME" "SMTPUTF8" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test> SMTPUTF8"; expect 250
	send "RCPT TO:<ü@far.test>"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect spare got 1
expect spare message 1 { from "*SMTPUTF8*"; to "ü@far.test" }
