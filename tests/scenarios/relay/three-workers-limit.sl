# The limit of connections to a destination is that of all workers together.
use usual
workers 3
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: slow } ]
	hops: { slow: { hosts: [ "192.0.2.40:25" ], tls: off, max-connections: 1 } }
"""
server slow 192.0.2.40:25 { answer content "250 2.0.0 taken" after 5s }
client c1 to 192.0.2.25:2525 { message a@ours.test b1@far.test }
client c2 to 192.0.2.25:2525 { message a@ours.test b2@far.test }
client c3 to 192.0.2.25:2525 { message a@ours.test b3@far.test }
client c4 to 192.0.2.25:2525 { message a@ours.test b4@far.test }
client c5 to 192.0.2.25:2525 { message a@ours.test b5@far.test }
client c6 to 192.0.2.25:2525 { message a@ours.test b6@far.test }
advance 5m
expect queue empty
expect slow got 6
expect slow sessions-most <= 1
