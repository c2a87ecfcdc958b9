# tls: require, and the next hop has none: the mail waits, and a person is told.
use out-tls
config """
	hostname: relay.test
	postmaster: boss@ours.test
	retry: { jitter: 0 }
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: away } ]
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  away: { hosts: [ "192.0.2.31:25" ], tls: require }
"""
server away { answer EHLO "250-hop\n250 SIZE" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue { rcpt x@far.test waiting }
expect log alarm
expect away got 0
expect home message 1 { to "boss@ours.test" }
server away { forget; tls away.test untrusted }
advance 10m
expect queue empty
expect away message 1 { tls }
