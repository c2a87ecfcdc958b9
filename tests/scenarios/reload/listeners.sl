# A new listener takes mail; one that is gone takes no more, and its sessions end in order.
use reload
client c1 to 192.0.2.25:2525 { hello }
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  mx: { for: mx, address: "192.0.2.25:25" }
	  other: { for: internal, address: "192.0.2.25:2526", networks: [ 192.0.2.0/24 ] }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: away } ]
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  away: { hosts: [ "192.0.2.31:25" ], tls: off }
"""
client c1 { message a@ours.test x@far.test }
client late to 192.0.2.25:2525 perhaps { expect end }
client late to 192.0.2.25:2526 { message a@ours.test y@far.test }
advance 5s
expect away got 2
