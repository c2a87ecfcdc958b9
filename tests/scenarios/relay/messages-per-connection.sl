# A connection that carried enough is closed and opened again.
use usual
config """
	hostname: relay.test
	delivery: { messages-per-connection: 2 }
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 1 } }
"""
server away { answer content "250 2.0.0 taken" after 1s }
client c1 to 192.0.2.25:2525 {
	message a@ours.test x@far.test
	message a@ours.test x@far.test
	message a@ours.test x@far.test
	message a@ours.test x@far.test
	message a@ours.test x@far.test
}
advance 1m
expect away got 5
expect away connections 3
