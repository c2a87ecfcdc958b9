# A network may be bound to senders; the null one is always allowed.
use usual
config """
	hostname: relay.test
	listeners:
	  inside: { for: internal, address: "192.0.2.25:2525", networks: [ { from: 192.0.2.0/24, senders: [ "*@ours.test" ] } ] }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 550 "5.7.1"
	send "MAIL FROM:<>"; expect 250
	send "RSET"; expect 250
	message a@ours.test x@elsewhere.test
}
advance 5s
expect away got 1
