# Mail that waits takes the new route at its next attempt.
use reload
server away { answer MAIL "451 4.3.0 not now" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue { rcpt x@far.test waiting attempts 1 }
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	routes: [ { via: spare } ]
	hops: { spare: { hosts: [ "192.0.2.32:25" ], tls: off } }
"""
advance 10m
expect queue empty
expect spare got 1
