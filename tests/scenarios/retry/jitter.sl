# Waits differ by up to a fifth either way, so that what failed together does not come back together.
use usual
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server away { answer MAIL "451 4.3.0 not now" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 47s
expect queue { rcpt x@far.test waiting attempts 1 }
advance 26s
expect queue { rcpt x@far.test waiting attempts 2 }
