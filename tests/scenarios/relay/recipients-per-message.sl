# More recipients than one transaction should have are sent as several.
use usual
config """
	hostname: relay.test
	delivery: { recipients-per-message: 2 }
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
client c1 to 192.0.2.25:2525 { message a@ours.test v@far.test w@far.test x@far.test y@far.test z@far.test }
advance 5s
expect queue empty
expect away got 3
expect away message 1 { to "v@far.test w@far.test" }
expect away message 3 { to "z@far.test" }
