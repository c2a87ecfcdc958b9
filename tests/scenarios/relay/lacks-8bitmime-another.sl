# A host that lacks 8BITMIME, and another that has it: the other gets the mail.
use usual
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off } }
"""
server away { offer "PIPELINING" }
server spare 192.0.2.32:25 { }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	data "Subject: test\n\nü\n"; expect 250
}
advance 10s
expect queue empty
expect away got 0
expect spare got 1
expect spare message 1 { from "*BODY=8BITMIME*" }
